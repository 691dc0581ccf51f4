"""The whole story with all programs: by a person's browser from the start page to the hub, and every situation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.running import WITHIN_S, Demo, calls, demo
from hanport.demo.household import PASSWORD, USER
from hanport.demo.register import ASTRID, HOUSE, HOUSE_METERS, INGRID
from home.web.browser import PHONE, chromium, is_too_wide, serious_findings, shot, visit

__all__ = ["chromium"]
# By one process alone: several would each start a demonstration of their own.
pytestmark = [pytest.mark.timeout(600), pytest.mark.soak]
_WITHIN_MS = WITHIN_S * 1000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demonstration for all: to start it takes seconds. Each test can do with whatever the one before has left."""
    with demo(tmp_path_factory.mktemp("demo")) as started:
        started.wait_for_places()
        yield started


def is_done(state: dict[str, Any], step: str) -> bool:
    return bool(state["mark"][f"step.{step}"] == "done")


def sign_on_the_phone(page: Page) -> None:
    """From the page that waits for a signature, over the phone, and back."""
    page.click("a[data-start][href]")
    page.get_by_role("radio", name=ASTRID.name).check(force=True)
    page.click("button[value=choose]")
    page.click("button[value=sign]")


def wait_for_words(start: Page, words: str) -> None:
    """Until the live region says that."""
    expect(start.locator("p[role=status]")).to_contain_text(words, timeout=_WITHIN_MS)


def test_from_the_start_page_over_portal_and_phone_to_the_first_live_value(running: Demo, chromium: Browser) -> None:
    state = running.state()
    if is_done(state, "asked"):
        state = running.play("anew")
    assert is_done(state, "waiting") and not is_done(state, "asked")
    assert (state["mark"]["port"], state["mark"]["live"]) == ("closed", "no")
    with visit(chromium, language="en-GB") as visited:
        start = visited.page
        start.context.set_default_timeout(_WITHIN_MS)
        start.goto(running.start)
        wait_for_words(start, "Your turn: ask")
        assert serious_findings(start) == []
        with start.expect_popup() as opened:
            start.get_by_role("button", name="Go to the portal", exact=True).click()
        portal = opened.value
        portal.click("a.large")
        portal.click("button[value=same_device]")
        sign_on_the_phone(portal)
        portal.wait_for_url(re.compile("/order$"))
        wait_for_words(start, "sign on the phone")
        portal.click("button[value=same_device]")
        sign_on_the_phone(portal)
        portal.wait_for_url(re.compile("/orders/"))
        wait_for_words(start, "the hub shows the house")
        expect(start.locator("[data-mark='step.heard']")).to_have_attribute("data-is", "done")
        expect(start.locator(".watts")).to_have_text(re.compile(r"\d\sW$"))
        with start.expect_popup() as opened:
            start.get_by_role("button", name="Open the hub").first.click()
        hub = opened.value
        hub.fill("[name=name]", USER)
        hub.fill("[name=password]", PASSWORD)
        hub.press("[name=password]", "Enter")
        expect(hub.locator("main")).to_contain_text(re.compile(r"\d\sW"), timeout=_WITHIN_MS)


def test_a_stranger_gets_nothing(running: Demo) -> None:
    before = running.state()
    state = running.play("stranger")
    assert f"404 GET /facilities/{HOUSE}" in calls(state)
    assert "404 POST /order" in calls(state)
    assert any(re.fullmatch(r"403 GET /identification/.*/return", call) for call in calls(state))
    assert "303 GET /facilities" in calls(state)
    assert state["mark"]["port"] == before["mark"]["port"]
    assert state["say"]["portal.state"] == before["say"]["portal.state"]


def test_at_a_meter_exchange_the_right_goes_to_the_new_meter(running: Demo) -> None:
    old = running.state()["say"]["meter.serial"]
    state = running.play("meter-exchange")
    new = state["say"]["meter.serial"]
    assert HOUSE_METERS.index(new) == HOUSE_METERS.index(old) + 1
    assert "200 POST /api/v1/events" in calls(state)
    assert "200 GET /api/v1/state" in calls(state)  # the head-end: the old port was read back before it was gone
    assert (state["mark"]["port"], state["mark"]["live"]) == ("open", "yes")
    assert int(re.sub(r"\D", "", state["say"]["meter.register"])) < 10  # a new one begins near 0


def test_a_broken_adapter_is_found_and_exchanged_within_the_warranty(running: Demo) -> None:
    state = running.play("adapter-broken")
    assert f"303 POST /facilities/{HOUSE}/adapter" in calls(state)
    assert any(call.startswith("200 POST /api/v1/orders/") and call.endswith("/visit") for call in calls(state))
    assert state["say"]["portal.state"] == "Another adapter: done, as the meter says itself"
    assert state["mark"]["live"] == "yes"


def test_a_port_that_hangs_is_found_and_restarted(running: Demo, chromium: Browser) -> None:
    """It takes the hub 65 s to be sure: meanwhile the page is looked at in all its forms."""
    running.begin("port-hangs")
    running.until(lambda state: "hung" in state["say"]["meter.state"])
    look_at_the_page(running, chromium)
    use_the_page(running, chromium)
    state = running.ended("port-hangs")
    assert "The hub’s doctor says" in " ".join(line["text"] for line in state["lines"])
    assert f"200 GET /facilities/{HOUSE}/restart" in calls(state)
    assert f"303 POST /facilities/{HOUSE}/restart" in calls(state)
    assert state["say"]["portal.state"].startswith("Restart: done")
    assert state["mark"]["live"] == "yes"


def look_at_the_page(running: Demo, browser: Browser) -> None:
    for size, scheme, language in ((PHONE, "dark", "sv-SE"), (PHONE, "light", "en-GB"), ((1120, 800), "dark", "sv-SE")):
        with visit(browser, size=size, scheme=scheme, language=language) as visited:
            visited.page.goto(running.start)
            expect(visited.page.locator(".lines li").first).to_be_visible()
            assert not is_too_wide(visited.page), (size, language)
            assert serious_findings(visited.page) == [], (size, scheme)
            shot(visited.page, "demo")


def use_the_page(running: Demo, browser: Browser) -> None:
    """By keyboard with scripts, where the focus stays; and without scripts."""
    with visit(browser, language="en-GB") as visited:
        visited.page.goto(running.start)
        cable = visited.page.get_by_role("button", name="Cable to the port")
        expect(cable).to_have_attribute("aria-pressed", "true")
        cable.focus()
        visited.page.keyboard.press("Enter")
        expect(cable).to_have_attribute("aria-pressed", "false")
        expect(cable).to_be_focused()
        expect(visited.page.locator("svg.cabinet")).to_have_attribute("data-cable", "out")
        playing = visited.page.get_by_role("button", name="Play: Moving out")
        expect(playing).to_have_attribute("aria-disabled", "true")
        playing.click(force=True)
        assert running.state()["mark"]["playing"] == "port-hangs"
        visited.page.locator("svg.cabinet [data-press=cable] .port-plate").click(force=True)
        expect(cable).to_have_attribute("aria-pressed", "true")
    with visit(browser, language="en-GB", scripts=False) as visited:
        visited.page.goto(running.start)
        visited.page.get_by_role("button", name="Own supply of the reader").click()
        visited.page.wait_for_url(re.compile("#cabinet"))
        supply = visited.page.get_by_role("button", name="Own supply of the reader")
        expect(supply).to_have_attribute("aria-pressed", "false")
        supply.click()
        expect(supply).to_have_attribute("aria-pressed", "true")


def test_when_somebody_moves_out_the_port_closes_by_itself(running: Demo) -> None:
    state = running.play("move-out")
    assert "200 POST /api/v1/events" in calls(state)
    assert (state["mark"]["port"], state["mark"]["sends"]) == ("closed", "no")
    assert state["say"]["portal.port"].startswith("The right has ended")
    assert INGRID.name in state["say"]["holder"]
    assert state["can"]["open"] is True
    state = running.play("open")
    assert (state["mark"]["port"], state["mark"]["live"]) == ("open", "yes")
    assert state["lines"][0]["text"].startswith(INGRID.name)


def test_the_story_begins_anew_and_the_hub_goes_on(running: Demo) -> None:
    state = running.play("anew")
    assert is_done(state, "waiting") and not is_done(state, "asked")
    assert state["say"]["portal.state"] == "Nobody has asked for the port yet."
    assert state["say"]["meter.serial"] == HOUSE_METERS[0]
    assert state["mark"]["port"] == "closed"
    assert running.play("open")["mark"]["live"] == "yes"


def test_only_one_thing_is_played_at_a_time(running: Demo) -> None:
    running.begin("stranger")
    assert running.client.post("/play/move-out").status_code == 409
    running.ended("stranger")
    assert running.client.post("/play/nothing").status_code == 404
