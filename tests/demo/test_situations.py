"""The story with all programs, and every situation.

In the long form two demonstrations play at once, each with a house of its own. The one is played by a person's browser.
In the other a port hangs, and its hub needs more than a minute to be sure: meanwhile the first one plays all the rest.
"""

import os
import re
import signal
import tomllib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.running import WITHIN_S, Demo, calls, demo
from hanport.demo.household import PASSWORD, USER
from hanport.demo.places import Claims
from hanport.demo.register import ASTRID, HOUSE, HOUSE_METERS, INGRID
from hanport.home.store.reader import Reader
from home.web.browser import PHONE, chromium, is_too_wide, serious_findings, shot, visit

__all__ = ["chromium"]
pytestmark = pytest.mark.timeout(900)
_WITHIN_MS = WITHIN_S * 1000


def test_the_story_and_what_can_happen_soon(tmp_path: Path, chromium: Browser) -> None:
    """All but the port that hangs, of which a hub is sure after a minute only, and the move."""
    with demo(tmp_path) as person:
        person.wait_for_places()
        a_person_has_the_port_opened(person, chromium)
        a_stranger_gets_nothing(person)
        at_a_meter_exchange_the_right_goes_to_the_new_meter(person)
        a_broken_adapter_is_exchanged_within_the_warranty(person)
        ctrl_c_ends_all(person)
    the_house_is_kept(tmp_path, person)


@pytest.mark.soak
def test_the_story_and_all_that_can_happen(tmp_path: Path, chromium: Browser) -> None:
    with Claims() as claims:
        wanted = ("--grid-port", str(claims.take(0)))
    with demo(tmp_path / "person", *wanted) as person, demo(tmp_path / "itself", "--auto", *wanted) as itself:
        all_is_there(person, itself, wanted[1])
        by_itself_the_port_is_opened(itself)
        the_port_hangs(itself)
        a_person_has_the_port_opened(person, chromium)
        meanwhile_the_page_is_looked_at_and_used(itself, chromium)
        a_stranger_gets_nothing(person)
        at_a_meter_exchange_the_right_goes_to_the_new_meter(person)
        a_broken_adapter_is_exchanged_within_the_warranty(person)
        when_somebody_moves_out_the_port_closes_by_itself(person)
        the_story_begins_anew_and_the_hub_goes_on(person)
        the_port_that_hangs_is_found_and_restarted(itself)
        a_program_that_ends_by_itself_ends_the_demonstration(person)
        ctrl_c_ends_all(itself)
    the_house_is_kept(tmp_path / "itself", itself)


def all_is_there(first: Demo, second: Demo, wanted: str) -> None:
    """Both want the same port, which only the first can have. The page answers before the parties do."""
    page = second.client.get("/")
    assert page.status_code == 200 and "From a closed port" in page.text
    assert second.state()["mark"]["portal"] == "starting"
    assert first.wait_for_places()["portal"].endswith(f":{wanted}")
    assert set(first.places.values()).isdisjoint(second.wait_for_places().values())
    assert is_done(first.state(), "waiting") and not is_done(first.state(), "asked")


def by_itself_the_port_is_opened(running: Demo) -> None:
    state = running.ended("open")
    assert is_done(state, "heard")
    assert running.client.get("/").text.count('data-is="done"') >= 5


def the_port_hangs(running: Demo) -> None:
    """It takes the hub 65 s to be sure. Only one thing is played at a time."""
    running.begin("port-hangs")
    running.until(lambda state: "hung" in state["say"]["meter.state"])
    assert running.client.post("/play/move-out").status_code == 409
    assert running.client.post("/play/nothing").status_code == 404


def a_person_has_the_port_opened(running: Demo, browser: Browser) -> None:
    """From the start page over portal and phone to the first live value."""
    with visit(browser, language="en-GB") as visited:
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
        see_the_house(opened.value)


def sign_on_the_phone(page: Page) -> None:
    """From the page that waits for a signature, over the phone, and back."""
    page.click("a[data-start][href]")
    page.get_by_role("radio", name=ASTRID.name).check(force=True)
    page.click("button[value=choose]")
    page.click("button[value=sign]")


def see_the_house(hub: Page) -> None:
    """Log in at the hub, and look at its pages."""
    hub.fill("[name=name]", USER)
    hub.fill("[name=password]", PASSWORD)
    hub.press("[name=password]", "Enter")
    expect(hub.locator("main")).to_contain_text(re.compile(r"\d\sW"), timeout=_WITHIN_MS)
    hub.goto(f"{hub.url.rstrip('/')}/history?view=month")
    expect(hub.locator("main")).to_contain_text("kWh")


def wait_for_words(start: Page, words: str) -> None:
    """Until the live region says that."""
    expect(start.locator("p[role=status]")).to_contain_text(words, timeout=_WITHIN_MS)


def meanwhile_the_page_is_looked_at_and_used(running: Demo, browser: Browser) -> None:
    """In all its forms; what is pulled at the cabinet does not end the situation."""
    look_at_the_page(running, browser)
    use_the_page(running, browser)


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


def the_port_that_hangs_is_found_and_restarted(running: Demo) -> None:
    state = running.ended("port-hangs")
    assert "The hub’s doctor says" in " ".join(line["text"] for line in state["lines"])
    assert f"200 GET /facilities/{HOUSE}/restart" in calls(state)
    assert f"303 POST /facilities/{HOUSE}/restart" in calls(state)
    assert state["say"]["portal.state"].startswith("Restart: done")
    assert state["mark"]["live"] == "yes"


def a_stranger_gets_nothing(running: Demo) -> None:
    before = running.state()
    state = running.play("stranger")
    assert f"404 GET /facilities/{HOUSE}" in calls(state)
    assert "404 POST /order" in calls(state)
    assert any(re.fullmatch(r"403 GET /identification/.*/return", call) for call in calls(state))
    assert "303 GET /facilities" in calls(state)
    assert state["mark"]["port"] == before["mark"]["port"]
    assert state["say"]["portal.state"] == before["say"]["portal.state"]


def at_a_meter_exchange_the_right_goes_to_the_new_meter(running: Demo) -> None:
    old = running.state()["say"]["meter.serial"]
    state = running.play("meter-exchange")
    new = state["say"]["meter.serial"]
    assert HOUSE_METERS.index(new) == HOUSE_METERS.index(old) + 1
    assert "200 POST /api/v1/events" in calls(state)
    assert "200 GET /api/v1/state" in calls(state)  # the head-end: the old port was read back before it was gone
    assert (state["mark"]["port"], state["mark"]["live"]) == ("open", "yes")
    assert int(re.sub(r"\D", "", state["say"]["meter.register"])) < 10  # a new one begins near 0


def a_broken_adapter_is_exchanged_within_the_warranty(running: Demo) -> None:
    state = running.play("adapter-broken")
    assert f"303 POST /facilities/{HOUSE}/adapter" in calls(state)
    assert any(call.startswith("200 POST /api/v1/orders/") and call.endswith("/visit") for call in calls(state))
    assert state["say"]["portal.state"] == "Another adapter: done, as the meter says itself"
    assert state["mark"]["live"] == "yes"


def when_somebody_moves_out_the_port_closes_by_itself(running: Demo) -> None:
    state = running.play("move-out")
    assert "200 POST /api/v1/events" in calls(state)
    assert (state["mark"]["port"], state["mark"]["sends"]) == ("closed", "no")
    assert state["say"]["portal.port"].startswith("The right has ended")
    assert INGRID.name in state["say"]["holder"]
    assert state["can"]["open"] is True
    state = running.play("open")
    assert (state["mark"]["port"], state["mark"]["live"]) == ("open", "yes")
    assert state["lines"][0]["text"].startswith(INGRID.name)


def the_story_begins_anew_and_the_hub_goes_on(running: Demo) -> None:
    hub = running.children()["home"]
    state = running.play("anew")
    assert is_done(state, "waiting") and not is_done(state, "asked")
    assert state["say"]["portal.state"] == "Nobody has asked for the port yet."
    assert state["say"]["meter.serial"] == HOUSE_METERS[0]
    assert state["mark"]["port"] == "closed"
    assert running.children()["home"] == hub


def a_program_that_ends_by_itself_ends_the_demonstration(running: Demo) -> None:
    os.kill(running.children()["home"], signal.SIGTERM)
    state = running.until(lambda state: state["mark"]["hub"] == "ended")
    assert state["say"]["hub.state"] == "It has ended."
    _, errors = running.process.communicate(timeout=90)
    assert running.process.returncode == 2
    assert "`hanport home` has ended" in errors


def ctrl_c_ends_all(running: Demo) -> None:
    children = running.children()
    assert {"meter", "home", "grid", "testid"} <= set(children)
    running.process.send_signal(signal.SIGINT)
    _, errors = running.process.communicate(timeout=90)
    assert running.process.returncode == 0
    assert "Traceback" not in errors and "199108142382" not in errors
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())


def the_house_is_kept(folder: Path, running: Demo) -> None:
    with Reader(folder / "hanport-data" / "hub.db") as reader:
        span = reader.span()
        assert span is not None
        assert (span[1] - span[0]).total_seconds() > 2 * 86_400 - 60
    assert tomllib.loads((folder / "home.toml").read_text("utf-8"))["source"]["address"] == running.places["meter"]


def is_done(state: dict[str, Any], step: str) -> bool:
    return bool(state["mark"][f"step.{step}"] == "done")
