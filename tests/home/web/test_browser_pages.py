"""The household's pages in a real browser: alive, zoomed, switched, narrow, dark, without scripts, read aloud."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from hanport.home.values import PortState, PortStatus
from home.web.browser import PHONE, Visit, is_too_wide, serious_findings, visit
from home.web.household import present_reading, sample_of
from home.web.scene import START
from home.web.staged import Stage, fill, staged

DAY = timedelta(days=1)
PAGES = ("/", "/history", "/history?date=2026-11&compare=1", "/history?date=2026", "/peaks", "/port")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A house that has been read for more than a year."""
    with staged(tmp_path_factory.mktemp("pages")) as made:
        yesterday = START - 1.6 * DAY
        spans = [(START - 400 * DAY, yesterday, 3600), (yesterday, START - DAY / 24, 10)]
        last = made.do(lambda scene: fill(scene.store, spans))
        made.hear(telegram(made, energy_import_wh=last.energy_import_wh))
        yield made


def telegram(stage: Stage, **fields: int | None):  # type: ignore[no-untyped-def]
    return sample_of(present_reading(stage.scene.clock.now(), **fields), late_s=0)


@contextmanager
def logged_in(browser: Browser, stage: Stage, path: str = "/", **how: object) -> Iterator[Visit]:
    """A visitor who has logged in and looks at a page."""
    with visit(browser, **how) as visited:  # type: ignore[arg-type]
        visited.context.add_cookies([stage.session()])  # type: ignore[list-item]
        visited.page.goto(stage.url + path)
        yield visited


def span_s(page: Page) -> int:
    """How many seconds of the line are seen, by the address."""
    query = parse_qs(urlsplit(page.url).query)
    return int(query["to"][0]) - int(query["from"][0])


def zoomed(page: Page, act: str) -> None:
    """A step of zooming, until its data are there."""
    with page.expect_response(re.compile("/history/line")):
        page.click(f"[data-zoom={act}]")
    page.wait_for_timeout(50)


def test_history_is_zoomed_from_a_year_to_seconds_and_back(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/history?date=2026&view=year") as visited:
        page = visited.page
        curve = page.locator("#curve")
        expect(curve).to_have_attribute("data-step-s", re.compile(r"^\d{4,}$"))
        year = page.locator("#curve-span").inner_text()
        assert "1 jan. 2026" in year
        # The middle of the year had a reading every hour; yesterday every 10 seconds.
        page.goto(f"{stage.url}/history?date=2026-11-24")
        expect(curve).to_have_attribute("data-step-s", re.compile(r"^\d+$"))
        for _ in range(8):
            zoomed(page, "in")
        assert span_s(page) < 60
        assert curve.get_attribute("data-step-s") == "0"
        assert "varje telegram" in page.locator("#curve-span").inner_text()
        shared = page.url
        page.wait_for_timeout(1100)
        zoomed(page, "whole")
        expect(page.locator("#curve-span")).to_contain_text("24 nov. 2026 ·")
        with page.expect_response(re.compile("/history/line")):
            page.go_back()
        assert page.url == shared
        expect(page.locator("#curve-span")).to_contain_text("varje telegram")
        zoomed(page, "everything")
        expect(page.locator("#curve-span")).to_contain_text("2025 –")


def test_keys_drag_and_wheel_zoom_too(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/history?date=2026-11-24") as visited:
        page = visited.page
        over = page.locator("#curve-plot .u-over")
        over.scroll_into_view_if_needed()
        box = over.bounding_box()
        assert box is not None
        with page.expect_response(re.compile("/history/line")):
            page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=4)
            page.mouse.up()
        assert abs(span_s(page) - 6 * 3600) < 600
        plot = page.locator("#curve-plot")
        for key, share in (("+", 0.5), ("ArrowRight", 1), ("-", 2)):
            before = span_s(page)
            with page.expect_response(re.compile("/history/line")):
                plot.press(key)
            page.wait_for_timeout(50)
            assert abs(span_s(page) - before * share) < 5
        plot.press("Shift+ArrowRight")
        expect(page.locator("#curve-said")).to_contain_text("Effekt")
        before = span_s(page)
        with page.expect_response(re.compile("/history/line")):
            page.mouse.wheel(0, -200)
        page.wait_for_timeout(50)
        assert span_s(page) < before
        with page.expect_response(re.compile("/history/line")):
            plot.press("Home")
        page.wait_for_timeout(50)
        assert "from=" not in page.url


def test_phases_are_stacked_and_stay_in_the_address(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/history?date=2026-11-24") as visited:
        page = visited.page
        page.wait_for_selector("#curve-plot canvas")
        button = page.get_by_role("button", name="Faser")
        button.click()
        assert "phases=1" in page.url
        page.reload()
        page.wait_for_selector("#curve-plot canvas")
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("Fas L2")).to_be_visible()


def test_the_calendar_is_turned_by_keys_and_dates(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/history") as visited:
        page = visited.page
        page.wait_for_load_state()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("heading", name="Tisdag 24 november 2026")).to_be_visible()
        page.wait_for_load_state()  # the page listens to keys when its script has run
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("heading", name="Onsdag 25 november 2026")).to_be_visible()
        page.fill("#date", "2026-07-01")
        page.locator("#date").dispatch_event("change")
        expect(page.get_by_role("heading", name="Onsdag 1 juli 2026")).to_be_visible()
        page.locator("svg.bars .bar").nth(12).hover()
        expect(page.locator("#bar-said")).to_contain_text("12:00–13:00")
        page.click("text=Hela månaden")
        expect(page.get_by_role("heading", name="Juli 2026")).to_be_visible()
        page.locator("svg.bars .bar").nth(3).click()
        expect(page.get_by_role("heading", name="Lördag 4 juli 2026")).to_be_visible()


def test_now_lives(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage) as visited:
        page = visited.page
        power = page.locator("[data-text=power]")
        for watts in (1111, 2222):
            stage.hear(telegram(stage, power_import_w=watts, current_l1_ma=watts * 10))
            expect(power).to_have_text(f"{watts // 1000}\u00a0{watts % 1000}\u00a0W")
        expect(page.locator("[data-gauge=l1]")).to_have_attribute("data-level", "over")
        expect(page.locator("[data-gauge=l1] .arc")).to_have_attribute("aria-valuetext", re.compile("Över säkringen"))
        expect(page.locator("#live-summary")).to_contain_text("L1: Över säkringen.")
        line = page.locator("#hour-line .line-import").get_attribute("d")
        assert line
        stage.wait(1)
        stage.hear(telegram(stage, power_import_w=0, power_export_w=500))
        expect(page.locator("[data-text=flow]")).to_have_text("Du matar elnätet")
        expect(page.locator("#hour-line .line-import")).not_to_have_attribute("d", line)
        stage.hear(telegram(stage))


def test_values_grow_old_by_themselves(chromium: Browser, stage: Stage) -> None:
    with visit(chromium) as visited:
        page = visited.page
        page.clock.install()
        visited.context.add_cookies([stage.session()])  # type: ignore[list-item]
        page.goto(stage.url)
        stage.hear(telegram(stage))
        expect(page.locator("[data-text=power]")).to_have_text("2\u00a0436\u00a0W")
        page.clock.fast_forward(10_000)
        expect(page.locator("[data-age]")).to_contain_text(re.compile("för 1\\d"))
        page.clock.fast_forward(25_000)
        expect(page.locator("[data-text=power]")).to_have_text("–")
        expect(page.locator("[data-text=flow]")).to_have_text("Okänt just nu")
        expect(page.locator("[data-old]")).to_be_visible()
        expect(page.locator("[data-gauge=l2]")).to_have_attribute("data-level", "unknown")
        stage.hear(telegram(stage, power_import_w=777))
        expect(page.locator("[data-text=power]")).to_have_text("777\u00a0W")
        expect(page.locator("[data-old]")).to_be_hidden()


def test_without_scripts_everything_is_there_but_the_line(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, scripts=False) as visited:
        page = visited.page
        expect(page.locator("[data-text=power]")).to_contain_text("W")
        assert "Utan JavaScript står värdena stilla" in page.content()
        page.goto(f"{stage.url}/history?date=2026-11-24")
        assert page.locator(".bar-import").count() >= 20
        page.fill("#date", "2026-11-01")
        page.click("text=Visa")
        expect(page.get_by_role("heading", name="Söndag 1 november 2026")).to_be_visible()


def test_the_language_is_switched_and_the_page_stays(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/history?view=month&date=2026-10&compare=1") as visited:
        page = visited.page
        page.click("text=In English")
        expect(page.get_by_role("heading", name="October 2026")).to_be_visible()
        assert "compare=1" in page.url
        expect(page.get_by_text("From the grid").first).to_be_visible()
        page.click("text=På svenska")
        expect(page.get_by_role("heading", name="Oktober 2026")).to_be_visible()


def opened(page: Page) -> None:
    """All that can be folded out is."""
    if page.locator("#curve").count():
        page.wait_for_selector("#curve-plot canvas")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")


def test_a_phone_is_wide_enough(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, size=PHONE) as visited:
        for path in PAGES:
            visited.page.goto(stage.url + path)
            opened(visited.page)
            assert not is_too_wide(visited.page), path


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.soak), "dark"])
def test_nothing_serious_is_held_against_a_page(chromium: Browser, stage: Stage, scheme: str) -> None:
    with logged_in(chromium, stage, scheme=scheme) as visited:
        for path in PAGES:
            visited.page.goto(stage.url + path)
            opened(visited.page)
            assert serious_findings(visited.page) == [], path


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.soak), "dark"])
def test_nor_in_bad_times(chromium: Browser, tmp_path: Path, scheme: str) -> None:
    with staged(tmp_path) as made, logged_in(chromium, made, scheme=scheme) as visited:

        def look(*paths: str) -> None:
            for path in paths:
                visited.page.goto(made.url + path)
                assert serious_findings(visited.page) == [], path

        look("/", "/history", "/peaks", "/port")
        made.hear(telegram(made, current_l1_ma=17_000, current_l2_ma=22_000, current_l3_ma=31_000))
        look("/")
        made.wait(1200)
        look("/", "/port")


def test_the_restart_goes_on_by_itself(chromium: Browser, tmp_path: Path) -> None:
    with staged(tmp_path) as made:
        for _ in range(6):
            made.wait(10)
            made.hear(telegram(made))
        made.wait(900)
        with logged_in(chromium, made, "/port") as visited:
            page = visited.page
            page.click("text=Starta guiden")
            for _ in range(3):
                page.click("text=Klart, nästa steg")
            page.click("text=Strömmen är på igen")
            expect(page.get_by_text("Väntar på mätarens telegram")).to_be_visible()
            made.wait(60)
            made.hear(telegram(made))
            expect(page.get_by_text("telegrammen är tillbaka sedan")).to_be_visible(timeout=10_000)


def test_the_telegram_is_copied(chromium: Browser, stage: Stage) -> None:
    with logged_in(chromium, stage, "/port") as visited:
        visited.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = visited.page
        page.click("details.raw > summary")
        page.click("text=Kopiera")
        expect(page.get_by_text("Kopierat")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").startswith("/KAM5")


def test_a_lost_hub_is_said(chromium: Browser, tmp_path: Path) -> None:
    with staged(tmp_path) as made:
        made.hear(telegram(made))
        made.do(lambda scene: _becomes_well(made))
        with logged_in(chromium, made) as visited:
            expect(visited.page.locator("[data-link]")).to_be_hidden()
            made.end()
            expect(visited.page.locator("[data-link]")).to_contain_text("tappat kontakten med hubben")
            visited.problems.clear()  # the browser says that the connection was refused


async def _becomes_well(stage: Stage) -> None:
    stage.scene.live.becomes(PortStatus(PortState.WELL, START))
