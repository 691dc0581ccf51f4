"""Edges of hours, days, months and years, on the days that the clocks change too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hanport.home.store.calendar import (
    TariffTime,
    date_of,
    day_edges,
    hour_edges,
    midnight,
    month_edges,
    quarter_edges,
    year_edges,
)

ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 7, 1), 96)]
)
def test_local_days_have_their_quarters(day: date, quarters: int) -> None:
    edges = quarter_edges(day, day + ONE)
    assert len(edges) - 1 == quarters
    assert len(hour_edges(day, day + ONE)) - 1 == quarters // 4
    assert edges[0] == midnight(day)
    assert edges[-1] == midnight(day + ONE)
    assert [edges[0], edges[-1]] == day_edges(day, day + ONE)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)])
def test_normal_days_have_24_hours_from_23_utc(day: date) -> None:
    edges = hour_edges(day, day + ONE, "normal")
    assert len(edges) == 25
    assert edges[0] == datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize("tariff_time", ["local", "normal"])
def test_days_follow_on_each_other_and_make_up_months_and_years(tariff_time: TariffTime) -> None:
    begin, end = date(2026, 1, 1), date(2028, 1, 1)
    days = day_edges(begin, end, tariff_time)
    months = month_edges(begin, end, tariff_time)
    years = year_edges(begin, end, tariff_time)
    assert len(days) == 731
    assert len(months) == 25
    assert len(years) == 3
    assert set(years) <= set(months) <= set(days)
    assert all(edge.tzinfo is UTC for edge in days)
    for earlier, later in pairwise(days):
        assert date_of(earlier, tariff_time) + ONE == date_of(later, tariff_time)
        assert date_of(later - timedelta(seconds=1), tariff_time) == date_of(earlier, tariff_time)


def test_months_and_years_that_are_touched_are_whole() -> None:
    assert month_edges(date(2026, 1, 31), date(2026, 2, 1)) == [midnight(date(2026, 1, 1)), midnight(date(2026, 2, 1))]
    assert month_edges(date(2025, 12, 31), date(2026, 1, 2)) == [
        midnight(date(2025, 12, 1)),
        midnight(date(2026, 1, 1)),
        midnight(date(2026, 2, 1)),
    ]
    assert year_edges(date(2026, 5, 5), date(2026, 5, 6)) == [midnight(date(2026, 1, 1)), midnight(date(2027, 1, 1))]
