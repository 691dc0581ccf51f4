"""What the start page says of the parties, and which of its buttons work."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.staged import START, Staged, facility, heard, meter, order, phone
from hanport.demo.journal import Outcome, Party
from hanport.demo.situations import SEED, Situation
from hanport.demo.stage import Standing
from hanport.demo.told import Fault, HubStatus, Meter
from hanport.locale import LANGUAGES, catalog_texts


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    return Staged(tmp_path)


def test_before_anybody_is_there(staged: Staged) -> None:
    view = staged.view()
    assert view["say"]["announce"] == "The parties are starting."
    assert view["say"]["portal.state"].startswith("Starting")
    assert view["say"]["hub.power"] == view["say"]["meter.power"] == "–"
    assert not any(view["can"].values())
    assert not any(view["links"].values())
    assert set(view["mark"][f"step.{step}"] for step in ("waiting", "asked", "heard")) == {"later"}


def test_who_has_ended_is_said(staged: Staged) -> None:
    staged.ready().stage.standing[Party.HUB] = Standing.ENDED
    view = staged.view(meter=meter())
    assert view["mark"]["hub"] == "ended"
    assert view["say"]["hub.state"] == "It has ended."
    assert view["links"]["hub"] == ""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (meter(), "a telegram every 10\u00a0s"),
        (meter(open=False, sends="nothing"), "closed"),
        (meter(hung=True, sends="nothing"), "hung"),
        (meter(awake_at=START + timedelta(hours=1), sends="nothing"), "just been started"),
        (meter(cable_in=False, sends="nothing"), "cable is out"),
        (meter(reader_supply=False, sends="identification"), "no supply"),
        (meter(faults=(Fault("crc", True),)), "spoils"),
        (meter(faults=(Fault("crc", False),)), "a telegram every"),
    ],
)
def test_the_meter_in_words(staged: Staged, told: Meter, said: str) -> None:
    view = staged.ready().view(meter=told)
    assert said in view["say"]["meter.state"]
    assert view["say"]["meter.power"] == "1,500\u00a0W"
    assert view["say"]["meter.register"] == "60,995\u00a0kWh"
    assert view["mark"]["cable"] == ("in" if told.module.cable_in else "out")
    assert view["mark"]["sends"] == ("no" if told.sends == "nothing" else "yes")


def test_the_order_and_the_laws_clock(staged: Staged) -> None:
    due: dict[str, Any] = {"deadline_at": START + timedelta(days=1)}
    view = staged.ready().view(facility=facility(order(state="sent", **due), has_right=True))
    assert view["say"]["portal.state"] == "Opening: the command has gone to the head-end"
    assert "26 Nov 2026" in view["say"]["portal.deadline"]
    done = staged.view(facility=facility(order(**due), reported="open", has_right=True))
    assert done["say"]["portal.deadline"] == ""
    assert "open" in done["say"]["portal.port"]


def test_a_port_whose_right_has_ended_is_told_apart_from_one_that_was_never_opened(staged: Staged) -> None:
    seen: dict[str, Any] = {"meter": meter(open=False), "hub": HubStatus("silent")}
    assert "right has ended" not in staged.ready().view(**seen, facility=facility())["say"]["portal.port"]
    staged.view(**seen, facility=facility(order(), reported="open", has_right=True))
    staged.stage.story.look(staged.watch.seen, staged.stage.cast.serial)
    assert "right has ended" in staged.view(**seen, facility=facility(order()))["say"]["portal.port"]


def test_the_phone_in_words(staged: Staged) -> None:
    staged.ready()
    assert "waited for" in staged.view(phone=phone("outstandingTransaction", ""))["say"]["phone.state"]
    assert "Astrid Fjällgren reads" in staged.view(phone=phone("userSign", call="sign"))["say"]["phone.state"]
    assert "has signed" in staged.view(phone=phone(call="sign"))["say"]["phone.state"]
    assert "nothing" in staged.view(phone=phone("failed"))["say"]["phone.state"]


def test_a_value_is_shown_while_it_is_the_present(staged: Staged) -> None:
    hub = HubStatus("well")
    live = staged.ready().view(hub=hub, reading=heard(power_w=2345))
    assert (live["say"]["hub.power"], live["mark"]["live"]) == ("2,345\u00a0W", "yes")
    old = staged.view(hub=hub, reading=heard(age_s=31))
    assert (old["say"]["hub.power"], old["mark"]["live"]) == ("–", "no")
    assert "not known" in old["say"]["hub.state"]
    before = staged.view(hub=hub, reading=heard(at=START - timedelta(minutes=1)))
    assert before["say"]["hub.state"] == "Waits for the first telegram."
    assert before["say"]["hub.age"] == ""


def test_what_the_doctor_has_found(staged: Staged) -> None:
    staged.ready()
    silent = staged.view(hub=HubStatus("silent", "silent-since"), reading=heard(age_s=70))
    assert silent["say"]["hub.state"] == "The doctor has found: the meter has fallen silent."
    mending = staged.view(hub=HubStatus("ill", "bad-checksums-many"), reading=heard())
    assert mending["say"]["hub.state"].startswith("The house, live. The doctor has found:")
    other = staged.view(hub=HubStatus("ill", "clock-jumped"))
    assert "see the hub’s page Port" in other["say"]["hub.state"]


def test_which_buttons_work(staged: Staged) -> None:
    closed = staged.ready().view(meter=meter(open=False))
    assert all(closed["can"].values())
    assert staged.view(meter=meter())["can"][Situation.OPEN] is False
    staged.stage.cast.meter = 3
    assert staged.view(meter=meter())["can"][Situation.METER_EXCHANGE] is False
    staged.director.begin(Situation.STRANGER)
    busy = staged.view(meter=meter(open=False))
    assert [name for name, can in busy["can"].items() if can] == ["cable", "supply", "breaker"]
    assert busy["mark"]["playing"] == "stranger"


def test_the_log(staged: Staged) -> None:
    staged.journal.begin("port-hangs")
    staged.journal.say(Party.HUB, "run.heard", power_w=1234)
    staged.journal.call("GET :8480 /api/v1/reading", "200")
    staged.journal.end(Outcome.FAILED, "The hub hears no telegram.")
    view = staged.view()
    (line,) = view["lines"]
    assert line["text"] == "The hub has heard the house: 1,234\u00a0W"
    assert line["calls"] == [{"what": "GET :8480 /api/v1/reading", "outcome": "200"}]
    assert view["say"]["run.state"] == "It did not go as it should: The hub hears no telegram."


def test_everything_that_can_be_played_has_its_words() -> None:
    texts = catalog_texts("demo")
    for each in SEED:
        for language in LANGUAGES:
            assert texts[f"situation.{each}"][language]
            said = texts[f"situation.{each}.text"][language]
            assert 2 <= said.count(".") + said.count(":") <= 4, each
    assert {f"run.title.{each}" for each in (*Situation, "start", "anew")} <= set(texts)
