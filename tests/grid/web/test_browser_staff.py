"""The staff's pages in a real browser: a passkey from its making to its login, and a clerk's and an approver's work."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from grid.web.scene import Scene, cookie_of, served
from grid.web.staff_scene import hire, invite
from grid.web.staff_town import busy
from grid.web.test_staff_login import log_of
from hanport.grid.staff.roles import Role
from home.web.browser import PHONE, Visit, is_too_wide, serious_findings, shot, visit


@contextmanager
def authenticator(visited: Visit, *, verifies: bool = True) -> Iterator[dict[str, str]]:
    """A passkey in the browser, as a phone or a computer has one; it says yes by itself."""
    tools = visited.context.new_cdp_session(visited.page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": verifies, "automaticPresenceSimulation": True}},
    )
    yield made
    tools.detach()


def test_a_passkey_alone_sets_the_login_up_and_lets_in(chromium: Browser, quick: Scene) -> None:
    secret = invite(quick, "Nils Ny", Role.CLERK)
    with served(quick) as url:
        # A passkey is of a host with a name; the address of the test's server is only a number.
        named = url.replace("127.0.0.1", "localhost")
        with visit(chromium) as visited, authenticator(visited):
            page = visited.page
            page.goto(f"{named}/staff/enrol/{secret}")
            assert serious_findings(page) == []
            page.fill("#passkey-name", "jobbdatorn")
            page.click("[data-passkey-start]")
            expect(page).to_have_url(f"{named}/staff/account?done=enrolled")
            expect(page.locator("main")).to_contain_text("jobbdatorn")
            page.click("text=Logga ut")
            expect(page).to_have_url(f"{named}/staff/login?out=1")
            shot(page, "staff-login")
            page.click("[data-passkey-start]")
            expect(page).to_have_url(f"{named}/staff/desk")
        # Whose finger or PIN was not checked is not let in, though the key is the right one.
        other = invite(quick, "Olga Ny", Role.CLERK)
        with visit(chromium) as visited, authenticator(visited, verifies=False):
            page = visited.page
            page.goto(f"{named}/staff/enrol/{other}")
            page.click("[data-passkey-start]")
            expect(page.locator("[data-passkey-wrong]")).to_be_visible()
    ways = [each.facts["way"] for each in log_of(quick) if each.action == "staff.login"]
    assert ways == ["link", "passkey"]


@pytest.mark.parametrize(
    ("size", "scheme", "pages"), [(PHONE, "dark", 12), pytest.param((1280, 900), "light", 4, marks=pytest.mark.soak)]
)
def test_pages_are_accessible_and_fit(
    chromium: Browser, quick: Scene, size: tuple[int, int], scheme: str, pages: int
) -> None:
    town = busy(quick)
    secret = quick.staff_session("Anna Ek", hire(quick, "Anna Ek", *Role))
    paths = [
        "/staff/desk",
        "/staff/orders?view=all",
        f"/staff/orders/{town.orders['failed']}",
        f"/staff/facilities/{town.facilities['open']}",
        f"/staff/persons/{town.persons['open']}",
        "/staff/meters",
        "/staff/work",
        "/staff/imports",
        "/staff/proposals",
        "/staff/statistics",
        "/staff/log",
        "/staff/accounts",
    ]
    with (
        served(quick) as url,
        visit(chromium, size=size, scheme=scheme, language="en-GB" if pages == 4 else "sv-SE") as visited,
    ):
        visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
        for path in paths[:pages]:
            visited.page.goto(url + path)
            assert serious_findings(visited.page) == [], path
            assert not is_too_wide(visited.page), path
            shot(visited.page, "staff" + path.partition("?")[0].removeprefix("/staff").replace("/", "-")[:20])


def test_a_clerk_without_scripts_orders_and_finds_by_keyboard(chromium: Browser, quick: Scene) -> None:
    town = busy(quick)
    secret = quick.staff_session("Anna Ek", hire(quick))
    with served(quick) as url, visit(chromium, scripts=False) as visited:
        visited.context.add_cookies([cookie_of(secret, url)])  # type: ignore[list-item]
        page = visited.page
        page.goto(f"{url}/staff/desk")
        page.focus("#quick")
        page.keyboard.type(town.facilities["waiting"])
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{url}/staff/facilities/{town.facilities['waiting']}")
        order(page, town.desk.number(town.persons["waiting"]).digits)
        expect(page.locator("main")).to_contain_text("Det var redan beställt")
        page.click("text=Ta tillbaka ordern")
        page.fill("#reason-cancel", "kunden ångrade sig")
        page.click("button:has-text('Ta tillbaka ordern')")
        expect(page.locator("main")).to_contain_text("Ordern är återtagen")
    assert town.hands.state(town.orders["right_checked"]) == "cancelled"


def order(page: Page, number: str) -> None:
    page.fill("#number", number)
    page.select_option("#document", "licence")
    page.fill("#reason-order", "vid disken")
    page.click("text=Ta emot ordern")
