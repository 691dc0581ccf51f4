"""Finds the few meters of a million that there may be something to do for. It never decides: `decide` does.

Whoever is left out is quiet: read as closed, with nothing under way, and nobody has asked to open it. A property test
holds that `decide` has nothing to do for any of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, not_, or_, select

from hanport.grid.database.tables import command, installation, order, port
from hanport.grid.orders import STANDING, Kind
from hanport.grid.reconcile.decision import Expected, Goal, Pace
from hanport.grid.reconcile.view import LIVE, ON_THEIR_WAY

_ASKS = sorted(state.value for state in STANDING)


def due(connection: Connection, at: datetime, limit: int) -> list[int]:
    """Meters whose time to be looked at has come, the longest waiting first."""
    chosen = select(port.c.meter_id).where(port.c.review_at <= at).order_by(port.c.review_at).limit(limit)
    return list(connection.execute(chosen).scalars())


@dataclass(frozen=True, slots=True)
class Span:
    """The next meters by id: how many they are, the last of them, and those that are not quiet."""

    count: int
    last: int
    candidates: list[int]


def sweep_candidates(connection: Connection, at: datetime, pace: Pace, *, after: int, size: int) -> Span | None:
    """The next `size` meters after that id; None: there are no more."""
    ids = select(port.c.meter_id).where(port.c.meter_id > after).order_by(port.c.meter_id).limit(size).subquery()
    count, last = connection.execute(select(func.count(), func.max(ids.c.meter_id)).select_from(ids)).one()
    if last is None:
        return None
    within = and_(port.c.meter_id > after, port.c.meter_id <= last)
    # Said once more of the installations: or PostgreSQL goes through all there are, for each span anew.
    places = and_(installation.c.meter_id > after, installation.c.meter_id <= last)
    chosen = select(port.c.meter_id).where(within, not_(_is_quiet(at, pace, places))).order_by(port.c.meter_id)
    return Span(count, last, list(connection.execute(chosen).scalars()))


def _is_quiet(at: datetime, pace: Pace, places: ColumnElement[bool]) -> ColumnElement[bool]:
    """Read as closed not long ago, nothing tried, nothing under way, nobody has asked, and it will be looked at."""
    live = exists().where(command.c.meter_id == port.c.meter_id, command.c.state.in_(LIVE))
    asked = and_(
        order.c.kind == Kind.OPEN.value,
        order.c.state.in_(_ASKS),
        or_(order.c.withdrawn_at.is_(None), order.c.withdrawn_at > at),
    )
    has_orders = exists().where(
        places,
        installation.c.meter_id == port.c.meter_id,
        order.c.facility_id == installation.c.facility_id,
        or_(asked, order.c.state.in_(ON_THEIR_WAY)),
    )
    return and_(
        port.c.reported == "closed",
        port.c.may_be_open == false(),
        port.c.expected == Expected.NOTHING.value,
        port.c.goal == Goal.NONE.value,
        port.c.doubt_until.is_(None),
        port.c.closing_due_at.is_(None),
        port.c.reported_at > at - pace.verify_closed,
        port.c.review_at.is_not(None),
        port.c.review_at <= at + pace.verify_closed,
        not_(live),
        not_(has_orders),
    )
