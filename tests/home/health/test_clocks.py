"""Two clocks: whose step it was, how far they are apart, and how they drift."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.health.clocks import Clocks, HubClock, MeterClock, drift_ms_per_day
from hanport.home.health.report import ClockState, Step
from watched_port import SteppingClock

AT = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
DAY = date(2026, 1, 31)


async def test_only_a_step_of_the_hubs_clock_is_one() -> None:
    clock = SteppingClock(AT)
    hub = HubClock(clock)
    assert hub.step() is None
    await clock.advance(86_400)
    assert hub.step() is None
    clock.set_by(-3600)
    assert hub.step() == timedelta(hours=-1)
    assert hub.step() is None
    clock.set_by(1.5)  # what a time service corrects
    assert hub.step() is None
    assert hub.step() is None


def feed(meter: MeterClock, *offsets_s: float) -> list[int]:
    at, steps = AT, []
    for offset_s in offsets_s:
        at += timedelta(seconds=10)
        if (step := meter.telegram(at, at + timedelta(seconds=offset_s))) is not None:
            steps.append(step)
    return steps


@pytest.mark.parametrize(
    ("offsets_s", "offset_ms", "steps", "state"),
    [
        ((), None, [], ClockState.UNKNOWN),
        ((-1, 0, -1), -1000, [], ClockState.RIGHT),
        ((0, 0, 3600, 0, 0), 0, [], ClockState.RIGHT),  # one telegram with an odd time
        ((0, 0, 3600, -3600, 0), 0, [], ClockState.RIGHT),
        ((0, 0, 3600, 3600), 3_600_000, [3600], ClockState.HOUR_OFF),
        ((90, 90), 90_000, [], ClockState.OFF),
        ((0, 0, -50, -51), -51_000, [-51], ClockState.RIGHT),
    ],
)
def test_the_meters_clock(
    offsets_s: tuple[float, ...], offset_ms: int | None, steps: list[int], state: ClockState
) -> None:
    meter = MeterClock()
    assert feed(meter, *offsets_s) == steps
    assert (meter.offset_ms, meter.state) == (offset_ms, state)


def test_an_offset_is_taken_down_once_a_minute() -> None:
    meter = MeterClock()
    due = [meter.is_due(AT + timedelta(seconds=seconds)) for seconds in (0, 10, 59, 60, 70, 120)]
    assert due == [True, False, False, True, False, True]
    assert meter.is_due(AT)  # the hub's clock was set back


@given(st.integers(-20_000, 20_000), st.integers(4, 30), st.integers(-5_000, 5_000), st.data())
def test_the_drift_is_found_whatever_one_odd_day_says(slope: int, days: int, first: int, data: st.DataObject) -> None:
    offsets = [(DAY + timedelta(days=day), first + slope * day) for day in range(days)]
    assert drift_ms_per_day(offsets) == slope
    odd = data.draw(st.integers(0, days - 1))
    offsets[odd] = (offsets[odd][0], data.draw(st.integers(-90_000_000, 90_000_000)))
    found = drift_ms_per_day(offsets)
    assert found is not None
    if days >= 8:
        assert found == slope


def test_three_days_are_no_drift() -> None:
    assert drift_ms_per_day([(DAY + timedelta(days=day), 0) for day in range(3)]) is None
    assert drift_ms_per_day([(DAY, 0)] * 4 + [(DAY + timedelta(days=1), 5)]) == 5


def test_days_before_a_clock_was_set_say_nothing_of_the_drift() -> None:
    clocks = Clocks(SteppingClock(AT))
    clocks.go_on({DAY + timedelta(days=day): 0 for day in range(10)}, None, Step(AT + timedelta(days=10), 60))
    for day in range(11, 16):
        clocks.day(DAY + timedelta(days=day), 60_000 + 2_000 * day)
    health = clocks.health()
    assert (health.drift_ms_per_day, health.drift_days) == (2000, 5)
    assert health.hub_step == Step(AT + timedelta(days=10), 60)


def test_a_month_is_kept() -> None:
    clocks = Clocks(SteppingClock(AT))
    for day in range(100):
        clocks.day(DAY + timedelta(days=day), day)
    assert clocks.health().drift_days == 30
