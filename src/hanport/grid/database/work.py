"""The unit of work: one transaction, one instant, one actor, and the log's entries written with it.

Locks are always taken in this order, so that no two transactions wait for each other: facilities by id, then meters'
ports by id, then the end of the log (by `Work`, at the commit). On SQLite, who writes holds the whole file.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, Connection, Engine, Select, bindparam, select

from hanport.clock import Clock
from hanport.grid.audit.chain import append
from hanport.grid.audit.entry import Entry, refuse_unplain
from hanport.grid.database.tables import facility, port
from hanport.grid.database.turns import Turns
from hanport.grid.keys import Keyring
from hanport.grid.masking import masked

_BATCH = 5000


def _locking(column: Column[int], *, waiting: bool) -> Select[int]:
    chosen = select(column).where(column.in_(bindparam("ids", expanding=True))).order_by(column)
    return chosen.with_for_update(skip_locked=not waiting)


# Made once: to build such a statement takes longer than to run it.
_FACILITIES, _FREE_FACILITIES = (_locking(facility.c.id, waiting=waiting) for waiting in (True, False))
_PORTS, _FREE_PORTS = (_locking(port.c.meter_id, waiting=waiting) for waiting in (True, False))


@dataclass(slots=True)
class Work:
    """A transaction that writes. `at` is the instant of everything in it; `actor` is who does it, as the log says it
    (`system`, `staff:NAME`, `token:NAME`, `customer`).

    Whoever waited for a lock decides by the facts of then, so taking locks moves `at` on: take them first. `tells`:
    customers are told of what happens.
    """

    connection: Connection
    at: datetime
    actor: str
    keyring: Keyring
    clock: Clock
    entries: list[Entry] = field(default_factory=list)
    tells: bool = True

    def note(self, action: str, *, person_id: int | None = None, **facts: object) -> None:
        """Put an entry into the log, with this transaction. `facts` are JSON values, and never name a person."""
        refuse_unplain(facts)
        self.entries.append(Entry(action, person_id, facts))

    def lock_facilities(self, ids: Iterable[int], *, waiting: bool = True) -> list[int]:
        """Hold facilities until the commit; gives those that are held. Without `waiting`, others' are left out."""
        return self._lock(_FACILITIES if waiting else _FREE_FACILITIES, ids)

    def lock_ports(self, meter_ids: Iterable[int], *, waiting: bool = True) -> list[int]:
        """Hold meters' ports until the commit, after their facilities."""
        return self._lock(_PORTS if waiting else _FREE_PORTS, meter_ids)

    @property
    def is_alone(self) -> bool:
        """Whether nobody else can write before the commit: so it is on SQLite, which lets one write at a time."""
        return self.connection.dialect.name == "sqlite"

    def _lock(self, chosen: Select[int], ids: Iterable[int]) -> list[int]:
        wanted = sorted(set(ids))
        if not self.is_alone:
            batches = (wanted[begin : begin + _BATCH] for begin in range(0, len(wanted), _BATCH))
            wanted = [held for each in batches for held in self.connection.execute(chosen, {"ids": each}).scalars()]
        self.at = max(self.at, self.clock.now())
        return wanted


class Database:
    """The database with the keys and the clock. Many threads may use it. Not `tells`: there is no way to tell customers
    anything, and no notices are written.
    """

    def __init__(self, engine: Engine, keyring: Keyring, clock: Clock, *, tells: bool = True) -> None:
        self.engine = engine
        self.keyring = keyring
        self.clock = clock
        self.tells = tells
        # SQLite lets one write at a time: threads of this process queue here instead of asking it again and again.
        self._turn: AbstractContextManager[object] = Turns() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def writing(self, actor: str) -> Iterator[Work]:
        """A transaction that commits at the end of the block, with its log entries, or not at all.

        People may write anything as the name of the actor: what could be a person's number in it is masked.
        """
        with self._turn, self.engine.begin() as connection:
            work = Work(connection, self.clock.now(), masked(actor), self.keyring, self.clock, tells=self.tells)
            yield work
            if work.entries:
                append(connection, self.keyring, work.entries, at=work.at, actor=work.actor)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with self.engine.connect().execution_options(writes=False) as connection:
            yield connection
