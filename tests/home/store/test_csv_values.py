"""Numbers and times as other programs write them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.store.csv_values import NoTime, TimeReader, Times, amount, parse

SWEDEN = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("text", "wh"),
    [
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234,5", 1_234_500),
        ("1\u00a0234,5", 1_234_500),
        ("1.234,5", 1_234_500),
        ("1,234.5", 1_234_500),
        ("1,234,567.5", 1_234_567_500),
        ("12", 12_000),
        ("0", 0),
        ("007.250", 7250),
        ("-0,5", -500),
        ("\u22120,5", -500),
        ("1e-3", 1),
        ("0.1230000000000001", 123),
        ("0.0005", 0),  # half to even
        ("0.0015", 2),
        (".5", 500),
        ("", None),
        ("x", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e30", None),
        ("²", None),
        ("9999999999999999", None),
    ],
)
def test_amounts(text: str, wh: int | None) -> None:
    assert amount(text, 3) == wh


@given(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=3), st.sampled_from(".,"))
def test_every_kwh_is_read_exactly(kwh: Decimal, point: str) -> None:
    assert amount(f"{kwh:f}".replace(".", point), 3) == int(kwh * 1000)


NOON = datetime(2026, 1, 31, 12)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-31 12:00", NOON),
        ("2026-01-31 12:00:00", NOON),
        ("2026-01-31T12:00", NOON),
        ("2026-01-31 12.00", NOON),
        ("2026-1-31 12:00", NOON),
        ("20260131 12:00", NOON),
        ("20260131 1200", NOON),
        ("2026/01/31 12:00", NOON),
        ("31/01/2026 12:00", NOON),
        ("31.01.2026 12:00", NOON),
        ("31.1.2026 12:00:00", NOON),
        ("2026-01-31 kl 12:00", NOON),
        ("2026-01-31 12:00 - 13:00", NOON),
        ("2026-01-31 12:00-13:00", NOON),
        ("2026-01-31 12:00–13:00", NOON),
        ("2026-01-30 24:00", datetime(2026, 1, 31)),
        ("2026-01-31", datetime(2026, 1, 31)),
        ("2026-01-31T12:00:00Z", NOON.replace(tzinfo=UTC)),
        ("2026-01-31 13:00:00+01", NOON.replace(tzinfo=UTC)),
        ("2026-01-31T12:00:00.250Z", NOON.replace(tzinfo=UTC, microsecond=250_000)),
        ("1769860800", NOON.replace(tzinfo=UTC)),
        ("1769860800.5", NOON.replace(tzinfo=UTC, microsecond=500_000)),
        ("1769860800000", NOON.replace(tzinfo=UTC)),
    ],
)
def test_times(text: str, at: datetime) -> None:
    assert parse(text) == at


@pytest.mark.parametrize("text", ["", "x", "2026-13-01 00:00", "31.02.2026 00:00", "Summa", "12:00", "-1"])
def test_no_times(text: str) -> None:
    with pytest.raises(NoTime):
        parse(text)


@pytest.mark.parametrize("text", ["0001-01-01 00:00", "9999-12-31T23:59:59Z"])
def test_years_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(NoTime, match="year"):
        TimeReader(Times.LOCAL).read(text)


def test_what_times_without_an_offset_count_in() -> None:
    summer = "2026-07-01 12:00"
    assert TimeReader(Times.LOCAL).read(summer) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert TimeReader(Times.NORMAL).read(summer) == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert TimeReader(Times.UTC).read(summer) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert TimeReader(Times.NORMAL).read(summer + "+02:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_the_hour_that_does_not_exist() -> None:
    with pytest.raises(NoTime, match="skipped"):
        TimeReader(Times.LOCAL).read("2026-03-29 02:00")
    assert TimeReader(Times.NORMAL).read("2026-03-29 02:00") == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [15, 60])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_hour_that_comes_twice_is_told_apart_by_its_order(minutes: int, backwards: bool) -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # a local day of 25 hours
    instants = [start + timedelta(minutes=minutes) * step for step in range(25 * 60 // minutes)]
    instants = instants[::-1] if backwards else instants
    reader = TimeReader(Times.LOCAL)
    assert [reader.read(f"{at.astimezone(SWEDEN):%Y-%m-%d %H:%M}") for at in instants] == instants
