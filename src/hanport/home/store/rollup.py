"""Readings to the means and extremes of periods. Pure.

Means are rounded half up. A phase's current counts by its magnitude: what flows out loads the fuse as well.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rows import Columns
from hanport.home.store.schema import ROLLUP_COLUMNS

Mask: TypeAlias = NDArray[np.bool_]

_PHASES = ("l1", "l2", "l3")
# The columns of a reading that a rollup is made of.
NEEDED: tuple[str, ...] = (
    "at_ms",
    "power_import_w",
    "power_export_w",
    *(f"power_{way}_{phase}_w" for way in ("import", "export") for phase in _PHASES),
    *(f"current_{phase}_ma" for phase in _PHASES),
    *(f"voltage_{phase}_mv" for phase in _PHASES),
)


def net(columns: Columns, phase: str = "") -> Integers:
    """Import - export, where one of them is known."""
    drawn, fed = columns[f"power_import{phase}_w"], columns[f"power_export{phase}_w"]
    known = (drawn != NONE) | (fed != NONE)
    return np.where(known, np.where(drawn == NONE, 0, drawn) - np.where(fed == NONE, 0, fed), NONE)


def instants(columns: Columns) -> dict[str, Integers]:
    """Each reading as if it were a period of its own, by the names of a rollup."""
    power = net(columns)
    values = {"readings": np.ones(len(columns), np.int64), "power_w": power}
    values |= {"power_min_w": power, "power_max_w": power}
    values |= {f"power_{phase}_w": net(columns, f"_{phase}") for phase in _PHASES}
    values |= {f"current_{phase}_max_ma": _magnitude(columns[f"current_{phase}_ma"]) for phase in _PHASES}
    values |= {f"voltage_{phase}_mv": columns[f"voltage_{phase}_mv"] for phase in _PHASES}
    return values


def roll_up(columns: Columns, period_s: int) -> tuple[Integers, dict[str, Integers]]:
    """Readings in the order of their times to periods: their starts in seconds, and ROLLUP_COLUMNS by name."""
    numbers = columns["at_ms"] // (period_s * 1000)
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    values = instants(columns)
    rolled = {name: _WAYS[_way(name)](values[name], starts) for name in ROLLUP_COLUMNS}
    return numbers[starts] * period_s, rolled


def rows(starts: Integers, rolled: dict[str, Integers]) -> list[tuple[int | None, ...]]:
    """One row a period: its start in seconds and ROLLUP_COLUMNS, None for NONE."""
    lists = [[None if value == NONE else value for value in rolled[name].tolist()] for name in ROLLUP_COLUMNS]
    return list(zip(starts.tolist(), *lists, strict=True))


def _magnitude(values: Integers) -> Integers:
    return np.where(values == NONE, NONE, np.abs(values))


def _way(name: str) -> str:
    return next((way for way in ("min", "max") if f"_{way}_" in name), "sum" if name == "readings" else "mean")


def _sum(values: Integers, starts: NDArray[np.intp]) -> Integers:
    return np.add.reduceat(values, starts)


def _mean(values: Integers, starts: NDArray[np.intp]) -> Integers:
    there = values != NONE
    count = np.add.reduceat(there.astype(np.int64), starts)
    total = np.add.reduceat(np.where(there, values, 0), starts)
    return np.where(count > 0, (2 * total + count) // np.maximum(2 * count, 1), NONE)


def _maximum(values: Integers, starts: NDArray[np.intp]) -> Integers:
    return np.maximum.reduceat(values, starts)  # NONE is the lowest of all numbers


def _minimum(values: Integers, starts: NDArray[np.intp]) -> Integers:
    highest = np.iinfo(np.int64).max
    lowest = np.minimum.reduceat(np.where(values == NONE, highest, values), starts)
    return np.where(lowest == highest, NONE, lowest)


_WAYS: dict[str, Callable[[Integers, NDArray[np.intp]], Integers]] = {
    "sum": _sum,
    "mean": _mean,
    "min": _minimum,
    "max": _maximum,
}
