"""What a file does not have, where it is said to have all: records that end it now.

Absence is a claim like any other, so it goes the way of all records: noted, limited, held.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, or_, select

from hanport.grid import people
from hanport.grid.database.tables import (
    contract,
    contract_holder,
    customer,
    exemption,
    facility,
    installation,
    meter,
    power,
)
from hanport.grid.database.work import Work
from hanport.grid.register.importing_files import key_of
from hanport.grid.register.kinds import (
    ContractRecord,
    ExemptionRecord,
    MeterRecord,
    PowerRecord,
    Record,
    RecordKind,
)

# What of a file may be whole: kinds that have an end.
KINDS = (RecordKind.CONTRACT, RecordKind.METER, RecordKind.EXEMPTION, RecordKind.POWER)


def endings(work: Work, kind: RecordKind, records: Collection[Record]) -> tuple[list[Record], int]:
    """Records that end what runs now or later and is not among the records; and how many run."""
    given = {key_of(record) for record in records}
    running = list(work.connection.execute(_RUNNING[kind](work.at)))
    absent = [row for row in running if row.key not in given]
    made = [_MAKE[kind](work, row) for row in absent]
    return [record for record in made if record is not None], len(running)


def _contracts(at: datetime) -> Select[Any]:
    """With one of the holders who stand: a contract is never without."""
    standing = contract_holder.alias("standing")
    first = select(func.min(standing.c.id)).where(standing.c.contract_id == contract.c.id, standing.c.ends_at.is_(None))
    return (
        select(contract.c.key, contract.c.begins_at, facility.c.gsrn, customer.c.key.label("customer"))
        .join(facility, facility.c.id == contract.c.facility_id)
        .join(contract_holder, contract_holder.c.id == first.scalar_subquery())
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(_runs(contract, at))
    )


def _meters(at: datetime) -> Select[Any]:
    return (
        select(meter.c.serial.label("key"), installation.c.begins_at, facility.c.gsrn)
        .join(meter, meter.c.id == installation.c.meter_id)
        .join(facility, facility.c.id == installation.c.facility_id)
        .where(_runs(installation, at))
    )


def _exemptions(at: datetime) -> Select[Any]:
    return (
        select(exemption.c.key, exemption.c.begins_at, facility.c.gsrn)
        .join(facility, facility.c.id == exemption.c.facility_id)
        .where(_runs(exemption, at))
    )


def _powers(at: datetime) -> Select[Any]:
    return (
        select(power.c.key, power.c.begins_at, power.c.agent_id, customer.c.key.label("grantor"))
        .join(customer, customer.c.id == power.c.grantor_id)
        .where(_runs(power, at))
    )


def _runs(table: Table, at: datetime) -> ColumnElement[bool]:
    """Those that never were, since they end when they begin, are left out."""
    return or_(table.c.ends_at.is_(None), (table.c.ends_at > at) & (table.c.ends_at > table.c.begins_at))


def _end_contract(work: Work, row: Row[Any]) -> Record:
    return ContractRecord(
        key=row.key, facility=row.gsrn, customer=row.customer, begins_at=row.begins_at, ends_at=_end(work, row)
    )


def _end_meter(work: Work, row: Row[Any]) -> Record:
    return MeterRecord(serial=row.key, facility=row.gsrn, begins_at=row.begins_at, ends_at=_end(work, row))


def _end_exemption(work: Work, row: Row[Any]) -> Record:
    return ExemptionRecord(key=row.key, facility=row.gsrn, begins_at=row.begins_at, ends_at=_end(work, row))


def _end_power(work: Work, row: Row[Any]) -> Record | None:
    """A person who was erased acts no more."""
    number = people.number_of(work.connection, work.keyring, row.agent_id)
    if number is None:
        return None
    return PowerRecord(key=row.key, grantor=row.grantor, agent=number, begins_at=row.begins_at, ends_at=_end(work, row))


def _end(work: Work, row: Row[Any]) -> datetime:
    begins: datetime = row.begins_at
    return max(work.at, begins)


_RUNNING: Mapping[RecordKind, Callable[[datetime], Select[Any]]] = {
    RecordKind.CONTRACT: _contracts,
    RecordKind.METER: _meters,
    RecordKind.EXEMPTION: _exemptions,
    RecordKind.POWER: _powers,
}
_MAKE: Mapping[RecordKind, Callable[[Work, Row[Any]], Record | None]] = {
    RecordKind.CONTRACT: _end_contract,
    RecordKind.METER: _end_meter,
    RecordKind.EXEMPTION: _end_exemption,
    RecordKind.POWER: _end_power,
}
