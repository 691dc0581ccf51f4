"""The ledger's arithmetic: register states to energy by quarter, exactly. Pure.

The state of a register at a quarter's boundary is e1 + (e2 - e1)(t - t1) // (t2 - t1) between the two readings around
it, and a quarter's energy is the difference of two such states. Hence the quarters of a chain of readings sum up to its
last state minus its first, whatever gaps it has, and it does not matter in what steps they are counted.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hanport.home.values import Quality

Integers: TypeAlias = NDArray[np.int64]

QUARTER_MS = 900_000
# Readings that are at most this far apart leave no doubt in which quarter their energy was used. Telegrams come every
# 10 s or faster; where a boundary lies between two that are further apart, its share is even, not measured.
CLOSE_MS = 60_000
# Products of two durations below this stay within 64 bits (35 days); longer gaps are counted in Python's integers.
_SHORT_MS = 3_000_000_000


class Grade(IntEnum):
    """Quality as a number: the worst is the highest."""

    MEASURED = 0
    INTERPOLATED = 1
    ESTIMATED = 2

    @property
    def quality(self) -> Quality:
        """The value that it stands for."""
        return _QUALITIES[self]


_QUALITIES = (Quality.MEASURED, Quality.INTERPOLATED, Quality.ESTIMATED)


class Point(NamedTuple):
    """A register's state at an instant."""

    at_ms: int
    wh: int


class Share(NamedTuple):
    """What a quarter (by number: its start / 900 s) gets of a register's difference."""

    quarter: int
    wh: int
    grade: Grade


def spread(earlier: Point, later: Point) -> Iterator[Share]:
    """The difference of two readings of a register, by quarter; `later` is later in time. The shares sum up to it."""
    duration = later.at_ms - earlier.at_ms
    first, last = earlier.at_ms // QUARTER_MS, (later.at_ms - 1) // QUARTER_MS
    grade = Grade.INTERPOLATED if last > first and duration > CLOSE_MS else Grade.MEASURED
    before = earlier.wh
    for quarter in range(first, last):
        boundary_ms = (quarter + 1) * QUARTER_MS
        state = earlier.wh + (later.wh - earlier.wh) * (boundary_ms - earlier.at_ms) // duration
        yield Share(quarter, state - before, grade)
        before = state
    yield Share(last, later.wh - before, grade)


class Spread(NamedTuple):
    """The energy of consecutive quarters, from the quarter with number `first` on."""

    first: int
    wh: Integers
    grades: Integers

    def shares(self) -> Iterable[Share]:
        """Quarter by quarter."""
        for number, (wh, grade) in enumerate(zip(self.wh.tolist(), self.grades.tolist(), strict=True), self.first):
            yield Share(number, wh, Grade(grade))


def spread_chain(at_ms: Integers, wh: Integers) -> Spread:
    """The same for a chain of readings at once: times strictly increasing. Nothing for less than two."""
    if len(at_ms) < 2:
        return Spread(0, np.empty(0, np.int64), np.empty(0, np.int64))
    first, last = int(at_ms[0]) // QUARTER_MS, (int(at_ms[-1]) - 1) // QUARTER_MS
    boundaries = np.arange(first + 1, last + 1, dtype=np.int64) * QUARTER_MS
    behind = np.searchsorted(at_ms, boundaries, side="left")
    states = _states(boundaries, at_ms, wh, behind)
    grades = np.full(last - first + 1, Grade.MEASURED, np.int64)
    durations = at_ms[behind] - at_ms[behind - 1]
    inside = np.flatnonzero((durations > CLOSE_MS) & (boundaries < at_ms[behind]))
    grades[inside] = grades[inside + 1] = Grade.INTERPOLATED
    return Spread(first, np.diff(np.concatenate([wh[:1], states, wh[-1:]])), grades)


def _states(boundaries: Integers, at_ms: Integers, wh: Integers, behind: NDArray[np.intp]) -> Integers:
    """The register at each boundary, which lies after reading `behind` - 1 and not after reading `behind`."""
    start, duration = at_ms[behind - 1], at_ms[behind] - at_ms[behind - 1]
    passed, difference = boundaries - start, wh[behind] - wh[behind - 1]
    whole, rest = np.divmod(difference, duration)
    short = duration < _SHORT_MS
    states: Integers = wh[behind - 1] + whole * passed + np.where(short, rest * passed, 0) // duration
    for row in np.flatnonzero(~short).tolist():
        states[row] += int(rest[row]) * int(passed[row]) // int(duration[row])
    return states
