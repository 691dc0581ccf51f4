"""The meter's time: by the flag alone, and never where a clock does not say what it means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port import meter_time

SECONDS = st.datetimes(datetime(2001, 1, 1, 2), datetime(2099, 12, 31, 21)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


def cosem(clock: str) -> str | None:
    at = meter_time.from_cosem(bytes.fromhex(clock))
    return at.isoformat() if at else None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("220408135021W", "2022-04-08T12:50:21+00:00"),  # W in summer: Swedish meters mean it
        ("250519201720S", "2025-05-19T18:17:20+00:00"),
        ("240101000000W", "2023-12-31T23:00:00+00:00"),
        ("240331023000W", "2024-03-31T01:30:00+00:00"),  # an hour that the wall clock leaves out
        ("241027023000S", "2024-10-27T00:30:00+00:00"),  # and one that it has twice
        ("241027023000W", "2024-10-27T01:30:00+00:00"),
    ],
)
def test_the_flag_decides(text: str, at: str) -> None:
    found = meter_time.from_p1(text)
    assert found is not None
    assert found.isoformat() == at


@pytest.mark.parametrize(
    "text",
    [
        "000101010000W",  # the clock is not set
        "000000000000W",
        "250000000000W",
        "213112235959W",  # Aidon's document
        "240230000000W",
        "240101240000W",
        "240101006000S",
        "240101000060S",
        "20240111 09:35:00",  # NES: no flag, so nobody knows which time
        "19-01-01 00:00:00",  # ACE4000
        "240101000000",
        "240101000000X",
        "240101000000w",
        "",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert meter_time.from_p1(text) is None


@given(SECONDS, st.sampled_from("WS"))
def test_p1_time_reads_back(at: datetime, flag: str) -> None:
    assert meter_time.from_p1(meter_time.to_p1(at, flag)) == at


@given(st.text(st.sampled_from("0123456789WS"), max_size=14))
def test_any_digits_are_a_time_or_none(text: str) -> None:
    at = meter_time.from_p1(text)
    assert at is None or at.utcoffset() == timedelta(0)


def test_date_and_time_in_two_rows_are_read_for_the_meters_known() -> None:
    """Iskraemeco AM550 at E.ON: one hour behind the wall clock in September, so normal time."""
    at = datetime(2022, 9, 5, 11, 45, 10, tzinfo=UTC)
    assert meter_time.from_date_and_time(r"ISk5\2M550T-2006", "220905", "124510") == at
    assert meter_time.from_date_and_time(r"ISk5\2M550T-2006", "20220905", "124510") == at
    assert meter_time.from_date_and_time(r"ISk5\2M550T-2006", "000000", "000000") is None
    assert meter_time.from_date_and_time("ISK9", "220905", "124510") == at
    assert meter_time.from_date_and_time("KAM5", "220905", "124510") is None


@pytest.mark.parametrize(
    ("clock", "at"),
    [
        ("07e50916031223 1e00 ffc4 00", "2021-09-22T17:35:30+00:00"),  # deviation -60: UTC+1
        ("07e50916031223 1e00 ff88 80", "2021-09-22T16:35:30+00:00"),  # -120: the deviation counts, not the status
        ("07e50916031223 1e00 003c 00", "2021-09-22T19:35:30+00:00"),
        ("07e50916031223 1eff 8000 80", "2021-09-22T16:35:30+00:00"),  # not specified: the status says summer
        ("07e50916031223 1eff 8000 00", "2021-09-22T17:35:30+00:00"),
        ("07e50916ff1223 1eff 8000 ff", "2021-09-22T17:35:30+00:00"),  # Aidon: nothing specified, weekday neither
        ("07d00101ff0000 00ff 8000 ff", None),  # the year 2000: not set
        ("ffff ff ff ff ffffff ff 8000 ff", None),
        ("07e5ff16031223 1e00 8000 00", None),
        ("07e50916ff ff23 1e00 8000 00", None),
        ("270f0c1f07173b3b 00 003c 00", None),  # the year 9999, and an offset that leads beyond it
        ("07e50916031223 1e00 8001 00", None),  # 22 days are no deviation
    ],
)
def test_cosem_time(clock: str, at: str | None) -> None:
    assert cosem(clock) == at


@given(st.binary(min_size=12, max_size=12))
def test_any_twelve_bytes_are_a_time_or_none(clock: bytes) -> None:
    at = meter_time.from_cosem(clock)
    assert at is None or at.utcoffset() == timedelta(0)


@given(SECONDS, st.sampled_from([None, -60]), st.sampled_from([0, 0xFF]))
def test_cosem_time_reads_back(at: datetime, deviation: int | None, status: int) -> None:
    assert meter_time.from_cosem(meter_time.to_cosem(at, deviation=deviation, status=status)) == at


def test_cosem_time_as_kaifa_sends_it() -> None:
    at = datetime(2021, 9, 22, 16, 35, 30, tzinfo=UTC)
    assert meter_time.to_cosem(at, deviation=-60, status=0).hex(" ") == "07 e5 09 16 03 11 23 1e ff ff c4 00"
