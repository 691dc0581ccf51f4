"""Orders as staff go through them: the most urgent first while they wait, the newest first when they are done.

Pages follow each other by the place of the last order, so that an order that comes in meanwhile moves none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, exists, literal, or_, select, tuple_

from hanport.grid.database.tables import command, facility, meter, order
from hanport.grid.orders import ENDED, Kind, State
from hanport.grid.register.addresses import places_of

PAGE = 50
_UNSIGNED = (State.DRAFT, State.AWAITING_SIGNATURE)
_WAITING = sorted(state.value for state in State if state not in ENDED and state not in _UNSIGNED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class View(StrEnum):
    """Which orders."""

    WAITING = "waiting"
    LATE = "late"
    TROUBLE = "trouble"  # failed, or somebody must go there
    RETRIED = "retried"  # a command had to be sent again
    DONE = "done"
    ALL = "all"


_BY_DEADLINE = frozenset({View.WAITING, View.LATE, View.TROUBLE, View.RETRIED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `after` is the place of the last order that was shown ("": from the beginning)."""

    view: View = View.WAITING
    kind: Kind | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list; no name and no number. `address` is "" where it must not be shown."""

    id: str
    kind: Kind
    state: State
    why: str
    gsrn: str
    address: str
    meter_serial: str
    signed_at: datetime
    deadline_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `after` leads to the next one ("": there is none)."""

    rows: Sequence[OrderRow]
    after: str


def orders(connection: Connection, wanted: Wanted, at: datetime) -> Page:
    """A page of orders."""
    is_urgent = wanted.view in _BY_DEADLINE
    sorted_by = order.c.deadline_at if is_urgent else order.c.signed_at
    chosen = _of_view(_ORDERS, wanted.view, at)
    if wanted.kind is not None:
        chosen = chosen.where(order.c.kind == wanted.kind.value)
    place = _read_place(wanted.after)
    if place is not None:
        here, there = tuple_(sorted_by, order.c.id), tuple_(literal(place[0], sorted_by.type), literal(place[1]))
        chosen = chosen.where(here > there if is_urgent else here < there)
    by: tuple[Any, ...] = (sorted_by, order.c.id) if is_urgent else (sorted_by.desc(), order.c.id.desc())
    found = connection.execute(chosen.order_by(*by).limit(PAGE + 1)).all()
    rows = _told(connection, found[:PAGE])
    more = len(found) > PAGE
    return Page(rows, _place_of(found[PAGE - 1], sorted_by) if more else "")


def orders_of_person(connection: Connection, person_id: int, customer_ids: Sequence[int]) -> Sequence[OrderRow]:
    """The orders that a person made, or that were made for the person, the newest first."""
    mine = or_(order.c.person_id == person_id, order.c.customer_id.in_(customer_ids))
    chosen = _ORDERS.where(mine, order.c.signed_at.is_not(None))
    return _told(connection, connection.execute(chosen.order_by(order.c.signed_at.desc()).limit(100)).all())


def orders_at(connection: Connection, facility_id: int) -> Sequence[OrderRow]:
    """The signed orders of a facility, the newest first."""
    chosen = _ORDERS.where(order.c.facility_id == facility_id, order.c.signed_at.is_not(None))
    return _told(connection, connection.execute(chosen.order_by(order.c.signed_at.desc()).limit(50)).all())


_ORDERS: Select[Any] = (
    select(
        *(order.c.id, order.c.kind, order.c.state, order.c.why, order.c.facility_id, order.c.signed_at),
        *(order.c.deadline_at, order.c.ended_at, facility.c.gsrn, meter.c.serial),
    )
    .join(facility, facility.c.id == order.c.facility_id)
    .outerjoin(meter, meter.c.id == order.c.meter_id)
)
_RETRIED = exists().where(
    command.c.order_id == order.c.id, or_(command.c.attempts > 1, command.c.state.in_(["failed", "lost"]))
)


def _of_view(chosen: Select[Any], view: View, at: datetime) -> Select[Any]:
    match view:
        case View.WAITING:
            return chosen.where(order.c.state.in_(_WAITING))
        case View.LATE:
            return chosen.where(order.c.state.in_(_WAITING), order.c.deadline_at <= at)
        case View.TROUBLE:
            return chosen.where(order.c.state.in_([State.FAILED.value, State.NEEDS_VISIT.value]))
        case View.RETRIED:
            return chosen.where(order.c.state.in_(_WAITING), _RETRIED)
        case View.DONE:
            return chosen.where(order.c.signed_at.is_not(None), order.c.state == State.READ_BACK.value)
        case View.ALL:
            return chosen.where(order.c.signed_at.is_not(None))


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> Sequence[OrderRow]:
    places = places_of(connection, {row.facility_id for row in rows})
    return [
        OrderRow(
            id=row.id,
            kind=Kind(row.kind),
            state=State(row.state),
            why=row.why,
            gsrn=row.gsrn,
            address=places[row.facility_id].address,
            meter_serial=row.serial or "",
            signed_at=row.signed_at,
            deadline_at=row.deadline_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def _place_of(row: Row[Any], sorted_by: Column[Any]) -> str:
    at: datetime = getattr(row, sorted_by.name)
    return f"{(at - _EPOCH) // _MICROSECOND}-{row.id}"


def _read_place(text: str) -> tuple[datetime, str] | None:
    """What leads on, as a page wrote it; None for anything else."""
    number, _, order_id = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 17 and order_id.isalnum()):
        return None
    return _EPOCH + int(number) * _MICROSECOND, order_id
