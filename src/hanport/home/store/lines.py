"""A line to draw: what flowed over a span, in as many points as a screen can show."""

from dataclasses import dataclass

import apsw
import numpy as np

from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rollup import NEEDED, instants, roll_up
from hanport.home.store.rollup import rows as as_rows
from hanport.home.store.rows import fetch_all, last_ms
from hanport.home.store.runs import Runs
from hanport.home.store.schema import HOUR_MS, ROLLUP_COLUMNS, ROLLUPS

# Steps of a line, in seconds; each is a whole number of some rollup's periods.
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)


@dataclass(frozen=True, slots=True)
class Line:
    """Points by time. `step_s` is the length of each one's period, 0 where each is a single reading.

    `columns` has `at_s` (the start of the period, the time of a reading) and ROLLUP_COLUMNS by name, None where the
    meter said nothing. A period without a reading has no point: a gap is where `at_s` jumps.
    """

    step_s: int
    columns: dict[str, list[int | None]]


def draw(connection: apsw.Connection, runs: Runs, span: tuple[int, int], points: int) -> Line:
    """Single readings where there are few enough of them, else means and extremes of periods."""
    length_s = max(span[1] - span[0], 1) / 1000
    if length_s <= points * _STEPS[0] and _count(connection, runs, span, points) <= points:
        columns = fetch_all(connection, runs, span, NEEDED)
        return _line(0, columns["at_ms"] // 1000, instants(columns))
    step_s = next((step for step in _STEPS if length_s / step <= points), _STEPS[-1])
    table = next(name for name in reversed(ROLLUPS) if step_s % ROLLUPS[name] == 0)
    values = _stored(connection, table, span, step_s)
    open_part = _open(connection, runs, table, span)
    if open_part:
        values = np.concatenate([values, np.array([[_number(value) for value in row] for row in open_part], np.int64)])
    return _line(step_s, *_merge(values, step_s))


def next_ms(connection: apsw.Connection, run: int, from_ms: int) -> int | None:
    """An instant from `from_ms` on, not after the run's next reading. None where there is none."""
    row = connection.execute("SELECT MIN(at_ms) FROM reading WHERE run = ? AND at_ms >= ?", (run, from_ms)).get
    packed = connection.execute(
        "SELECT MIN(began_ms) FROM block WHERE run = ? AND began_ms >= ?", (run, from_ms // HOUR_MS * HOUR_MS)
    ).get
    return min((max(int(ms), from_ms) for ms in (row, packed) if ms is not None), default=None)


def _count(connection: apsw.Connection, runs: Runs, span: tuple[int, int], enough: int) -> int:
    count = 0
    for run in runs.covering(*span):
        count += connection.execute(
            "SELECT COUNT(*) FROM (SELECT 1 FROM reading WHERE run = ? AND at_ms >= ? AND at_ms < ? LIMIT ?)",
            (run.id, *span, enough + 1),
        ).get
        count += connection.execute(
            "SELECT IFNULL(SUM(readings), 0) FROM block WHERE run = ? AND began_ms > ? AND began_ms < ?",
            (run.id, span[0] - HOUR_MS, span[1]),
        ).get
    return count


def _stored(connection: apsw.Connection, table: str, span: tuple[int, int], step_s: int) -> Integers:
    """The rows of a rollup in the span, from the step on that it begins in."""
    names = ", ".join(f"IFNULL({name}, {NONE + 1} - 1)" for name in ROLLUP_COLUMNS)
    rows = connection.execute(
        f"SELECT start_s, {names} FROM {table} WHERE start_s >= ? AND start_s < ? ORDER BY start_s",
        (span[0] // 1000 // step_s * step_s, -(-span[1] // 1000)),
    ).fetchall()
    return np.array(rows, np.int64).reshape(-1, len(ROLLUP_COLUMNS) + 1)


def _open(connection: apsw.Connection, runs: Runs, table: str, span: tuple[int, int]) -> list[tuple[int | None, ...]]:
    """The period that the newest reading lies in, which is not written yet."""
    run = runs.last()
    newest = None if run is None else last_ms(connection, run)
    if newest is None:
        return []
    period_ms = ROLLUPS[table] * 1000
    start_ms = newest // period_ms * period_ms
    if not span[0] - period_ms < start_ms < span[1]:
        return []
    columns = fetch_all(connection, runs, (start_ms, start_ms + period_ms), NEEDED)
    return as_rows(*roll_up(columns, ROLLUPS[table]))


def _number(value: int | None) -> int:
    return NONE if value is None else value


def _merge(values: Integers, step_s: int) -> tuple[Integers, dict[str, Integers]]:
    """Periods to longer ones: means weighted by readings."""
    values = values[np.argsort(values[:, 0], kind="stable")]
    steps = values[:, 0] // step_s
    starts = np.flatnonzero(np.diff(steps, prepend=steps[:1] - 1))
    weights, merged = values[:, 1], {}
    for column, name in enumerate(ROLLUP_COLUMNS, 1):
        merged[name] = _reduce(name, values[:, column], weights, starts) if len(starts) else values[:, column]
    return steps[starts] * step_s, merged


def _reduce(name: str, column: Integers, weights: Integers, starts: Integers) -> Integers:
    if name == "readings":
        return np.add.reduceat(column, starts)
    if "_max_" in name:
        return np.maximum.reduceat(column, starts)
    there = column != NONE
    if "_min_" in name:
        lowest = np.minimum.reduceat(np.where(there, column, np.iinfo(np.int64).max), starts)
        return np.where(lowest == np.iinfo(np.int64).max, NONE, lowest)
    weight = np.add.reduceat(np.where(there, weights, 0), starts)
    total = np.add.reduceat(np.where(there, column * weights, 0), starts)
    return np.where(weight > 0, (2 * total + weight) // np.maximum(2 * weight, 1), NONE)


def _line(step_s: int, at_s: Integers, columns: dict[str, Integers]) -> Line:
    lists: dict[str, list[int | None]] = {"at_s": list(at_s.tolist())}
    for name in ROLLUP_COLUMNS:
        lists[name] = [None if value == NONE else value for value in columns[name].tolist()]
    return Line(step_s, lists)
