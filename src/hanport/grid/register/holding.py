"""What is held while the register is written: its turn, and the facilities whose facts may change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Select, func, select

from hanport.grid.database.tables import contract, customer, exemption, facility, installation, meter, power
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.customers import facilities_of
from hanport.grid.register.kinds import (
    ContractRecord,
    CustomerRecord,
    ExemptionRecord,
    FacilityRecord,
    MeterRecord,
    PowerRecord,
    Record,
)

_TURN = 7_435_001  # of all advisory locks, the register's


def take_turn(work: Work) -> None:
    """Wait until nobody else writes to the register; it is held until the commit, before anything else is locked."""
    if work.connection.dialect.name == "postgresql":
        work.connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def hold(work: Work, records: Sequence[Record]) -> list[int]:
    """Take the turn, and hold the facilities that records are about: those they name, and those of what is stored by
    their keys. Gives them.
    """
    take_turn(work)
    places, keys = _named(records)
    held = set(rows.ids_of(work.connection, facility.c.gsrn, places).values())
    held |= _stored(work, select(contract.c.facility_id), contract.c.key, keys[ContractRecord])
    held |= _stored(work, select(exemption.c.facility_id), exemption.c.key, keys[ExemptionRecord])
    moves = select(installation.c.facility_id).join(meter).distinct()
    held |= _stored(work, moves, meter.c.serial, keys[MeterRecord])
    customers = set(rows.ids_of(work.connection, customer.c.key, keys[CustomerRecord]).values())
    grantors = rows.found(work.connection, select(power.c.grantor_id), power.c.key, keys[PowerRecord])
    return work.lock_facilities(held | facilities_of(work, customers | {row.grantor_id for row in grantors}))


def _named(records: Sequence[Record]) -> tuple[set[str], dict[type[Record], list[str]]]:
    """The facilities that records name, and the records' own keys by their kind."""
    places: set[str] = set()
    keys: dict[type[Record], list[str]] = defaultdict(list)
    for record in records:
        match record:
            case FacilityRecord():
                places.add(record.gsrn)
            case ContractRecord() | ExemptionRecord():
                places.add(record.facility)
                keys[type(record)].append(record.key)
            case MeterRecord():
                places.add(record.facility)
                keys[MeterRecord].append(record.serial)
            case CustomerRecord():
                keys[CustomerRecord].append(record.key)
            case PowerRecord():
                keys[CustomerRecord].append(record.grantor)
                keys[PowerRecord].append(record.key)
    return places, keys


def _stored(work: Work, chosen: Select[Any], column: Column[Any], keys: Iterable[str]) -> set[int]:
    return {row.facility_id for row in rows.found(work.connection, chosen, column, keys)}
