"""Facilities as their people see them: where they are, how the port stands, and what may be done.

What stands in the way of an order is said before anybody signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from hanport.grid.customer import capacities, ports
from hanport.grid.customer.capacities import Capacity
from hanport.grid.customer.ports import Look, Meter, Port
from hanport.grid.ordering import acting
from hanport.grid.ordering.acting import Asking
from hanport.grid.register.addresses import NOWHERE, Place, places_of
from hanport.grid.register.eligibility import Obstacle, meter_at, obstacles_of
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, IdentityCheck, Why


@dataclass(frozen=True, slots=True)
class Card:
    """A facility. `meter` and `port` are None where there is none, and for a contract that begins later: until then
    the port is somebody else's. `obstacle` keeps every order to open from being taken; `objection` keeps this person's.
    """

    id: int
    place: Place
    capacities: tuple[Capacity, ...]
    at: datetime
    meter: Meter | None
    port: Port | None
    obstacle: Obstacle | None
    objection: Why | None

    @property
    def gsrn(self) -> str:
        """The facility's ID."""
        return self.place.gsrn

    @property
    def acting(self) -> Capacity | None:
        """In which capacity the person acts there now."""
        return next((each for each in self.capacities if each.has_begun(self.at)), None)

    @property
    def can_open(self) -> bool:
        """Whether an order to open would be taken, and is not there already."""
        is_asked = self.port is not None and self.port.look in (Look.OPEN, Look.OPENING)
        return self.port is not None and not is_asked and self.obstacle is None and self.objection is None

    @property
    def can_close(self) -> bool:
        """Whether there is something to close."""
        return self.port is not None and self.port.look in (Look.OPEN, Look.OPENING)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of facilities, by their ids, and of their meters by theirs."""

    facts: dict[int, Facts]
    places: dict[int, Place]
    capacities: dict[int, tuple[Capacity, ...]]
    orders: dict[int, list[Row[Any]]]
    meters: dict[int, Row[Any]]


def cards(connection: Connection, person_id: int, facility_ids: Sequence[int], at: datetime) -> list[Card]:
    """The facilities, in that order. Whoever asks has found out before that the person may see them."""
    facts = facts_of(connection, facility_ids)
    here = [meter_at(each, at) for each in facts.values()]
    read = _Read(
        facts=facts,
        places=places_of(connection, facility_ids),
        capacities=capacities.capacities_of(connection, person_id, facility_ids, at),
        orders=ports.asked_of(connection, facility_ids),
        meters=ports.meters_of(connection, [each for each in here if each is not None]),
    )
    return [_card(read, each, person_id, at) for each in facility_ids]


def card(connection: Connection, person_id: int, gsrn: str, at: datetime) -> Card | None:
    """One facility; None where the person is a stranger."""
    found = capacities.seen_ids(connection, person_id, [gsrn], at)
    return cards(connection, person_id, [found[gsrn]], at)[0] if gsrn in found else None


def _card(read: _Read, facility_id: int, person_id: int, at: datetime) -> Card:
    facts, acts = read.facts[facility_id], read.capacities[facility_id]
    meter_id = meter_at(facts, at) if any(each.has_begun(at) for each in acts) else None
    row = None if meter_id is None else read.meters[meter_id]
    port = None
    if row is not None and row.reported is not None:
        port = ports.port_of(row, facts, read.orders[facility_id], person_id=person_id, at=at)
    obstacles = obstacles_of(facts, at, can_open=None if row is None else row.can_open)
    return Card(
        id=facility_id,
        place=read.places.get(facility_id, NOWHERE),
        capacities=acts,
        at=at,
        meter=None if row is None else ports.meter_from(row),
        port=port,
        obstacle=obstacles[0] if obstacles else None,
        objection=_objection(facts, person_id, at),
    )


def _objection(facts: Facts, person_id: int, at: datetime) -> Why | None:
    """Why the law would refuse an order of this person's; None where it would not."""
    asked = acting.to_open(facts, Asking("", person_id, None, IdentityCheck.BANKID, at))
    return asked if isinstance(asked, Why) else None
