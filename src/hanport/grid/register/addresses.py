"""Where facilities are, for whoever goes there; the address of somebody protected is told to nobody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from hanport.grid.database.tables import contract, contract_holder, customer, facility
from hanport.grid.register import rows


@dataclass(frozen=True, slots=True)
class Place:
    """A facility's ID and address; `address` is "" where it must not be shown."""

    gsrn: str
    address: str


_BATCH = 2000
NOWHERE = Place("", "")


def places_of(connection: Connection, facility_ids: Collection[int]) -> dict[int, Place]:
    """The places of facilities, by their id."""
    wanted = list(dict.fromkeys(facility_ids))
    found: dict[int, Place] = {}
    for begin in range(0, len(wanted), _BATCH):
        for row in connection.execute(_PLACES, {"ids": wanted[begin : begin + _BATCH]}):
            found[row.id] = Place(row.gsrn, "" if row.is_hidden else row.address)
    return found


def protected(connection: Connection, facility_ids: Iterable[int]) -> set[int]:
    """Those facilities whose address must not be shown: somebody with a protected identity holds a contract, or held
    one, for whoever looks into the past would find them too.
    """
    found = rows.found(connection, _PROTECTED.distinct(), contract.c.facility_id, facility_ids)
    return {row.facility_id for row in found}


_PROTECTED = (
    select(contract.c.facility_id)
    .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
    .join(customer, customer.c.id == contract_holder.c.customer_id)
    .where(customer.c.is_protected)
)
# Made once: to build such a statement takes longer than to run it.
_PLACES = select(
    facility.c.id,
    facility.c.gsrn,
    facility.c.address,
    _PROTECTED.where(contract.c.facility_id == facility.c.id).correlate(facility).exists().label("is_hidden"),
).where(facility.c.id.in_(bindparam("ids", expanding=True)))
