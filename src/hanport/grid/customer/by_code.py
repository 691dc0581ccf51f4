"""How a port stands for whoever has a letter's code: the same as for its holder, without anything of the holder."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hanport.grid.customer import orders, ports
from hanport.grid.customer.orders import Brief
from hanport.grid.customer.ports import Meter, Port
from hanport.grid.letters.codes import CodeRight
from hanport.grid.register.addresses import NOWHERE, Place, places_of
from hanport.grid.register.eligibility import meter_at
from hanport.grid.register.facts import facts_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A facility with its port and the last orders of the holder's contract."""

    place: Place
    meter: Meter | None
    port: Port | None
    orders: tuple[Brief, ...]


def standing(connection: Connection, right: CodeRight, at: datetime) -> Standing:
    """What the code may see."""
    facility_id = right.facility_id
    facts = facts_of(connection, [facility_id])[facility_id]
    meter_id = meter_at(facts, at)
    row = None if meter_id is None else ports.meters_of(connection, [meter_id])[meter_id]
    asked = ports.asked_of(connection, [facility_id])[facility_id]
    port = None
    if row is not None and row.reported is not None:
        port = ports.port_of(row, facts, asked, person_id=right.person_id, at=at)
    return Standing(
        place=places_of(connection, [facility_id]).get(facility_id, NOWHERE),
        meter=None if row is None else ports.meter_from(row),
        port=port,
        orders=orders.at_facility(connection, facility_id, [right.contract_id], right.person_id),
    )
