"""How a meter's port stands, as the people of its facility are told it: open since when, by whom asked, until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select

from hanport.grid.database.tables import customer, meter, meter_model, order, port
from hanport.grid.orders import ENDED, STANDING, Kind, State
from hanport.grid.right import Facts, Right, Why, boundaries, right


class Look(StrEnum):
    """How a port stands."""

    OPEN = "open"  # the meter was read, and may be open
    OPENING = "opening"  # it may be open, and was not read as open yet
    CLOSING = "closing"  # it may not be open, and was not read as closed yet
    CLOSED = "closed"
    UNKNOWN = "unknown"  # nobody has asked for it, and nobody has read the meter yet


class By(StrEnum):
    """Who has asked."""

    SELF = "self"
    HOLDER = "holder"  # another holder of the contract
    AGENT = "agent"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Meter:
    """The meter at a facility. `name` is maker and model, "" where they are not known."""

    id: int
    serial: str
    maker: str
    model: str
    can_restart: bool

    @property
    def name(self) -> str:
        """As people call it."""
        return f"{self.maker} {self.model}".strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """An order to open or close, in short. `name` is who made it, where that is another whose name may be told."""

    order_id: str
    kind: Kind
    state: State
    by: By
    name: str
    signed_at: datetime
    deadline_at: datetime
    ended_at: datetime | None

    def is_late(self, at: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.ended_at is None and at >= self.deadline_at


@dataclass(frozen=True, slots=True)
class Port:
    """`asked` is the order that the port stands by, or that is under way. `since`: when it was read as open first.
    `read_at`: when it was read last. `closes_at`: when the right ends as far as is known, and why. `is_held`: staff
    look at it first. `retry_at`: the next try, after one that failed.
    """

    look: Look
    asked: Asked | None
    since: datetime | None
    read_at: datetime | None
    deadline_at: datetime | None
    closes_at: datetime | None
    closes_why: Why | None
    is_held: bool
    retry_at: datetime | None


def meters_of(connection: Connection, meter_ids: Collection[int]) -> dict[int, Row[Any]]:
    """The rows of meters with their ports and what their models can do."""
    return {row.id: row for row in connection.execute(_METERS, {"ids": list(meter_ids)})}


def meter_from(row: Row[Any]) -> Meter:
    """A meter from its row. A model that the company has said nothing of is taken to be able to restart."""
    return Meter(row.id, row.serial, row.maker, row.model, row.can_restart is not False)


def asked_of(connection: Connection, facility_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The rows of orders that stand or are under way at facilities, the newest first."""
    found: dict[int, list[Row[Any]]] = {each: [] for each in facility_ids}
    for row in connection.execute(_ASKED, {"ids": list(facility_ids)}):
        found[row.facility_id].append(row)
    return found


def port_of(row: Row[Any], facts: Facts, orders: Sequence[Row[Any]], *, person_id: int, at: datetime) -> Port:
    """The port of the meter of that row. `orders`: those of its facility (`asked_of`)."""
    answer = right(facts, row.id, at)
    look = _look(row, answer)
    found = _order_of(look, answer, orders)
    asked = None if found is None else _asked(found, facts, person_id)
    closes_at, closes_why = _end(facts, row.id, at) if answer.is_open else (None, None)
    is_done = asked is not None and asked.state is State.READ_BACK
    return Port(
        look=look,
        asked=asked,
        since=asked.ended_at if asked is not None and is_done and look is Look.OPEN else None,
        read_at=row.reported_at,
        deadline_at=_deadline(row, look, asked),
        closes_at=closes_at,
        closes_why=closes_why,
        is_held=row.held_by is not None,
        retry_at=row.retry_at if look in (Look.OPENING, Look.CLOSING) else None,
    )


def by_of(row: Row[Any], facts: Facts, person_id: int) -> By:
    """Who has made an order."""
    if row.person_id is None:
        return By.STAFF
    if row.person_id == person_id:
        return By.SELF
    holders = {each.person_id for contract in facts.contracts for each in contract.holders}
    return By.HOLDER if row.person_id in holders else By.AGENT


def _look(row: Row[Any], answer: Right) -> Look:
    if answer.is_open:
        return Look.OPEN if row.reported == "open" else Look.OPENING
    if row.reported == "open" or row.may_be_open:
        return Look.CLOSING
    return Look.CLOSED if row.reported == "closed" else Look.UNKNOWN


def _order_of(look: Look, answer: Right, orders: Sequence[Row[Any]]) -> Row[Any] | None:
    if answer.request is not None:
        return next((each for each in orders if each.id == answer.request.order_id), None)
    if look is Look.CLOSING:
        return next((each for each in orders if each.kind == Kind.CLOSE.value), None)
    return None


def _asked(row: Row[Any], facts: Facts, person_id: int) -> Asked:
    by = by_of(row, facts, person_id)
    return Asked(
        order_id=row.id,
        kind=Kind(row.kind),
        state=State(row.state),
        by=by,
        name=row.name or "" if by in (By.HOLDER, By.AGENT) else "",
        signed_at=row.signed_at,
        deadline_at=row.deadline_at or row.signed_at,
        ended_at=row.ended_at,
    )


def _deadline(row: Row[Any], look: Look, asked: Asked | None) -> datetime | None:
    if look is Look.CLOSING:
        return asked.deadline_at if asked else row.closing_due_at
    return asked.deadline_at if look is Look.OPENING and asked and asked.ended_at is None else None


def _end(facts: Facts, meter_id: int, at: datetime) -> tuple[datetime | None, Why | None]:
    """When the right ends by what is known now, and why."""
    for instant in sorted({each for each in boundaries(facts) if each > at}):
        answer = right(facts, meter_id, instant)
        if not answer.is_open:
            return instant, answer.why
    return None, None


_IDS: Any = bindparam("ids", expanding=True)
_NAME = (
    select(func.min(customer.c.name))
    .where(customer.c.person_id == order.c.person_id, customer.c.kind == "private", customer.c.is_protected.is_(False))
    .correlate(order)
    .scalar_subquery()
)
_METERS = (
    select(meter, meter_model.c.can_open, meter_model.c.can_restart)
    .add_columns(port.c.reported, port.c.reported_at, port.c.may_be_open, port.c.held_by)
    .add_columns(port.c.retry_at, port.c.closing_due_at)
    .outerjoin(meter_model, and_(meter_model.c.maker == meter.c.maker, meter_model.c.model == meter.c.model))
    .outerjoin(port, port.c.meter_id == meter.c.id)
    .where(meter.c.id.in_(_IDS))
)
_COLUMNS = ("id", "kind", "state", "facility_id", "person_id", "signed_at", "deadline_at", "ended_at")
_ASKED: Select[Any] = (
    select(*(order.c[name] for name in _COLUMNS), _NAME.label("name"))
    .where(order.c.facility_id.in_(_IDS), order.c.signed_at.is_not(None))
    .where(
        or_(
            and_(
                order.c.kind == Kind.OPEN.value,
                order.c.state.in_(sorted(state.value for state in STANDING)),
                order.c.withdrawn_at.is_(None),
            ),
            and_(
                order.c.kind == Kind.CLOSE.value,
                order.c.state.not_in(sorted(state.value for state in ENDED)),
            ),
        )
    )
    .order_by(order.c.signed_at.desc(), order.c.id)
)
