"""How orders stand, for staff, programs and pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.database.tables import command, facility, meter, order
from hanport.grid.ordering.meters import meter_by_id
from hanport.grid.ordering.restart import guide_key
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import Kind, State


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
