"""The learned interval of a meter, and from when on it is late, stale or silent (law 4 and the doctor's numbers)."""

from collections import deque
from datetime import datetime, timedelta
from statistics import median

from hanport.doctor.evidence import REPEAT_S, USUAL_INTERVAL_S
from hanport.doctor.rules_stream import SILENT_INTERVALS, SURELY_SILENT_S

STALE_INTERVALS = 2.5  # law 4
LAST_STEPS = 5  # two lost telegrams and one silence among them do not count


class Pace:
    """Learns from the times at which telegrams came."""

    def __init__(self) -> None:
        self._before_s: float | None = None
        self._steps: deque[float] = deque(maxlen=LAST_STEPS)
        self._last_at: datetime | None = None

    def begin_with(self, interval_s: float | None) -> None:
        """What was learned before; it stands until enough is known."""
        self._before_s = interval_s

    def telegram(self, at: datetime) -> None:
        """A telegram came."""
        if self._last_at is not None:
            step_s = (at - self._last_at).total_seconds()
            if step_s > REPEAT_S:
                self._steps.append(step_s)
        self._last_at = at

    def moved(self, by: timedelta) -> None:
        """The clock was set by so much."""
        if self._last_at is not None:
            self._last_at += by

    @property
    def interval_s(self) -> float | None:
        """The median of the last steps, to the tenth of a second; None until there is one."""
        if len(self._steps) < LAST_STEPS and self._before_s is not None:
            return self._before_s
        return round(median(self._steps), 1) if self._steps else None

    @property
    def _expected_s(self) -> float:
        return self.interval_s or USUAL_INTERVAL_S

    @property
    def stale_after_s(self) -> float:
        """After so long the last telegram is not the present any more."""
        return STALE_INTERVALS * self._expected_s

    @property
    def silent_after_s(self) -> float:
        """After so long the port is silent: longer than a meter that was just started, and three intervals."""
        return max(SURELY_SILENT_S, SILENT_INTERVALS * self._expected_s)
