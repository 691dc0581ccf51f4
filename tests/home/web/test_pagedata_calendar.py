"""The port's last weeks as squares."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.store.reader import PortDayRow
from hanport.home.web.pagedata_calendar import WEEKS, DayState, calendar, first_day, state_of

TODAY = date(2026, 11, 25)


@given(st.dates(date(2001, 1, 1), date(2199, 1, 1)))
def test_it_begins_on_a_monday_and_ends_today(today: date) -> None:
    made = calendar([], today)
    assert made.days[0].day.weekday() == 0 and made.days[-1].day == today
    assert made.days[-1].week == WEEKS - 1 and not made.known
    assert all(cell.day == first_day(today) + timedelta(days=7 * cell.week + cell.weekday) for cell in made.days)
    assert all(later - earlier >= 2 for (earlier, _), (later, _) in zip(made.months, made.months[1:], strict=False))


@pytest.mark.parametrize(
    ("telegrams", "rejected", "silent_s", "state"),
    [
        (0, 0, 0, DayState.NOTHING),
        (8640, 0, 0, DayState.WELL),
        (8640, 86, 0, DayState.WELL),
        (8640, 87, 0, DayState.ERRORS),
        (8640, 0, 299, DayState.WELL),
        (8640, 0, 300, DayState.GAPS),
        (8640, 900, 3600, DayState.SILENT),
        (0, 0, 86_400, DayState.SILENT),
        (0, 3, 0, DayState.ERRORS),
    ],
)
def test_the_worst_of_a_day_counts(telegrams: int, rejected: int, silent_s: int, state: DayState) -> None:
    counts = PortDayRow(TODAY, telegrams, rejected, silent_s, None)
    assert state_of(counts) is state
    assert calendar([counts], TODAY).days[-1].state is state


def test_a_day_without_counts() -> None:
    assert state_of(None) is DayState.NOTHING
