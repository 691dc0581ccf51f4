"""One meter in the place of another, as an event says it; and back, where that was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET
from sqlalchemy import select

from hanport.grid.database.tables import facility, installation, meter
from hanport.grid.database.work import Work
from hanport.grid.register import rows
from hanport.grid.register.holding import hold
from hanport.grid.register.installations import Stay, Stays
from hanport.grid.register.kinds import MeterRecord
from hanport.grid.register.meters import apply_meters
from hanport.grid.register.places import NO_FACILITY
from hanport.grid.register.tally import Tally


@dataclass(frozen=True, slots=True)
class Exchange:
    """At which facility, when, and the serial numbers of both; the new meter's maker and model where they are told."""

    facility: str
    at: datetime
    old: str
    new: str
    maker: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The facilities whose meters have changed, and what `restore` needs: JSON."""

    facility_ids: frozenset[int]
    undo: list[dict[str, Any]]


def exchange(work: Work, told: Exchange) -> Exchanged | tuple[str, str]:
    """Let the new meter take the old one's place; or the problem and the remedy."""
    record = MeterRecord(
        serial=told.new,
        maker=told.maker or UNSET,
        model=told.model or UNSET,
        facility=told.facility,
        begins_at=told.at,
    )
    hold(work, [record, MeterRecord(serial=told.old, facility=told.facility)])
    places = rows.ids_of(work.connection, facility.c.gsrn, [told.facility])
    if told.facility not in places:
        return NO_FACILITY
    if told.new == told.old or not _is_there(work, told, places[told.facility]):
        return "The old meter is not installed there then.", "Compare both serial numbers and the day."
    tally = Tally()
    differing = apply_meters(work, [(0, record)], tally)
    if tally.refused:
        return tally.refused[0].problem, tally.refused[0].remedy
    undo = [said for stay in differing if (said := _undo(stay)) is not None]
    return Exchanged(frozenset(tally.facility_ids), undo)


def restore(work: Work, undo: Sequence[dict[str, Any]]) -> frozenset[int]:
    """Put the meters back where they were, as far as nothing newer was told since; gives the facilities that differ."""
    meters = {each["meter_id"] for each in undo}
    chosen = select(installation.c.facility_id).distinct()
    places = {row.facility_id for row in rows.found(work.connection, chosen, installation.c.meter_id, meters)}
    work.lock_facilities(places | {each["facility_id"] for each in undo})
    stays = Stays(work.connection, meters, {each["facility_id"] for each in undo})
    for each in undo:
        after = [_read(text) for text in each["after"]]
        for stay in stays.of(each["meter_id"], each["facility_id"]):
            if [stay.begins_at, stay.told] != after:
                continue
            if each["before"] is None:
                stays.remove(stay)
            else:
                begins_at, told = (_read(text) for text in each["before"])
                stays.retell(stay, begins_at or stay.begins_at, told)
    return frozenset(stay.facility_id for stay in stays.write(work))


def _is_there(work: Work, told: Exchange, facility_id: int) -> bool:
    """Whether the old meter is installed there just before the exchange."""
    chosen = (
        select(installation.c.id)
        .join(meter, meter.c.id == installation.c.meter_id)
        .where(meter.c.serial == told.old, installation.c.facility_id == facility_id)
        .where(installation.c.begins_at < told.at)
        .where(installation.c.ends_at.is_(None) | (installation.c.ends_at >= told.at))
    )
    return work.connection.execute(chosen).first() is not None


def _undo(stay: Stay) -> dict[str, Any] | None:
    """How an installation was told before and after; None where only its neighbour ends it otherwise."""
    before = None if stay.row is None else (stay.row.begins_at, None if stay.row.is_cut else stay.row.ends_at)
    after = (stay.begins_at, None if stay.is_cut else stay.ends_at)
    if before == after:
        return None
    return {
        "meter_id": stay.meter_id,
        "facility_id": stay.facility_id,
        "before": None if before is None else [_written(each) for each in before],
        "after": [_written(each) for each in after],
    }


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
