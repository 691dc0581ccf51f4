"""Applies records of customers, and of those who may act for them."""

from collections.abc import Iterable, Sequence

from msgspec import UNSET
from sqlalchemy import select

from hanport.grid import people
from hanport.grid.database.tables import contract, contract_holder, customer, facility, power
from hanport.grid.database.work import Work
from hanport.grid.identifiers import NumberKind
from hanport.grid.register import rows
from hanport.grid.register.kinds import CustomerKind, CustomerRecord, PowerBasis, PowerRecord
from hanport.grid.register.places import NO_FACILITY, told_names
from hanport.grid.register.tally import Tally

# What the right stands on.
_DECIDING = frozenset({"kind", "person_id", "died_at"})


def apply_customers(work: Work, batch: Sequence[tuple[int, CustomerRecord]], tally: Tally) -> None:
    """Add and change customers; where it matters to the right, their facilities' ports are looked at again."""
    persons = people.find_or_add_all(work, (record.number for _, record in batch))
    stored = rows.by_key(work.connection, customer.c.key, (record.key for _, record in batch))
    new: list[dict[str, object]] = []
    changed: dict[int, dict[str, object]] = {}
    for _, record in batch:
        before = stored.get(record.key)
        columns = _customer_columns(record, persons[record.number])
        differs = {} if before is None else rows.differing(before, columns)
        tally.count(is_new=before is None, has_changed=bool(differs))
        if before is None:
            kind = _kind_by_number(record) if record.kind is UNSET else columns["kind"]
            new.append({"name": ""} | rows.given(columns) | {"key": record.key, "kind": kind})
            work.note("customer.added", person_id=persons[record.number])
        elif differs:
            changed[before.id] = differs
            work.note("customer.changed", person_id=before.person_id, fields=told_names(differs))
            if "person_id" in differs:
                work.note("customer.changed", person_id=persons[record.number], fields=["number"])
    rows.add(work.connection, customer, new)
    rows.change(work.connection, customer, changed)
    deciding = [each for each, differs in changed.items() if _DECIDING & differs.keys()]
    tally.facility_ids |= facilities_of(work, deciding)


def apply_powers(work: Work, batch: Sequence[tuple[int, PowerRecord]], tally: Tally) -> None:
    """Add and change powers; the ports of the grantors' facilities are looked at again."""
    agents = people.find_or_add_all(work, (record.agent for _, record in batch))
    grantors = rows.by_key(work.connection, customer.c.key, (record.grantor for _, record in batch))
    places = rows.ids_of(
        work.connection, facility.c.gsrn, (r.facility for _, r in batch if isinstance(r.facility, str))
    )
    stored = rows.by_key(work.connection, power.c.key, (record.key for _, record in batch))
    new: list[dict[str, object]] = []
    changed: dict[int, dict[str, object]] = {}
    touched: set[int] = set()
    for index, record in batch:
        if record.grantor not in grantors:
            tally.refuse(index, "grantor", "There is no such customer.", "Send the customer first.")
            continue
        if isinstance(record.facility, str) and record.facility and record.facility not in places:
            tally.refuse(index, "facility", *NO_FACILITY)
            continue
        place = places.get(record.facility) if isinstance(record.facility, str) else UNSET
        grantor, agent_id = grantors[record.grantor], agents[record.agent]
        columns = _power_columns(record) | {"grantor_id": grantor.id, "agent_id": agent_id, "facility_id": place}
        before = stored.get(record.key)
        differs = {} if before is None else rows.differing(before, columns)
        tally.count(is_new=before is None, has_changed=bool(differs))
        if before is None:
            new.append({"basis": PowerBasis.POWER.value, "may_open": True} | rows.given(columns) | {"key": record.key})
            _note_power(work, "power.added", (grantor.person_id, agent_id), power=record.key)
        elif differs:
            changed[before.id] = differs
            touched.add(before.grantor_id)
            _note_power(
                work, "power.changed", (grantor.person_id, agent_id), power=record.key, fields=told_names(differs)
            )
        if before is None or differs:
            touched.add(grantor.id)
    rows.add(work.connection, power, new)
    rows.change(work.connection, power, changed)
    tally.facility_ids |= facilities_of(work, touched)


def facilities_of(work: Work, customer_ids: Iterable[int]) -> set[int]:
    """The facilities for which the customers hold or held a contract."""
    chosen = select(contract.c.facility_id).join(contract_holder, contract_holder.c.contract_id == contract.c.id)
    found = rows.found(work.connection, chosen.distinct(), contract_holder.c.customer_id, customer_ids)
    return {row.facility_id for row in found}


def _customer_columns(record: CustomerRecord, person_id: int) -> dict[str, object]:
    return {
        "person_id": person_id,
        "kind": record.kind.value if isinstance(record.kind, CustomerKind) else UNSET,
        "name": record.name,
        "address": record.address,
        "email": record.email,
        "phone": record.phone,
        "is_protected": record.is_protected,
        "died_at": record.died_at,
    }


def _kind_by_number(record: CustomerRecord) -> str:
    is_company = record.number.kind is NumberKind.ORGANISATION
    return (CustomerKind.LEGAL if is_company else CustomerKind.PRIVATE).value


def _power_columns(record: PowerRecord) -> dict[str, object]:
    return {
        "basis": record.basis.value if isinstance(record.basis, PowerBasis) else UNSET,
        "may_open": record.may_open,
        "begins_at": record.begins_at,
        "ends_at": record.ends_at,
    }


def _note_power(work: Work, action: str, persons: tuple[int, int], **facts: object) -> None:
    """In the log of who is acted for, and in that of who acts."""
    for person_id, role in zip(persons, ("grantor", "agent"), strict=True):
        work.note(action, person_id=person_id, role=role, **facts)
