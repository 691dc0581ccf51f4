"""Where facilities are, for whoever goes there; the address of somebody protected is told to nobody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hanport.grid.database.tables import contract, contract_holder, customer, facility
from hanport.grid.register import rows


@dataclass(frozen=True, slots=True)
class Place:
    """A facility's ID and address; `address` is "" where it must not be shown."""

    gsrn: str
    address: str


NOWHERE = Place("", "")


def places_of(connection: Connection, facility_ids: Collection[int]) -> dict[int, Place]:
    """The places of facilities, by their id."""
    hidden = protected(connection, facility_ids)
    chosen = select(facility.c.id, facility.c.gsrn, facility.c.address)
    found = rows.found(connection, chosen, facility.c.id, facility_ids)
    return {row.id: Place(row.gsrn, "" if row.id in hidden else row.address) for row in found}


def protected(connection: Connection, facility_ids: Iterable[int]) -> set[int]:
    """Those facilities whose address must not be shown: somebody with a protected identity holds a contract, or held
    one, for whoever looks into the past would find them too.
    """
    chosen = (
        select(contract.c.facility_id)
        .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(customer.c.is_protected)
        .distinct()
    )
    return {row.facility_id for row in rows.found(connection, chosen, contract.c.facility_id, facility_ids)}
