"""Swedish working days, and the legal clock that counts them: one working day to open or close a port.

EIFS 2019:5 3 kap. 2 § says "arbetsdag" without a definition; the calendar is the one of EIFS 2016:2 1 kap. 2 §: no
Saturdays, Sundays and public holidays, nor Midsummer Eve, Christmas Eve and New Year's Eve.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_DAY = timedelta(days=1)


def deadline(asked_at: datetime) -> datetime:
    """The end of the next working day after that instant, as an instant in UTC."""
    return start_of_day(next_working_day(asked_at.astimezone(STOCKHOLM).date()) + _DAY)


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def is_working_day(day: date) -> bool:
    """Whether people work on that day."""
    return day.weekday() < 5 and day not in days_off(day.year)


def start_of_day(day: date) -> datetime:
    """00:00 of a day in Sweden, as an instant in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM).astimezone(UTC)


@lru_cache(maxsize=64)
def days_off(year: int) -> frozenset[date]:
    """The public holidays of a year, and the three eves. Weekends are not among them unless they are holidays too."""
    easter = easter_sunday(year)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    moving = [easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49)]
    midsummer_eve = _first(4, date(year, 6, 19))
    all_saints = _first(5, date(year, 10, 31))
    return frozenset(
        [date(year, month, day) for month, day in fixed] + moving + [midsummer_eve, midsummer_eve + _DAY, all_saints]
    )


def easter_sunday(year: int) -> date:
    """By the Gregorian computus (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _first(weekday: int, day: date) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
