"""The Swedish calendar against dates from printed ones."""

from datetime import date

import pytest

from hanport.meter.almanac import easter_sunday, holidays, is_free, utc_offset_s


@pytest.mark.parametrize(
    "easter",
    [date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25), date(2049, 4, 18)],
)
def test_easter(easter: date) -> None:
    assert easter_sunday(easter.year) == easter


@pytest.mark.parametrize(
    ("day", "offset_h"),
    [
        (date(2026, 3, 28), 1),
        (date(2026, 3, 29), 2),
        (date(2026, 10, 24), 2),
        (date(2026, 10, 25), 1),
        (date(2027, 3, 28), 2),
        (date(2027, 10, 31), 1),
    ],
)
def test_summer_time(day: date, offset_h: int) -> None:
    assert utc_offset_s(day) == offset_h * 3600


def test_the_holidays_of_a_year() -> None:
    days = ["01-01", "01-06", "04-03", "04-05", "04-06", "05-01", "05-14", "05-24", "06-06", "06-19", "06-20"]
    days += ["10-31", "12-24", "12-25", "12-26", "12-31"]
    assert holidays(2026) == {date.fromisoformat(f"2026-{day}") for day in days}


def test_free_days() -> None:
    assert is_free(date(2026, 1, 6))  # a Tuesday
    assert is_free(date(2026, 1, 10))
    assert not is_free(date(2026, 1, 7))
