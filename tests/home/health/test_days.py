"""The port's days: each count on its own local date, stored once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hanport.home.health.days import Days, add_days, day_of
from hanport.home.health.report import DayCounts
from hanport.home.store.reader import PortDayRow, Reader
from hanport.home.store.writer import Store

AT = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23:00 local, the night before winter time


def store_all(days: Days, path: Path, at: datetime) -> list[PortDayRow]:
    added = days.unstored()
    store = Store(path)
    store.write(lambda connection: add_days(connection, added))
    store.close()
    days.stored(added, at)
    with Reader(path) as reader:
        return reader.port_days(date(2026, 1, 1), date(2027, 1, 1))


def test_a_day_is_local_and_its_counts_are_stored_once(tmp_path: Path) -> None:
    days = Days()
    days.telegram(AT)
    days.rejected(AT)
    days.telegram(AT + timedelta(hours=1))
    days.offset(AT, -900)
    path = tmp_path / "hub.db"
    for _ in range(2):
        rows = store_all(days, path, AT)
        assert rows == [
            PortDayRow(date(2026, 10, 24), 1, 1, 0, -900),
            PortDayRow(date(2026, 10, 25), 1, 0, 0, None),
        ]
    days.telegram(AT)
    assert store_all(days, path, AT)[0].telegrams == 2
    assert days.counts(AT) == DayCounts(date(2026, 10, 24), 2, 1, 0, -900)


def test_what_comes_while_it_is_stored_is_stored_next(tmp_path: Path) -> None:
    days = Days()
    days.telegram(AT)
    added = days.unstored()
    days.telegram(AT)
    days.stored(added, AT)
    assert [counts.telegrams for counts in days.unstored()] == [1]


def test_an_earlier_run_of_the_same_day_counts_in(tmp_path: Path) -> None:
    days = Days()
    days.begin_with(DayCounts(day_of(AT), 100, 3, 60, 500))
    days.telegram(AT)
    assert days.counts(AT) == DayCounts(day_of(AT), 101, 3, 60, 500)
    assert days.unstored() == (DayCounts(day_of(AT), 1, 0, 0, 500),)


def test_days_that_are_over_are_forgotten_when_they_are_stored(tmp_path: Path) -> None:
    days = Days()
    days.telegram(AT)
    added = days.unstored()
    days.telegram(AT)  # of a recording, while it is stored
    days.stored(added, AT + timedelta(days=5))
    assert [counts.telegrams for counts in days.unstored()] == [1]
    days.stored(days.unstored(), AT + timedelta(days=5))
    assert days.counts(AT).telegrams == 0


def test_the_offset_is_the_median_and_begins_anew_when_a_clock_was_set() -> None:
    days = Days()
    for offset_ms in (-1000, 0, 90_000):
        days.offset(AT, offset_ms)
    assert days.counts(AT).clock_offset_ms == 0
    days.forget_offsets(AT)
    days.offset(AT, 3_600_000)
    assert days.counts(AT).clock_offset_ms == 3_600_000


@given(st.lists(st.floats(0.1, 200_000), min_size=1, max_size=10))
def test_silence_is_split_at_midnights_and_nothing_of_it_is_lost(lasting_s: list[float]) -> None:
    days, begin = Days(), AT
    for seconds in lasting_s:
        end = begin + timedelta(seconds=seconds)
        days.silent(begin, end)
        begin = end
    parts = {day: whole.whole.silent_s for day, whole in days._days.items()}
    assert abs(sum(parts.values()) - sum(lasting_s)) < 1e-3
    assert max(parts.values()) <= 25 * 3600 + 1e-6  # 25 October has 25 hours
    assert all(seconds <= 86_400 + 1e-6 for day, seconds in parts.items() if day != date(2026, 10, 25))
