"""Where hours, days and months begin, in the two times that tariffs count in. Pure.

`local` is Swedish civil time, whose days have 92 quarters in March and 100 in October; `normal` is UTC+1 all year, in
which network companies register (EIFS 2016:2). All edges are aware and in UTC; n periods have n + 1 edges. Spans of
dates include their first and exclude their last.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

TariffTime: TypeAlias = Literal["local", "normal"]

_ZONES: dict[str, tzinfo] = {"local": ZoneInfo("Europe/Stockholm"), "normal": timezone(timedelta(hours=1))}
_DAY = timedelta(days=1)


def zone(tariff_time: TariffTime) -> tzinfo:
    """The time zone that a tariff counts in."""
    return _ZONES[tariff_time]


def date_of(at: datetime, tariff_time: TariffTime = "local") -> date:
    """The date of an instant."""
    return at.astimezone(zone(tariff_time)).date()


def midnight(day: date, tariff_time: TariffTime = "local") -> datetime:
    """The instant in which a date begins, in UTC."""
    return datetime.combine(day, time(), zone(tariff_time)).astimezone(UTC)


def quarter_edges(begin: date, end: date, tariff_time: TariffTime = "local") -> list[datetime]:
    """Every quarter of an hour of those days."""
    return _every(timedelta(minutes=15), begin, end, tariff_time)


def hour_edges(begin: date, end: date, tariff_time: TariffTime = "local") -> list[datetime]:
    """Every hour of those days: 23 or 25 on the days that the clocks change."""
    return _every(timedelta(hours=1), begin, end, tariff_time)


def day_edges(begin: date, end: date, tariff_time: TariffTime = "local") -> list[datetime]:
    """Every midnight from that of `begin` to that of `end`."""
    return [midnight(begin + number * _DAY, tariff_time) for number in range((end - begin).days + 1)]


def month_edges(begin: date, end: date, tariff_time: TariffTime = "local") -> list[datetime]:
    """The beginnings of all months that the days touch, and the end of the last one."""
    return [midnight(first, tariff_time) for first in _firsts(begin, end, 1)]


def year_edges(begin: date, end: date, tariff_time: TariffTime = "local") -> list[datetime]:
    """The beginnings of all years that the days touch, and the end of the last one."""
    return [midnight(first, tariff_time) for first in _firsts(begin.replace(month=1), end, 12)]


def _every(step: timedelta, begin: date, end: date, tariff_time: TariffTime) -> list[datetime]:
    first, last = midnight(begin, tariff_time), midnight(end, tariff_time)
    return [first + number * step for number in range((last - first) // step + 1)]


def _firsts(begin: date, end: date, months: int) -> list[date]:
    number = begin.year * 12 + begin.month - 1
    firsts = [date(number // 12, number % 12 + 1, 1)]
    while firsts[-1] < end:
        number += months
        firsts.append(date(number // 12, number % 12 + 1, 1))
    return firsts
