"""All that the service knows of one person, for that person: as JSON values, for a request under GDPR article 15.

The number is masked, and evidence is only said to be there: the person knows the one, and a report is copied easily.
The address of a protected identity is left out. Other persons are not named.
"""

from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from hanport.grid import people, visits
from hanport.grid.audit.reading import entries_of
from hanport.grid.database.tables import contract, contract_holder, customer, facility, meter, order, person, power
from hanport.grid.keys import Keyring
from hanport.grid.notices.told import disclosed
from hanport.grid.visits import plain_values

_ORDER = (
    *("id", "kind", "state", "identity", "identity_at", "staff", "created_at", "expires_at", "signed_at"),
    *("deadline_at", "ended_at", "withdrawn_at", "reason", "why", "price_ore"),
)
_CONTRACT = ("key", "gsrn", "address", "begins_at", "ends_at", "contract_ends_at")


def disclose(connection: Connection, keyring: Keyring, person_id: int) -> dict[str, object]:
    """The person's customers with their contracts, the powers, the orders, the notices, what was done on the pages, and
    the log's entries.
    """
    number = people.number_of(connection, keyring, person_id)
    erased_at = connection.execute(select(person.c.erased_at).where(person.c.id == person_id)).scalar_one_or_none()
    return {
        "person": {"number": number.masked if number else None, "erased_at": erased_at and erased_at.isoformat()},
        "customers": [_customer(connection, row) for row in connection.execute(_customers(person_id)).all()],
        "powers": [_power(row, person_id) for row in connection.execute(_powers(person_id))],
        "orders": [_order(row, person_id) for row in connection.execute(_orders(person_id))],
        "notices": disclosed(connection, keyring, person_id),
        **visits.disclosed(connection, keyring, person_id),
        "log": [
            {"seq": each.seq, "at": each.at.isoformat(), "by": each.actor, "action": each.action, "facts": each.facts}
            for each in entries_of(connection, keyring, person_id)
        ],
    }


def _customers(person_id: int) -> Select[Any]:
    return select(customer).where(customer.c.person_id == person_id).order_by(customer.c.id)


def _customer(connection: Connection, row: Row[Any]) -> dict[str, object]:
    chosen = (
        select(contract.c.key, facility.c.gsrn, facility.c.address, contract_holder.c.begins_at)
        .add_columns(contract_holder.c.ends_at, contract.c.ends_at.label("contract_ends_at"))
        .join(contract, contract.c.id == contract_holder.c.contract_id)
        .join(facility, facility.c.id == contract.c.facility_id)
        .where(contract_holder.c.customer_id == row.id)
        .order_by(contract_holder.c.begins_at, contract.c.id)
    )
    held = [plain_values(each, *_CONTRACT) for each in connection.execute(chosen)]
    told = plain_values(row, "key", "kind", "name", "address", "email", "phone", "is_protected", "died_at")
    if row.is_protected:
        for each in (told, *held):
            each["address"] = None
    return told | {"contracts": held}


def _powers(person_id: int) -> Select[Any]:
    return (
        select(power, facility.c.gsrn)
        .join(customer, customer.c.id == power.c.grantor_id)
        .outerjoin(facility, facility.c.id == power.c.facility_id)
        .where(or_(power.c.agent_id == person_id, customer.c.person_id == person_id))
        .order_by(power.c.id)
    )


def _power(row: Row[Any], person_id: int) -> dict[str, object]:
    role = "agent" if row.agent_id == person_id else "grantor"
    return {"role": role} | plain_values(row, "key", "basis", "may_open", "gsrn", "begins_at", "ends_at")


def _orders(person_id: int) -> Select[Any]:
    return (
        select(order, facility.c.gsrn, meter.c.serial, contract.c.key.label("contract"))
        .join(facility, facility.c.id == order.c.facility_id)
        .outerjoin(meter, meter.c.id == order.c.meter_id)
        .outerjoin(contract, contract.c.id == order.c.contract_id)
        .outerjoin(customer, customer.c.id == order.c.customer_id)
        .where(or_(order.c.person_id == person_id, customer.c.person_id == person_id))
        .order_by(order.c.created_at, order.c.id)
    )


def _order(row: Row[Any], person_id: int) -> dict[str, object]:
    made_by = "this person" if row.person_id == person_id else "staff" if row.person_id is None else "somebody else"
    told = {"made_by": made_by, "facility": row.gsrn, "meter": row.serial, "contract": row.contract}
    return plain_values(row, *_ORDER) | told | {"evidence_is_kept": row.evidence_sealed is not None}
