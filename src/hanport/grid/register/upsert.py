"""Brings records of the company's systems into the facts, by the company's own keys.

Only what really differs is written and noted. A record that cannot be taken is refused with its reason, and the others
go in. Kinds are applied in the order of their references, so a set of records may come in any order.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import func, select

from hanport.grid.database.tables import contract, customer, exemption, facility, installation, meter
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.contracts import apply_contracts
from hanport.grid.register.customers import apply_customers, apply_powers, facilities_of
from hanport.grid.register.kinds import (
    AdapterRecord,
    ContractRecord,
    CustomerRecord,
    ExemptionRecord,
    FacilityRecord,
    MeterRecord,
    ModelRecord,
    PowerRecord,
    Record,
)
from hanport.grid.register.meters import apply_meters
from hanport.grid.register.places import apply_adapters, apply_exemptions, apply_facilities, apply_models
from hanport.grid.register.tally import Applied, Refused, Tally
from hanport.grid.register.touching import touch

__all__ = ["Applied", "Refused", "apply", "take_turn"]

_Batch: TypeAlias = list[tuple[int, Any]]

_ORDER: tuple[tuple[type[Record], Callable[[Work, _Batch, Tally], None]], ...] = (
    (ModelRecord, apply_models),
    (CustomerRecord, apply_customers),
    (FacilityRecord, apply_facilities),
    (ContractRecord, apply_contracts),
    (MeterRecord, apply_meters),
    (AdapterRecord, apply_adapters),
    (ExemptionRecord, apply_exemptions),
    (PowerRecord, apply_powers),
)
_TURN = 7_435_001  # of all advisory locks, the register's


def apply(work: Work, records: Sequence[Record], *, before: Callable[[Collection[int]], None] | None = None) -> Applied:
    """Bring records into the facts, and have the ports of the facilities that they touch reviewed. `refused` counts
    from the first record, 0. `before` is given the facilities whose facts may change, while they are as they were.
    """
    take_turn(work)
    tally = Tally()
    batches = _batches(records, tally)
    held = work.lock_facilities(_held(work, batches))
    if before is not None:
        before(held)
    for kind, apply_kind in _ORDER:
        if batches[kind]:
            apply_kind(work, batches[kind], tally)
    touch(work, tally.facility_ids)
    return tally.result()


def take_turn(work: Work) -> None:
    """Wait until nobody else writes to the register; it is held until the commit, before anything else is locked."""
    if work.connection.dialect.name == "postgresql":
        work.connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def _batches(records: Sequence[Record], tally: Tally) -> dict[type[Record], _Batch]:
    """The records by kind, each key once. A key that comes again says the same, or is refused."""
    batches: dict[type[Record], _Batch] = defaultdict(list)
    seen: dict[object, Record] = {}
    for index, record in enumerate(records):
        first = seen.setdefault(_identity(record), record)
        if first is record:
            batches[type(record)].append((index, record))
        elif first == record:
            tally.count(is_new=False, has_changed=False)
        else:
            tally.refuse(index, "", "An earlier row has the same key and says otherwise.", "Send one row for each key.")
    return batches


def _identity(record: Record) -> object:
    match record:
        case CustomerRecord() | ContractRecord() | ExemptionRecord() | PowerRecord():
            return type(record), record.key
        case FacilityRecord():
            return FacilityRecord, record.gsrn
        case MeterRecord():
            return MeterRecord, record.serial, record.begins_at
        case AdapterRecord():
            return AdapterRecord, record.serial
        case ModelRecord():
            return ModelRecord, record.maker, record.model


def _held(work: Work, batches: dict[type[Record], _Batch]) -> set[int]:
    """The facilities whose facts may change: those that are named, and those that stored rows of the keys are of."""
    connection = work.connection

    def of(kind: type[Record], name: str) -> list[Any]:
        return [value for _, record in batches[kind] if isinstance(value := getattr(record, name), str) and value]

    def stored(column: Any, chosen: Any, keys: Iterable[Any]) -> set[int]:
        return {row.facility_id for row in rows.found(connection, chosen, column, keys)}

    named = [
        each for kind in (ContractRecord, MeterRecord, ExemptionRecord, PowerRecord) for each in of(kind, "facility")
    ]
    held = set(rows.ids_of(connection, facility.c.gsrn, [*of(FacilityRecord, "gsrn"), *named]).values())
    held |= stored(contract.c.key, select(contract.c.facility_id), of(ContractRecord, "key"))
    held |= stored(exemption.c.key, select(exemption.c.facility_id), of(ExemptionRecord, "key"))
    moves = select(installation.c.facility_id).join(meter)
    held |= stored(meter.c.serial, moves.distinct(), of(MeterRecord, "serial"))
    holders = [*of(CustomerRecord, "key"), *of(PowerRecord, "grantor")]
    return held | facilities_of(work, rows.ids_of(connection, customer.c.key, holders).values())
