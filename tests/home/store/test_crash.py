"""kill -9 at any moment: the file is whole, at most the telegram in hand is missing, and the hub goes on exactly."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import apsw
import pytest

from hanport.home.store.writer import Outcome, Store
from home.store import crashing
from home.store.stored import all_columns, check_rollups, check_sums, quarters, rebuilt

ROUNDS_OF_A_FILE = 25


class Writer:
    """The program, and what it said."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run_and_kill(self, path: Path, first: int, seconds: float) -> int:
        """Let it append from a reading on, kill it, and tell the last number that it said (first - 1: none)."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{path} {first}\n")
        self._process.stdin.flush()
        killer = None
        last = first - 1
        for line in self._process.stdout:
            if line == "over\n":
                break
            if line.startswith("child "):
                killer = threading.Timer(seconds, os.kill, (int(line.split()[1]), signal.SIGKILL))
                killer.start()
            else:
                last = int(line)
        assert killer is not None
        killer.join()
        return last


@contextmanager
def writer() -> Iterator[Writer]:
    command = [sys.executable, crashing.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Writer(process)


def check_whole(path: Path, said: int) -> int:
    """Everything that was said to be stored is there, and at most one more; returns the number of the next."""
    if not path.exists():
        assert said < 0
        return 0
    store = Store(path)
    try:
        assert store.write(lambda c: c.execute("PRAGMA integrity_check").get) == "ok"
        columns = all_columns(path)
        count = len(columns)
        assert said + 1 <= count <= said + 2
        assert (columns["energy_import_wh"] == [1000 + 3 * number for number in range(count)]).all()
        assert quarters(path) == rebuilt(store)
        check_sums(path)
        check_rollups(path)
        if count:
            at, reading = crashing.reading(count - 1)
            again = store.append_reading(at, reading, crashing.METER, received_at=at)
            assert again is Outcome.DUPLICATE
        return count
    finally:
        store.close()


def crash(folder: Path, rounds: int, seed: int) -> int:
    """Readings that were stored in all."""
    chance = Random(seed)
    total = 0
    with writer() as program:
        for number in range(-(-rounds // ROUNDS_OF_A_FILE)):
            path, following = folder / f"{number}.db", 0
            for _ in range(min(ROUNDS_OF_A_FILE, rounds - number * ROUNDS_OF_A_FILE)):
                said = program.run_and_kill(path, following, chance.uniform(0.001, 0.12))
                following = check_whole(path, said)
            total += following
    return total


def test_killed_at_any_moment(tmp_path: Path) -> None:
    assert crash(tmp_path, 30, 1) > 100


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_a_thousand_times(tmp_path: Path) -> None:
    assert crash(tmp_path, 1000, 2) > 5000


def test_readings_that_wait_for_their_commit_are_all_that_is_lost(tmp_path: Path) -> None:
    """What `commit_every_s` costs: a copy of the files as they lie on the disk has what was committed."""
    store = Store(tmp_path / "hub.db", commit_every_s=600)
    for number in range(100):
        at, reading = crashing.reading(number)
        store.append_reading(at, reading, crashing.METER, received_at=at)
    pending = store.pending
    assert 0 < pending < 100
    (tmp_path / "copy").mkdir()
    for name in ("hub.db", "hub.db-wal"):
        (tmp_path / "copy" / name).write_bytes((tmp_path / name).read_bytes())
    store.flush()
    assert store.pending == 0
    store.close()
    assert len(all_columns(tmp_path / "hub.db")) == 100
    copied = Store(tmp_path / "copy" / "hub.db")
    assert len(all_columns(copied.path)) == 100 - pending
    copied.close()
    assert apsw.Connection(str(copied.path)).execute("PRAGMA integrity_check").get == "ok"
