"""How the port does, in sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hanport.doctor import Finding, Severity
from hanport.home.health import (
    ClockHealth,
    ClockState,
    DayCounts,
    Ending,
    Guide,
    Hang,
    HangPattern,
    Health,
    Link,
    Stage,
)
from hanport.home.store.reader import EventRow
from hanport.home.values import PortState, PortStatus
from hanport.home.web import pagedata_health as said
from hanport.home.web.pagedata_events import event_said
from hanport.home.web.pagedata_words import HomeWords
from hanport.models import MODELS

SV = HomeWords("sv")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEALTH = Health(
    at=NOON,
    status=PortStatus(PortState.WELL, NOON),
    link=Link.WELL,
    interval_s=10.0,
    age_s=2.0,
    stale_after_s=25.0,
    stale=False,
    findings=(),
    model=MODELS["kamstrup-omnia"],
    restart_guide=None,
    guide=Guide(),
    today=DayCounts(date(2026, 11, 25), 4000, 0, 0, 0),
    hangs=HangPattern((), False, None, (), False),
    clock=ClockHealth(ClockState.UNKNOWN, None, None, 0, None, None),
    hub_off=None,
)


@pytest.mark.parametrize(
    ("state", "offset_ms", "drift", "words"),
    [
        (ClockState.UNKNOWN, None, None, "Inte känd än."),
        (ClockState.RIGHT, 400, None, "Går rätt."),
        (ClockState.RIGHT, 400, 50, "Går rätt."),
        (ClockState.OFF, 125_000, None, "2 min 5 s före."),
        (ClockState.OFF, -45_000, 1500, "45 s efter. Den drar sig före 1,5 s per dygn."),
        (ClockState.OFF, -45_000, -1500, "45 s efter. Den drar sig efter 1,5 s per dygn."),
        (ClockState.HOUR_OFF, 3_600_000, None, "En timme fel"),
    ],
)
def test_the_meters_clock(state: ClockState, offset_ms: int | None, drift: int | None, words: str) -> None:
    health = replace(HEALTH, clock=ClockHealth(state, offset_ms, drift, 10, None, None))
    assert said.clock_said(health, SV).replace("\u00a0", " ").startswith(words)


@pytest.mark.parametrize(("interval_s", "words"), [(None, ""), (9.96, "10"), (1.04, "1,0"), (60.0, "60")])
def test_the_interval(interval_s: float | None, words: str) -> None:
    assert said.interval_said(replace(HEALTH, interval_s=interval_s), SV) == words


def test_hangs() -> None:
    assert said.hangs_said(HEALTH, SV) == []
    hang = Hang(NOON, 9_000_000, 3600, True)
    once = replace(HEALTH, hangs=HangPattern((hang,), True, 104, ("hang",), True))
    lines = said.hangs_said(once, SV)
    assert len(lines) == 3 and "en gång, efter 104 dygns arbete" in lines[1]
    often = replace(HEALTH, hangs=HangPattern((hang, hang), False, 104, (), False))
    assert said.hangs_said(often, SV) == [SV.t("port.hang.often", count=2, days=104)]


@pytest.mark.parametrize("ending", list(Ending))
def test_the_guide_in_all_its_ends(ending: Ending) -> None:
    guide = Guide(Stage.DONE, 5, NOON, NOON, back_at=NOON, ending=ending)
    told = said.guide_said(replace(HEALTH, guide=guide, restart_guide="guide.restart"), SV)
    assert told.offered and len(told.steps) == 5 and told.steps[1].startswith("Slå av huvudbrytaren")
    assert told.ending
    assert said.guide_said(HEALTH, SV).ending == ""


def test_findings_say_how_sure_they_are() -> None:
    numbers = {"interval_s": 15}
    kinds = [
        said.finding_said(Finding("slow", severity, sure, numbers), SV).kind
        for severity, sure in ((Severity.ILL, True), (Severity.ILL, False), (Severity.NOTE, True))
    ]
    assert kinds == ["ill", "likely", "note"]


@pytest.mark.parametrize("name", list(MODELS))
def test_every_model_can_be_told(name: str) -> None:
    for language in ("sv", "en"):
        models = said.models_said(MODELS[name], HomeWords(language))
        assert models[0].name == MODELS[name].display and models[0].facts and models[0].sources
    assert said.models_said(None, SV) == []


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        ("silence", {}, "Mätaren var tyst"),
        ("silence", {"restart": True}, "Mätaren var tyst, tills den startades om"),
        ("hub-off", {"clean": True}, "Hubben var stoppad"),
        ("hub-off", {"clean": False}, "Hubben var utan ström eller avbröts"),
        ("ill", {"finding": "frozen"}, "Något var fel: värdena stod stilla"),
        ("ill", {"finding": "something-new"}, "Något var fel"),
        ("hub-clock", {"step_s": -61.4}, "Hubbens klocka ställdes om med 1\u00a0min 1\u00a0s"),
        ("restart", {}, "Mätaren startades om"),
        ("comet", {}, "Annan händelse: comet"),
    ],
)
def test_events(kind: str, details: dict[str, object], words: str) -> None:
    over = event_said(EventRow(1, kind, NOON, NOON, details), SV, NOON)
    assert (over.text, over.lasted, over.lasts) == (words, "", False)
    lasting = event_said(EventRow(1, kind, NOON, None, details), SV, NOON)
    assert (lasting.lasted, lasting.lasts) == ("1\u00a0s", True)
