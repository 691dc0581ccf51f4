"""What is stored of a person: where notices go, and who may act for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from hanport.grid.config import GridConfig
from hanport.grid.customer.capacities import Role
from hanport.grid.database.tables import customer, facility, power
from hanport.grid.erasure import objections


@dataclass(frozen=True, slots=True)
class Contact:
    """One of the person's customers, as the company's own systems have it. `address` is "" where it is protected."""

    key: str
    name: str
    address: str
    email: str
    phone: str
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Power:
    """A power that has not ended. `name` is that of the other: who may act, or who is acted for; "" where it is not
    known here, or not told. `gsrn` is "" where it is good for all facilities of who gave it.
    """

    key: str
    basis: Role
    name: str
    gsrn: str
    may_open: bool
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Powers:
    """Who may act for the person, and for whom the person may."""

    given: tuple[Power, ...]
    received: tuple[Power, ...]


def contacts(connection: Connection, person_id: int) -> tuple[Contact, ...]:
    """The person's own customers."""
    return tuple(
        Contact(
            key=row.key,
            name=row.name,
            address="" if row.is_protected else row.address,
            email=row.email,
            phone=row.phone,
            is_protected=row.is_protected,
        )
        for row in connection.execute(_CONTACTS, {"person_id": person_id})
    )


def may_be_erased(connection: Connection, config: GridConfig, person_id: int, at: datetime) -> bool:
    """Whether nothing stands against erasing the person now."""
    return next(objections(connection, person_id, at, config.retention.years), None) is None


def powers(connection: Connection, person_id: int, at: datetime) -> Powers:
    """The powers that have not ended, those that begin later too."""
    values = {"person_id": person_id, "at": at}
    return Powers(_read(connection, _GIVEN, values), _read(connection, _RECEIVED, values))


def _read(connection: Connection, chosen: Select[Any], values: dict[str, Any]) -> tuple[Power, ...]:
    return tuple(
        Power(
            key=row.key,
            basis=Role(row.basis),
            name=row.name or "",
            gsrn=row.gsrn or "",
            may_open=row.may_open,
            begins_at=row.begins_at,
            ends_at=row.ends_at,
        )
        for row in connection.execute(chosen, values)
    )


_CONTACTS = (
    select(customer).where(customer.c.person_id == bindparam("person_id"), customer.c.kind == "private")
).order_by(customer.c.id)
_AGENT = customer.alias("agent")
# Agents are known here by their number alone; who is a customer as well has a name.
_AGENT_NAME = (
    select(func.min(_AGENT.c.name))
    .where(_AGENT.c.person_id == power.c.agent_id, _AGENT.c.kind == "private", _AGENT.c.is_protected.is_(False))
    .correlate(power)
    .scalar_subquery()
)


def _powers(name: Any) -> Select[Any]:
    columns = (power.c.key, power.c.basis, power.c.may_open, power.c.begins_at, power.c.ends_at)
    return (
        select(*columns, facility.c.gsrn, name.label("name"))
        .join(customer, customer.c.id == power.c.grantor_id)
        .outerjoin(facility, facility.c.id == power.c.facility_id)
        .where(or_(power.c.ends_at.is_(None), power.c.ends_at > bindparam("at")))
        .order_by(power.c.begins_at, power.c.id)
    )


_GIVEN = _powers(_AGENT_NAME).where(customer.c.person_id == bindparam("person_id"))
_RECEIVED = _powers(customer.c.name).where(power.c.agent_id == bindparam("person_id"))
