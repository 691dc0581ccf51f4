"""The hang by its pattern: a table of silences, and whether each looks like one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hanport.home.health.history import Silence, is_hang, known_faults, lasted_s, pattern
from hanport.models import MODELS

AT = datetime(2026, 11, 25, tzinfo=UTC)
DAY_S = 86_400
HUNG: dict[str, Any] = {"link": "well", "worked_s": 140 * DAY_S}


def silence(lasted_s: int | None, **details: Any) -> Silence:
    ended = None if lasted_s is None else AT + timedelta(seconds=lasted_s)
    return Silence(AT, ended, HUNG | details)


@pytest.mark.parametrize(
    ("each", "hang"),
    [
        (silence(7200), True),
        (silence(599), False),  # an overloaded port that was switched off for a while
        (silence(300, restart=True), True),  # somebody was quick
        (silence(None), True),
        (silence(7200, worked_s=2 * DAY_S), False),  # another illness
        (silence(7200, link="unknown"), False),  # behind a broker
        (silence(7200, lost=True), False),  # the reader itself was away
        (Silence(AT, None, {}), False),
    ],
)
def test_what_looks_like_a_hang(each: Silence, hang: bool) -> None:
    assert is_hang(each, AT + timedelta(hours=2)) == hang


def test_the_pattern_of_years() -> None:
    silences = [silence(7200, worked_s=days * DAY_S) for days in (120, 150, 183)]
    found = pattern([*silences, silence(60), silence(None)], MODELS["kamstrup-hdlc"], AT + timedelta(hours=1))
    assert (found.count, found.now, found.between_days) == (4, True, 145)
    assert found.known == ("hang", "hang-unfed")
    assert found.feed_reader
    assert [hang.lasted_s for hang in found.hangs] == [7200, 7200, 7200, None]


def test_no_hang_no_advice() -> None:
    found = pattern([silence(60)], None, AT)
    assert (found.count, found.now, found.between_days, found.known, found.feed_reader) == (0, False, None, (), False)


def test_the_faults_of_a_model_that_looks_the_same_count_too() -> None:
    assert known_faults(MODELS["kamstrup-omnia"]) == ("hang", "hang-unfed")
    assert known_faults(MODELS["landisgyr-e360"]) == ()


def test_a_silence_lasts_until_now() -> None:
    assert lasted_s(silence(None), AT + timedelta(seconds=5)) == 5
