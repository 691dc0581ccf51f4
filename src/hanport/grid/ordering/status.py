"""How orders stand, for staff, programs and pages; and how the company does against the law's clock."""

from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.database.tables import command, facility, meter, order
from hanport.grid.ordering.meters import meter_by_id
from hanport.grid.ordering.restart import guide_key
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import ENDED, Kind, State
from hanport.grid.workdays import STOCKHOLM


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """An order as it may be shown to those who may see it: no name, no number, no address.

    `identity` is how the person was checked ("" for closings by staff and drafts). `guide` is the key of a text of the
    catalog `doctor`, where people can restart the meter themselves. `last_command` is the state of the last command.
    """

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

    def is_late(self, at: datetime) -> bool:
        """Whether the law's working day is over and the order was not done in it."""
        return self.deadline_at is not None and (self.ended_at or at) >= self.deadline_at


def status(connection: Connection, order_id: str) -> OrderStatus:
    """How an order stands. Raises OrderError where there is none."""
    row = connection.execute(_ORDERS.where(order.c.id == order_id)).one_or_none()
    if row is None:
        raise OrderError("There is no such order.", "`hanport grid order list` shows those of a facility.")
    return _status(connection, row)


def orders_of(connection: Connection, facility_id: int, *, limit: int = 200) -> list[OrderStatus]:
    """The orders of a facility, the newest first."""
    chosen = _ORDERS.where(order.c.facility_id == facility_id).order_by(order.c.created_at.desc(), order.c.id)
    return [_status(connection, row) for row in connection.execute(chosen.limit(limit)).all()]


def facility_of(connection: Connection, gsrn: str) -> int:
    """The id of a facility. Raises OrderError."""
    found = connection.execute(select(facility.c.id).where(facility.c.gsrn == gsrn)).scalar()
    if found is None:
        raise OrderError("No facility has this ID.", "Compare it with the bill.")
    facility_id: int = found
    return facility_id


@dataclass(frozen=True, slots=True)
class Statistics:
    """Signed orders of a time. `per_day` counts them by the Swedish day and kind. `median_open_s`: from signature to a
    reading that says open. `in_time`: the share of orders to open and close that were done within the law's working
    day, of those that are done or whose day is over; None where there are none.
    """

    per_day: dict[date, dict[Kind, int]]
    states: dict[State, int]
    median_open_s: float | None
    in_time: float | None


def statistics(connection: Connection, since: datetime, until: datetime) -> Statistics:
    """Of the orders that were signed from `since` up to, and without, `until`."""
    columns = (order.c.kind, order.c.state, order.c.signed_at, order.c.deadline_at, order.c.ended_at)
    chosen: Select[Any] = select(*columns).where(order.c.signed_at >= since, order.c.signed_at < until)
    per_day: dict[date, dict[Kind, int]] = {}
    states: dict[State, int] = {}
    times_s, in_time = [], []
    for row in connection.execute(chosen):
        kind, state = Kind(row.kind), State(row.state)
        day = per_day.setdefault(row.signed_at.astimezone(STOCKHOLM).date(), {})
        day[kind] = day.get(kind, 0) + 1
        states[state] = states.get(state, 0) + 1
        if kind is Kind.OPEN and state is State.READ_BACK:
            times_s.append((row.ended_at - row.signed_at).total_seconds())
        if kind in (Kind.OPEN, Kind.CLOSE) and (state is State.READ_BACK or _is_over(row, state, until)):
            in_time.append(state is State.READ_BACK and row.ended_at < row.deadline_at)
    return Statistics(
        per_day=dict(sorted(per_day.items())),
        states=states,
        median_open_s=median(times_s) if times_s else None,
        in_time=sum(in_time) / len(in_time) if in_time else None,
    )


def _is_over(row: Row[Any], state: State, at: datetime) -> bool:
    return state not in ENDED and row.deadline_at <= at


def _status(connection: Connection, row: Row[Any]) -> OrderStatus:
    kind, state = Kind(row.kind), State(row.state)
    to_guide = kind is Kind.RESTART and state is State.NEEDS_VISIT and row.meter_id is not None
    return OrderStatus(
        id=row.id,
        kind=kind,
        state=state,
        why=row.why,
        gsrn=row.gsrn,
        meter_serial=row.serial or "",
        identity=row.identity or "",
        by_agent=row.power_id is not None,
        staff=row.staff or "",
        reason=row.reason,
        created_at=row.created_at,
        signed_at=row.signed_at,
        deadline_at=row.deadline_at,
        ended_at=row.ended_at,
        withdrawn_at=row.withdrawn_at,
        price_ore=row.price_ore,
        guide=guide_key(meter_by_id(connection, row.meter_id)) if to_guide else "",
        last_command=row.last_command or "",
    )


_LAST_COMMAND = (
    select(command.c.state)
    .where(command.c.order_id == order.c.id)
    .order_by(command.c.created_at.desc(), command.c.id)
    .limit(1)
    .scalar_subquery()
)
_ORDERS: Select[Any] = (
    select(order, facility.c.gsrn, meter.c.serial, _LAST_COMMAND.label("last_command"))
    .join(facility, facility.c.id == order.c.facility_id)
    .outerjoin(meter, meter.c.id == order.c.meter_id)
)
