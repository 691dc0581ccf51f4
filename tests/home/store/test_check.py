"""A store that is looked at: what is well, what is wrong, and what can be made anew."""

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from hanport.home.store.blocks import pack_step, thin_step
from hanport.home.store.check import Part, Verdict, check, repair
from hanport.home.store.errors import StoreError
from hanport.home.store.moments import to_ms
from hanport.home.store.series import Series
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from home.store.filled import METER, NOON, append, filled, quarters, reading


def verdicts(path: Path) -> dict[Part, Verdict]:
    return {verdict.part: verdict for verdict in check(path)}


def change(path: Path, *statements: str) -> None:
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def pack_all(series: Series, edge_ms: int) -> None:
    while pack_step(series.connection, series.runs, edge_ms):
        pass


def with_blocks(path: Path) -> Path:
    """Readings of two meters, over a month border, packed for the most part."""
    store = Store(path, commit_every_s=1e9)
    append(store, 1200, step_s=60)
    append(store, 600, start=NOON + timedelta(days=12), step_s=30, meter=MeterIdentity("AUX", None))
    edge_ms = to_ms(NOON + timedelta(days=12, hours=6))
    store.series(lambda series: pack_all(series, edge_ms))
    store.close()
    return path


@pytest.mark.parametrize("made", [filled, with_blocks])
def test_a_store_that_is_well_also_while_it_is_open(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    path = made(tmp_path / "hub.db")
    heard: list[float] = []
    found = check(path, heard.append)
    assert [verdict.part for verdict in found] == list(Part)
    assert all(verdict.well and verdict.looked_at for verdict in found), found
    assert heard[-1] == 1
    store = Store(path)
    assert all(verdict.well for verdict in check(path))
    store.close()


def test_a_store_is_well_while_another_thread_writes_at_full_speed(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 10)
    store = Store(path)
    stop = threading.Event()

    def write() -> None:
        for number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count(100)):
            store.append_reading(NOON + timedelta(seconds=300 * number), reading(number), METER)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            found = check(path)
            assert all(verdict.well and not verdict.imported for verdict in found), found
    finally:
        stop.set()
        writer.join()
        store.close()


def test_a_thinned_store_is_well(tmp_path: Path) -> None:
    path = with_blocks(tmp_path / "hub.db")
    before = quarters(path)
    store = Store(path)
    while store.series(lambda series: thin_step(series.connection, series.runs, to_ms(NOON + timedelta(hours=9)))):
        pass
    store.close()
    assert quarters(path) == before
    assert all(verdict.well for verdict in check(path))
    repair(path)
    assert quarters(path) == before


def test_an_empty_store_is_well(tmp_path: Path) -> None:
    Store(tmp_path / "hub.db").close()
    assert all(verdict.well for verdict in check(tmp_path / "hub.db"))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE quarter SET import_wh = import_wh + 1 WHERE start_s = 1769862600", "2026-01-31 12:30 UTC: stored"),
        ("UPDATE quarter SET export_wh = NULL WHERE start_s = 1769862600", "2026-01-31 12:30 UTC"),
        ("UPDATE quarter SET quality = 2 WHERE start_s = 1769862600", "estimated"),
        ("DELETE FROM quarter WHERE start_s = 1769862600", "stored nothing"),
        ("DELETE FROM reading WHERE at_ms BETWEEN 1769862600000 AND 1769864000000", "by the readings"),
    ],
)
def test_a_wrong_ledger_is_found_and_made_anew(tmp_path: Path, statement: str, words: str) -> None:
    path = filled(tmp_path / "hub.db")
    change(path, statement)
    found = verdicts(path)
    assert found[Part.LEDGER].wrong
    assert words in " ".join(found[Part.LEDGER].examples)
    repair(path)
    assert all(verdict.well for verdict in check(path))


def test_a_repair_gives_back_what_was_there(tmp_path: Path) -> None:
    path = with_blocks(tmp_path / "hub.db")
    before = quarters(path)
    change(path, "DELETE FROM day_mean WHERE start_s = 1769904000")
    assert verdicts(path)[Part.ROLLUPS].examples == ("day_mean of 2026-02-01 00:00 UTC",)
    change(path, "UPDATE quarter SET import_wh = 7", "DELETE FROM minute", "UPDATE hour_mean SET power_w = 0")
    found = verdicts(path)
    assert found[Part.LEDGER].wrong == len(before)
    assert len(found[Part.LEDGER].examples) == 5
    assert found[Part.ROLLUPS].wrong
    heard: list[float] = []
    repair(path, heard.append)
    assert heard[-1] == 1
    assert quarters(path) == before
    assert all(verdict.well for verdict in check(path))


def test_what_was_imported_without_readings_is_counted_and_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    change(path, "INSERT INTO quarter VALUES (1700000100, 5, NULL, 1), (1800000000, 6, 7, 0), (1769850000, 8, 8, 0)")
    before = quarters(path)
    ledger = verdicts(path)[Part.LEDGER]
    assert ledger.well
    assert ledger.imported == 3
    repair(path)
    assert quarters(path) == before


def test_a_quarter_too_many_between_readings(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    change(path, "UPDATE run SET known = 0")  # as if no reading had a register
    ledger = verdicts(path)[Part.LEDGER]
    assert ledger.wrong
    assert "by the readings nothing" in ledger.examples[0]
    assert ledger.imported == 0


def test_a_damaged_block_is_found(tmp_path: Path) -> None:
    path = with_blocks(tmp_path / "hub.db")
    change(path, "UPDATE block SET data = zeroblob(100) WHERE began_ms = 1769864400000")
    found = verdicts(path)
    assert list(found) == [Part.FILE, Part.BLOCKS]
    assert found[Part.BLOCKS].examples == ("the readings of 2026-01-31 13 h UTC (run 1)",)
    change(path, "UPDATE block SET data = (SELECT data FROM block ORDER BY began_ms LIMIT 1)")
    assert verdicts(path)[Part.BLOCKS].wrong > 10


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    change(path, "UPDATE reading SET run = 77 WHERE at_ms = 1769862600000")
    assert not verdicts(path)[Part.FILE].well or not verdicts(path)[Part.LEDGER].well
    content = bytearray(path.read_bytes())
    content[60_000:70_000] = bytes(10_000)
    path.write_bytes(content)
    try:
        found = check(path)
    except StoreError:
        return
    assert [verdict.well for verdict in found] == [False]


def test_a_file_of_an_earlier_program(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 10)
    change(path, "PRAGMA user_version = 0")
    with pytest.raises(StoreError, match="Start the hub once"):
        check(path)


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        check(tmp_path / "hub.db")
    (tmp_path / "hub.db").write_text("x" * 5000)
    with pytest.raises(StoreError):
        check(tmp_path / "hub.db")
