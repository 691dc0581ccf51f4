"""Readings put where they belong, one at a time: the ledger and the rollups go along in the same transaction."""

from dataclasses import dataclass, replace
from enum import StrEnum

import apsw

from hanport.home.store import late
from hanport.home.store.entry import Entry, goes_on
from hanport.home.store.ledger import Point, spread
from hanport.home.store.rebuild import book, close_rollups, link, mark, taken_on
from hanport.home.store.rows import last_known, last_ms
from hanport.home.store.runs import MeterRow, Run, Runs, Why, read_meters, same_meter
from hanport.home.values import MeterIdentity


class Outcome(StrEnum):
    """What became of a reading that was given to the store."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # it was there already: nothing has changed
    LATE = "late"  # stored between earlier ones; the ledger there was made anew
    NEW_RUN = "new_run"  # stored; the clock was set back or a register stepped back
    NEW_METER = "new_meter"  # stored; the first of a meter


@dataclass(slots=True)
class Head:
    """Where the current run stands: its last reading, its last register states, and those it took on when it began."""

    meter: MeterRow
    run: Run
    last_ms: int
    known: list[Point | None]
    taken: list[Point | None]

    def goes_on(self, entry: Entry) -> bool:
        """Whether the registers can have come from where they were to where this reading has them."""
        pairs = zip(self.known, self.taken, entry.registers, strict=True)
        return all(goes_on(known or taken, entry.at_ms, wh) for known, taken, wh in pairs)


def load_head(connection: apsw.Connection, runs: Runs) -> Head | None:
    """Where the current run stands by the file. None where nothing was ever stored."""
    run = runs.last()
    if run is None:
        return None
    meter = next(meter for meter in read_meters(connection) if meter.id == run.meter)
    known = [last_known(connection, run, register) for register in (0, 1)]
    taken = [taken_on(connection, runs, run, register) for register in (0, 1)]
    newest = last_ms(connection, run)
    return Head(meter, run, run.began_ms if newest is None else newest, known, taken)


class Series:
    """The readings of the file. Each call belongs into a transaction; after a rollback make another Series."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.runs = Runs(connection)
        self._head = load_head(connection, self.runs)

    @property
    def head(self) -> Head | None:
        """Where the current run stands. None before the first reading."""
        return self._head

    def reload(self) -> None:
        """Read the head anew: readings were put into the file beside it."""
        self._head = load_head(self.connection, self.runs)

    def add(self, entry: Entry, identity: MeterIdentity, *, live: bool) -> Outcome:
        """Put a reading where it belongs.

        One that is older than the newest, although its registers go on from there, is late, or the clock was set back.
        If it was heard live it is looked for among the readings of this series only; history may be of any.
        """
        head = self._head
        if head is None:
            self._begin(entry, identity, Why.FIRST)
            return Outcome.NEW_METER
        same = same_meter(head.meter.identity, identity)
        entry = self._behind_its_like(head, entry) if same else entry
        newer = entry.at_ms > head.last_ms
        if same and newer and head.goes_on(entry):
            self._learn(head, identity)
            self._continue(head, entry, head.last_ms)
            return Outcome.STORED
        if same or not newer:
            here = live and same and head.goes_on(entry)
            candidates = self.runs.series(head.run) if here else self.runs_of(identity)
            found = late.put(self.connection, self.runs, entry, candidates, head.last_ms)
            if found is not None:
                self.reload()
                return Outcome.LATE if found else Outcome.DUPLICATE
        if not same:
            self._begin(entry, identity, Why.METER)
            return Outcome.NEW_METER
        self._begin(entry, identity, Why.CLOCK if not newer and head.goes_on(entry) else Why.REGISTER)
        return Outcome.NEW_RUN

    def _behind_its_like(self, head: Head, entry: Entry) -> Entry:
        """The reading a millisecond behind the newest, where that is of the same instant and says less or other things.

        So two lists that a meter sends in one second are no clock that was set back.
        """
        if not 0 <= head.last_ms - entry.at_ms < late.SAME_SECOND:
            return entry
        free = late.free_place(self.connection, head.run, entry)
        return free if free is not None and free.at_ms > head.last_ms and head.goes_on(free) else entry

    def _begin(self, entry: Entry, identity: MeterIdentity, why: Why) -> None:
        before = self._head
        meter = self._meter(identity, entry.at_ms) if why in (Why.FIRST, Why.METER) or before is None else before.meter
        run = self.runs.add(meter.id, why, entry.at_ms, before.last_ms if before else None)
        head = self._head = Head(meter, run, entry.at_ms, [None, None], [None, None])
        if before is not None and why is Why.CLOCK:
            head.taken = [known or taken for known, taken in zip(before.known, before.taken, strict=True)]
        elif before is not None:
            mark(self.connection, before.last_ms)
            mark(self.connection, entry.at_ms)
        self._continue(head, entry, before.last_ms if before else entry.at_ms)

    def _continue(self, head: Head, entry: Entry, before_ms: int) -> None:
        close_rollups(self.connection, self.runs, before_ms, entry.at_ms)
        entry.insert(self.connection, head.run.id)
        for register, wh in enumerate(entry.registers):
            if wh is None:
                continue
            state, known, taken = Point(entry.at_ms, wh), head.known[register], head.taken[register]
            if known is not None:
                for share in spread(known, state):
                    book(self.connection, register, share)
            else:
                head.run = replace(head.run, known=head.run.known | 1 << register)
                self.runs.change(head.run)
                if taken is not None:
                    book(self.connection, register, link(taken, state))
            head.known[register] = state
        head.last_ms = entry.at_ms

    def runs_of(self, identity: MeterIdentity) -> list[Run]:
        """The runs of what may be that meter."""
        meters = [meter.id for meter in read_meters(self.connection) if same_meter(meter.identity, identity)]
        return [run for run in self.runs if run.meter in meters]

    def _meter(self, identity: MeterIdentity, at_ms: int) -> MeterRow:
        """The row of a meter: one that was here before, or a new one."""
        for meter in read_meters(self.connection):
            if meter.identity == identity or (identity.number and meter.identity.number == identity.number):
                return meter
        self.connection.execute(
            "INSERT INTO meter (identification, number, began_ms) VALUES (?, ?, ?)",
            (identity.identification, identity.number, at_ms),
        )
        return MeterRow(self.connection.last_insert_rowid(), identity, None, at_ms)

    def _learn(self, head: Head, identity: MeterIdentity) -> None:
        """A meter says of itself what it has not said before."""
        known = head.meter.identity
        learnt = MeterIdentity(known.identification or identity.identification, known.number or identity.number)
        if learnt != known:
            head.meter = replace(head.meter, identity=learnt)
            self.connection.execute(
                "UPDATE meter SET identification = ?, number = ? WHERE id = ?",
                (learnt.identification, learnt.number, head.meter.id),
            )
