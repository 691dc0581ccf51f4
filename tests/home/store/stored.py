"""What a store holds, worked out the long way: for tests to compare with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import apsw
import numpy as np

from hanport.home.store.packing import NONE
from hanport.home.store.periods import merge
from hanport.home.store.periods import stored as stored_periods
from hanport.home.store.reader import Reader
from hanport.home.store.rebuild import Span, rebuild_ledger
from hanport.home.store.rollup import roll_up, rows
from hanport.home.store.rows import Columns, fetch
from hanport.home.store.runs import Run, Runs, Why
from hanport.home.store.schema import BLOCK_COLUMNS, DAY_S, ROLLUPS
from hanport.home.store.writer import Store

EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
REGISTERS = ("energy_import_wh", "energy_export_wh")
Quarters = list[tuple[int, int, int | None, int]]


def all_columns(path: Path) -> Columns:
    """Every reading of every run, by time."""
    with Reader(path) as reader:
        parts = [columns.data for columns in reader.readings(*EVER)]
    data = np.concatenate([np.empty((len(BLOCK_COLUMNS), 0), np.int64), *parts], axis=1)
    return Columns(BLOCK_COLUMNS, data[:, np.argsort(data[0], kind="stable")])


def states(path: Path) -> Iterator[tuple[Run, int, list[tuple[int, int]]]]:
    """Each run and register with its known states by time."""
    with Reader(path) as reader:
        for run in Runs(reader.connection):
            single = reader.connection.execute("SELECT 1 FROM run WHERE id > ?", (run.id,)).get
            assert (run.ended_ms is None) is (single is None)
            data = [part for part in _of_run(reader, run.id)]
            for register, name in enumerate(REGISTERS):
                points = [(int(c["at_ms"][i]), int(c[name][i])) for c in data for i in range(len(c))]
                yield run, register, [point for point in points if point[1] != NONE]


def _of_run(reader: Reader, run: int) -> Iterator[Columns]:
    yield fetch(reader.connection, run, 0, 1 << 62, BLOCK_COLUMNS)


def counted(path: Path) -> list[int]:
    """What the registers counted, import and export: over each run, and from run to run of one meter."""
    sums, ends = [0, 0], [(0, 0), (0, 0)]
    for run, register, points in states(path):
        if run.why is not Why.CLOCK:
            ends[register] = (-1, -1)
        if points:
            assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(points))
            sums[register] += points[-1][1] - points[0][1]
            if ends[register] != (-1, -1):
                sums[register] += points[0][1] - ends[register][1]
            ends[register] = points[-1]
    return sums


def quarters(path: Path) -> Quarters:
    """The ledger as it stands."""
    with Reader(path) as reader:
        return _ledger(reader.connection)


def _ledger(connection: apsw.Connection) -> Quarters:
    rows = connection.execute("SELECT start_s, import_wh, export_wh, quality FROM quarter ORDER BY start_s")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


class _Undo(Exception):
    """Ends a change that must not happen."""


def rebuilt(store: Store) -> Quarters:
    """The ledger made anew from the raw readings; the file stays as it is."""
    made: Quarters = []

    def change(connection: apsw.Connection) -> None:
        rebuild_ledger(connection, Runs(connection), Span(0, 4_102_444_800_000))
        made.extend(_ledger(connection))
        raise _Undo

    try:
        store.write(change)
    except _Undo:
        return made
    raise AssertionError


def check_rollups(path: Path) -> None:
    """Every period has what its readings make, but for the open one, which has no row."""
    columns = all_columns(path)
    with Reader(path) as reader:
        newest = reader.connection.execute(
            "SELECT IFNULL((SELECT MAX(at_ms) FROM reading WHERE run = (SELECT MAX(id) FROM run)), "
            "(SELECT MAX(ended_ms) FROM block WHERE run = (SELECT MAX(id) FROM run)))"
        ).get
        for table, period_s in ROLLUPS.items():
            stored = reader.connection.execute(f"SELECT * FROM {table} ORDER BY start_s").fetchall()
            made = rows(*roll_up(columns, period_s)) if len(columns) else []
            assert stored == [row for row in made if row[0] != newest // 1000 // period_s * period_s], table
        hours = stored_periods(reader.connection, "hour_mean", 0, 1 << 40)
        hours = hours[hours[:, 0] // DAY_S != (newest or 0) // 1000 // DAY_S]
        days = reader.connection.execute("SELECT * FROM day_mean ORDER BY start_s").fetchall()
        assert days == rows(*merge(hours, DAY_S))


def check_sums(path: Path) -> None:
    """Quarters, hours, days and the whole sum up to the same, and that is what the registers counted."""
    whole = quarters(path)
    exported = [row[2] for row in whole if row[2] is not None]
    sums = counted(path)
    assert [sum(row[1] for row in whole), sum(exported)] == sums
    if not whole:
        return
    first = datetime.fromtimestamp(whole[0][0], UTC)
    with Reader(path) as reader:
        for step in (timedelta(hours=1), timedelta(hours=24), timedelta(days=7)):
            begin = first.replace(hour=0, minute=0)
            count = (whole[-1][0] - int(begin.timestamp())) // int(step.total_seconds()) + 1
            energy = reader.energy([begin + number * step for number in range(count + 1)])
            assert sum(item.import_wh or 0 for item in energy) == sums[0]
            assert sum(item.export_wh or 0 for item in energy) == sums[1]
            assert sum(item.quarters for item in energy) == len(whole)
            assert all((item.import_wh is None) is (item.quarters == 0) for item in energy)
        view = reader.connection.execute("SELECT SUM(import_wh), SUM(export_wh), SUM(quarters) FROM hour").get
        assert view == (sums[0], sums[1] if exported else None, len(whole))
