"""Who has and had contracts for a facility, as staff may see them: numbers masked, and the protected not named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from hanport.grid import people
from hanport.grid.database.tables import contract, contract_holder, customer, facility, power
from hanport.grid.keys import Keyring
from hanport.grid.masking import masked
from hanport.grid.register.addresses import places_of

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class HolderView:
    """A holder. `name` is "" where it is not shown, `number` masked. `person_id` leads to the person's page."""

    customer_key: str
    name: str
    initials: str
    number: str
    kind: str
    is_protected: bool
    has_died: bool
    person_id: int
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract with its holders, the newest first. `holds`: it runs now."""

    key: str
    begins_at: datetime
    ends_at: datetime | None
    holds: bool
    holders: Sequence[HolderView]


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A facility that a person has or had a contract for."""

    gsrn: str
    address: str
    contract_key: str
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person: the masked number ("" once it is erased), the customers, and where they have contracts."""

    id: int
    number: str
    customers: Sequence[HolderView]
    customer_ids: Sequence[int]
    places: Sequence[HeldPlace]
    powers: int
    is_protected: bool


def contracts_at(connection: Connection, keyring: Keyring, facility_id: int, at: datetime) -> Sequence[ContractView]:
    """The contracts for a facility, the newest first."""
    chosen = select(contract).where(contract.c.facility_id == facility_id)
    found = connection.execute(chosen.order_by(contract.c.begins_at.desc(), contract.c.id.desc()).limit(_SHOWN)).all()
    return [
        ContractView(
            key=row.key,
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            holds=row.begins_at <= at and (row.ends_at is None or at < row.ends_at),
            holders=list(_holders(connection, keyring, row.id, at)),
        )
        for row in found
    ]


def person_view(connection: Connection, keyring: Keyring, person_id: int, at: datetime) -> PersonView | None:
    """A person by the id; None: there is none, or nothing is left of the person."""
    number = people.number_of(connection, keyring, person_id)
    if number is None:
        return None
    rows = connection.execute(select(customer).where(customer.c.person_id == person_id).order_by(customer.c.id)).all()
    ids = [row.id for row in rows]
    powers = connection.execute(select(power.c.id).where(power.c.agent_id == person_id)).all()
    return PersonView(
        id=person_id,
        number=number.masked,
        customers=[_holder(row, number.masked, at, at, None) for row in rows],
        customer_ids=ids,
        places=list(_places(connection, ids)),
        powers=len(powers),
        is_protected=any(row.is_protected for row in rows),
    )


def _holders(connection: Connection, keyring: Keyring, contract_id: int, at: datetime) -> Iterator[HolderView]:
    chosen = (
        select(customer, contract_holder.c.begins_at, contract_holder.c.ends_at)
        .join(contract_holder, contract_holder.c.customer_id == customer.c.id)
        .where(contract_holder.c.contract_id == contract_id)
        .order_by(contract_holder.c.begins_at, contract_holder.c.id)
    )
    for row in connection.execute(chosen):
        number = people.number_of(connection, keyring, row.person_id)
        yield _holder(row, number.masked if number else "", at, row.begins_at, row.ends_at)


def _holder(row: Row[Any], number: str, at: datetime, begins_at: datetime, ends_at: datetime | None) -> HolderView:
    name = "" if row.is_protected else masked(row.name)
    return HolderView(
        customer_key=row.key,
        name=name,
        initials=" ".join(f"{word[0]}." for word in name.split()[:3]),
        number=number,
        kind=row.kind,
        is_protected=row.is_protected,
        has_died=row.died_at is not None and row.died_at <= at,
        person_id=row.person_id,
        begins_at=begins_at,
        ends_at=ends_at,
    )


def _places(connection: Connection, customer_ids: Sequence[int]) -> Iterator[HeldPlace]:
    chosen = (
        select(contract.c.facility_id, contract.c.key, contract_holder.c.begins_at, contract_holder.c.ends_at)
        .add_columns(contract.c.ends_at.label("runs_to"), facility.c.gsrn)
        .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(facility, facility.c.id == contract.c.facility_id)
        .where(contract_holder.c.customer_id.in_(customer_ids))
        .order_by(contract_holder.c.begins_at.desc())
        .limit(_SHOWN)
    )
    rows = connection.execute(chosen).all()
    places = places_of(connection, {row.facility_id for row in rows})
    for row in rows:
        ends = min((end for end in (row.ends_at, row.runs_to) if end is not None), default=None)
        yield HeldPlace(row.gsrn, places[row.facility_id].address, row.key, row.begins_at, ends)
