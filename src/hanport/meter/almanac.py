"""The Swedish calendar: summer time, and the days that most people have off."""

from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5


def utc_offset_s(day: date) -> int:
    """How far the clock on the wall is ahead of UTC at noon: 3600, in summer 7200 (directive 2000/84/EC)."""
    return 7200 if _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10) else 3600


def is_free(day: date) -> bool:
    """Saturday, Sunday, public holiday, or one of the eves that are as good as holidays."""
    return day.weekday() >= _SATURDAY or day in holidays(day.year)


@lru_cache(maxsize=8)
def holidays(year: int) -> frozenset[date]:
    """Public holidays by the act 1989:253, with the eves of midsummer, Christmas and the new year."""
    easter = easter_sunday(year)
    midsummer_day = _weekday_from(date(year, 6, 20), _SATURDAY)
    moving = [easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49)]
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    around = [midsummer_day - timedelta(days=1), midsummer_day, _weekday_from(date(year, 10, 31), _SATURDAY)]
    return frozenset([*moving, *around, *(date(year, month, day) for month, day in fixed)])


def easter_sunday(year: int) -> date:
    """Gauss's rule for the Gregorian Easter, in Lichtenberg's form."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon) % 30
    correction = (seed + cycle // 11) // 29
    limit = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + timedelta(days=limit + 7 - (limit - first_sunday) % 7 - 1)


def _last_sunday(year: int, month: int) -> date:
    return _weekday_from(date(year, month, 25), 6)  # March and October have 31 days


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
