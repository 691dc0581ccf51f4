"""How the holders of a facility's contract are told of an order, so that nobody needs to keep a page open for it."""

from datetime import datetime

from sqlalchemy import Connection

from hanport.grid.config import GridConfig
from hanport.grid.notices.recipients import holders_now
from hanport.grid.notices.ways import Way, ways_of


def told_by(connection: Connection, config: GridConfig, facility_id: int, at: datetime) -> tuple[Way, ...]:
    """The ways by which somebody of them is told; none where there is no way to any of them."""
    offered = ways_of(config)
    found = {way for each in holders_now(connection, facility_id, at) for way in each.ways(offered, may_write=True)}
    return tuple(way for way in Way if way in found)
