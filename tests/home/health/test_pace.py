"""The learned interval, and what late, stale and silent mean by it."""

from datetime import UTC, datetime, timedelta

import pytest

from hanport.home.health.pace import Pace

AT = datetime(2026, 11, 25, tzinfo=UTC)


def after(*steps_s: float, before_s: float | None = None) -> Pace:
    pace = Pace()
    pace.begin_with(before_s)
    at = AT
    pace.telegram(at)
    for step_s in steps_s:
        at += timedelta(seconds=step_s)
        pace.telegram(at)
    return pace


@pytest.mark.parametrize(
    ("steps_s", "interval_s", "stale_s", "silent_s"),
    [
        ((), None, 25, 65),  # what nearly all meters do, until it is known better
        ((10, 10, 10), 10, 25, 65),
        ((1, 1, 1, 1, 1), 1, 2.5, 65),
        ((60,) * 5, 60, 150, 180),
        ((10, 10, 20, 10, 10), 10, 25, 65),  # a telegram was lost
        ((10, 10, 900, 10, 10), 10, 25, 65),  # a silence teaches nothing
        ((10, 0.1, 10, 0.1, 10), 10, 25, 65),  # every telegram twice
        ((10, 10, 30, 30, 30), 30, 75, 90),  # the network company has set it otherwise
    ],
)
def test_what_is_learned(steps_s: tuple[float, ...], interval_s: float | None, stale_s: float, silent_s: float) -> None:
    pace = after(*steps_s)
    assert (pace.interval_s, pace.stale_after_s, pace.silent_after_s) == (interval_s, stale_s, silent_s)


def test_what_was_learned_before_stands_until_enough_is_known() -> None:
    assert after(before_s=60).interval_s == 60
    assert after(10, 10, before_s=60).interval_s == 60
    assert after(*(10,) * 5, before_s=60).interval_s == 10


def test_a_clock_that_is_set_is_no_interval() -> None:
    pace = after(*(10,) * 5)
    pace.moved(timedelta(hours=1))
    pace.telegram(AT + timedelta(hours=1, seconds=60))
    assert pace.interval_s == 10
    fresh = Pace()
    fresh.moved(timedelta(hours=1))
    assert fresh.interval_s is None
