"""A desk at which tests order: whoever comes is checked, and the order is taken."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hanport.grid import people
from hanport.grid.config import GridConfig
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.identifiers import Number
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.taking import Taken, Wish, take
from hanport.grid.orders import Kind
from hanport.grid.right import IdentityCheck

CONFIG = GridConfig()


class Desk:
    """Takes orders in a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def identity(self, number: Number, **parts: Any) -> CheckedIdentity:
        """Checked a minute ago by Anna."""
        defaults: dict[str, Any] = {
            "how": IdentityCheck.DESK,
            "checked_at": self.database.clock.now() - timedelta(minutes=1),
        }
        defaults |= {"evidence": b"passport", "staff": "anna"}
        return CheckedIdentity(number=number, **defaults | parts)

    def order(self, kind: Kind, facility_id: int, person_id: int, **parts: Any) -> Taken:
        """That person orders that for that facility."""
        wish = Wish(kind, self.gsrn(facility_id), **parts)
        with self.database.writing("staff:anna") as work:
            return take(work, CONFIG, wish, self.identity(self.number(person_id)))

    def gsrn(self, facility_id: int) -> str:
        return str(self.value(tables.facility.c.gsrn, tables.facility.c.id == facility_id))

    def number(self, person_id: int) -> Number:
        with self.database.reading() as connection:
            number = people.number_of(connection, self.database.keyring, person_id)
        assert number is not None
        return number

    def person(self, customer_id: int) -> int:
        return int(self.value(tables.customer.c.person_id, tables.customer.c.id == customer_id))

    def row(self, order_id: str) -> Any:
        with self.database.reading() as connection:
            return connection.execute(select(tables.order).where(tables.order.c.id == order_id)).one()

    def states(self, facility_id: int) -> list[tuple[str, str]]:
        """The kind and state of all orders of a facility, in their order."""
        chosen = select(tables.order.c.kind, tables.order.c.state).where(tables.order.c.facility_id == facility_id)
        with self.database.reading() as connection:
            rows = connection.execute(chosen.order_by(tables.order.c.signed_at, tables.order.c.created_at))
            return [(row.kind, row.state) for row in rows]

    def commands(self, meter_id: int) -> list[tuple[str, str, str | None]]:
        """The commands for a meter: what, how it stands, for which order."""
        columns = (tables.command.c.kind, tables.command.c.state, tables.command.c.order_id)
        chosen = select(*columns).where(tables.command.c.meter_id == meter_id).order_by(tables.command.c.created_at)
        with self.database.reading() as connection:
            return [(row.kind, row.state, row.order_id) for row in connection.execute(chosen)]

    def actions(self) -> list[str]:
        """What is in the log."""
        chosen = select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq)
        with self.database.reading() as connection:
            return list(connection.execute(chosen).scalars())

    def value(self, column: Any, where: Any) -> Any:
        with self.database.reading() as connection:
            return connection.execute(select(column).where(where)).scalar_one()

    def change(self, statement: Any) -> None:
        with self.database.writing("system") as work:
            work.connection.execute(statement)
