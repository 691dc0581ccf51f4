"""A small town on a real database: what happens in it is told to the product and to the oracle alike.

Every call of the product may be cut off by a power cut before any of its writes, or right before its commit. The
oracle learns of what happened only when the call came back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, or_, select

from grid.law.field import Field
from grid.law.oracle import Contract, Power, Span, World
from grid.law.state import state_of
from grid.town import gsrn, person_number
from hanport.grid.config import GridConfig, parse
from hanport.grid.database.tables import audit_entry, order
from hanport.grid.database.work import Database, Work
from hanport.grid.orders import State
from hanport.grid.register.events import EventError, read_event, receive
from hanport.grid.register.records import RecordError, RecordKind, read
from hanport.grid.register.upsert import apply

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FACILITIES, PERSONS, METERS = 3, 5, 8
T = TypeVar("T")

CONFIG: GridConfig = parse(
    """
environment = "test"
[work]
period_s = 60
lease_s = 60
answer_within_s = 600
retry_s = 60
retry_longest_s = 3600
verify_open_hours = 24
verify_closed_days = 2
visit_after = 4
[[head_end]]
name = "field"
kind = "rest"
url = "http://127.0.0.1:9"
reply_url = "http://127.0.0.1:9"
"""
)


class PowerCut(Exception):
    """The machine lost its power."""


class StepClock:
    """Stands still until it is set on."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        """A little later each time, so that no two things happen at the same instant."""
        self._now += timedelta(microseconds=1)
        return self._now

    def monotonic(self) -> float:
        return (self._now - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span


@dataclass
class Cutter:
    """Cuts the power before the n-th write from now on; None: never."""

    left: int | None = None

    def watch(self, engine: Engine) -> None:
        """Be told of every write and commit."""
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._tick)

    def _before_statement(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            self._tick(connection)

    def _tick(self, _: Connection) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise PowerCut


class Play:
    """The town with its people, and everything that can happen to them."""

    def __init__(self, database: Database, clock: StepClock) -> None:
        self.database, self.clock = database, clock
        self.world = World()
        self.field = Field({})
        self.cutter = Cutter()
        self.cutter.watch(database.engine)
        self._count = 0
        self._settle()

    def key(self, letter: str) -> str:
        """A new key of the company's."""
        self._count += 1
        return f"{letter}{self._count}"

    def _settle(self) -> None:
        """Facilities with a meter each; persons who are customers; a company and an estate."""
        for n in range(FACILITIES):
            self.told("facility", gsrn=gsrn(n), address=f"Storgatan {n}")
        for n in range(PERSONS):
            self.customer(f"K{n}", n)
        self.customer("K-company", PERSONS, kind="legal")
        self.customer("K-estate", PERSONS + 1, kind="estate")
        for n in range(FACILITIES):
            self.install(f"M{n}", gsrn(n), timedelta(days=-400))
            self.contract(f"A{n}", gsrn(n), [f"K{n}"], (timedelta(days=-400), None))

    @contextmanager
    def power(self, cut: int | None) -> Iterator[None]:
        """What happens within may be cut off."""
        self.cutter.left = cut
        try:
            yield
        except PowerCut:
            self.follow(is_judged=False)
        finally:
            self.cutter.left = None

    def write(self, act: Callable[[Work], T], actor: str = "system") -> T:
        """One transaction. What it changed must be in the log."""
        before, seq = self._state()
        with self.database.writing(actor) as work:
            made = act(work)
        after, later = self._state()
        assert before == after or later > seq, "a change without an entry in the log"
        return made

    def follow(self, *, is_judged: bool = True) -> None:
        """Which requests stand no longer: withdrawn, or refused because the right ended before the port was open.

        None comes back. Called right after the product has looked at ports, the refusals are judged too.
        """
        with self.database.reading() as connection:
            gone = or_(order.c.withdrawn_at.is_not(None), order.c.state == State.REFUSED.value)
            chosen = select(order.c.id, order.c.withdrawn_at, order.c.ended_at).where(gone)
            ended = {row.id: row for row in connection.execute(chosen)}
        for each in self.world.asked:
            row = ended.get(each.order)
            assert row is not None or not each.withdrawn
            if row is None or each.withdrawn:
                continue
            if is_judged and row.withdrawn_at is None:
                had_right = self.world.may_ask(each, row.ended_at)
                assert not had_right, f"{each.order} was refused, and had the right"
            each.withdrawn = True

    def _state(self) -> tuple[object, int]:
        """What is known, and how long the log is. Only what matters to somebody: no times of looking again."""
        with self.database.reading() as connection:
            return state_of(connection)

    # What the company's systems tell.

    def told(self, what: str, /, **cells: str) -> bool:
        """One row of the customer system; whether it was taken."""
        try:
            record = read(RecordKind(what), {name.rstrip("_"): cell for name, cell in cells.items()}, START.date())
        except RecordError:
            return False
        return not self.write(lambda work: apply(work, [record]), "token:crm").refused

    def customer(self, key: str, person: int, kind: str = "private", died: datetime | None = None) -> None:
        """A customer, or a change of one."""
        more = {"died": died.isoformat()} if died else {}
        number = person_number(person)
        if self.told("customer", key=key, number=number.digits, kind=kind, name="Namn", **more):
            self.world.persons[key], self.world.kinds[key] = person, kind
            if died:
                self.world.deaths[key] = died

    def contract(self, key: str, facility: str, customers: list[str], span: tuple[timedelta, timedelta | None]) -> None:
        """A contract, or a change of one; the span counts from now."""
        begins, ends = self.instant(span[0]), None if span[1] is None else self.instant(span[1])
        cells = {"customer": customers[0], "joint": " ".join(customers[1:])}
        cells |= {"from_": begins.isoformat(), "to": ends.isoformat() if ends else ""}
        if not self.told("contract", key=key, facility=facility, **cells):
            return
        now = self.last_write_at()
        known = self.world.contracts.get(key)
        if known is None:
            named: list[tuple[str, Span]] = [(each, (begins, None)) for each in customers]
            self.world.contracts[key] = Contract(facility, (begins, ends), named)
            return
        holders: list[tuple[str, Span]] = []
        for each, (since, until) in known.holders:
            start = begins if since == known.span[0] and until is None else since
            left = until is None and each not in customers
            holders.append((each, (start, max(now, start) if left else until)))
        standing = {each for each, (_, until) in holders if until is None}
        holders += [(each, (max(now, begins), None)) for each in customers if each not in standing]
        self.world.contracts[key] = Contract(facility, (begins, ends), holders)

    def give_power(self, key: str, grantor: str, agent: int, facility: str, ends: timedelta | None) -> None:
        """A power from a day ago on, or a change of its end."""
        known = self.world.powers.get(key)
        begins = known.span[0] if known else self.instant(timedelta(days=-1))
        until = None if ends is None else self.instant(ends)
        cells = {"from_": begins.isoformat(), "to": until.isoformat() if until else "", "facility": facility}
        if self.told("power", key=key, grantor=grantor, agent=person_number(agent).digits, **cells):
            self.world.powers[key] = Power(grantor, agent, facility, (begins, until))

    def exempt(self, key: str, facility: str, span: tuple[timedelta, timedelta | None]) -> None:
        """An authority's decision, or a change of one."""
        begins, ends = self.instant(span[0]), None if span[1] is None else self.instant(span[1])
        cells = {"from_": begins.isoformat(), "to": ends.isoformat() if ends else ""}
        if self.told("exemption", key=key, facility=facility, **cells):
            self.world.exemptions[key] = (facility, (begins, ends))

    def install(self, serial: str, facility: str, since: timedelta) -> None:
        """A meter is put there; what hung there before goes."""
        if any((serial, facility) == (each, where) for each, where, _ in self.world.stays):
            return  # told twice of one place, it is the same stay: the register's own tests have that
        at = self.instant(since)
        self.field.is_open.setdefault(serial, False)
        if self.told("meter", serial=serial, maker="Kamstrup", model="OMNIA", facility=facility, from_=at.isoformat()):
            self.world.stays.append((serial, facility, at))

    def market(self, **told: str) -> bool:
        """An event of the market; whether it was taken."""
        event = read_event(told, START.date())
        try:
            self.write(lambda work: receive(work, event), "token:market")
        except EventError:
            return False
        return True

    def market_move(self, facility: str, since: timedelta) -> None:
        """The market says that another user moves in there."""
        key, at = self.key("Z"), self.instant(since)
        if self.market(key=key, kind="move_in", facility=facility, at=at.isoformat()):
            self.world.moves_in[key] = (facility, at)

    def market_withdraws(self, n: int) -> None:
        """The market takes a move back."""
        keys = sorted(self.world.moves_in)
        if keys and self.market(key=self.key("Z"), kind="withdrawal", withdrawn=keys[n % len(keys)]):
            del self.world.moves_in[keys[n % len(keys)]]

    def end(self) -> None:
        """Let go of the database."""
        self.database.engine.dispose()

    def instant(self, span: timedelta) -> datetime:
        """So far from now; never the same twice."""
        return self.clock.now() + span

    def last_write_at(self) -> datetime:
        """The instant of the last transaction: its entry in the log says it."""
        with self.database.reading() as connection:
            found: datetime = connection.execute(
                select(audit_entry.c.at).order_by(audit_entry.c.seq.desc()).limit(1)
            ).scalar_one()
            return found
