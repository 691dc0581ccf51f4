"""A period of the history: a day, a month, a year or all years, by the calendar that the tariff counts in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)

FIRST_YEAR, LAST_YEAR = 2000, 2199
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


class View(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


class Step(StrEnum):
    """How much a bar of a day holds."""

    HOUR = "hour"
    QUARTER = "quarter"


STEP_LENGTHS = {Step.HOUR: timedelta(hours=1), Step.QUARTER: timedelta(minutes=15)}


class BadPeriod(ValueError):
    """The address asks for a period that cannot be read."""


def midnight_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day begins in a time zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` on, which is the first day of it; of all years, up to and with the year of `last`."""

    view: View
    first: date
    zone: tzinfo
    last: date | None = None

    @property
    def after(self) -> date:
        """The first day behind it."""
        match self.view:
            case View.DAY:
                return self.first + timedelta(days=1)
            case View.MONTH:
                return _month_after(self.first)
            case View.YEAR:
                return date(self.first.year + 1, 1, 1)
        return date((self.last or self.first).year + 1, 1, 1)

    @property
    def begin(self) -> datetime:
        return midnight_of(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return midnight_of(self.after, self.zone)

    def edges(self, step: Step = Step.HOUR) -> list[datetime]:
        """The boundaries of its bars, in UTC: a day of 23 or 25 hours has so many."""
        if self.view is View.DAY:
            length, edges = STEP_LENGTHS[step], [self.begin]
            while edges[-1] < self.end:
                edges.append(edges[-1] + length)
            return edges
        return [midnight_of(day, self.zone) for day in [*self.days(), self.after]]

    def days(self) -> list[date]:
        """The first day of each bar of a month (days), a year (months) or all years (years)."""
        days, day = [], self.first
        while day < self.after:
            days.append(day)
            day = self._step_from(day)
        return days

    def _step_from(self, day: date) -> date:
        match self.view:
            case View.YEAR:
                return _month_after(day)
            case View.ALL:
                return date(day.year + 1, 1, 1)
        return day + timedelta(days=1)

    def previous(self) -> "Period | None":
        """The one before, None before the calendar begins; all years have none."""
        return self._moved(self.first - timedelta(days=1))

    def next(self) -> "Period | None":
        """The one behind."""
        return self._moved(self.after)

    def _moved(self, day: date) -> "Period | None":
        if self.view is View.ALL or not FIRST_YEAR <= day.year <= LAST_YEAR:
            return None
        return replace(self, first=_first_of(self.view, day))

    def inside(self, day: date) -> "Period":
        """The next finer period that a bar of this one stands for."""
        finer = {View.ALL: View.YEAR, View.YEAR: View.MONTH}.get(self.view, View.DAY)
        return Period(finer, day, self.zone)

    def outside(self) -> "Period | None":
        """The next coarser period around this one; None around a year (all years: see `everything`)."""
        coarser = {View.DAY: View.MONTH, View.MONTH: View.YEAR}.get(self.view)
        return Period(coarser, _first_of(coarser, self.first), self.zone) if coarser else None

    @property
    def name(self) -> str:
        """As it stands in the address: `2026-11-25`, `2026-11`, `2026`, `` for all years."""
        written = self.first.isoformat()
        return {View.DAY: written, View.MONTH: written[:7], View.YEAR: written[:4], View.ALL: ""}[self.view]

    def __contains__(self, at: datetime) -> bool:
        return self.begin <= at < self.end


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _first_of(view: View, day: date) -> date:
    match view:
        case View.MONTH:
            return day.replace(day=1)
        case View.YEAR:
            return day.replace(month=1, day=1)
    return day


def everything(span: tuple[datetime, datetime] | None, now: datetime, zone: tzinfo) -> Period:
    """All years that anything is known of; this year where nothing is."""
    begin, end = span or (now, now)
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    return Period(View.ALL, first.replace(month=1, day=1), zone, last)


def asked(query: Mapping[str, str], today: date, zone: tzinfo) -> Period:
    """The period that an address asks for; today where it says nothing. Raises BadPeriod.

    `view` may be left out where `date` says it by its length. Of all years the caller knows the span (`everything`).
    """
    text = query.get("date", "")
    if text and not _DATE.fullmatch(text):
        raise BadPeriod(text)
    by_length = {10: View.DAY, 7: View.MONTH, 4: View.YEAR}.get(len(text), View.DAY)
    view = _member(View, query.get("view") or by_length)
    if view is View.ALL or not text:
        return Period(view, _first_of(view, today), zone)
    try:
        day = date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        raise BadPeriod(text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadPeriod(text)
    return Period(view, _first_of(view, day), zone)


def asked_step(query: Mapping[str, str]) -> Step:
    """The bars of a day. Raises BadPeriod."""
    return _member(Step, query.get("step") or Step.HOUR)


def _member(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError:
        raise BadPeriod(text) from None
