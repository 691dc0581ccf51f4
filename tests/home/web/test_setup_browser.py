"""The first start in a real browser, against a real meter on a socket: from the one-time address to the first page."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hanport.clock import SystemClock
from hanport.home.config import HomeConfig
from hanport.home.web.probing import SourceProbe
from hanport.home.web.setup import Setup, SetupParts
from hanport.home.web.setup_app import make_setup_app
from home.meters import Meter, meter_on_tcp
from home.web.browser import PHONE, is_too_wide, serious_findings, shot, visit
from home.web.scene import PASSWORD, Scene, scene
from home.web.serve import Loop, loop_in_thread

EXAMPLE = Path(__file__).parents[2] / "hand_over" / "kamstrup-omnipower.json"


@dataclass
class First:
    """A set-up, the hub that follows it, and a meter."""

    loop: Loop
    hub: Scene
    setup: Setup
    meter: Meter


@asynccontextmanager
async def opened(folder: Path, loop: Loop) -> AsyncIterator[First]:
    async with (
        scene(folder) as hub,
        meter_on_tcp(start=SystemClock().now().replace(microsecond=0)) as meter,
    ):
        parts = SetupParts(
            clock=SystemClock(),
            config=HomeConfig(),
            save=hub.save,
            accounts=hub.accounts,
            probe=SourceProbe(SystemClock()),
            devices=list,
        )
        setup = Setup(parts)
        yield First(loop, hub, setup, meter)
        await setup.trial.stop()


@pytest.fixture
def first(tmp_path: Path) -> Iterator[First]:
    with loop_in_thread() as loop:
        stack = AsyncExitStack()
        try:
            yield loop.call(lambda: stack.enter_async_context(opened(tmp_path, loop)))
        finally:
            loop.call(stack.aclose)


def look(page: Page, step: str, part: str = "") -> None:
    """The page of this step has come; it is no wider than the window, and axe-core has nothing serious against it."""
    page.wait_for_url("**/setup/*" if step == "language" else f"**/setup/{step}")
    name = f"{step}-{part}" if part else step
    shot(page, f"setup-{name}")
    assert not is_too_wide(page), name
    assert serious_findings(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"] if os.environ.get("HANPORT_SHOTS") else ["dark"])
def test_from_the_address_to_the_first_page(chromium: Browser, first: First, scheme: str) -> None:
    with (
        visit(chromium, size=PHONE, scheme=scheme) as visited,
        first.loop.serving(make_setup_app(first.setup)) as address,
    ):
        page = visited.page
        page.goto(first.setup.invitation(address).url)
        look(page, "language")
        page.get_by_role("button", name="Svenska").click()
        look(page, "source")
        page.get_by_role("radio", name="Läsare i nätverket").check()
        host, _, port = first.meter.address.removeprefix("tcp://").rpartition(":")
        page.get_by_label("IP-adress eller namn").fill(host)
        page.get_by_label("Port", exact=True).fill(port)
        look(page, "source", "network")
        page.get_by_role("button", name="Lyssna").click()
        expect(page.get_by_text("Väntar på elmätaren")).to_be_visible()
        first.loop.call(lambda: first.meter.send(30))
        expect(page.get_by_text("Elmätaren hörs.")).to_be_visible(timeout=10_000)
        expect(page.get_by_text("från elnätet")).to_be_visible()
        look(page, "telegram")
        page.go_back()
        page.go_forward()
        page.reload()
        expect(page.get_by_text("Elmätaren hörs.")).to_be_visible(timeout=10_000)
        page.get_by_role("button", name="Fortsätt").click()
        look(page, "fuse")
        page.get_by_role("radio", name="25 A").check()
        page.get_by_role("button", name="Fortsätt").click()
        look(page, "user")
        page.get_by_label("Namn").fill("Eva")
        page.get_by_label("Lösenord").fill(PASSWORD)
        page.get_by_role("button", name="Klart").click()
        expect(page.get_by_role("heading", name="Allt är klart")).to_be_visible()
        shot(page, "setup-done")
        assert not is_too_wide(page)
        assert serious_findings(page) == []
        assert first.loop.call(first.setup.ended)
    assert first.hub.config.source.address == first.meter.address
    assert first.hub.config.house.main_fuse_a == 25


def test_the_hub_is_entered_as_soon_as_it_listens_at_the_same_address(chromium: Browser, first: First) -> None:
    with visit(chromium) as visited:
        page = visited.page
        with first.loop.serving(make_setup_app(first.setup)) as address:
            page.goto(first.setup.invitation(address).url)
            page.get_by_role("button", name="English").click()
            page.get_by_role("button", name="Choose later").click()
            page.get_by_role("button", name="Go on").click()
            page.get_by_label("Name").fill("Eva")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Finish").click()
            expect(page.get_by_role("heading", name="All is set")).to_be_visible()
        with first.loop.serving(first.hub.app(), int(address.rpartition(":")[2])):
            page.wait_for_url(f"{address}/", timeout=10_000)
            expect(page.get_by_role("link", name="Eva’s account")).to_be_visible()
        # Between the two nobody listened: the browser tells of that on its console.
        visited.problems = [each for each in visited.problems if "ERR_CONNECTION_REFUSED" not in each]


def test_the_way_without_scripts(chromium: Browser, first: First) -> None:
    with (
        visit(chromium, scripts=False) as visited,
        first.loop.serving(make_setup_app(first.setup)) as address,
    ):
        page = visited.page
        page.goto(first.setup.invitation(address).url)
        page.get_by_role("button", name="Svenska").click()
        page.get_by_role("radio", name="Läsare i nätverket").check()
        host, _, port = first.meter.address.removeprefix("tcp://").rpartition(":")
        page.get_by_label("IP-adress eller namn").fill(host)
        page.get_by_label("Port", exact=True).fill(port)
        page.get_by_role("button", name="Lyssna").click()
        expect(page.get_by_text("Väntar på elmätaren")).to_be_visible(timeout=10_000)
        first.loop.call(lambda: first.meter.send(10))
        expect(page.get_by_text("Elmätaren hörs.")).to_be_visible(timeout=10_000)


def test_the_network_companys_word_is_pasted_on_a_phone(chromium: Browser, first: First) -> None:
    with visit(chromium, size=PHONE) as visited, first.loop.serving(make_setup_app(first.setup)) as address:
        page = visited.page
        page.goto(first.setup.invitation(address).url)
        page.get_by_role("button", name="Svenska").click()
        page.get_by_text("Jag har en fil eller QR-kod från nätbolaget").click()
        page.get_by_label("QR-kodens text, eller innehållet i filen").fill("hej")
        page.get_by_role("button", name="Använd").click()
        expect(page.get_by_text("Det här är inte det som nätbolagets sida ger.")).to_be_visible()
        look(page, "source", "handed-wrong")
        visited.problems = [each for each in visited.problems if "422" not in each]  # the browser tells of that
        page.get_by_label("QR-kodens text, eller innehållet i filen").fill(EXAMPLE.read_text("utf-8"))
        page.get_by_role("button", name="Använd").click()
        expect(page.get_by_role("heading", name="Det här säger nätbolaget")).to_be_visible()
        look(page, "source", "handed")
