"""The power goes at any write: the file opens, is whole, and has all that was synced; a failing disk loses nothing."""

from itertools import count
from pathlib import Path
from random import Random

import pytest

from hanport.home.store.errors import StoreError, StoreFull, StoreUnreadable
from hanport.home.store.writer import Outcome, Store
from home.store import crashing
from home.store.power import Power
from home.store.stored import all_columns, check_rollups, check_sums, quarters, rebuilt

_NAMES = count()


def power() -> tuple[str, Power]:
    name = f"power{next(_NAMES)}"
    return name, Power(name)


def append(store: Store, number: int) -> Outcome:
    at, reading = crashing.reading(number)
    return store.append_reading(at, reading, crashing.METER, received_at=at)


def check(path: Path, least: int, most: int) -> None:
    store = Store(path)
    assert store.write(lambda c: c.execute("PRAGMA integrity_check").get) == "ok"
    columns = all_columns(path)
    assert least <= len(columns) <= most
    assert (columns["energy_import_wh"] == [1000 + 3 * number for number in range(len(columns))]).all()
    assert quarters(path) == rebuilt(store)
    check_sums(path)
    check_rollups(path)
    append(store, len(columns))
    store.close()


def cut_power(folder: Path, seed: int, cuts: int) -> None:
    """Append, and look at what would lie on the disk if the power went now, or in the middle of the next append."""
    chance = Random(seed)
    name, layer = power()
    store = Store(folder / "hub.db", vfs=name)
    number = 0
    for cut in range(cuts):
        for _ in range(chance.randrange(60)):
            append(store, number)
            if chance.random() < 0.3:
                store.tidy()
            number += 1
        if chance.random() < 0.5:  # in the middle of an append: its writes have begun, its sync has not come
            layer.fail = chance.choice(["sync", "write"])
            with pytest.raises(StoreError):
                append(store, number)
            layer.fail = ""
        layer.cut(folder / f"cut{cut}", chance)
        check(folder / f"cut{cut}" / "hub.db", number, number + 1)
    store.close()
    check(folder / "hub.db", number, number + 1)  # one whose sync failed may have come through: it is there once


@pytest.mark.parametrize("seed", range(3))
def test_torn_and_dropped_writes_since_the_last_sync(tmp_path: Path, seed: int) -> None:
    cut_power(tmp_path, seed, 12)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_torn_and_dropped_writes_at_length(tmp_path: Path, seed: int) -> None:
    cut_power(tmp_path, seed, 50)


@pytest.mark.parametrize(
    ("fault", "error"), [("write", StoreUnreadable), ("sync", StoreUnreadable), ("full", StoreFull)]
)
@pytest.mark.parametrize("commit_every_s", [0, 600])
def test_a_failing_disk_is_told_and_loses_nothing(
    tmp_path: Path, fault: str, error: type[StoreError], commit_every_s: float
) -> None:
    name, layer = power()
    store = Store(tmp_path / "hub.db", vfs=name, commit_every_s=commit_every_s)
    number = 0
    for _ in range(30):
        append(store, number)
        number += 1
    layer.fail = fault
    for _ in range(3):
        with pytest.raises(error) as caught:
            append(store, number)
            store.flush()
        assert caught.value.retry
        assert caught.value.remedy
    layer.fail = ""
    for _ in range(30):
        append(store, number)
        number += 1
    store.close()
    check(tmp_path / "hub.db", number, number)
