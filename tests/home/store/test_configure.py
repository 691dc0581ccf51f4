"""Settings of the store that change while it runs, and whose eyes its file is for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.home.config import StoreTable
from hanport.home.store.disk import Room
from hanport.home.store.errors import StoreFull
from hanport.home.store.reader import Reader
from hanport.home.store.thread import StoreThread
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.port.values import Reading

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KAM = MeterIdentity("KAM5", None)


def put(store: Store, second: int) -> None:
    at = NOON + timedelta(seconds=second)
    store.append_reading(at, Reading(at, energy_import_wh=1000 + second), KAM)


def test_readings_are_committed_as_often_as_it_is_said_now(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    store.configure(StoreTable(commit_every_s=60))
    put(store, 0)
    put(store, 10)
    assert store.pending == 2
    store.configure(StoreTable())
    put(store, 20)
    assert store.pending == 0
    store.close()


async def test_a_disk_that_is_too_full_by_now_stores_nothing(tmp_path: Path) -> None:
    thread = await StoreThread.open(tmp_path / "hub.db")
    await thread.configure(StoreTable(least_free_mb=10**9))
    assert thread.space().room is Room.NONE
    with pytest.raises(StoreFull):
        await thread.run(lambda store: put(store, 0))
    await thread.configure(StoreTable())
    await thread.run(lambda store: put(store, 0))
    await thread.close()
    with Reader(tmp_path / "hub.db") as reader:
        assert reader.span() == (NOON, NOON)


def test_the_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    put(store, 0)
    for file in tmp_path.iterdir():
        if not file.name.endswith("-shm"):
            assert file.stat().st_mode & 0o077 == 0, file.name
    store.close()
