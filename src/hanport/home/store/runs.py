"""The runs of readings and the meters they came from, as the file has them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import apsw

from hanport.home.values import MeterIdentity


class Why(StrEnum):
    """Why a run began."""

    FIRST = "first"
    CLOCK = "clock"  # the meter's clock was set back: the registers go on from the run before
    METER = "meter"  # another meter
    REGISTER = "register"  # a register stepped back, or further forward than anything can have used


@dataclass(frozen=True, slots=True)
class Run:
    """A run (see schema.py). `ended_ms` is None for the current one."""

    id: int
    meter: int
    why: Why
    after: int | None
    began_ms: int
    ended_ms: int | None
    known: int

    def covers(self, begin_ms: int, end_ms: int) -> bool:
        """Whether it may have readings from `begin_ms` on and before `end_ms`."""
        return self.began_ms < end_ms and (self.ended_ms is None or self.ended_ms >= begin_ms)


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter that was ever read here, since when, and how it calls itself."""

    id: int
    identity: MeterIdentity
    model: str | None
    began_ms: int


class Runs:
    """All runs of the file, oldest first. `change` and `add` write through to the file."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT id, meter, reason, after, began_ms, ended_ms, known FROM run ORDER BY id")
        self._runs = {row[0]: Run(row[0], row[1], Why(row[2]), *row[3:]) for row in rows}

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs.values())

    def __getitem__(self, run: int) -> Run:
        return self._runs[run]

    def last(self) -> Run | None:
        """The current run."""
        return next(reversed(self._runs.values()), None)

    def covering(self, begin_ms: int, end_ms: int) -> list[Run]:
        """The runs that may have readings in that span."""
        return [run for run in self if run.covers(begin_ms, end_ms)]

    def continued_by(self, run: Run) -> Run | None:
        """The run that took the registers on when the clock was set back."""
        return next((other for other in self if other.after == run.id and other.why is Why.CLOCK), None)

    def continues(self, run: Run) -> Run | None:
        """The run whose registers this one took on."""
        return self._runs[run.after] if run.why is Why.CLOCK and run.after is not None else None

    def series(self, run: Run) -> list[Run]:
        """The run and those before it whose registers it took on."""
        found = [run]
        while (before := self.continues(found[0])) is not None:
            found.insert(0, before)
        return found

    def add(self, meter: int, why: Why, at_ms: int, last_ms: int | None) -> Run:
        """Begin a run; the one before it ended at `last_ms`."""
        before = self.last()
        if before is not None:
            self.change(replace(before, ended_ms=last_ms))
        after = None if before is None else before.id
        self._connection.execute(
            "INSERT INTO run (meter, reason, after, began_ms) VALUES (?, ?, ?, ?)", (meter, why.value, after, at_ms)
        )
        run = Run(self._connection.last_insert_rowid(), meter, why, after, at_ms, None, 0)
        self._runs[run.id] = run
        return run

    def change(self, run: Run) -> None:
        """Write what is new of a run."""
        self._runs[run.id] = run
        self._connection.execute(
            "UPDATE run SET began_ms = ?, ended_ms = ?, known = ? WHERE id = ?",
            (run.began_ms, run.ended_ms, run.known, run.id),
        )


def read_meters(connection: apsw.Connection) -> list[MeterRow]:
    """All meters, the first one first."""
    rows = connection.execute("SELECT id, identification, number, model, began_ms FROM meter ORDER BY id")
    return [MeterRow(row[0], MeterIdentity(row[1], row[2]), row[3], row[4]) for row in rows]


def same_meter(one: MeterIdentity, other: MeterIdentity) -> bool:
    """Whether two identities may be of one meter: by the number where both have one, else by the identification."""
    if one.number is not None and other.number is not None:
        return one.number == other.number
    return None in (one.identification, other.identification) or one.identification == other.identification
