"""Applies records of meters: what they are, and where they are installed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET
from sqlalchemy import Row

from hanport.grid.database.tables import facility, meter, port
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.installations import Stay, Stays
from hanport.grid.register.kinds import MeterRecord
from hanport.grid.register.places import NO_FACILITY
from hanport.grid.register.tally import Tally
from hanport.grid.register.touching import touch_meters

_ATTRIBUTES = ("maker", "model", "firmware")
# What decides which head-end has the meter, and whether its port can be opened.
_DECIDING = frozenset({"maker", "model"})
_FIRST = datetime.min.replace(tzinfo=UTC)


def apply_meters(work: Work, batch: Sequence[tuple[int, MeterRecord]], tally: Tally) -> list[Stay]:
    """Add and change meters, each new one with its port, and their installations; gives those that differ. A meter may
    have several records, one for each installation.
    """
    serials = list(dict.fromkeys(record.serial for _, record in batch))
    stored = rows.by_key(work.connection, meter.c.serial, serials)
    ids = {serial: stored[serial].id if serial in stored else -place for place, serial in enumerate(serials, 1)}
    places = rows.ids_of(work.connection, facility.c.gsrn, (r.facility for _, r in batch if r.facility))
    stays = Stays(work.connection, (row.id for row in stored.values()), places.values())
    told: dict[str, dict[str, object]] = {}
    taken: list[tuple[str, Stay | None]] = []
    for index, record in sorted(batch, key=_by_begin):
        result = _take(record, told.get(record.serial, {}), ids, places, stays)
        if isinstance(result, tuple):
            tally.refuse(index, *result)
            continue
        told.setdefault(record.serial, {}).update(_attributes(record))
        taken.append((record.serial, result))
    changed, new = _write_meters(work, told, stored)
    for serial, meter_id in new.items():
        stays.rename(ids[serial], meter_id)
    differing = stays.write(work)
    tally.facility_ids |= {stay.facility_id for stay in differing}
    for serial, stay in taken:
        has_moved = stay is not None and bool(stay.differing)
        tally.count(is_new=serial not in stored, has_changed=serial in changed or has_moved)
    return differing


def _take(
    record: MeterRecord, told: dict[str, object], ids: dict[str, int], places: dict[str, int], stays: Stays
) -> Stay | tuple[str, str, str] | None:
    """The installation that the record tells, if any; or the column, the problem and the remedy."""
    for name, value in _attributes(record).items():
        if told.get(name, value) != value:
            return name, "Another row says otherwise of the same meter.", "Let its rows agree."
    if not record.facility or record.begins_at is None:
        return None
    if record.facility not in places:
        return ("facility", *NO_FACILITY)
    return stays.tell(ids[record.serial], places[record.facility], record.begins_at, record.ends_at)


def _attributes(record: MeterRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in _ATTRIBUTES if getattr(record, name) is not UNSET}


def _write_meters(
    work: Work, told: dict[str, dict[str, object]], stored: dict[str, Row[Any]]
) -> tuple[set[str], dict[str, int]]:
    """Store and note the meters; gives the serial numbers of known ones that have changed, and the ids of new ones."""
    new = [{"serial": serial} | attributes for serial, attributes in told.items() if serial not in stored]
    changed = {serial: rows.differing(stored[serial], told[serial]) for serial in told if serial in stored}
    changed = {serial: differs for serial, differs in changed.items() if differs}
    for row in new:
        work.note("meter.added", meter=row["serial"])
    for serial, differs in changed.items():
        work.note("meter.changed", meter=serial, fields=sorted(differs))
    rows.add(work.connection, meter, new)
    rows.change(work.connection, meter, {stored[serial].id: differs for serial, differs in changed.items()})
    ids = rows.ids_of(work.connection, meter.c.serial, (row["serial"] for row in new))
    rows.add(work.connection, port, [{"meter_id": each, "review_at": work.at} for each in ids.values()])
    touch_meters(work, [stored[serial].id for serial, differs in changed.items() if _DECIDING & differs.keys()])
    return set(changed), ids


def _by_begin(told: tuple[int, MeterRecord]) -> tuple[datetime, int]:
    return told[1].begins_at or _FIRST, told[0]
