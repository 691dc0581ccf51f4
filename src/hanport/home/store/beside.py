"""Readings of another program's meter, put beside the hub's own: where the hub knows nothing, in runs of their own.

Such a run has an id below 0, so that it never is the current one: when the hub goes on, its own meter goes on, and not
a Wh between is lost. What was known there by whole hours only (importing energies) gives way to readings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import apsw
import numpy as np

from hanport.home.store.blocks import put_block, thin_again
from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rebuild import Span, rebuild_ledger, rebuild_rollups
from hanport.home.store.rows import REGISTERS, Columns, fetch, join, last_known, last_ms
from hanport.home.store.runs import Run, Runs, Why, read_meters
from hanport.home.store.schema import BLOCK_COLUMNS, HOUR_MS
from hanport.home.store.series import Series
from hanport.home.values import MeterIdentity

_WINDOW_MS = 10 * 24 * HOUR_MS
_NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class Put:
    """How many readings were put in, and how many lie where the hub knows already."""

    stored: int
    present: int


def put_beside(series: Series, meter: MeterIdentity, at_ms: Integers, columns: Mapping[str, Integers]) -> Put:
    """Put readings into the gaps between all runs. Belongs into `Store.series`: whole, or not at all."""
    connection = series.connection
    readings = _in_order(at_ms, columns)
    spans = _covered(connection, series.runs)
    gap = np.searchsorted([begin for begin, _ in spans], readings["at_ms"], side="right")
    ends = np.array([-_NEVER_MS, *(end for _, end in spans)], np.int64)
    free = readings["at_ms"] > ends[gap]
    stored = 0
    for part in _parts(readings.take(free), gap[free]):
        _put_part(connection, series.runs, meter, part)
        stored += len(part)
    if stored:
        series.runs = Runs(connection)  # in their order again
        series.reload()
    return Put(stored, len(readings) - stored)


def _in_order(at_ms: Integers, columns: Mapping[str, Integers]) -> Columns:
    """All columns of a block, by time; of one instant the last reading."""
    order = np.argsort(at_ms, kind="stable")
    last = np.append(np.diff(at_ms[order]) != 0, [True] * bool(len(order))).astype(bool)
    order = order[last]
    data = np.full((len(BLOCK_COLUMNS), len(order)), NONE, np.int64)
    data[0] = at_ms[order]
    for name, column in columns.items():
        data[BLOCK_COLUMNS.index(name)] = column[order]
    return Columns(BLOCK_COLUMNS, data)


def _covered(connection: apsw.Connection, runs: Runs) -> list[tuple[int, int]]:
    """The spans of all runs, without overlap; the current one goes on for ever."""
    current = runs.last()
    found = [(run.began_ms, _NEVER_MS if run is current and run.id > 0 else _end(connection, run)) for run in runs]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            begin, end = merged[-1][0], max(merged.pop()[1], end)
        merged.append((begin, end))
    return merged


def _end(connection: apsw.Connection, run: Run) -> int:
    return run.ended_ms if run.ended_ms is not None else last_ms(connection, run) or run.began_ms


def _parts(readings: Columns, gap: Integers) -> Iterator[Columns]:
    """Pieces that lie in one gap each, and in which no register steps back."""
    breaks = np.diff(gap) != 0
    for name in REGISTERS:
        known = np.flatnonzero(readings[name] != NONE)
        breaks[known[1:][np.diff(readings[name][known]) < 0] - 1] = True
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(readings)]
    for begin, end in pairwise(edges):
        if begin < end:
            yield readings.take(np.arange(begin, end))


def _put_part(connection: apsw.Connection, runs: Runs, meter: MeterIdentity, part: Columns) -> None:
    first, last = int(part["at_ms"][0]), int(part["at_ms"][-1])
    run = _run_before(connection, runs, meter, part)
    begin_ms = first
    if run is None:
        run = _new_run(connection, runs, _meter(connection, meter, first), first)
    else:
        begin_ms = _end(connection, run)
    known = run.known
    for number, name in enumerate(REGISTERS):
        known |= bool((part[name] != NONE).any()) << number
    runs.change(replace(run, ended_ms=last, known=known))
    _put_blocks(connection, run.id, part)
    thin_again(connection, first)
    for window in range(begin_ms // _WINDOW_MS, last // _WINDOW_MS + 1):
        start_ms, end_ms = max(begin_ms, window * _WINDOW_MS), (window + 1) * _WINDOW_MS
        if known and start_ms < min(last, end_ms):  # the quarter that begins with the last reading is not touched
            rebuild_ledger(connection, runs, Span(start_ms, min(last, end_ms)))
        rebuild_rollups(connection, runs, Span(start_ms, min(last + 1, end_ms)), open_ms=-HOUR_MS)


def _run_before(connection: apsw.Connection, runs: Runs, meter: MeterIdentity, part: Columns) -> Run | None:
    """The run beside the chain that these readings go on from: the same meter, nothing between, no register back."""
    identities = {row.id: row.identity for row in read_meters(connection)}
    first = int(part["at_ms"][0])
    before = [run for run in runs if _end(connection, run) < first]
    nearest = max(before, key=lambda run: _end(connection, run), default=None)
    if nearest is None or identities[nearest.meter] != meter:
        return None
    for register, name in enumerate(REGISTERS):
        states = part[name][part[name] != NONE]
        known = last_known(connection, nearest, register)
        if known is not None and len(states) and states[0] < known.wh:
            return None
    return nearest


def _new_run(connection: apsw.Connection, runs: Runs, meter: int, began_ms: int) -> Run:
    number = min((run.id for run in runs), default=0)
    run = Run(min(number, 0) - 1, meter, Why.FIRST, None, began_ms, began_ms, 0)
    connection.execute(
        "INSERT INTO run (id, meter, reason, began_ms, ended_ms) VALUES (?, ?, ?, ?, ?)",
        (run.id, meter, run.why.value, began_ms, began_ms),
    )
    runs.change(run)
    return run


def _meter(connection: apsw.Connection, identity: MeterIdentity, began_ms: int) -> int:
    for meter in read_meters(connection):
        if meter.identity == identity:
            return meter.id
    connection.execute(
        "INSERT INTO meter (identification, number, began_ms) VALUES (?, ?, ?)",
        (identity.identification, identity.number, began_ms),
    )
    return connection.last_insert_rowid()


def _put_blocks(connection: apsw.Connection, run: int, part: Columns) -> None:
    """Hour by hour, with what the run has of that hour already."""
    hours = part["at_ms"] // HOUR_MS
    edges = [0, *(np.flatnonzero(np.diff(hours)) + 1).tolist(), len(part)]
    for begin, end in pairwise(edges):
        hour_ms = int(hours[begin]) * HOUR_MS
        columns = part.take(np.arange(begin, end))
        if begin == 0:  # only the first hour can have begun before
            columns = join([fetch(connection, run, hour_ms, hour_ms + HOUR_MS, BLOCK_COLUMNS), columns], BLOCK_COLUMNS)
        put_block(connection, run, columns)
