"""The port's last weeks as a calendar: one square a day, a column a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

WEEKS = 13
_DAY_S = 86_400
# An hour of silence, or one rejected piece in a hundred, is what a household should see in its calendar.
SILENT_S = 3600
FEW_SILENT_S = 300
REJECTED_SHARE = 100


class DayState(StrEnum):
    """How the port did on a day, the worst thing that was."""

    NOTHING = "nothing"  # the hub did not run, or knows nothing
    WELL = "well"
    ERRORS = "errors"  # many damaged telegrams
    GAPS = "gaps"  # short silences
    SILENT = "silent"  # long silences


class Counts(Protocol):
    """A day's counts as the store has them."""

    @property
    def day(self) -> date: ...
    @property
    def telegrams(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def silent_s(self) -> int: ...


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day, where its square stands, and what is known of it."""

    day: date
    week: int
    weekday: int
    state: DayState
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days up to today, and the month that begins in each week's column ("" where none does)."""

    days: tuple[CalendarDay, ...]
    months: tuple[tuple[int, date], ...]

    @property
    def known(self) -> bool:
        return any(day.counts for day in self.days)


def first_day(today: date) -> date:
    """The Monday with which the calendar begins."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def calendar(counted: Sequence[Counts], today: date) -> Calendar:
    """The calendar of the weeks up to today."""
    by_day = {counts.day: counts for counts in counted}
    begin = first_day(today)
    days = [begin + timedelta(days=offset) for offset in range((today - begin).days + 1)]
    cells = tuple(
        CalendarDay(day, (day - begin).days // 7, day.weekday(), state_of(by_day.get(day)), by_day.get(day))
        for day in days
    )
    months = tuple((cell.week, cell.day) for cell in cells if cell.day.day == 1 or cell.day == begin)
    return Calendar(cells, _apart(months))


def _apart(months: tuple[tuple[int, date], ...]) -> tuple[tuple[int, date], ...]:
    """Without a first label that the second would be written over."""
    if len(months) > 1 and months[1][0] - months[0][0] < 2:
        return months[1:]
    return months


def state_of(counts: Counts | None) -> DayState:
    """The day's state."""
    if counts is None or not (counts.telegrams or counts.rejected or counts.silent_s):
        return DayState.NOTHING
    if counts.silent_s >= SILENT_S:
        return DayState.SILENT
    if counts.rejected * REJECTED_SHARE >= max(1, counts.telegrams):
        return DayState.ERRORS
    return DayState.GAPS if counts.silent_s >= FEW_SILENT_S else DayState.WELL
