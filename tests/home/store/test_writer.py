"""The writer: what becomes of each kind of reading, of a locked file and of a full disk, and what waits for a pause."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import apsw
import pytest

from hanport.home.config import StoreTable
from hanport.home.store.blocks import thinned_before_ms
from hanport.home.store.database import open_database
from hanport.home.store.disk import Room, space
from hanport.home.store.errors import StoreBusy, StoreDamaged, StoreError, StoreForbidden, StoreFull, StoreTooNew
from hanport.home.store.reader import Reader
from hanport.home.store.runs import Why
from hanport.home.store.writer import Outcome, Store
from hanport.home.values import MeterIdentity, Quality
from hanport.port.values import Reading, Register
from home.store.stored import EVER, all_columns, check_rollups, check_sums, quarters, rebuilt

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
ONE, TWO = MeterIdentity("KAM5", "1"), MeterIdentity("KAM5", "2")
S = timedelta(seconds=1)


def give(store: Store, seconds: float, wh: int | None, meter: MeterIdentity = ONE, live: bool = True) -> Outcome:
    at = START + seconds * S
    reading = Reading(energy_import_wh=wh, power_import_w=360)
    return store.append_reading(at, reading, meter, received_at=START if live else None)


def whys(store: Store) -> list[Why]:
    return [run.why for run in store.series(lambda series: list(series.runs))]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "hub.db")


def test_each_outcome(store: Store) -> None:
    assert give(store, 0, 1000) is Outcome.NEW_METER
    assert give(store, 10, 1001) is Outcome.STORED
    assert give(store, 30, 1003) is Outcome.STORED
    assert give(store, 20, 1002) is Outcome.LATE
    assert give(store, 20, 1002) is Outcome.DUPLICATE
    assert give(store, 20.5, 1002, live=False) is Outcome.LATE
    assert give(store, -3600, 1004) is Outcome.NEW_RUN  # the clock was set back
    assert give(store, -3590, 3) is Outcome.NEW_RUN  # the register stepped back
    assert give(store, -3580, 50_000_000, TWO) is Outcome.NEW_METER
    assert give(store, 40, 1004, ONE) is Outcome.NEW_METER  # and back again
    assert whys(store) == [Why.FIRST, Why.CLOCK, Why.REGISTER, Why.METER, Why.METER]
    with Reader(store.path) as reader:
        assert [meter.identity for meter in reader.meters()] == [ONE, TWO]
        (first, *_, last) = reader.quarters(*EVER)
        assert (first.import_wh, first.quality) == (1, Quality.ESTIMATED)
        assert (last.import_wh, last.quality) == (3, Quality.ESTIMATED)
    check_sums(store.path)
    check_rollups(store.path)
    store.close()


def test_a_register_that_leaps_is_a_break_and_not_energy(store: Store) -> None:
    """A damaged telegram without a checksum says 6 kWh, or 6 GWh: the house has not used that."""
    for number, wh in enumerate([59_994_000, 59_994_010, 6000, 59_994_020, 6_000_000_000, 59_994_030]):
        give(store, 10 * number, wh)
    assert sum(row[1] for row in quarters(store.path)) == 10
    store.close()


def test_a_late_reading_of_the_meter_before_belongs_to_it(store: Store) -> None:
    give(store, 0, 1000)
    give(store, 10, 1001)
    give(store, 100, 5, TWO)
    assert give(store, 50, 1009) is Outcome.LATE
    assert give(store, 110, 6, TWO) is Outcome.STORED
    assert sum(row[1] for row in quarters(store.path)) == 9 + 1
    assert quarters(store.path) == rebuilt(store)
    store.close()


def test_readings_before_all_others_are_history(store: Store) -> None:
    give(store, 0, 1000)
    assert give(store, -86_400, 100, live=False) is Outcome.LATE
    assert give(store, -90_000, 50, MeterIdentity(None, None), live=False) is Outcome.LATE
    assert sum(row[1] for row in quarters(store.path)) == 950
    with Reader(store.path) as reader:
        assert reader.span() == (START - 90_000 * S, START)
    store.close()


def test_a_meter_that_tells_its_number_later_is_the_same(store: Store) -> None:
    give(store, 0, 1000, MeterIdentity("KAM5", None))
    assert give(store, 10, 1001, ONE) is Outcome.STORED
    assert give(store, 20, 1002, MeterIdentity("KAM6", "1")) is Outcome.STORED  # new firmware
    assert give(store, 30, 1002, MeterIdentity("AUX5", None)) is Outcome.NEW_METER
    with Reader(store.path) as reader:
        assert [meter.identity for meter in reader.meters()] == [ONE, MeterIdentity("AUX5", None)]
    store.close()


def test_a_meter_without_registers_has_no_ledger(store: Store) -> None:
    for number in range(100):
        assert give(store, 10 * number, None) in (Outcome.STORED, Outcome.NEW_METER)
    assert quarters(store.path) == []
    check_rollups(store.path)
    with Reader(store.path) as reader:
        assert reader.energy([START, START + 900 * S])[0].import_wh is None
    store.close()


def test_registers_that_come_once_an_hour(store: Store) -> None:
    for number in range(3 * 360 + 1):
        give(store, 10 * number, None if number % 360 else 1000 + number)
    store.close()
    again = Store(store.path)
    give(again, 3 * 3600 + 10, None)
    give(again, 4 * 3600, 2441)
    with Reader(again.path) as reader:
        hours = reader.energy([START + hour * 3600 * S for hour in range(5)])
        assert [hour.import_wh for hour in hours] == [360, 360, 360, 361]
        assert {hour.quality for hour in hours} == {Quality.INTERPOLATED}
    check_sums(again.path)
    again.close()


def test_other_rows_are_kept_when_they_change_at_most_once_a_quarter(store: Store) -> None:
    for number in range(200):
        gas = Register("0-1:24.2.1", ("x",), Decimal(f"{1000 + number // 90}.50"), "m3")
        factor = Register("1-0:13.7.0", ("x",), Decimal(number), None)
        text = Register("0-0:96.13.0", ("hej",), None, None)
        at = START + 10 * number * S
        store.append_reading(at, Reading(energy_import_wh=number), ONE, received_at=at, extras=(gas, factor, text))
        if number == 100:
            store.close()
            store = Store(store.path)
    counts = store.write(lambda c: dict(c.execute("SELECT obis, COUNT(*) FROM extra GROUP BY obis")))
    assert counts == {"0-1:24.2.1": 3, "1-0:13.7.0": 3, "0-0:96.13.0": 1}
    with Reader(store.path) as reader:
        said = {row.obis: (row.value, row.unit) for row in reader.extras()}
    assert said == {"0-1:24.2.1": ("1002.50", "m3"), "1-0:13.7.0": ("180", None), "0-0:96.13.0": ("hej", None)}
    store.close()


@pytest.mark.parametrize("commit_every_s", [0, 3600])
def test_a_file_that_another_program_locks(tmp_path: Path, commit_every_s: float) -> None:
    store = Store(tmp_path / "hub.db", commit_every_s=commit_every_s)
    give(store, 0, 1000)
    store.flush()
    store.write(lambda c: c.set_busy_timeout(50))
    other = apsw.Connection(str(store.path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="Close the program") as caught:
        give(store, 10, 1001)
    assert caught.value.retry
    other.execute("COMMIT")
    other.close()
    assert give(store, 10, 1001) is Outcome.STORED
    store.close()
    assert len(all_columns(store.path)) == 2


@pytest.mark.parametrize("commit_every_s", [0, 3600])
def test_a_file_that_cannot_grow(tmp_path: Path, commit_every_s: float) -> None:
    store = Store(tmp_path / "hub.db", commit_every_s=commit_every_s)
    give(store, 0, 1000)
    store.flush()
    pages = store.write(lambda c: c.pragma("page_count"))
    store.write(lambda c: c.pragma("max_page_count", int(str(pages)) + 3))
    number = 1
    with pytest.raises(StoreFull, match="Make room") as caught:
        for number in range(1, 10_000):
            give(store, 10 * number, 1000 + number)
    assert caught.value.retry
    store.write(lambda c: c.pragma("max_page_count", 1 << 30))
    assert give(store, 10 * number, 1000 + number) is Outcome.STORED
    store.close()
    assert len(all_columns(store.path)) == number + 1
    check_sums(store.path)
    check_rollups(store.path)


def test_nothing_is_stored_on_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    free_mb = space(tmp_path / "hub.db", StoreTable()).free_mb
    full = StoreTable(least_free_mb=2 * free_mb, warn_free_mb=2 * free_mb)
    assert space(tmp_path / "hub.db", full).room is Room.NONE
    assert space(tmp_path / "hub.db", StoreTable(least_free_mb=0, warn_free_mb=2 * free_mb)).room is Room.LOW
    assert space(tmp_path / "hub.db", StoreTable(least_free_mb=0, warn_free_mb=0)).room is Room.ENOUGH
    store = Store(tmp_path / "hub.db", settings=full)
    with pytest.raises(StoreFull, match="nothing more is stored"):
        give(store, 0, 1)
    assert store.write(lambda c: c.execute("SELECT COUNT(*) FROM reading").get) == 0
    store.close()


def test_old_readings_are_packed_in_small_steps(store: Store) -> None:
    store.close()
    store = Store(store.path, commit_every_s=3600)  # all at once: each commit waits for the disk
    for number in range(1000):
        give(store, 1800 * number, 1000 + number)
    store.close()
    store = Store(store.path)
    steps = 0
    before = all_columns(store.path).data
    while store.tidy():
        steps += 1
    assert steps > 150
    assert store.write(lambda c: c.execute("SELECT COUNT(*) FROM reading").get) < 680
    assert (all_columns(store.path).data == before).all()
    assert not store.untidy
    assert give(store, 1800 * 1000, 2000) is Outcome.STORED
    assert store.untidy
    assert give(store, 900, 1000) is Outcome.LATE  # into a packed hour
    while store.tidy():
        pass
    assert quarters(store.path) == rebuilt(store)
    check_sums(store.path)
    check_rollups(store.path)
    store.close()


def test_thinned_readings_leave_the_ledger_and_the_means_as_they_were(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db", commit_every_s=3600)
    for number in range(6000):
        give(store, 13 * number, 1000 + number // 3)
    give(store, 40 * 86_400, 3000)
    store.flush()
    ledger, means = quarters(store.path), store.write(lambda c: c.execute("SELECT * FROM quarter_mean").fetchall())
    store.close()
    store = Store(tmp_path / "hub.db", settings=StoreTable(keep_readings_days=20))
    while store.tidy():
        pass
    assert len(all_columns(store.path)) < 6000 / 20
    assert store.write(thinned_before_ms) > 0
    assert quarters(store.path) == ledger == rebuilt(store)
    assert give(store, 1300.5, 1033) is Outcome.LATE
    while store.tidy():
        pass
    assert quarters(store.path) == rebuilt(store)
    assert store.write(lambda c: c.execute("SELECT * FROM quarter_mean").fetchall()) == means
    check_sums(store.path)
    store.close()


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at " * 100)
    with pytest.raises(StoreDamaged, match="no database"):
        Store(tmp_path / "text.db")
    with pytest.raises(StoreForbidden, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "hub.db")
    with pytest.raises(StoreForbidden, match="There is no"):
        Reader(tmp_path / "none.db")
    later = open_database(tmp_path / "later.db")
    later.connection.pragma("user_version", 99)
    later.close()
    with pytest.raises(StoreTooNew, match="later hanport"):
        Store(tmp_path / "later.db")


def test_a_damaged_file_is_told_as_such(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db", commit_every_s=3600)
    for number in range(2000):
        give(store, 10 * number, 1000 + number)
    store.close()
    content = bytearray((tmp_path / "hub.db").read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    (tmp_path / "hub.db").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        give(Store(tmp_path / "hub.db"), 0, 1)
    assert isinstance(caught.value, StoreDamaged)
    assert not caught.value.retry


def test_two_lists_of_one_second_are_both_kept(tmp_path: Path) -> None:
    """Kamstrup's HDLC meters send the registers in a list of their own, once an hour."""
    store, meter = Store(tmp_path / "hub.db"), MeterIdentity("Kamstrup_V0001", None)
    at = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
    powers, registers = Reading(at, power_import_w=1727), Reading(at, energy_import_wh=1000, power_import_w=1727)
    later = Reading(at, energy_import_wh=1060)
    assert store.append_reading(at, powers, meter) is Outcome.NEW_METER
    assert store.append_reading(at, registers, meter) is Outcome.STORED
    assert store.append_reading(at, registers, meter) is Outcome.DUPLICATE
    assert store.append_reading(at, powers, meter) is Outcome.DUPLICATE
    store.append_reading(at + timedelta(minutes=1), later, meter)
    store.close()
    with Reader(tmp_path / "hub.db") as reader:
        assert [quarter.import_wh for quarter in reader.quarters(at - timedelta(hours=1), at + timedelta(hours=1))] == [
            60
        ]
