"""Login and settings in a real browser: every page by its looks, and the ways through them."""

import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hanport.home.accounts import Role
from hanport.home.values import PartState, PartStatus, PortState, PortStatus
from home.web.browser import DESKTOP, PHONE, is_too_wide, serious_findings, shot, visit
from home.web.scene import PASSWORD, START, Scene, scene
from home.web.serve import Loop, loop_in_thread

SECTIONS = ("", "house", "source", "store", "users", "shares", "tokens", "notices", "data", "about")

BROKEN = PartStatus("mqtt", PartState.FAILED, START, "192.168.1.5:1883 refuses. Is the broker running?", 8.0)


@dataclass
class Open:
    """A hub that is served, with an owner and a viewer."""

    loop: Loop
    hub: Scene
    address: str


async def _people(hub: Scene) -> None:
    await hub.user()
    await hub.user("Adam", Role.VIEWER)
    await hub.accounts.make_token("Grafana", ["metrics"])
    for name in ("source", "store", "web"):
        hub.live.parts[name] = PartStatus(name, PartState.RUNNING, START)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    with loop_in_thread() as loop:
        stack = AsyncExitStack()
        try:
            hub = loop.call(lambda: stack.enter_async_context(scene(tmp_path)))
            loop.call(lambda: _people(hub))
            with loop.serving(hub.app()) as address:
                yield Open(loop, hub, address)
        finally:
            loop.call(stack.aclose)


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login?next=/settings")
    page.get_by_label("Namn").fill("Eva")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()


# What fingers have to hit and is less than 44 px high; links within sentences are let off (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll('button, summary, select, input:not([type=hidden]), nav a, .foot a')]
  .filter((e) => e.checkVisibility() && !e.closest('.hidden, .skip') && e.tabIndex >= 0)
  .map((e) => [e.closest('label.tick, .choices label') ?? e, e])
  .filter(([box]) => box.getBoundingClientRect().height < 43.5)
  .map(([, e]) => e.outerHTML.slice(0, 90))"""


def look(page: Page, name: str) -> None:
    shot(page, name)
    assert not is_too_wide(page), name
    assert page.evaluate(SMALL) == [], name
    assert serious_findings(page) == [], name


LOOKS = [(PHONE, "dark"), pytest.param(DESKTOP, "light", marks=pytest.mark.soak)]
if os.environ.get("HANPORT_SHOTS"):
    LOOKS += [(PHONE, "light"), (DESKTOP, "dark")]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_can_be_used_by_everybody(
    chromium: Browser, opened: Open, size: tuple[int, int], scheme: str
) -> None:
    with visit(chromium, size=size, scheme=scheme) as visited:
        page = visited.page
        page.goto(f"{opened.address}/login")
        look(page, "login")
        log_in(page, opened.address)
        for section in SECTIONS:
            if section == "about":
                opened.hub.live.parts["mqtt"] = BROKEN
            page.goto(f"{opened.address}/settings/{section}".rstrip("/"))
            for switch in page.get_by_role("switch").all():
                switch.check()
            look(page, f"settings-{section or 'index'}")
        page.goto(f"{opened.address}/account")
        look(page, "account")
        page.goto(f"{opened.address}/no-such")
        look(page, "error-404")
        assert [each for each in visited.problems if "404" not in each] == []
        visited.problems.clear()


def test_a_change_and_back_again(chromium: Browser, opened: Open) -> None:
    with visit(chromium, size=PHONE) as visited:
        page = visited.page
        log_in(page, opened.address)
        page.get_by_role("link", name="Hus och säkring").click()
        page.get_by_role("radio", name="25 A").check()
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Sparat.")).to_be_visible()
        look(page, "settings-saved")
        assert opened.hub.config.house.main_fuse_a == 25
        page.get_by_role("button", name="Ångra").click()
        expect(page.get_by_text("Ångrat")).to_be_visible()
        assert opened.hub.config.house.main_fuse_a == 20
        page.get_by_role("radio", name="Annan").check()
        page.get_by_label("Annan storlek i A").fill("3")
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Ange ett tal från 6 till 6 300.")).to_be_visible()
        look(page, "settings-wrong")
        visited.problems = [each for each in visited.problems if "422" not in each]


def test_the_status_line_keeps_up_and_tells_when_the_hub_is_gone(chromium: Browser, opened: Open) -> None:
    with visit(chromium) as visited:
        page = visited.page
        page.clock.install()
        log_in(page, opened.address)
        expect(page.get_by_text("Elmätaren hörs som den ska")).to_be_visible()
        opened.hub.live.becomes(PortStatus(PortState.SILENT, START))
        page.clock.run_for(11_000)
        expect(page.get_by_text("Elmätaren har varit tyst sedan 13:00")).to_be_visible()
        visited.context.set_offline(True)
        for _ in range(3):
            page.clock.run_for(11_000)
            page.wait_for_timeout(200)
        expect(page.get_by_text("Hubben svarar inte.")).to_be_visible()
        visited.context.set_offline(False)
        page.clock.run_for(11_000)
        expect(page.get_by_text("Elmätaren har varit tyst sedan 13:00")).to_be_visible()
        visited.problems = [each for each in visited.problems if "ERR_INTERNET_DISCONNECTED" not in each]


def test_removing_a_user_asks_first(chromium: Browser, opened: Open) -> None:
    with visit(chromium) as visited:
        page = visited.page
        log_in(page, opened.address)
        page.goto(f"{opened.address}/settings/users")
        page.locator("summary").first.click()
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="Ta bort Adam").click()
        expect(page.get_by_role("button", name="Ta bort Adam")).to_be_visible()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Ta bort Adam").click()
        expect(page.get_by_text("Användaren är borttagen.")).to_be_visible()


def test_language_and_theme_are_switched_by_keyboard_and_without_scripts(chromium: Browser, opened: Open) -> None:
    with visit(chromium, scripts=False) as visited:
        page = visited.page
        page.goto(f"{opened.address}/login")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Hoppa till innehållet")).to_be_focused()
        page.get_by_role("button", name="In English").press("Enter")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.get_by_role("button", name="Dark colours").press("Enter")
        assert page.locator("html[data-theme=dark]").count() == 1
