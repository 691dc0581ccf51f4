"""Which meter an order is about, and what it can do."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from hanport.grid.database.tables import installation, meter, meter_model, port
from hanport.grid.database.work import Work
from hanport.grid.ordering.wish import OrderError


@dataclass(frozen=True, slots=True)
class InstalledMeter:
    """A meter at a facility. A model that the company has said nothing of is taken to be able to restart."""

    id: int
    serial: str
    maker: str
    model: str
    can_restart: bool


def meter_of(work: Work, facility_id: int, serial: str) -> InstalledMeter:
    """The meter with that serial number at the facility, or the only one there. Raises OrderError."""
    there = _installed(work, facility_id)
    if serial:
        there = [each for each in there if each.serial == serial]
        if not there:
            raise OrderError(f"Meter {serial} is not installed at the facility.", "Compare the number on the meter.")
    if not there:
        raise OrderError("No meter is installed at the facility.", "Wait until one is.")
    if len(there) > 1:
        raise OrderError("The facility has several meters.", "Say which, by its serial number.")
    return there[0]


def meter_by_id(connection: Connection, meter_id: int) -> InstalledMeter:
    """A meter that an order names."""
    row = connection.execute(_METERS.where(meter.c.id == meter_id)).one()
    return InstalledMeter(row.id, row.serial, row.maker, row.model, row.can_restart is not False)


def ports_of(work: Work, facility_id: int) -> list[int]:
    """The meters at the facility now, and former ones whose ports may be open still."""
    chosen = (
        select(port.c.meter_id, port.c.may_be_open, installation.c.begins_at, installation.c.ends_at)
        .join(installation, installation.c.meter_id == port.c.meter_id)
        .where(installation.c.facility_id == facility_id)
    )
    return sorted(
        {
            row.meter_id
            for row in work.connection.execute(chosen)
            if row.may_be_open or (row.begins_at <= work.at and (row.ends_at is None or work.at < row.ends_at))
        }
    )


def _installed(work: Work, facility_id: int) -> list[InstalledMeter]:
    chosen = (
        _METERS.join(installation, installation.c.meter_id == meter.c.id)
        .where(installation.c.facility_id == facility_id, installation.c.begins_at <= work.at)
        .where((installation.c.ends_at.is_(None)) | (installation.c.ends_at > work.at))
        .order_by(meter.c.id)
        .distinct()
    )
    return [
        InstalledMeter(row.id, row.serial, row.maker, row.model, row.can_restart is not False)
        for row in work.connection.execute(chosen)
    ]


_METERS = select(meter.c.id, meter.c.serial, meter.c.maker, meter.c.model, meter_model.c.can_restart).outerjoin(
    meter_model, and_(meter_model.c.maker == meter.c.maker, meter_model.c.model == meter.c.model)
)
