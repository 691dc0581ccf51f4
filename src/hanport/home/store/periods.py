"""The rows of the rollups: written, read as arrays, and put together to longer periods."""

from collections.abc import Iterable

import apsw
import numpy as np

from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rollup import rows
from hanport.home.store.schema import DAY_ROLLUP, DAY_S, ROLLUP_COLUMNS, ROLLUPS

PERIODS: dict[str, int] = {**ROLLUPS, DAY_ROLLUP: DAY_S}

# A period whose readings have been thinned keeps what was made of all of them.
_PUT = {
    table: f"INSERT INTO {table} (start_s, {', '.join(ROLLUP_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (len(ROLLUP_COLUMNS) + 1))}) ON CONFLICT (start_s) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in ROLLUP_COLUMNS)} WHERE excluded.readings >= readings"
    for table in PERIODS
}


def put_periods(connection: apsw.Connection, table: str, made: Iterable[tuple[int | None, ...]]) -> None:
    """Write rows: the start in seconds and ROLLUP_COLUMNS."""
    connection.executemany(_PUT[table], made)


def drop_period(connection: apsw.Connection, table: str, at_ms: int) -> None:
    """The period of that instant goes on: it has no row."""
    period_s = PERIODS[table]
    connection.execute(f"DELETE FROM {table} WHERE start_s = ?", (at_ms // 1000 // period_s * period_s,))


def put_days(connection: apsw.Connection, begin_ms: int, end_ms: int, *, open_ms: int) -> None:
    """Make the days anew that the span touches, of their hours; the day of `open_ms` goes on yet."""
    begin_s, end_s = begin_ms // 1000 // DAY_S * DAY_S, -(-end_ms // 1000 // DAY_S) * DAY_S
    values = stored(connection, "hour_mean", begin_s, end_s)
    values = values[values[:, 0] // DAY_S != open_ms // 1000 // DAY_S]
    put_periods(connection, DAY_ROLLUP, rows(*merge(values, DAY_S)))
    drop_period(connection, DAY_ROLLUP, open_ms)


def stored(connection: apsw.Connection, table: str, begin_s: int, end_s: int) -> Integers:
    """The rows that start in that span, shape (rows, 1 + ROLLUP_COLUMNS)."""
    names = ", ".join(f"IFNULL({name}, {NONE + 1} - 1)" for name in ROLLUP_COLUMNS)
    found = connection.execute(
        f"SELECT start_s, {names} FROM {table} WHERE start_s >= ? AND start_s < ? ORDER BY start_s", (begin_s, end_s)
    ).fetchall()
    return np.array(found, np.int64).reshape(-1, len(ROLLUP_COLUMNS) + 1)


def _number(value: int | None) -> int:
    return NONE if value is None else value


def merge(values: Integers, step_s: int) -> tuple[Integers, dict[str, Integers]]:
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
