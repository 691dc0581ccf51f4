"""A service in the middle of a working day: orders in every state, alarms, an import and a proposal that wait."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import update

from grid.ordering.desk import Desk
from grid.reconcile.hands import Hands
from grid.town import Town
from grid.web.scene import Scene
from hanport.grid import alarms
from hanport.grid.database import tables
from hanport.grid.headend.contract import CommandKind, Outcome
from hanport.grid.orders import Kind


@dataclass
class Busy:
    """The town, and the ids of what is in it: orders by their state, facilities by what is the matter."""

    scene: Scene
    town: Town
    desk: Desk
    hands: Hands
    orders: dict[str, str]
    facilities: dict[str, str]
    persons: dict[str, int]

    def gsrn(self, facility_id: int) -> str:
        return self.desk.gsrn(facility_id)


def busy(scene: Scene) -> Busy:
    """Fill the scene, which is new. The clock is at 09:00 on a Wednesday."""
    known = _MADE.get(id(scene.database.keyring))
    if known is not None and scene.database.engine.dialect.name == "sqlite":
        return _restored(scene, known)
    made = Busy(scene, scene.town, Desk(scene.database), Hands(scene.database, scene.config), {}, {}, {})
    _opened(made)
    _failed(made)
    _visit(made)
    _closing(made)
    _protected(made)
    _waiting(made)
    if scene.database.engine.dialect.name == "sqlite":
        _MADE[id(scene.database.keyring)] = _kept(made)
    return made


# The database of the first one, by its keys: others begin with a copy of it.
_MADE: dict[int, tuple[bytes, Busy]] = {}


def _kept(made: Busy) -> tuple[bytes, Busy]:
    engine = made.scene.database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return _file_of(made.scene).read_bytes(), made


def _restored(scene: Scene, known: tuple[bytes, Busy]) -> Busy:
    content, first = known
    scene.database.engine.dispose()
    for path in _file_of(scene).parent.glob(_file_of(scene).name + "-*"):
        path.unlink()
    _file_of(scene).write_bytes(content)
    town = scene.town
    town._next = count(1000)
    desk, hands = Desk(scene.database), Hands(scene.database, scene.config)
    return Busy(scene, town, desk, hands, dict(first.orders), dict(first.facilities), dict(first.persons))


def _file_of(scene: Scene) -> Path:
    name = scene.database.engine.url.database
    assert name is not None
    return Path(name)


def household(made: Busy, name: str, address: str, **customer: Any) -> tuple[int, int, int]:
    """A facility with a meter and a contract: (facility, meter, person)."""
    facility_id = made.town.facility()
    meter_id = made.town.meter(facility_id, serial=f"1801{facility_id:04d}", model="OMNIPOWER")
    person_id = made.town.person()
    customer_id = made.town.customer(person_id, **customer)
    made.town.contract(facility_id, customer_id)
    made.desk.change(update(tables.facility).where(tables.facility.c.id == facility_id).values(address=address))
    made.desk.change(update(tables.customer).where(tables.customer.c.id == customer_id).values(name=name))
    return facility_id, meter_id, person_id


def _order(made: Busy, kind: Kind, place: tuple[int, int, int], **parts: Any) -> str:
    return made.desk.order(kind, place[0], place[2], reason="kunden bad om det", **parts).order_id


def _opened(made: Busy) -> None:
    place = household(made, "Anna Berg", "Storgatan 1, Fjällby")
    made.orders["read_back"] = _order(made, Kind.OPEN, place)
    made.hands.opened()
    made.facilities["open"] = made.gsrn(place[0])
    made.persons["open"] = place[2]


def _failed(made: Busy) -> None:
    place = household(made, "Bo Ek", "Åvägen 14, Fjällby")
    made.orders["failed"] = _order(made, Kind.OPEN, place)
    made.hands.answer(made.hands.sent(CommandKind.OPEN), Outcome.FAILED)
    made.facilities["failing"] = made.gsrn(place[0])


def _visit(made: Busy) -> None:
    place = household(made, "Cilla Fors", "Skogsstigen 3, Fjällby")
    made.town._add(tables.adapter, serial="H9001", meter_id=place[1], fitted_on=made.scene.clock.now().date())
    made.orders["opened_too"] = _order(made, Kind.OPEN, place)
    made.hands.opened()
    made.orders["needs_visit"] = _order(made, Kind.WARRANTY, place)
    made.facilities["visit"] = made.gsrn(place[0])


def _closing(made: Busy) -> None:
    place = household(made, "David Gran", "Kyrkvägen 8, Fjällby")
    _order(made, Kind.OPEN, place)
    made.hands.opened()
    made.orders["closing"] = _order(made, Kind.CLOSE, place)
    made.hands.answer(made.hands.sent(CommandKind.CLOSE), Outcome.FAILED)
    made.facilities["closing"] = made.gsrn(place[0])


def _protected(made: Busy) -> None:
    place = household(made, "Hemlig Person", "Gömda vägen 9, Fjällby", is_protected=True)
    made.orders["protected"] = _order(made, Kind.OPEN, place)
    made.hands.sent(CommandKind.OPEN)
    made.facilities["protected"] = made.gsrn(place[0])
    made.persons["protected"] = place[2]


def _waiting(made: Busy) -> None:
    place = household(made, "Eva Hed", "Ängsvägen 22, Fjällby")
    made.orders["right_checked"] = _order(made, Kind.OPEN, place)
    made.facilities["waiting"] = made.gsrn(place[0])
    made.persons["waiting"] = place[2]
    with made.scene.database.writing("system") as work:
        due = work.at + timedelta(hours=3)
        alarms.raise_alarm(work, alarms.CLOSING_UNCONFIRMED, "18010004", "Its port must be closed.", due)
        alarms.raise_alarm(work, "order_disputed", made.orders["read_back"], "Said to be made by another.")
        alarms.raise_alarm(work, alarms.NO_HEAD_END, "Aidon", "No head-end is for meters of Aidon.")


def states(made: Busy) -> dict[str, str]:
    """How the orders stand, by the names that they have here."""
    return {name: made.hands.state(order_id) for name, order_id in made.orders.items()}
