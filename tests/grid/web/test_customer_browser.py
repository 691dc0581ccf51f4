"""The customers' pages in a real browser: alive, by keyboard, without scripts, on a phone, dark, and read aloud."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from grid.web.customers import Customers
from grid.web.scene import Scene, cookie_of, served
from hanport.grid.database import tables
from hanport.grid.orders import Kind
from home.web.browser import PHONE, Visit, is_too_wide, serious_findings, shot, visit


@contextmanager
def seen(browser: Browser, url: str, secret: str, path: str, **how: Any) -> Iterator[Visit]:
    """A visitor with a session who looks at a page."""
    with visit(browser, **how) as visited:
        visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
        visited.page.goto(url + path)
        yield visited


LOOKS: tuple[dict[str, Any], ...] = ({"size": PHONE}, {"scheme": "dark", "language": "en-GB"})


def test_each_page_is_whole_on_a_phone_or_in_the_dark(chromium: Browser, quick: Scene) -> None:
    """Each page in one of the looks; `make soak` has all pages in all of them."""
    pages = _pages(Customers(quick))
    _look_at(chromium, quick, pages[::2], LOOKS[0])
    _look_at(chromium, quick, pages[1::2], LOOKS[1])


@pytest.mark.soak
def test_each_page_is_whole_in_every_look(chromium: Browser, quick: Scene) -> None:
    pages = _pages(Customers(quick))
    for how in LOOKS:
        _look_at(chromium, quick, pages, how)


def _look_at(browser: Browser, scene: Scene, pages: Sequence[tuple[int, str]], how: dict[str, Any]) -> None:
    with served(scene) as url, visit(browser, **how) as visited:
        for person_id, path in pages:
            visited.context.add_cookies([cookie_of(scene.customer_session(person_id), url)])  # type: ignore[list-item]
            visited.page.goto(url + path)
            assert serious_findings(visited.page) == [], path
            assert not is_too_wide(visited.page), path
            shot(visited.page, f"customer{path.split('?')[0].replace('/', '-')}-{person_id}")


def _pages(customers: Customers) -> list[tuple[int, str]]:
    """Every kind of page, with somebody who sees it."""
    facility_id, meter_id, person_id = customers.household(email="eva@example.se", address="Box 1")
    order = f"/orders/{customers.open(facility_id, person_id, meter_id).order_id}"
    customers.town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=date(2026, 1, 1))
    here = f"/facilities/{customers.desk.gsrn(facility_id)}"
    waiting_id, _, other_id = customers.household()
    under_way = customers.desk.order(Kind.OPEN, waiting_id, other_id)
    own = [here, f"{here}/restart", f"{here}/adapter", f"{here}/hub", order, f"{order}/receipt", "/facilities"]
    own += ["/orders", "/log", "/me", "/access", "/code", "/not-me"]
    return [
        *((person_id, path) for path in own),
        (other_id, f"/orders/{under_way.order_id}"),
        (customers.household()[2], "/order"),
        (customers.company(30)[2], "/facilities"),
        (customers.town.person(), "/facilities"),
    ]


def test_progress_comes_by_itself_and_ends_with_what_may_be_done(chromium: Browser, quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    mine = tables.order.c.id == taken.order_id
    with (
        served(quick) as url,
        seen(chromium, url, quick.customer_session(person_id), f"/orders/{taken.order_id}") as visited,
    ):
        page = visited.page
        step = page.locator('.stages [aria-current="step"]')
        expect(step).to_contain_text("Kommando till elmätaren")
        customers.change(tables.order, mine, state="sent")
        expect(step).to_contain_text("Svar om att det är gjort")
        customers.change(tables.order, mine, state="failed")
        expect(page.locator(".progress-now")).to_contain_text("svarade inte som den skulle")
        customers.read_as(meter_id, "open")
        customers.change(tables.order, mine, state="read_back", ended_at=customers.now)
        expect(page.locator(".progress-now")).to_contain_text("Porten är öppen")
        expect(page.get_by_role("button", name="Anslut din utrustning")).to_be_visible()  # the whole page came anew
        assert page.locator("[data-over]").count() == 1


def test_by_keyboard_alone_several_are_chosen_and_one_is_closed(chromium: Browser, quick: Scene) -> None:
    customers = Customers(quick)
    _, _, agent_id = customers.company(3)
    facility_id, meter_id, person_id = customers.household()
    opened = customers.open(facility_id, person_id, meter_id)
    with served(quick) as url:
        with seen(chromium, url, quick.customer_session(agent_id), "/facilities") as visited:
            page = visited.page
            page.locator("[data-all] input").focus()
            page.keyboard.press("Space")
            assert page.locator("input[name=facility]:checked").count() == 3
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_have_text("Skriv under 3 beställningar")
        place = f"/facilities/{customers.desk.gsrn(facility_id)}"
        with seen(chromium, url, quick.customer_session(person_id), place) as visited:
            visited.page.get_by_role("button", name="Stäng porten").focus()
            visited.page.keyboard.press("Enter")
            expect(visited.page.locator("h1")).to_have_text("Stängning av porten")
    assert customers.desk.row(opened.order_id).withdrawn_at is not None


def test_without_scripts_all_of_it_works(chromium: Browser, quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    opened = customers.open(facility_id, person_id, meter_id)
    place = f"/facilities/{customers.desk.gsrn(facility_id)}"
    with (
        served(quick) as url,
        seen(chromium, url, quick.customer_session(person_id), place, scripts=False, size=PHONE) as visited,
    ):
        page = visited.page
        page.get_by_role("link", name="Porten har tystnat").click()
        page.get_by_role("button", name="Beställ omstart").click()
        expect(page.locator("h1")).to_have_text("Omstart av porten")
        page.goto(f"{url}/orders/{opened.order_id}/receipt")
        page.get_by_role("button", name="Skapa länk").click()
        link = page.locator("section[aria-labelledby=share] .code").inner_text()
        page.goto(link)
        expect(page.locator("h1")).to_have_text("Kvitto")
        page.goto(url + place)
        page.get_by_role("button", name="Stäng porten").click()
        expect(page.locator("h1")).to_have_text("Stängning av porten")
        page.get_by_role("button", name="In English").click()
        expect(page.locator("h1")).to_have_text("Closing of the port")
