"""Builds facts for tests straight into the tables: facilities, customers, contracts, meters, powers, orders."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert, select

from hanport.grid import people
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.identifiers import Number, NumberKind, gsrn_check_digit, luhn_holds
from hanport.grid.orders import Kind, State
from hanport.grid.right import IdentityCheck

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def person_number(n: int) -> Number:
    """The n-th invented person: born in 1912 or later, with a right check digit."""
    born = date(1912, 1, 1) + timedelta(days=n // 900)
    digits = f"{born:%Y%m%d}{n % 900 + 100:03d}"
    last = next(str(d) for d in range(10) if luhn_holds(digits[2:] + str(d)))
    return Number(digits + last, NumberKind.PERSON)


def gsrn(n: int) -> str:
    """The n-th facility's ID."""
    digits = f"735999{n:011d}"
    return digits + gsrn_check_digit(digits)


class Town:
    """Adds facts, each in a transaction of its own, and gives the new row's id. All are valid from 2020 on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._next = count(1)

    def facility(self, **columns: Any) -> int:
        n = next(self._next)
        return self._add(tables.facility, gsrn=gsrn(n), address=f"Storgatan {n}, Sälen", **columns)

    def person(self, number: Number | None = None) -> int:
        with self.database.writing("system") as work:
            return people.find_or_add(work, number or person_number(next(self._next)))

    def customer(self, person_id: int | None = None, kind: str = "private", **columns: Any) -> int:
        n = next(self._next)
        whose = self.person() if person_id is None else person_id
        defaults = {"key": f"K{n}", "name": f"Kund {n}"}
        return self._add(tables.customer, **defaults | columns, kind=kind, person_id=whose)

    def contract(
        self, facility_id: int, *customer_ids: int, begins: datetime = BEGIN, ends: datetime | None = None
    ) -> int:
        key = f"A{next(self._next)}"
        made = self._add(tables.contract, key=key, facility_id=facility_id, begins_at=begins, ends_at=ends)
        for customer_id in customer_ids:
            self._add(tables.contract_holder, contract_id=made, customer_id=customer_id, begins_at=begins)
        return made

    def meter(self, facility_id: int | None = None, begins: datetime = BEGIN, **columns: Any) -> int:
        """A meter with its row in `port`, installed at the facility."""
        made = self._add(
            tables.meter, **{"serial": f"M{next(self._next)}", "maker": "Kamstrup", "model": "OMNIA"} | columns
        )
        with self.database.writing("system") as work:
            work.connection.execute(insert(tables.port).values(meter_id=made, review_at=BEGIN))
        if facility_id is not None:
            self._add(tables.installation, meter_id=made, facility_id=facility_id, begins_at=begins)
        return made

    def power(self, grantor_id: int, agent_id: int, **columns: Any) -> int:
        defaults = {"key": f"P{next(self._next)}", "basis": "power", "may_open": True, "begins_at": BEGIN}
        return self._add(tables.power, **defaults | {"grantor_id": grantor_id, "agent_id": agent_id} | columns)

    def exemption(self, facility_id: int, begins: datetime = BEGIN, ends: datetime | None = None) -> int:
        key = f"E{next(self._next)}"
        return self._add(tables.exemption, key=key, facility_id=facility_id, begins_at=begins, ends_at=ends)

    def request(self, contract_id: int, customer_id: int, **columns: Any) -> str:
        """A standing order to open, made by the customer's own person."""
        with self.database.reading() as connection:
            facility_id = connection.execute(
                select(tables.contract.c.facility_id).where(tables.contract.c.id == contract_id)
            ).scalar_one()
            person_id = connection.execute(
                select(tables.customer.c.person_id).where(tables.customer.c.id == customer_id)
            ).scalar_one()
        key = f"O{next(self._next)}"
        now = self.database.clock.now()
        defaults: dict[str, Any] = {
            "kind": Kind.OPEN.value,
            "state": State.RIGHT_CHECKED.value,
            "identity": IdentityCheck.DESK.value,
        }
        defaults |= {"facility_id": facility_id, "contract_id": contract_id, "customer_id": customer_id}
        defaults |= {"person_id": person_id, "created_at": now, "signed_at": now, "identity_at": now, "staff": "anna"}
        with self.database.writing("system") as work:
            work.connection.execute(insert(tables.order).values({"id": key} | defaults | columns))
        return key

    def household(self) -> tuple[int, int, int, int]:
        """A facility with a meter and a customer under contract: (facility, meter, customer, contract)."""
        facility_id = self.facility()
        meter_id = self.meter(facility_id)
        customer_id = self.customer()
        return facility_id, meter_id, customer_id, self.contract(facility_id, customer_id)

    def _add(self, table: Table, **columns: Any) -> int:
        with self.database.writing("system") as work:
            made: int = work.connection.execute(insert(table).values(columns).returning(table.c.id)).scalar_one()
            return made
