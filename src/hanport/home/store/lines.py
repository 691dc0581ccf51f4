"""A line to draw: what flowed over a span, in as many points as a screen can show."""

from dataclasses import dataclass

import apsw
import numpy as np

from hanport.home.store.packing import NONE, Integers
from hanport.home.store.periods import PERIODS, merge, stored
from hanport.home.store.rollup import NEEDED, instants, roll_up
from hanport.home.store.rows import fetch_all, last_ms
from hanport.home.store.runs import Runs
from hanport.home.store.schema import DAY_ROLLUP, DAY_S, HOUR_MS, ROLLUP_COLUMNS

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
    table = next(name for name in reversed(PERIODS) if step_s % PERIODS[name] == 0)
    values = stored(connection, table, span[0] // 1000 // step_s * step_s, -(-span[1] // 1000))
    return _line(step_s, *merge(np.concatenate([values, _open(connection, runs, table, span)]), step_s))


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


def _open(connection: apsw.Connection, runs: Runs, table: str, span: tuple[int, int]) -> Integers:
    """The period that the newest reading lies in, which is not written yet; of a day its hours."""
    nothing = np.empty((0, len(ROLLUP_COLUMNS) + 1), np.int64)
    run = runs.last()
    newest = None if run is None else last_ms(connection, run)
    period_ms = PERIODS[table] * 1000
    if newest is None or not span[0] - period_ms < newest // period_ms * period_ms < span[1]:
        return nothing
    start_ms = newest // period_ms * period_ms
    if table == DAY_ROLLUP:
        hours = stored(connection, "hour_mean", start_ms // 1000, start_ms // 1000 + DAY_S)
        return np.concatenate([hours, _open(connection, runs, "hour_mean", (start_ms, start_ms + period_ms))])
    columns = fetch_all(connection, runs, (start_ms, start_ms + period_ms), NEEDED)
    starts, rolled = roll_up(columns, PERIODS[table])
    return np.stack([starts, *(rolled[name] for name in ROLLUP_COLUMNS)], axis=1)


def _line(step_s: int, at_s: Integers, columns: dict[str, Integers]) -> Line:
    lists: dict[str, list[int | None]] = {"at_s": list(at_s.tolist())}
    for name in ROLLUP_COLUMNS:
        lists[name] = [None if value == NONE else value for value in columns[name].tolist()]
    return Line(step_s, lists)
