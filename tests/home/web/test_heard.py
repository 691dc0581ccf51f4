"""What a trial has heard, in words."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanport.clock import ManualClock
from hanport.doctor import Finding, Severity
from hanport.errors import SourceBusy
from hanport.home.config import SourceTable
from hanport.home.web.heard import heard_view, phases_of
from hanport.home.web.probing import Heard
from hanport.home.web.trial import Trial
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.web.words import Words

CORPUS = Path(__file__).parents[2] / "corpus" / "p1"
SOURCE = SourceTable(address="serial:/dev/ttyUSB0?baud=2400")
WORDS = Words("en", ("web",))
NBSP = "\u00a0"


def telegram(name: str) -> Telegram:
    decoder = Decoder()
    events = [*decoder.feed((CORPUS / name).read_bytes()), *decoder.finish()]
    return next(each for each in events if isinstance(each, Telegram))


async def trial_with(heard: Heard | Exception) -> Trial:
    async def probe(source: SourceTable) -> AsyncGenerator[Heard, None]:
        if isinstance(heard, Exception):
            raise heard
        yield heard

    trial = Trial(probe, ManualClock(datetime(2026, 11, 25, tzinfo=UTC)))
    await trial.begin(SOURCE)
    await asyncio.sleep(0.02)
    return trial


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (Heard(SOURCE), "opening"),
        (Heard(SOURCE, is_open=True), "listening"),
        (Heard(SOURCE, True, 70), "bytes"),
        (Heard(SOURCE, True, 700, 1, telegram("se-sagemcom-ell5-201020.txt")), "telegram"),
    ],
)
async def test_how_far_it_has_come(heard: Heard, state: str) -> None:
    view = heard_view(await trial_with(heard), WORDS)
    assert view.state == state
    assert (view.setting == "baud=2400") is (state in ("listening", "bytes"))
    assert not view.runs


async def test_what_the_meter_says() -> None:
    heard = Heard(SOURCE, True, 700, 1, telegram("se-sagemcom-ell5-201020.txt"))
    view = heard_view(await trial_with(heard), WORDS)
    facts = dict(view.facts)
    assert view.way in ("from the grid", "to the grid")
    assert view.power.endswith(f"{NBSP}kW")
    assert facts["Meter reading, import"].endswith(f"{NBSP}kWh")
    assert {"L1", "L2", "L3"} <= facts.keys()
    assert phases_of(heard) == 3


async def test_a_meter_that_says_little() -> None:
    """An older Dutch one: no voltages, no currents; the phases are asked for then."""
    heard = Heard(SOURCE, True, 700, 1, telegram("nl-dsmr22-ndokter.txt"))
    view = heard_view(await trial_with(heard), WORDS)
    assert view.state == "telegram"
    assert "L2" not in dict(view.facts)
    assert phases_of(heard) in (None, 1)
    assert phases_of(None) is None
    assert phases_of(Heard(SOURCE)) is None


async def test_what_is_the_matter_is_said_with_its_remedy() -> None:
    findings = (
        Finding("inverted", Severity.UNREADABLE, True),
        Finding("setting-likely", Severity.UNREADABLE, False, {"settings": ("115200 8N1",)}),
        Finding("nothing-yet", Severity.NOTE, True, {"watched_s": 3}),
        Finding("start-silence", Severity.NOTE, True, {"waited_s": 40}),
    )
    view = heard_view(await trial_with(Heard(SOURCE, True, 70, findings=findings)), WORDS)
    inverted, likely = view.findings
    assert inverted.is_ill
    assert "inverted" in inverted.text
    assert inverted.remedy
    assert likely.text.startswith("Likely:")
    good = telegram("se-sagemcom-ell5-201020.txt")
    view = heard_view(await trial_with(Heard(SOURCE, True, 700, 1, good, None, findings)), WORDS)
    assert [each.is_ill for each in view.findings] == [True, True, False]


async def test_a_source_that_fails_says_why() -> None:
    view = heard_view(await trial_with(SourceBusy("Another program reads it.", "Stop it first.")), WORDS)
    assert view.state == "failed"
    assert view.findings[0].remedy == "Stop it first."


def test_before_anything_was_tried() -> None:
    async def probe(source: SourceTable) -> AsyncGenerator[Heard, None]:
        yield Heard(source)

    assert heard_view(Trial(probe, ManualClock(datetime(2026, 11, 25, tzinfo=UTC))), WORDS).state == "opening"
