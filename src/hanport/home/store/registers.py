"""Cumulative registers that come as series of their own, put together into readings of one meter. Pure."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hanport.home.store.csv_columns import Integers
from hanport.port.bulk import NONE


@dataclass(slots=True)
class Register:
    """One register: times in ms, values in Wh, and the lines of the file that said so."""

    at_ms: "array[int]" = field(default_factory=lambda: array("q"))
    wh: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, at_ms: int, wh: int, line: int) -> None:
        """What the register showed."""
        self.at_ms.append(at_ms)
        self.wh.append(wh)
        self.lines.append(line)

    def in_order(self) -> tuple[Integers, Integers, Integers]:
        """Times, values and lines by time; of one time the last line stands."""
        at_ms, wh, lines = (np.array(column, np.int64) for column in (self.at_ms, self.wh, self.lines))
        order = np.argsort(at_ms, kind="stable")
        at_ms, wh, lines = at_ms[order], wh[order], lines[order]
        last = np.append(at_ms[1:] != at_ms[:-1], True) if len(at_ms) else np.empty(0, bool)
        return at_ms[last], wh[last], lines[last]

    def steps_back(self) -> bool:
        """Whether the register ever falls."""
        _, wh, _ = self.in_order()
        return bool((np.diff(wh) < 0).any())


def false_zeros(wh: Integers) -> Integers:
    """The places where a register shows 0 between two values that go on: its reader was away, the meter was not."""
    if len(wh) < 3:
        return np.empty(0, np.int64)
    before, here, behind = wh[:-2], wh[1:-1], wh[2:]
    found: Integers = np.flatnonzero((here == 0) & (before > 0) & (behind >= before)) + 1
    return found


def summed(parts: Sequence[tuple[Integers, Integers]], *, hold: bool) -> tuple[Integers, Integers]:
    """The sum of registers (times, values) at every time that one of them has.

    `hold`: a register that says nothing still shows what it showed. Without it, and before its first value, the sum
    is not known there, and the time is left out.
    """
    times = np.unique(np.concatenate([at for at, _ in parts])) if parts else np.empty(0, np.int64)
    total = np.zeros(len(times), np.int64)
    known = np.ones(len(times), bool)
    for part in parts:
        values = at_times(times, part, hold=hold)
        known &= values != NONE
        total += np.where(values == NONE, 0, values)
    return times[known], total[known]


def at_times(times: Integers, part: tuple[Integers, Integers], *, hold: bool) -> Integers:
    """What a register shows at `times`, NONE where that is not known."""
    at, wh = part
    if not len(at):
        return np.full(len(times), NONE, np.int64)
    place = np.searchsorted(at, times, side="right") - 1
    known = place >= 0
    if not hold:
        known &= at[np.maximum(place, 0)] == times
    return np.where(known, wh[np.maximum(place, 0)], NONE)
