"""Readings as columns, out of single rows and packed blocks alike."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from hanport.home.store.ledger import Point
from hanport.home.store.packing import NONE, Integers, unpack
from hanport.home.store.runs import Run, Runs
from hanport.home.store.schema import BLOCK_COLUMNS, HOUR_MS, READING_COLUMNS

REGISTERS: tuple[str, str] = (READING_COLUMNS[0], READING_COLUMNS[1])
_INDEX = {name: number for number, name in enumerate(BLOCK_COLUMNS)}
_LARGEST_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings by time, NONE for None; `data` has one row for each name."""

    names: tuple[str, ...]
    data: Integers

    def __len__(self) -> int:
        return int(self.data.shape[1])

    def __getitem__(self, name: str) -> Integers:
        column: Integers = self.data[self.names.index(name)]
        return column

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Columns":
        """Some of the readings."""
        return Columns(self.names, self.data[:, chosen])

    def part(self, start: int, end: int) -> "Columns":
        """Those from one place on and before another."""
        return Columns(self.names, self.data[:, start:end])


def join(parts: Iterable[Columns], names: tuple[str, ...]) -> Columns:
    """Readings of several sources in the order of their times."""
    data = np.concatenate([np.empty((len(names), 0), np.int64), *(part.data for part in parts)], axis=1)
    at_ms = data[names.index("at_ms")]
    if len(at_ms) > 1 and not (np.diff(at_ms) >= 0).all():
        data = data[:, np.argsort(at_ms, kind="stable")]
    return Columns(names, data)


def fetch(connection: apsw.Connection, run: int, begin_ms: int, end_ms: int, names: Sequence[str]) -> Columns:
    """The readings of one run from `begin_ms` on and before `end_ms`; `names` of BLOCK_COLUMNS, at_ms among them."""
    names = tuple(names)
    parts = list(_blocks(connection, run, begin_ms, end_ms, names))
    parts.append(_single(connection, run, begin_ms, end_ms, names))
    return join(parts, names)


def fetch_all(connection: apsw.Connection, runs: Runs, span: tuple[int, int], names: Sequence[str]) -> Columns:
    """The same of all runs."""
    parts = [fetch(connection, run.id, *span, names) for run in runs.covering(*span)]
    return join(parts, tuple(names))


def _single(connection: apsw.Connection, run: int, begin_ms: int, end_ms: int, names: tuple[str, ...]) -> Columns:
    chosen = ", ".join(f"IFNULL({name}, {NONE + 1} - 1)" for name in names)
    rows = connection.execute(
        f"SELECT {chosen} FROM reading WHERE run = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms",
        (run, begin_ms, end_ms),
    ).fetchall()
    return Columns(names, np.array(rows, np.int64).reshape(-1, len(names)).T)


def _blocks(
    connection: apsw.Connection, run: int, begin_ms: int, end_ms: int, names: tuple[str, ...]
) -> Iterator[Columns]:
    indices = [_INDEX[name] for name in names]
    rows = connection.execute(
        "SELECT data FROM block WHERE run = ? AND began_ms > ? AND began_ms < ? AND ended_ms >= ? ORDER BY began_ms",
        (run, begin_ms - HOUR_MS, end_ms, begin_ms),
    )
    for (data,) in rows:
        columns = Columns(names, unpack(bytes(data), indices)[indices])
        at_ms = columns["at_ms"]
        if at_ms[0] < begin_ms or at_ms[-1] >= end_ms:
            columns = columns.take((at_ms >= begin_ms) & (at_ms < end_ms))
        yield columns


def last_known(connection: apsw.Connection, run: Run, register: int, before_ms: int = _LARGEST_MS) -> Point | None:
    """The run's last state of a register (0 import, 1 export) before an instant."""
    if not run.known & 1 << register:
        return None
    name = REGISTERS[register]
    row = connection.execute(
        f"SELECT at_ms, {name} FROM reading WHERE run = ? AND at_ms < ? AND {name} IS NOT NULL "
        "ORDER BY at_ms DESC LIMIT 1",
        (run.id, before_ms),
    ).get
    packed = "SELECT data FROM block WHERE run = ? AND began_ms < ? ORDER BY began_ms DESC"
    found = Point(*row) if row else None
    in_block = _point(connection.execute(packed, (run.id, before_ms)), register, (0, before_ms), -1)
    return max((point for point in (found, in_block) if point), default=None)


def first_known(connection: apsw.Connection, run: Run, register: int, after_ms: int = -1) -> Point | None:
    """The run's first state of a register after an instant."""
    if not run.known & 1 << register:
        return None
    name = REGISTERS[register]
    row = connection.execute(
        f"SELECT at_ms, {name} FROM reading WHERE run = ? AND at_ms > ? AND {name} IS NOT NULL ORDER BY at_ms LIMIT 1",
        (run.id, after_ms),
    ).get
    packed = "SELECT data FROM block WHERE run = ? AND ended_ms > ? ORDER BY began_ms"
    found = Point(*row) if row else None
    in_block = _point(connection.execute(packed, (run.id, after_ms)), register, (after_ms + 1, _LARGEST_MS), 0)
    return min((point for point in (found, in_block) if point), default=None)


def _point(blocks: Iterable[tuple[bytes]], register: int, span: tuple[int, int], place: int) -> Point | None:
    """The first (0) or last (-1) state within the span, in the first block that has one."""
    index = _INDEX[REGISTERS[register]]
    for (data,) in blocks:
        columns = unpack(bytes(data), (0, index))
        at_ms, wh = columns[0], columns[index]
        chosen = np.flatnonzero((at_ms >= span[0]) & (at_ms < span[1]) & (wh != NONE))
        if len(chosen):
            return Point(int(at_ms[chosen[place]]), int(wh[chosen[place]]))
    return None


def last_ms(connection: apsw.Connection, run: Run) -> int | None:
    """The time of the run's last reading."""
    newest = connection.execute("SELECT MAX(at_ms) FROM reading WHERE run = ?", (run.id,)).get
    packed = connection.execute(
        "SELECT ended_ms FROM block WHERE run = ? ORDER BY began_ms DESC LIMIT 1", (run.id,)
    ).get
    return max((int(ms) for ms in (newest, packed) if ms is not None), default=None)
