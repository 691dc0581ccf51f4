"""People of these tests: who holds what, and what they have ordered."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from grid.ordering.desk import Desk
from grid.town import Town
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.ordering.taking import Taken
from hanport.grid.orders import Kind

LATER = datetime(2027, 2, 28, 23, tzinfo=UTC)  # 00:00 of 1 March in Sweden


class People:
    """A town with its desk, and what tests ask of both."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.town = Town(database)
        self.desk = Desk(database)

    @property
    def now(self) -> datetime:
        """The instant of the clock."""
        return self.database.clock.now()

    def household(self, **customer: Any) -> tuple[int, int, int]:
        """A facility with a meter, and the person who has its contract: (facility, meter, person)."""
        town = self.town
        facility_id, customer_id = town.facility(), town.customer(**customer)
        meter_id = town.meter(facility_id)
        town.contract(facility_id, customer_id)
        return facility_id, meter_id, self.desk.person(customer_id)

    def company(self, count: int, **power: Any) -> tuple[list[int], int, int]:
        """A company with facilities, and who acts for it: (facilities, customer, agent)."""
        customer_id, agent_id = self.town.customer(kind="legal"), self.town.person()
        facilities = []
        for _ in range(count):
            facilities.append(self.town.facility())
            self.town.meter(facilities[-1])
            self.town.contract(facilities[-1], customer_id)
        self.town.power(customer_id, agent_id, **{"basis": "signatory"} | power)
        return facilities, customer_id, agent_id

    def open(self, facility_id: int, person_id: int, meter_id: int) -> Taken:
        """The person's order to open, fulfilled a minute ago, and read as open."""
        taken = self.desk.order(Kind.OPEN, facility_id, person_id)
        ended = {"state": "read_back", "ended_at": self.now - timedelta(minutes=1)}
        self.change(tables.order, tables.order.c.id == taken.order_id, **ended)
        self.read_as(meter_id, "open")
        return taken

    def read_as(self, meter_id: int, reported: str) -> None:
        """The meter was read just now."""
        values = {"reported": reported, "reported_at": self.now, "may_be_open": reported == "open"}
        self.change(tables.port, tables.port.c.meter_id == meter_id, **values)

    def change(self, table: Any, where: Any, **values: Any) -> None:
        """Set columns."""
        self.desk.change(update(table).where(where).values(**values))
