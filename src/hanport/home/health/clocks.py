"""The two clocks: how far the meter's is from the hub's, how it drifts, and which of them was set when they differ."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from statistics import median

from hanport.clock import Clock
from hanport.doctor.rules_clock import CLOCK_JUMP_S, CLOCK_OFF_S, HOUR_S
from hanport.home.health.report import ClockHealth, ClockState, Step

# More than a slewed clock wanders between two looks, less than anybody who sets it notices.
STEP_S = 2.0
LAST_OFFSETS = 5
EACH_S = 60.0  # offsets are taken down no more often
DRIFT_DAYS = 30
LEAST_DRIFT_DAYS = 4


class HubClock:
    """Tells a step of the hub's own clock by the monotonic time, which never steps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = (clock.now(), clock.monotonic())

    def step(self) -> timedelta | None:
        """By how much the clock was set since the last look, None where it was not.

        A machine that slept looks the same: its time goes on without it.
        """
        wall, elapsed_s = self._clock.now(), self._clock.monotonic()
        step = wall - self._anchor[0] - timedelta(seconds=elapsed_s - self._anchor[1])
        self._anchor = (wall, elapsed_s)
        return step if abs(step.total_seconds()) >= STEP_S else None


class MeterClock:
    """The meter's clock against the times of receipt."""

    def __init__(self) -> None:
        self._last_ms: deque[int] = deque(maxlen=LAST_OFFSETS)
        self._odd_ms: int | None = None
        self._noted_at: datetime | None = None

    def telegram(self, at: datetime, meter_at: datetime) -> int | None:
        """A telegram with the meter's time came. The seconds by which the meter's clock was set, where it was: two
        telegrams in a row have to say so.
        """
        offset_ms = round((meter_at - at).total_seconds() * 1000)
        known = self.offset_ms
        if known is None or abs(offset_ms - known) <= CLOCK_JUMP_S * 1000:
            self._odd_ms = None
            self._last_ms.append(offset_ms)
            return None
        if self._odd_ms is None or abs(offset_ms - self._odd_ms) > CLOCK_JUMP_S * 1000:
            self._odd_ms = offset_ms
            return None
        self.forget()
        self._last_ms.append(offset_ms)
        return round((offset_ms - known) / 1000)

    def forget(self) -> None:
        """One of the clocks was set."""
        self._last_ms.clear()
        self._odd_ms = self._noted_at = None

    def is_due(self, at: datetime) -> bool:
        """Whether the offset should be taken down now: once a minute."""
        if self._noted_at is not None and 0 <= (at - self._noted_at).total_seconds() < EACH_S:
            return False
        self._noted_at = at
        return True

    @property
    def offset_ms(self) -> int | None:
        """How far the meter is ahead, the median of the last telegrams; None before the first."""
        return round(median(self._last_ms)) if self._last_ms else None

    @property
    def state(self) -> ClockState:
        offset_ms = self.offset_ms
        if offset_ms is None:
            return ClockState.UNKNOWN
        if abs(offset_ms) <= CLOCK_OFF_S * 1000:
            return ClockState.RIGHT
        by_an_hour = abs(abs(offset_ms) - HOUR_S * 1000) <= CLOCK_OFF_S * 1000
        return ClockState.HOUR_OFF if by_an_hour else ClockState.OFF


class Clocks:
    """Both clocks of one source, and how they went over days."""

    def __init__(self, clock: Clock) -> None:
        self.hub = HubClock(clock)
        self.meter = MeterClock()
        self.hub_step: Step | None = None
        self.meter_step: Step | None = None
        self._offsets: dict[date, int] = {}

    def go_on(self, offsets: Mapping[date, int], meter_step: Step | None, hub_step: Step | None) -> None:
        """What an earlier run has seen; what was seen since stands."""
        self._offsets = {**offsets, **self._offsets}
        self.meter_step = self.meter_step or meter_step
        self.hub_step = self.hub_step or hub_step

    def day(self, day: date, offset_ms: int) -> None:
        """The offset of a day, so far."""
        self._offsets[day] = offset_ms
        for old in sorted(self._offsets)[:-DRIFT_DAYS]:
            del self._offsets[old]

    def health(self) -> ClockHealth:
        """What is known of them. Days before one of them was set say nothing of the drift."""
        steps = [step.at.date() for step in (self.hub_step, self.meter_step) if step is not None]
        known = [(day, offset_ms) for day, offset_ms in sorted(self._offsets.items()) if all(day > at for at in steps)]
        return ClockHealth(
            state=self.meter.state,
            offset_ms=self.meter.offset_ms,
            drift_ms_per_day=drift_ms_per_day(known),
            drift_days=len(known),
            meter_step=self.meter_step,
            hub_step=self.hub_step,
        )


def drift_ms_per_day(offsets: Sequence[tuple[date, int]]) -> int | None:
    """How much the offset grows each day: the median of all slopes (Theil and Sen), which single odd days do not move.

    None where fewer than four days are known.
    """
    if len(offsets) < LEAST_DRIFT_DAYS:
        return None
    slopes = [
        (later_ms - earlier_ms) / (later - earlier).days
        for (earlier, earlier_ms), (later, later_ms) in combinations(offsets, 2)
        if later != earlier
    ]
    return round(median(slopes))
