"""The part of the API by which programs of staff order for customers whose identity was checked, and follow it."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field, StrictBool
from sqlalchemy import Connection, or_, select
from starlette.responses import Response

from hanport.grid import people
from hanport.grid.api.calls import Change, Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.problems import NotFound
from hanport.grid.api.texts import Body, Day, Gsrn, IdInPath, Instant, Line, Name, NumberText, SomeLine, Told
from hanport.grid.database.tables import customer, order
from hanport.grid.database.work import Work
from hanport.grid.identifiers import parse_number
from hanport.grid.ordering import taking, visits
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.status import OrderStatus, status
from hanport.grid.ordering.wish import Taken, Wish
from hanport.grid.orders import Kind, State
from hanport.grid.right import IdentityCheck
from hanport.grid.statistics import for_staff
from hanport.grid.tokens import Scope
from hanport.grid.workdays import STOCKHOLM, start_of_day

_MOST_FOUND = 200


class NewOrder(Body):
    """An order of a person whose identity a member of staff has checked within the last 30 minutes."""

    kind: Kind
    gsrn: Gsrn
    number: Annotated[NumberText, Field(description="Of the person who asks; for a company, of who acts for it")]
    checked_by: Annotated[Literal["desk", "phone", "letter"], Field(description="How the identity was checked")]
    staff: Annotated[Name, Field(description="Who checked it")]
    document: Annotated[SomeLine, Field(description="What proves the check; it is kept sealed")]
    checked_at: Annotated[Instant | None, Field(description="Null: now")] = None
    on_behalf_of: Annotated[Line, Field(description="Customer number, for agents of several customers")] = ""
    reason: Line = ""
    meter_serial: Annotated[Line, Field(description="Where the facility has several meters")] = ""
    accept_price: Annotated[StrictBool, Field(description="The person says yes to the price of an adapter")] = False


class StaffClosing(Body):
    """A closing that no customer asked for. It withdraws every request for the facility."""

    gsrn: Gsrn
    staff: Name
    reason: SomeLine


class Cancelling(Body):
    """Who takes the order back, and why."""

    staff: Name
    reason: SomeLine


class Visit(Body):
    """Who was there. `new_serial` is that of the new adapter, for orders of one."""

    staff: Name
    new_serial: Line = ""


class ByNumber(Body):
    """A person, by the number."""

    number: NumberText


class OrderTaken(Told):
    """How an order stands after it was taken. `is_repeat`: it is an earlier one that stands already."""

    order_id: str
    state: State
    why: str
    deadline_at: datetime | None
    price_ore: int | None
    is_repeat: bool


class OrderTold(Told):
    """An order, without name, number and address."""

    id: str
    kind: Kind
    state: State
    why: str
    gsrn: str
    meter_serial: str
    identity: str
    by_agent: bool
    staff: str
    reason: str
    created_at: datetime
    signed_at: datetime | None
    deadline_at: datetime | None
    ended_at: datetime | None
    withdrawn_at: datetime | None
    price_ore: int | None
    guide: str
    last_command: str
    is_late: bool


class OrdersTold(Told):
    """Orders, the newest first."""

    orders: list[OrderTold]


class SpeedTold(Told):
    """Seconds from the signature to what confirmed it, and the share that was done within the law's working day."""

    median_s: float | None
    p90_s: float | None
    in_time: float | None


class PortsTold(Told):
    """All ports now. `out_of_step`: not yet read as the law says that they must be."""

    open: int
    may_be_open: int
    out_of_step: int


class StatisticsTold(Told):
    """Orders that were signed in a time, exactly; and ports."""

    per_day: dict[date, dict[Kind, int]]
    states: dict[State, int]
    speeds: dict[Kind, SpeedTold]
    ports: PortsTold


def take_order(wish: NewOrder, call: Change) -> Response:
    """The command is in the outbox in the same commit. An order without right is taken, as refused."""
    asked = Wish(
        kind=wish.kind,
        gsrn=wish.gsrn,
        on_behalf_of=wish.on_behalf_of,
        reason=wish.reason,
        meter_serial=wish.meter_serial,
        accept_price=wish.accept_price,
    )

    def do(work: Work) -> OrderTaken:
        return _taken(taking.take(work, call.grid.config, asked, _identity(wish, work.at)))

    return call.writing(do, status=201)


def close_by_staff(wish: StaffClosing, call: Change) -> Response:
    """Every request for the facility is withdrawn."""

    def do(work: Work) -> OrderTaken:
        closed = taking.close_by_staff(work, call.grid.config, wish.gsrn, staff=wish.staff, reason=wish.reason)
        return _taken(closed)

    return call.writing(do, status=201)


def cancel_order(order_id: IdInPath, wish: Cancelling, call: Change) -> Response:
    """An opening is withdrawn, and its port closed again if need be."""

    def do(work: Work) -> OrderTaken:
        _must_exist(work.connection, order_id)
        reason = f"{wish.staff}: {wish.reason}"
        return _taken(taking.cancel(work, call.grid.config, order_id, reason=reason))

    return call.writing(do)


def visit_done(order_id: IdInPath, visit: Visit, call: Change) -> Response:
    """Somebody was there, and did it."""

    def do(work: Work) -> OrderTold:
        _must_exist(work.connection, order_id)
        visits.visit_done(work, call.grid.config, order_id, staff=visit.staff, new_serial=visit.new_serial)
        return order_told(status(work.connection, order_id), work.at)

    return call.writing(do)


def show_order(order_id: IdInPath, call: Look) -> Response:
    """An order."""
    with call.grid.database.reading() as connection:
        _must_exist(connection, order_id)
        return told(order_told(status(connection, order_id), call.grid.database.clock.now()))


def search_orders(wanted: ByNumber, call: Look) -> Response:
    """Orders that the person made, or that were made for the person; none for an unknown number."""
    database = call.grid.database
    at = database.clock.now()
    number = parse_number(wanted.number, at.astimezone(STOCKHOLM).date())
    with database.reading() as connection:
        person_id = people.find(connection, database.keyring, number)
        found = [] if person_id is None else _orders_of_person(connection, person_id)
        return told(OrdersTold(orders=[order_told(status(connection, each), at) for each in found]))


def show_statistics(
    call: Look,
    begin: Annotated[Day, Query(description="The first day")],
    end: Annotated[Day, Query(description="The first day without")],
) -> Response:
    """Of the orders that were signed in that time."""
    at = call.grid.database.clock.now()
    with call.grid.database.reading() as connection:
        found = for_staff(connection, start_of_day(begin), start_of_day(end), at)
    return told(StatisticsTold.model_validate(found, from_attributes=True))


def order_told(found: OrderStatus, at: datetime) -> OrderTold:
    """An order as it is answered."""
    facts = {name: getattr(found, name) for name in OrderTold.model_fields if name != "is_late"}
    return OrderTold(**facts, is_late=found.is_late(at))


def _identity(wish: NewOrder, at: datetime) -> CheckedIdentity:
    return CheckedIdentity(
        number=parse_number(wish.number, at.astimezone(STOCKHOLM).date()),
        how=IdentityCheck(wish.checked_by),
        checked_at=wish.checked_at or at,
        evidence=wish.document.encode(),
        staff=wish.staff,
    )


def _taken(found: Taken) -> OrderTaken:
    return OrderTaken.model_validate(found, from_attributes=True)


def _must_exist(connection: Connection, order_id: str) -> None:
    if connection.execute(select(order.c.id).where(order.c.id == order_id)).first() is None:
        raise NotFound("There is no such order.", "POST /api/v1/orders/search finds those of a person.")


def _orders_of_person(connection: Connection, person_id: int) -> list[str]:
    owned = select(customer.c.id).where(customer.c.person_id == person_id)
    chosen = (
        select(order.c.id)
        .where(or_(order.c.person_id == person_id, order.c.customer_id.in_(owned)))
        .order_by(order.c.created_at.desc(), order.c.id)
        .limit(_MOST_FOUND)
    )
    return list(connection.execute(chosen).scalars())


_ORDERS = (Scope.ORDERS,)
_SEEING = (Scope.READ, Scope.ORDERS)
ENDPOINTS = (
    Endpoint("POST", "/orders", take_order, OrderTaken, "Order for a person whose identity was checked", _ORDERS, 201),
    Endpoint("POST", "/orders/close", close_by_staff, OrderTaken, "Close a port of the company's own", _ORDERS, 201),
    Endpoint("POST", "/orders/search", search_orders, OrdersTold, "The orders of a person, by the number", _SEEING),
    Endpoint("GET", "/orders/{order_id}", show_order, OrderTold, "An order", _SEEING),
    Endpoint("POST", "/orders/{order_id}/cancel", cancel_order, OrderTaken, "Take an order back", _ORDERS),
    Endpoint("POST", "/orders/{order_id}/visit", visit_done, OrderTold, "Say that a visit is done", _ORDERS),
    Endpoint("GET", "/statistics/exact", show_statistics, StatisticsTold, "Orders by day, and how fast", _SEEING),
)
