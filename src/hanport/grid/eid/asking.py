"""What is asked of a person, by what the database says of the orders: the text, and what is signed with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import (
    contract,
    contract_holder,
    customer,
    facility,
    installation,
    meter,
    order,
)
from hanport.grid.eid.wording import NamedMeter, OrderLine, Terms, hidden_of, order_text
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import Kind, State

LOGIN_HIDDEN = b"hanport-login-v1"
_UNSIGNED = (State.DRAFT.value, State.AWAITING_SIGNATURE.value)


@dataclass(frozen=True, slots=True)
class Texts:
    """What is read and signed, what is signed with it, and the version of the terms that both name."""

    visible: str
    hidden: bytes
    terms: str


def texts_of(lines: Sequence[OrderLine], config: GridConfig, terms: str, language: str) -> Texts:
    """The texts of orders. `terms` is the version of the terms that is accepted. Raises TooMuchToSign."""
    accepted = Terms(terms, config.warranty.years)
    return Texts(order_text(lines, config.company.name, accepted, language), hidden_of(lines, terms), terms)


def order_lines(connection: Connection, order_ids: Sequence[str], at: datetime) -> list[OrderLine]:
    """Drafts as they are read before they are signed. Raises OrderError."""
    chosen = (
        select(order, facility.c.gsrn, facility.c.address, customer.c.name.label("behalf"))
        .join(facility, facility.c.id == order.c.facility_id)
        .outerjoin(customer, customer.c.id == order.c.customer_id)
        .where(order.c.id.in_(order_ids))
    )
    rows = {row.id: row for row in connection.execute(chosen)}
    for each in order_ids:
        row = rows.get(each)
        if row is None or row.state not in _UNSIGNED or (row.expires_at is not None and row.expires_at <= at):
            raise OrderError("The order cannot be signed any more.", "Order again.")
    protected = _protected(connection, {row.facility_id for row in rows.values()}, at)
    return [_line(connection, rows[each], protected, at) for each in order_ids]


def _line(connection: Connection, row: Row[Any], protected: set[int], at: datetime) -> OrderLine:
    return OrderLine(
        order_id=row.id,
        kind=Kind(row.kind),
        gsrn=row.gsrn,
        address="" if row.facility_id in protected else row.address,
        meters=_meters(connection, row, at),
        price_ore=row.price_ore,
        on_behalf_of=row.behalf or "",
    )


def _meters(connection: Connection, row: Row[Any], at: datetime) -> tuple[NamedMeter, ...]:
    """The meter that an order is about, else those that are installed."""
    chosen = select(meter.c.serial, meter.c.maker, meter.c.model)
    if row.meter_id is not None:
        chosen = chosen.where(meter.c.id == row.meter_id)
    else:
        here = installation.c
        chosen = chosen.join(installation, here.meter_id == meter.c.id).where(
            here.facility_id == row.facility_id, here.begins_at <= at, or_(here.ends_at.is_(None), here.ends_at > at)
        )
    found = connection.execute(chosen.order_by(meter.c.serial))
    return tuple(NamedMeter(each.serial, f"{each.maker} {each.model}".strip()) for each in found)


def _protected(connection: Connection, facility_ids: set[int], at: datetime) -> set[int]:
    """Those where somebody with a protected identity lives: their address is shown to nobody."""
    ends_at = func.coalesce(contract_holder.c.ends_at, contract.c.ends_at)
    chosen = (
        select(contract.c.facility_id)
        .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(contract.c.facility_id.in_(facility_ids), customer.c.is_protected, or_(ends_at.is_(None), ends_at > at))
    )
    return set(connection.execute(chosen).scalars())
