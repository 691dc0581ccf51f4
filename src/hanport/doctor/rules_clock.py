"""Rules about the meter's clock, measured against the time of receipt."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from hanport.doctor.evidence import Evidence
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.observation import Received

CLOCK_OFF_S = 60  # a meter's clock is kept within seconds by its network; receipt adds less than ten
CLOCK_JUMP_S = 30  # more than a network, a gateway or a busy machine delays a telegram
HOUR_S = 3600
CLOCK_TELEGRAMS = 3  # the last ones: what the clock is now, also after a jump


def _ahead_s(received: Received) -> float | None:
    """How far the meter's clock is ahead of the time at which the telegram began to come."""
    if received.telegram.at is None:
        return None
    return (received.telegram.at - received.at).total_seconds() + received.took_s


def _clock_ahead_s(evidence: Evidence) -> float | None:
    if not evidence.observation.source.live:
        return None
    ahead = [seconds for received in evidence.telegrams if (seconds := _ahead_s(received)) is not None]
    return median(ahead[-CLOCK_TELEGRAMS:]) if ahead else None


def clock_jumped(evidence: Evidence) -> Finding | None:
    """The meter's clock was set, or ran wild, while we watched."""
    if not evidence.observation.source.live:
        return None
    ahead = [seconds for received in evidence.telegrams if (seconds := _ahead_s(received)) is not None]
    jumps = [later - earlier for earlier, later in pairwise(ahead)]
    jump_s = max(jumps, key=abs, default=0.0)
    if abs(jump_s) <= CLOCK_JUMP_S:
        return None
    return Finding("clock-jumped", Severity.ILL, True, {"jump_s": round(jump_s)})


def _is_summer_time(at: datetime) -> bool:
    """Whether Swedish walls show summer time (directive 2000/84/EC: last Sundays of March and October, 01:00 UTC)."""

    def last_sunday(month: int) -> datetime:
        last = datetime(at.year, month, 31, 1, tzinfo=UTC)
        return last - timedelta(days=last.isoweekday() % 7)

    return last_sunday(3) <= at < last_sunday(10)


def _by_an_hour(evidence: Evidence, ahead_s: float) -> bool:
    in_summer = _is_summer_time(evidence.telegrams[-1].at)
    return in_summer and abs(abs(ahead_s) - HOUR_S) <= CLOCK_OFF_S


def clock_wrong(evidence: Evidence) -> Finding | None:
    """The meter's clock is off by more than summer time explains."""
    ahead_s = _clock_ahead_s(evidence)
    if ahead_s is None or abs(ahead_s) <= CLOCK_OFF_S or _by_an_hour(evidence, ahead_s):
        return None
    key = "clock-ahead" if ahead_s > 0 else "clock-behind"
    return Finding(key, Severity.ILL, True, {"off_s": round(abs(ahead_s))})


def clock_hour(evidence: Evidence) -> Finding | None:
    """An hour off in summer: the clock shows summer time and the flag normal time, or the other way. No illness."""
    ahead_s = _clock_ahead_s(evidence)
    if ahead_s is None or not _by_an_hour(evidence, ahead_s):
        return None
    return Finding("clock-hour", Severity.NOTE, True, {"off_s": round(abs(ahead_s))})
