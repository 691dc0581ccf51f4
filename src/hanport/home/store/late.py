"""A reading that comes after newer ones: a duplicate, one that arrived late, or neither of them.

It belongs into a run of its meter where its registers lie between those of its neighbours in time.
"""

from dataclasses import replace
from typing import NamedTuple

import apsw

from hanport.home.store.entry import Entry, goes_on
from hanport.home.store.ledger import Point
from hanport.home.store.packing import NONE
from hanport.home.store.rebuild import Span, rebuild_ledger, rebuild_rollups, taken_on
from hanport.home.store.rows import fetch, first_known, last_known
from hanport.home.store.runs import Run, Runs
from hanport.home.store.schema import BLOCK_COLUMNS

# Meters tell whole seconds: readings of the same second that differ are kept a millisecond apart.
SAME_SECOND = 1000


class Neighbours(NamedTuple):
    """A register's states before and after an instant."""

    before: Point | None
    after: Point | None

    def admit(self, at_ms: int, wh: int | None) -> bool:
        """Whether a state fits between them: not back, and no further than anything can have used."""
        if wh is None:
            return True
        comes = goes_on(self.before, at_ms, wh)
        return comes and (self.after is None or goes_on(Point(at_ms, wh), self.after.at_ms, self.after.wh))


def put(connection: apsw.Connection, runs: Runs, entry: Entry, candidates: list[Run], open_ms: int) -> bool | None:
    """Whether it was put into one of the runs (True) or was there already (False). None: it belongs to none of them."""
    candidates = in_order(candidates, entry.at_ms, entry.at_ms + 1)
    places: list[tuple[Run, Entry]] = []
    for run in candidates:
        free = free_place(connection, run, entry)
        if free is None:
            return False
        places.append((run, free))
    for run, free in places:
        around = [neighbours(connection, runs, run, register, free.at_ms) for register in (0, 1)]
        fits = (pair.admit(free.at_ms, wh) for pair, wh in zip(around, free.registers, strict=True))
        if open_to(runs, run, free.at_ms, open_ms) and all(fits):
            _insert(connection, runs, run, free)
            rebuild_ledger(connection, runs, reach(run, free.at_ms, free.at_ms, around))
            rebuild_rollups(connection, runs, Span(free.at_ms, free.at_ms + 1), open_ms=open_ms)
            return True
    return None


def in_order(candidates: list[Run], begin_ms: int, end_ms: int) -> list[Run]:
    """Where to look first: in the runs that were read at that time, and of them in the newest."""
    return sorted(candidates, key=lambda run: (not run.covers(begin_ms, end_ms), -run.id))


def open_to(runs: Runs, run: Run, at_ms: int, open_ms: int) -> bool:
    """Whether a reading may be put there at all.

    One that is newer than the newest of all is at most a straggler from before the clock was set back.
    """
    if at_ms <= open_ms:
        return True
    straggles = run.ended_ms is not None and (at_ms <= run.ended_ms or runs.continued_by(run) is not None)
    return straggles and at_ms >= run.began_ms


def neighbours(connection: apsw.Connection, runs: Runs, run: Run, register: int, at_ms: int) -> Neighbours:
    """The states around an instant in a run; beyond its ends, those it took on and those that were taken on from it."""
    before = last_known(connection, run, register, at_ms) or taken_on(connection, runs, run, register)
    after = first_known(connection, run, register, at_ms)
    follower = runs.continued_by(run)
    while after is None and follower is not None:
        after = first_known(connection, follower, register)
        follower = runs.continued_by(follower)
    return Neighbours(before, after)


def free_place(connection: apsw.Connection, run: Run, entry: Entry) -> Entry | None:
    """The reading at the first free millisecond of its second in that run. None where it stands there already."""
    there = fetch(connection, run.id, entry.at_ms, entry.at_ms + SAME_SECOND, BLOCK_COLUMNS)
    at_ms = entry.at_ms
    for row in there.data.T.tolist():
        if row[0] != at_ms:
            break
        if entry.repeats(tuple(None if value == NONE else value for value in row[2:])):
            return None
        at_ms += 1
    return replace(entry, at_ms=at_ms) if at_ms < entry.at_ms + SAME_SECOND else None


def _insert(connection: apsw.Connection, runs: Runs, run: Run, entry: Entry) -> None:
    entry.insert(connection, run.id)
    known = run.known
    for register, wh in enumerate(entry.registers):
        known |= (wh is not None) << register
    ended_ms = None if run.ended_ms is None else max(run.ended_ms, entry.at_ms)
    runs.change(replace(run, began_ms=min(run.began_ms, entry.at_ms), ended_ms=ended_ms, known=known))


def reach(run: Run, first_ms: int, last_ms: int, around: list[Neighbours]) -> Span:
    """Where the ledger changes: from the reading before to the one after, and at the ends that the run had."""
    instants = [first_ms, last_ms, *(point.at_ms for pair in around for point in pair if point is not None)]
    if first_ms < run.began_ms:
        instants.append(run.began_ms)
    if run.ended_ms is not None and last_ms > run.ended_ms:
        instants.append(run.ended_ms)
    return Span(min(instants), max(instants) + 1)
