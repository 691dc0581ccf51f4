"""Periods of the history by the calendar of the tariff."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.web.pagedata_period import BadPeriod, Period, Step, View, asked, asked_step, everything
from hanport.home.web.pagedata_words import LOCAL, NORMAL

TODAY = date(2026, 11, 25)


def day(text: str) -> Period:
    return Period(View.DAY, date.fromisoformat(text), LOCAL)


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_days_on_which_the_clock_changes_have_their_hours(text: str, hours: int) -> None:
    assert len(day(text).edges()) == hours + 1
    assert len(day(text).edges(Step.QUARTER)) == 4 * hours + 1
    assert len(Period(View.DAY, date.fromisoformat(text), NORMAL).edges()) == 25


def test_a_day_begins_at_local_midnight() -> None:
    assert day("2026-07-01").begin == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert Period(View.DAY, date(2026, 7, 1), NORMAL).begin == datetime(2026, 6, 30, 23, tzinfo=UTC)


@given(st.dates(date(2001, 1, 1), date(2198, 12, 31)), st.sampled_from([View.DAY, View.MONTH, View.YEAR]))
def test_periods_follow_each_other_without_a_gap(first: date, view: View) -> None:
    period = asked({"view": view, "date": first.isoformat()}, TODAY, LOCAL)
    following, before = period.next(), period.previous()
    assert following is not None and before is not None
    assert (before.end, period.end) == (period.begin, following.begin)
    assert following.previous() == period == before.next()
    assert period.first <= first < period.after
    edges = period.edges()
    assert edges[0] == period.begin and edges[-1] == period.end and edges == sorted(edges)
    assert asked({"view": view, "date": period.name}, TODAY, LOCAL) == period


def test_bars_of_a_month_a_year_and_all_years() -> None:
    assert len(asked({"date": "2026-02"}, TODAY, LOCAL).edges()) == 29
    assert len(asked({"date": "2026"}, TODAY, LOCAL).edges()) == 13
    span = (datetime(2024, 5, 1, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))
    all_years = everything(span, span[1], LOCAL)
    assert [each.year for each in all_years.days()] == [2024, 2025, 2026]
    assert (all_years.name, all_years.previous(), all_years.next(), all_years.outside()) == ("", None, None, None)
    assert everything(None, span[1], LOCAL).days() == [date(2026, 1, 1)]


def test_without_a_date_it_is_now() -> None:
    assert asked({}, TODAY, LOCAL) == day("2026-11-25")
    assert asked({"view": "month"}, TODAY, LOCAL).first == date(2026, 11, 1)
    assert asked({"view": "all"}, TODAY, LOCAL).view is View.ALL


@pytest.mark.parametrize(
    "query",
    [
        {"date": "2026-02-30"},
        {"date": "2026-13"},
        {"date": "igår"},
        {"date": "٢٠٢٦"},
        {"date": "1999-12-31"},
        {"date": "2200-01-01"},
        {"date": "2026-1-1"},
        {"view": "week"},
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(query: dict[str, str]) -> None:
    with pytest.raises(BadPeriod):
        asked(query, TODAY, LOCAL)


def test_steps_of_a_day() -> None:
    assert asked_step({}) is Step.HOUR
    assert asked_step({"step": "quarter"}) is Step.QUARTER
    with pytest.raises(BadPeriod):
        asked_step({"step": "second"})


def test_the_calendar_ends() -> None:
    assert Period(View.YEAR, date(2199, 1, 1), LOCAL).next() is None
    assert Period(View.DAY, date(2000, 1, 1), LOCAL).previous() is None


def test_from_coarse_to_fine_and_back() -> None:
    year = Period(View.YEAR, date(2026, 1, 1), LOCAL)
    month = year.inside(date(2026, 11, 1))
    one = month.inside(date(2026, 11, 25))
    assert (month.view, one.view, one.inside(date(2026, 11, 25)).view) == (View.MONTH, View.DAY, View.DAY)
    assert one.outside() == month and month.outside() == year
    assert Period(View.ALL, date(2024, 1, 1), LOCAL).inside(date(2026, 1, 1)) == year


def test_what_lies_within() -> None:
    period = day("2026-11-25")
    assert period.begin in period and period.end not in period
    assert period.begin - timedelta(microseconds=1) not in period
