"""Says that the ports of facilities must be looked at again: something that their right stands on has changed."""

from collections.abc import Collection, Iterable

from sqlalchemy import or_, select, update

from hanport.grid.database.tables import installation, port
from hanport.grid.database.work import Work

_BATCH = 5000


def touch(work: Work, facility_ids: Iterable[int]) -> None:
    """Have the ports of all meters that are, were or will be at the facilities reviewed at once. The caller holds the
    facilities.
    """
    wanted = sorted(set(facility_ids))
    for begin in range(0, len(wanted), _BATCH):
        chosen = (
            select(port.c.meter_id)
            .join(installation, installation.c.meter_id == port.c.meter_id)
            .where(installation.c.facility_id.in_(wanted[begin : begin + _BATCH]))
            .where(or_(port.c.review_at.is_(None), port.c.review_at > work.at))
            .distinct()
        )
        touch_meters(work, work.connection.execute(chosen).scalars().all())


def touch_meters(work: Work, meter_ids: Collection[int]) -> None:
    """Have the ports of meters reviewed at once."""
    held = work.lock_ports(meter_ids)
    for begin in range(0, len(held), _BATCH):
        chosen = port.c.meter_id.in_(held[begin : begin + _BATCH])
        work.connection.execute(update(port).where(chosen).values(review_at=work.at))
