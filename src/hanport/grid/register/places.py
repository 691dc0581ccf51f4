"""Applies records of facilities, exemptions, adapters and models."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Column, Table, select

from hanport.grid.database.tables import adapter, exemption, facility, meter, meter_model
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.kinds import AdapterRecord, ExemptionRecord, FacilityRecord, ModelRecord
from hanport.grid.register.tally import Tally
from hanport.grid.register.touching import touch_meters

NO_FACILITY = ("There is no such facility.", "Send the facility first.")

Told: TypeAlias = tuple[int, dict[str, object], dict[str, Any]]  # place, columns, what the log says of it


def apply_facilities(work: Work, batch: Sequence[tuple[int, FacilityRecord]], tally: Tally) -> None:
    """Add and change facilities."""
    told: list[Told] = [
        (
            index,
            {"gsrn": record.gsrn, "address": record.address, "grid_area": record.grid_area},
            {"facility": record.gsrn},
        )
        for index, record in batch
    ]
    upsert(work, facility.c.gsrn, told, tally)


def apply_exemptions(work: Work, batch: Sequence[tuple[int, ExemptionRecord]], tally: Tally) -> None:
    """Add and change exemptions; the facilities' ports are looked at again."""
    places = rows.ids_of(work.connection, facility.c.gsrn, (record.facility for _, record in batch))
    stored = rows.by_key(work.connection, exemption.c.key, (record.key for _, record in batch))
    told: list[Told] = []
    for index, record in batch:
        if record.facility not in places:
            tally.refuse(index, "facility", *NO_FACILITY)
            continue
        before = stored.get(record.key)
        columns = {"facility_id": places[record.facility], "begins_at": record.begins_at, "ends_at": record.ends_at}
        if before is None or rows.differing(before, columns):
            tally.facility_ids |= {places[record.facility]} | ({before.facility_id} if before else set())
        told.append((index, {"key": record.key} | columns, {"exemption": record.key, "facility": record.facility}))
    upsert(work, exemption.c.key, told, tally)


def apply_adapters(work: Work, batch: Sequence[tuple[int, AdapterRecord]], tally: Tally) -> None:
    """Add and change HAN adapters."""
    meters = rows.ids_of(work.connection, meter.c.serial, (record.meter for _, record in batch))
    told: list[Told] = []
    for index, record in batch:
        if record.meter not in meters:
            tally.refuse(index, "meter", "There is no such meter.", "Send the meter first.")
            continue
        columns = {"serial": record.serial, "meter_id": meters[record.meter], "fitted_on": record.fitted_on}
        told.append((index, columns, {"adapter": record.serial, "meter": record.meter}))
    upsert(work, adapter.c.serial, told, tally)


def apply_models(work: Work, batch: Sequence[tuple[int, ModelRecord]], tally: Tally) -> None:
    """Add and change what models can do; the ports of their meters are looked at again."""
    stored = {(row.maker, row.model): row for row in work.connection.execute(select(meter_model))}
    new: list[dict[str, object]] = []
    changed: dict[int, dict[str, object]] = {}
    for _, record in batch:
        names: dict[str, Any] = {"maker": record.maker, "model": record.model}
        can: dict[str, Any] = {"can_open": record.can_open, "can_restart": record.can_restart}
        before = stored.get((record.maker, record.model))
        differs: dict[str, Any] = {} if before is None else rows.differing(before, can)
        tally.count(is_new=before is None, has_changed=bool(differs))
        if before is None:
            new.append(names | can)
            work.note("model.added", **names, **can)
        elif differs:
            changed[before.id] = differs
            work.note("model.changed", **names, **differs)
        if before is None or differs:
            chosen = select(meter.c.id).where(meter.c.maker == record.maker, meter.c.model == record.model)
            touch_meters(work, work.connection.execute(chosen).scalars().all())
    rows.add(work.connection, meter_model, new)
    rows.change(work.connection, meter_model, changed)


def upsert(work: Work, key: Column[Any], told: Sequence[Told], tally: Tally) -> None:
    """Add rows and change those that differ, by a key; each is noted as `<table>.added` or `<table>.changed`."""
    table = key.table
    assert isinstance(table, Table)
    stored = rows.by_key(work.connection, key, (columns[key.name] for _, columns, _ in told))
    new: list[dict[str, object]] = []
    changed: dict[int, dict[str, object]] = {}
    for _, columns, noted in told:
        before = stored.get(columns[key.name])
        differs = {} if before is None else rows.differing(before, columns)
        tally.count(is_new=before is None, has_changed=bool(differs))
        if before is None:
            new.append(rows.given(columns))
            work.note(f"{table.name}.added", **noted)
        elif differs:
            changed[before.id] = differs
            work.note(f"{table.name}.changed", **noted, fields=told_names(differs))
    rows.add(work.connection, table, new)
    rows.change(work.connection, table, changed)


def told_names(columns: Iterable[str]) -> list[str]:
    """Columns as the company knows them."""
    return sorted({_TOLD.get(column, column.removesuffix("_id")) for column in columns})


_TOLD = {
    "begins_at": "from",
    "ends_at": "to",
    "is_cut": "to",
    "is_protected": "protected",
    "died_at": "died",
    "fitted_on": "fitted",
    "person_id": "number",
    "may_open": "opens",
}
