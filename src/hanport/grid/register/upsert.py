"""Brings records of the company's systems into the facts, by the company's own keys.

Only what really differs is written and noted. A record that cannot be taken is refused with its reason, and the others
go in. Kinds are applied in the order of their references, so a set of records may come in any order.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from hanport.grid.database.work import Work
from hanport.grid.register.contracts import apply_contracts
from hanport.grid.register.customers import apply_customers, apply_powers
from hanport.grid.register.holding import hold, take_turn
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

_ORDER: tuple[tuple[type[Record], Callable[[Work, _Batch, Tally], object]], ...] = (
    (ModelRecord, apply_models),
    (CustomerRecord, apply_customers),
    (FacilityRecord, apply_facilities),
    (ContractRecord, apply_contracts),
    (MeterRecord, apply_meters),
    (AdapterRecord, apply_adapters),
    (ExemptionRecord, apply_exemptions),
    (PowerRecord, apply_powers),
)


def apply(work: Work, records: Sequence[Record], *, before: Callable[[Collection[int]], None] | None = None) -> Applied:
    """Bring records into the facts, and have the ports of the facilities that they touch reviewed. `refused` counts
    from the first record, 0. `before` is given the facilities whose facts may change, while they are as they were.
    """
    held = hold(work, records)
    tally = Tally()
    batches = _batches(records, tally)
    if before is not None:
        before(held)
    for kind, apply_kind in _ORDER:
        if batches[kind]:
            apply_kind(work, batches[kind], tally)
    touch(work, tally.facility_ids)
    return tally.result()


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
