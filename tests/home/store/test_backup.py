"""Copies of a store: taken while it is written, checked, put back."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from hanport.errors import ConfigError
from hanport.home.store.backup import backup, check_copy, restore
from hanport.home.store.check import check
from hanport.home.store.database import open_database
from hanport.home.store.errors import StoreDamaged, StoreError, StoreTooNew
from hanport.home.store.writer import Store
from home.store.filled import METER, NOON, append, filled, quarters, reading, rows

AT = datetime(2026, 2, 1, 3, 4, 5, tzinfo=UTC)


def test_a_copy_has_everything_and_is_one_file(tmp_path: Path) -> None:
    source = filled(tmp_path / "hub.db")
    heard: list[float] = []
    copy = backup(source, tmp_path / "out" / "copy.db", heard.append)
    assert copy.path == tmp_path / "out" / "copy.db"
    assert copy.size == copy.path.stat().st_size
    assert copy.span == (NOON, datetime(2026, 1, 31, 15, tzinfo=UTC))
    assert heard[-1] == 1
    assert sorted(path.name for path in copy.path.parent.iterdir()) == ["copy.db"]
    assert copy.path.stat().st_mode & 0o077 == 0
    assert quarters(copy.path) == quarters(source)


def test_a_copy_of_an_empty_store(tmp_path: Path) -> None:
    open_database(tmp_path / "hub.db").close()
    assert backup(tmp_path / "hub.db", tmp_path / "copy.db").span is None


def test_a_copy_while_another_thread_writes_at_full_speed(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = Store(path)
    append(store, 500)
    stop = threading.Event()
    written = [500]

    def write() -> None:
        while not stop.is_set():
            at = NOON + timedelta(seconds=10 * written[0])
            store.append_reading(at, reading(written[0]), METER)
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(path, tmp_path / f"{number}.db") for number in range(5)]
    finally:
        stop.set()
        writer.join()
        store.close()
    counts = []
    for copy in copies:
        assert all(verdict.well for verdict in check(copy.path))
        found = quarters(copy.path)
        count = int(str(rows(copy.path, "SELECT COUNT(*) FROM reading")[0][0]))
        first, last = rows(copy.path, "SELECT MIN(energy_import_wh), MAX(energy_import_wh) FROM reading")[0]
        assert sum(quarter.import_wh for quarter in found) == int(str(last)) - int(str(first))
        assert last == reading(count - 1).energy_import_wh
        counts.append(count)
    assert counts == sorted(counts)
    assert counts[0] >= 500
    assert counts[-1] <= written[0]


def test_a_copy_is_not_made_of_what_is_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no"):
        backup(tmp_path / "hub.db", tmp_path / "copy.db")
    path = filled(tmp_path / "hub.db")
    content = bytearray(path.read_bytes())
    content[40_000:60_000] = bytes(20_000)
    path.write_bytes(content)
    with pytest.raises(StoreError):
        backup(path, tmp_path / "copy.db")
    assert not [each.name for each in tmp_path.iterdir() if "copy" in each.name]


def test_a_copy_that_cannot_be_written(tmp_path: Path) -> None:
    source = filled(tmp_path / "hub.db", 10)
    with pytest.raises(ConfigError, match="cannot be written"):
        backup(source, source / "copy.db")


def test_what_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x" * 5000)
    with pytest.raises(StoreDamaged):
        check_copy(tmp_path / "text")
    other = apsw.Connection(str(tmp_path / "other.db"))
    other.execute("CREATE TABLE x (y)")
    other.close()
    with pytest.raises(StoreDamaged, match="not the tables of a hub"):
        check_copy(tmp_path / "other.db")
    later = apsw.Connection(str(tmp_path / "later.db"))
    later.pragma("user_version", 1000)
    later.close()
    with pytest.raises(StoreTooNew):
        check_copy(tmp_path / "later.db")


def test_a_copy_put_back_and_what_was_there_kept(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 100)
    copy = backup(path, tmp_path / "copy.db").path
    before = quarters(path)
    store = Store(path)
    append(store, 200, start=NOON + timedelta(hours=1))
    after = quarters(path)
    assert after != before
    store.close()
    kept = restore(copy, path, AT)
    assert kept == tmp_path / "hub.db.before-restore-20260201T030405Z"
    assert quarters(path) == before
    assert quarters(kept) == after
    assert copy.exists()


def test_a_log_that_was_never_folded_in_is_kept_too(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 100)
    copy = backup(path, tmp_path / "copy.db").path
    store = Store(path)
    append(store, 200, start=NOON + timedelta(hours=1))
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("hub.db", "hub.db-wal"):  # as after a loss of power
        (crashed / name).write_bytes((tmp_path / name).read_bytes())
    after = quarters(path)
    store.close()
    kept = restore(copy, crashed / "hub.db", AT)
    assert kept is not None
    assert quarters(kept) == after


def test_a_damaged_store_is_replaced_and_kept_as_it_is(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 100)
    copy = backup(path, tmp_path / "copy.db").path
    before = quarters(path)
    path.write_bytes(b"damaged" * 1000)
    (tmp_path / "hub.db-wal").write_bytes(b"log")
    kept = restore(copy, path, AT)
    assert kept is not None
    assert kept.read_bytes() == b"damaged" * 1000
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"log"
    assert quarters(path) == before


def test_sessions_do_not_come_back(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 10)
    store = Store(path)
    store.write(lambda c: c.execute("INSERT INTO user VALUES (1, 'anna', 'hash', 'owner', NULL, 0)").fetchall())
    store.write(lambda c: c.execute("INSERT INTO session VALUES (x'00', 1, 0, 0)").fetchall())
    store.close()
    restore(backup(path, tmp_path / "copy.db").path, path, AT)
    assert rows(path, "SELECT COUNT(*) FROM user") == [(1,)]
    assert rows(path, "SELECT COUNT(*) FROM session") == [(0,)]


def test_a_copy_put_where_nothing_was(tmp_path: Path) -> None:
    copy = backup(filled(tmp_path / "hub.db", 100), tmp_path / "copy.db").path
    assert restore(copy, tmp_path / "new" / "hub.db", AT) is None
    assert quarters(tmp_path / "new" / "hub.db") == quarters(tmp_path / "hub.db")


def test_what_is_no_copy_is_not_put_back(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 100)
    before = quarters(path)
    (tmp_path / "text").write_text("x" * 5000)
    with pytest.raises(StoreDamaged):
        restore(tmp_path / "text", path, AT)
    assert quarters(path) == before
    assert not [each.name for each in tmp_path.iterdir() if "restor" in each.name]
