"""Swedish working days, against the calendar of the `holidays` package and days looked up by hand."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.workdays import (
    STOCKHOLM,
    days_off,
    deadline,
    easter_sunday,
    is_working_day,
    next_working_day,
    start_of_day,
)

DAY = timedelta(days=1)
# Since 2005 the sixth of June is a holiday and Whit Monday is none.
YEARS = range(2005, 2100)
EVES = {"Midsummer Eve", "Christmas Eve", "New Year's Eve"}
instants = st.datetimes(datetime(2005, 1, 1), datetime(2099, 12, 1), timezones=st.just(UTC))


@lru_cache
def calendar(year: int) -> frozenset[date]:
    """The public holidays and the three eves, by the package."""
    public = holidays.country_holidays("SE", years=year, include_sundays=False, language="en_US")
    customary = holidays.country_holidays("SE", years=year, categories=("de_facto",), language="en_US")
    eves = {day for day, name in customary.items() if name in EVES}
    assert len(eves) == 3
    return frozenset(public) | eves


@pytest.mark.parametrize("year", YEARS)
def test_the_days_off_are_those_of_the_calendar(year: int) -> None:
    assert days_off(year) == calendar(year)


@pytest.mark.parametrize(
    ("asked", "last_day"),
    [
        ("2026-11-25 09:00", "2026-11-26"),  # a Wednesday
        ("2026-11-27 09:00", "2026-11-30"),  # a Friday
        ("2026-11-28 09:00", "2026-11-30"),  # a Saturday
        ("2026-04-01 23:59", "2026-04-02"),  # the day before Maundy Thursday
        ("2026-04-02 00:00", "2026-04-07"),  # over Good Friday to the Tuesday after Easter
        ("2026-04-30 12:00", "2026-05-04"),  # over the first of May and a weekend
        ("2026-05-13 12:00", "2026-05-15"),  # over Ascension Day; the Friday after it is a working day
        ("2025-06-05 12:00", "2025-06-09"),  # over the National Day, a Friday; Whit Monday is a working day
        ("2026-06-18 12:00", "2026-06-22"),  # over Midsummer
        ("2026-12-23 12:00", "2026-12-28"),
        ("2026-12-30 12:00", "2027-01-04"),
        ("2027-01-05 12:00", "2027-01-07"),  # over Epiphany
    ],
)
def test_the_deadline_is_the_end_of_the_next_working_day(asked: str, last_day: str) -> None:
    at = datetime.fromisoformat(asked).replace(tzinfo=STOCKHOLM)
    end = deadline(at).astimezone(STOCKHOLM)
    assert (end.time().isoformat(), end.date() - DAY) == ("00:00:00", date.fromisoformat(last_day))
    assert deadline(at).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-03-26T12:00:00+00:00", "2026-03-27T23:00:00+00:00"),
        ("2026-03-27T12:00:00+00:00", "2026-03-30T22:00:00+00:00"),  # summer time begins in between
        ("2026-10-23T12:00:00+00:00", "2026-10-26T23:00:00+00:00"),  # and ends
        ("2026-11-25T22:59:59+00:00", "2026-11-26T23:00:00+00:00"),
        ("2026-11-25T23:00:00+00:00", "2026-11-27T23:00:00+00:00"),  # Thursday in Sweden already
        ("2026-07-01T22:00:00+00:00", "2026-07-03T22:00:00+00:00"),
    ],
)
def test_days_begin_at_midnight_in_sweden(at: str, end: str) -> None:
    assert deadline(datetime.fromisoformat(at)).isoformat() == end


@given(instants)
def test_exactly_one_working_day_lies_between_the_asking_and_the_deadline(at: datetime) -> None:
    end = deadline(at)
    asked_on, last = at.astimezone(STOCKHOLM).date(), end.astimezone(STOCKHOLM).date() - DAY
    days = [asked_on + n * DAY for n in range(1, (last - asked_on).days + 1)]
    working = [day for day in days if day.weekday() < 5 and day not in calendar(day.year)]
    assert working == [last] == days[-1:]
    assert end - at >= timedelta(hours=23)
    assert start_of_day(last + DAY) == end


@given(st.tuples(instants, instants).map(sorted))
def test_whoever_asks_earlier_is_never_served_later(asked: list[datetime]) -> None:
    assert deadline(asked[0]) <= deadline(asked[1])


@given(st.dates(date(2005, 1, 1), date(2099, 12, 1)))
def test_a_working_day_is_no_weekend_and_no_day_off(day: date) -> None:
    assert is_working_day(day) is (day.isoweekday() <= 5 and day not in calendar(day.year))
    after = next_working_day(day)
    assert is_working_day(after) and not any(is_working_day(day + n * DAY) for n in range(1, (after - day).days))


@pytest.mark.parametrize(
    ("year", "day"),
    [
        *((1818, "03-22"), (1943, "04-25"), (1954, "04-18"), (1981, "04-19"), (2000, "04-23")),
        *((2026, "04-05"), (2038, "04-25"), (2049, "04-18"), (2076, "04-19"), (2285, "03-22")),
    ],
)
def test_easter_comes_when_the_church_says(year: int, day: str) -> None:
    assert easter_sunday(year).isoformat() == f"{year}-{day}"
