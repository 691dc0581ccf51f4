"""Many readings at once: recordings, history of other programs, generated years. The result is that of one by one.

What is newer than all that is stored is appended as a whole, what is older is put into the run that it fits into as a
whole; only where that cannot be is it halved, and halved again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from hanport.home.store.blocks import put_block, thin_again
from hanport.home.store.entry import INSERT, Entry, most_wh
from hanport.home.store.late import SAME_SECOND, Neighbours, in_order, neighbours, open_to, reach
from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rebuild import Span, rebuild_ledger, rebuild_rollups
from hanport.home.store.rows import REGISTERS, Columns, fetch, join
from hanport.home.store.runs import Run
from hanport.home.store.schema import BLOCK_COLUMNS, HOUR_MS
from hanport.home.store.series import Outcome, Series
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity

# Readings of one transaction: telegrams that come meanwhile wait for half a second.
_AT_ONCE = 1 << 16
# Fewer than this are put in one by one.
_FEW = 16


@dataclass(frozen=True, slots=True)
class Imported:
    """How many readings were put into the store, and how many were there already."""

    stored: int
    duplicates: int

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(self.stored + other.stored, self.duplicates + other.duplicates)


def import_columns(store: Store, at_ms: Integers, columns: Mapping[str, Integers], meter: MeterIdentity) -> Imported:
    """Put readings in: their times, and those of READING_COLUMNS (and `received_ms`) that are known, NONE for None.

    In the order of their recording; times that are there already are left out where they say the same. Every
    65 536 readings are durable as a whole. Raises StoreError; the same call may be made again.
    """
    data = np.full((len(BLOCK_COLUMNS), len(at_ms)), NONE, np.int64)
    data[0] = at_ms
    for name, values in columns.items():
        data[BLOCK_COLUMNS.index(name)] = values
    total = Imported(0, 0)
    for start in range(0, data.shape[1], _AT_ONCE):
        part = Columns(BLOCK_COLUMNS, data[:, start : start + _AT_ONCE])
        total += store.series(partial(_put_in, meter=meter, columns=part))
    return total


def _put_in(series: Series, *, meter: MeterIdentity, columns: Columns) -> Imported:
    return _Import(series, meter).all(columns)


class _Import:
    """One transaction of an import."""

    def __init__(self, series: Series, meter: MeterIdentity) -> None:
        self._series = series
        self._connection = series.connection
        self._runs = series.runs
        self._meter = meter

    def all(self, columns: Columns) -> Imported:
        """Whatever comes, in whatever order."""
        total = Imported(0, 0)
        for part in _ascending(columns):
            distinct = _apart(part)
            total += Imported(0, len(part) - len(distinct)) + self._stretch(distinct)
        return total

    def _stretch(self, columns: Columns) -> Imported:
        """Readings whose times go forward and whose registers do not step back."""
        head = self._series.head
        split = int(np.searchsorted(columns["at_ms"], -1 if head is None else head.last_ms, side="right"))
        total = self._history(columns.part(0, split)) if split else Imported(0, 0)
        behind = min(len(columns), split + 1 + _first_states(columns.part(split, len(columns))))
        for index in range(split, behind):
            total += self._one(columns, index)
        if behind < len(columns):
            total += self._append(columns.part(behind, len(columns)), int(columns["at_ms"][behind - 1]))
        return total

    def _append(self, columns: Columns, after_ms: int) -> Imported:
        """Newer than all that is stored, and going on from the reading at `after_ms`."""
        head = self._series.head
        if head is None or head.last_ms != after_ms:  # that one was history after all: so are these
            return self._history(columns)
        whole = int(columns["at_ms"][0]), int(columns["at_ms"][-1])
        self._put(head.run, columns, [Neighbours(known, None) for known in head.known], whole)
        return Imported(len(columns), 0)

    def _history(self, columns: Columns) -> Imported:
        """Older than the newest: into the run that all of them fit into, else in halves."""
        head = self._series.head
        if len(columns) <= _FEW or head is None:
            return sum((self._one(columns, index) for index in range(len(columns))), Imported(0, 0))
        first, last = int(columns["at_ms"][0]), int(columns["at_ms"][-1])
        for run in in_order(self._series.runs_of(self._meter), first, last + 1):
            if not all(open_to(self._runs, run, at_ms, head.last_ms) for at_ms in (first, last)):
                continue
            around = [self._around(run, register, first, last) for register in (0, 1)]
            new = self._new_for(run, columns, around)
            if new is not None and len(new):
                self._put(run, new, around, (first, last))
            if new is not None:
                return Imported(len(new), len(columns) - len(new))
        half = len(columns) // 2
        return self._history(columns.part(0, half)) + self._stretch(columns.part(half, len(columns)))

    def _around(self, run: Run, register: int, first: int, last: int) -> Neighbours:
        before = neighbours(self._connection, self._runs, run, register, first).before
        return Neighbours(before, neighbours(self._connection, self._runs, run, register, last).after)

    def _new_for(self, run: Run, columns: Columns, around: list[Neighbours]) -> Columns | None:
        """What is not in the run yet. None where they do not fit into it."""
        names = ("at_ms", *REGISTERS)
        at_ms = columns["at_ms"]
        there = fetch(self._connection, run.id, int(at_ms[0]), int(at_ms[-1]) + 1, names)
        places = np.searchsorted(there["at_ms"], at_ms)
        known = np.append(there["at_ms"], -1)[places] == at_ms
        new = columns.take(~known)
        merged = join([there, Columns(names, np.stack([new[name] for name in names]))], names)
        for name, ends in zip(REGISTERS, around, strict=True):
            mine, theirs = columns[name][known], there[name][places[known]]
            states = merged[name][merged[name] != NONE]
            chain = np.concatenate([[p.wh for p in (ends.before,) if p], states, [p.wh for p in (ends.after,) if p]])
            if not ((mine == theirs) | (mine == NONE)).all() or (np.diff(chain) < 0).any():
                return None
        return new

    def _put(self, run: Run, columns: Columns, around: list[Neighbours], whole: tuple[int, int]) -> None:
        """Readings that fit into a run; `around` are the neighbours of the span `whole` that they come from."""
        at_ms = columns["at_ms"]
        first, last = int(at_ms[0]), int(at_ms[-1])
        head = self._series.head
        newest = max(last, head.last_ms) if head else last
        before_ms = head.last_ms if head and last > head.last_ms else first
        self._write(run, columns, newest // HOUR_MS)
        known = run.known
        for register, name in enumerate(REGISTERS):
            known |= int((columns[name] != NONE).any()) << register
        ended_ms = None if run.ended_ms is None else max(run.ended_ms, last)
        self._runs.change(replace(run, began_ms=min(run.began_ms, first), ended_ms=ended_ms, known=known))
        rebuild_ledger(self._connection, self._runs, reach(run, *whole, around))
        self._series.reload()
        rebuild_rollups(self._connection, self._runs, Span(before_ms, last + 1), open_ms=newest)
        thin_again(self._connection, first)

    def _write(self, run: Run, columns: Columns, now: int) -> None:
        """As blocks where their hour is over, else as rows; `now` is the number of the hour that is not."""
        hours = columns["at_ms"] // HOUR_MS
        old = int(np.searchsorted(hours, now))
        starts = np.flatnonzero(np.diff(hours[:old], prepend=-1))
        for start, end in pairwise([*starts.tolist(), old]):
            part = columns.part(start, end)
            hour_ms = int(hours[start]) * HOUR_MS
            there = fetch(self._connection, run.id, hour_ms, hour_ms + HOUR_MS, BLOCK_COLUMNS)
            if len(there):
                part = join([there, part], BLOCK_COLUMNS)
                self._connection.execute(
                    "DELETE FROM reading WHERE run = ? AND at_ms >= ? AND at_ms < ?",
                    (run.id, hour_ms, hour_ms + HOUR_MS),
                )
            put_block(self._connection, run.id, part)
        rows = columns.data[:, old:].T.tolist()
        self._connection.executemany(
            INSERT, [(run.id, *(None if value == NONE else value for value in row)) for row in rows]
        )

    def _one(self, columns: Columns, index: int) -> Imported:
        at_ms, received_ms, *values = columns.data[:, index].tolist()
        entry = Entry(
            at_ms,
            None if received_ms == NONE else received_ms,
            tuple(None if value == NONE else value for value in values),
        )
        outcome = self._series.add(entry, self._meter, live=False)
        return Imported(0, 1) if outcome is Outcome.DUPLICATE else Imported(1, 0)


def _ascending(columns: Columns) -> Iterator[Columns]:
    """Cut where the time or a register steps back; sorted instead where nothing but the order is wrong."""
    cuts = _cuts(columns)
    if len(cuts):
        by_time = columns.take(np.argsort(columns["at_ms"], kind="stable"))
        if not len(_cuts(by_time)):
            columns, cuts = by_time, cuts[:0]
    for start, end in pairwise([0, *cuts.tolist(), len(columns)]):
        yield columns.part(start, end)


def _cuts(columns: Columns) -> Integers:
    """The readings that cannot have come after the one before them."""
    at_ms = columns["at_ms"]
    cuts = [np.flatnonzero(np.diff(at_ms) < 0) + 1]
    for name in REGISTERS:
        known = np.flatnonzero(columns[name] != NONE)
        steps = np.diff(columns[name][known])
        cuts.append(known[1:][(steps < 0) | (steps > most_wh(np.abs(np.diff(at_ms[known]))))])
    return np.unique(np.concatenate(cuts))


def _apart(columns: Columns) -> Columns:
    """Of readings of the same instant those that differ, a millisecond apart, as far as there is room."""
    at_ms = columns["at_ms"]
    if not (np.diff(at_ms) == 0).any():
        return columns
    before, values = columns.data[2:, :-1], columns.data[2:, 1:]
    alike = ((before == values) | (values == NONE)).all(axis=0)
    columns = columns.take(np.append(True, (np.diff(at_ms) > 0) | ~alike))
    at_ms = columns["at_ms"]
    first = np.searchsorted(at_ms, at_ms)
    behind = np.append(at_ms, at_ms[-1] + SAME_SECOND)[np.searchsorted(at_ms, at_ms, side="right")]
    data = columns.data.copy()
    data[0] = at_ms + np.arange(len(at_ms)) - first
    return Columns(columns.names, data).take((data[0] < behind) & (data[0] < at_ms + SAME_SECOND))


def _first_states(columns: Columns) -> int:
    """How many readings come before the first of them, if any, with which each register has had a state."""
    known = [np.flatnonzero(columns[name] != NONE)[:1] for name in REGISTERS]
    return int(np.concatenate([[0], *known]).max())
