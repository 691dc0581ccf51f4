"""Applies records of network contracts with their holders.

A holder who is no longer named ends at the instant of the transaction; one who is named anew begins then, or with the
contract when that is later or new.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET
from sqlalchemy import Row, select

from hanport.grid.database.tables import contract, contract_holder, customer, facility
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.kinds import ContractRecord
from hanport.grid.register.places import NO_FACILITY, told_names
from hanport.grid.register.tally import Tally

_CUSTOMERS = select(customer.c.key, customer.c.id, customer.c.person_id)


@dataclass(slots=True)
class _Batch:
    """What is known of the contracts, and what is to be written of them."""

    places: dict[str, int]
    customers: dict[str, Row[Any]]
    stored: dict[str, Row[Any]]
    holders: dict[int, list[Row[Any]]]
    new: list[tuple[ContractRecord, list[int]]] = field(default_factory=list)
    changed: dict[int, dict[str, object]] = field(default_factory=dict)
    new_holders: list[dict[str, object]] = field(default_factory=list)
    changed_holders: dict[int, dict[str, Any]] = field(default_factory=dict)


def apply_contracts(work: Work, batch: Sequence[tuple[int, ContractRecord]], tally: Tally) -> None:
    """Add and change contracts; their facilities' ports are looked at again."""
    known = _known(work, [record for _, record in batch])
    for index, record in batch:
        problem = _problem(known, record)
        if problem is not None:
            tally.refuse(index, *problem)
        elif record.key in known.stored:
            _change(work, known, record, tally)
        else:
            _add(work, known, record, tally)
    connection = work.connection
    rows.add(connection, contract, [_columns(known, record) | {"key": record.key} for record, _ in known.new])
    ids = rows.ids_of(connection, contract.c.key, (record.key for record, _ in known.new))
    for record, holders in known.new:
        known.new_holders += [_holder(ids[record.key], each, record.begins_at) for each in holders]
    rows.change(connection, contract, known.changed)
    rows.add(connection, contract_holder, known.new_holders)
    rows.change(connection, contract_holder, known.changed_holders)


def _known(work: Work, records: Sequence[ContractRecord]) -> _Batch:
    connection = work.connection
    stored = rows.by_key(connection, contract.c.key, (record.key for record in records))
    chosen = select(contract_holder, customer.c.person_id).join(customer)
    holders: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows.found(connection, chosen, contract_holder.c.contract_id, (each.id for each in stored.values())):
        holders[row.contract_id].append(row)
    named = [key for record in records for key in _named(record)]
    return _Batch(
        places=rows.ids_of(connection, facility.c.gsrn, (record.facility for record in records)),
        customers={row.key: row for row in rows.found(connection, _CUSTOMERS, customer.c.key, named)},
        stored=stored,
        holders=holders,
    )


def _named(record: ContractRecord) -> list[str]:
    """The holders' keys, the first one's first."""
    return list(dict.fromkeys((record.customer, *(() if record.joint is UNSET else record.joint))))


def _problem(known: _Batch, record: ContractRecord) -> tuple[str, str, str] | None:
    """The column, what is wrong, and the remedy."""
    if record.facility not in known.places:
        return ("facility", *NO_FACILITY)
    missing = [key for key in _named(record) if key not in known.customers]
    if missing:
        column = "customer" if record.customer in missing else "joint"
        return column, "There is no such customer.", "Send the customer first."
    before = known.stored.get(record.key)
    if before and record.ends_at is UNSET and before.ends_at is not None and before.ends_at < record.begins_at:
        return "from", "The contract ends before it begins.", "Send its end too."
    return None


def _add(work: Work, known: _Batch, record: ContractRecord, tally: Tally) -> None:
    holders = [known.customers[key] for key in _named(record)]
    known.new.append((record, [each.id for each in holders]))
    noted: dict[str, Any] = {"facility": record.facility, "contract": record.key}
    work.note("contract.added", person_id=holders[0].person_id, **noted)
    for each in holders[1:]:
        work.note("contract.holder_added", person_id=each.person_id, **noted)
    tally.facility_ids.add(known.places[record.facility])
    tally.count(is_new=True, has_changed=False)


def _change(work: Work, known: _Batch, record: ContractRecord, tally: Tally) -> None:
    before = known.stored[record.key]
    standing = [each for each in known.holders[before.id] if each.ends_at is None]
    differs = rows.differing(before, _columns(known, record))
    noted: dict[str, Any] = {"facility": record.facility, "contract": record.key}
    if differs:
        known.changed[before.id] = differs
        for each in standing:
            work.note("contract.changed", person_id=each.person_id, **noted, fields=told_names(differs))
            if "begins_at" in differs and each.begins_at == before.begins_at:
                known.changed_holders[each.id] = {"begins_at": record.begins_at}
    has_changed = _change_holders(work, known, record, noted) or bool(differs)
    if has_changed:
        tally.facility_ids |= {before.facility_id, known.places[record.facility]}
    tally.count(is_new=False, has_changed=has_changed)


def _change_holders(work: Work, known: _Batch, record: ContractRecord, noted: dict[str, Any]) -> bool:
    """Whether somebody joined or left."""
    before = known.stored[record.key]
    standing = {each.customer_id: each for each in known.holders[before.id] if each.ends_at is None}
    wanted = {known.customers[key].id: known.customers[key] for key in _named(record)}
    if record.joint is UNSET and wanted.keys() <= standing.keys():
        return False  # nothing was said of joint holders
    begins = max(work.at, record.begins_at)
    joined = [each for each in wanted.values() if each.id not in standing]
    left = [each for each in standing.values() if each.customer_id not in wanted]
    for each in joined:
        known.new_holders.append(_holder(before.id, each.id, begins))
        work.note("contract.holder_added", person_id=each.person_id, **noted)
    for each in left:
        start = known.changed_holders.get(each.id, {}).get("begins_at", each.begins_at)
        known.changed_holders.setdefault(each.id, {})["ends_at"] = max(work.at, start)
        work.note("contract.holder_ended", person_id=each.person_id, **noted)
    return bool(joined or left)


def _columns(known: _Batch, record: ContractRecord) -> dict[str, object]:
    columns = {"facility_id": known.places[record.facility], "begins_at": record.begins_at, "ends_at": record.ends_at}
    return columns if record.key in known.stored else rows.given(columns)


def _holder(contract_id: int, customer_id: int, begins_at: object) -> dict[str, object]:
    return {"contract_id": contract_id, "customer_id": customer_id, "begins_at": begins_at}
