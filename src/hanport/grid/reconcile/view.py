"""Reads what is known of ports, with the facts and orders that decide on them: many meters at once, few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, installation, meter, meter_model, order, port
from hanport.grid.headend.contract import CommandKind, PortState
from hanport.grid.orders import ENDED, Kind, State
from hanport.grid.reconcile.decision import Expected, Goal, Live, Pace, PortView
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, Installation, Period, Right, Why, boundaries, right

BATCH = 2000
LIVE = ("queued", "sending", "sent")
UNFINISHED = tuple(sorted(state.value for state in State if state not in ENDED))
# Orders before their right was checked are nobody's but the customer's yet.
ON_THEIR_WAY = tuple(each for each in UNFINISHED if each not in (State.DRAFT, State.AWAITING_SIGNATURE, State.SIGNED))


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order whose right was checked, and that has not ended."""

    id: str
    kind: Kind
    state: State
    meter_id: int | None
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """A meter: its port's row, what is known of the port, and what the law says. `facility_id`: where the meter is now,
    or was last.
    """

    row: Row[Any]
    view: PortView
    right: Right
    facility_id: int | None
    facts: Facts | None
    orders: tuple[OpenOrder, ...]

    def orders_of(self, kind: Kind) -> list[OpenOrder]:
        """The orders of that kind that are on their way, the oldest first; to restart: this meter's."""
        others = kind is Kind.RESTART
        mine = (None, self.row.meter_id)
        return [each for each in self.orders if each.kind is kind and (not others or each.meter_id in mine)]


# Where meters are, were and will be: (facility, installation), by the meter.
Places = Mapping[int, Sequence[tuple[int, Installation]]]


@dataclass(frozen=True, slots=True)
class Read:
    """What the caller holds, and has read already: facts by their facility, and where meters are."""

    facts: Mapping[int, Facts] = field(default_factory=dict)
    places: Places = field(default_factory=dict)


_NOTHING = Read()


def load(
    connection: Connection, config: GridConfig, meter_ids: Collection[int], at: datetime, read: Read = _NOTHING
) -> dict[int, Known]:
    """What is known of meters, by their id; those without a port are left out."""
    found: dict[int, Known] = {}
    wanted = sorted(set(meter_ids))
    for begin in range(0, len(wanted), BATCH):
        found |= _batch(connection, config, wanted[begin : begin + BATCH], at, read)
    return found


def installations_of(connection: Connection, meter_ids: Iterable[int]) -> Places:
    """Where meters are, were and will be."""
    found: dict[int, list[tuple[int, Installation]]] = defaultdict(list)
    wanted = sorted(set(meter_ids))
    for begin in range(0, len(wanted), BATCH):
        for row in connection.execute(_INSTALLATIONS, {"ids": wanted[begin : begin + BATCH]}):
            period = Period(row.begins_at, row.ends_at)
            found[row.meter_id].append((row.facility_id, Installation(row.meter_id, period)))
    return found


def right_of(
    places: Sequence[tuple[int, Installation]], facts: Mapping[int, Facts], meter_id: int, at: datetime
) -> Right:
    """Whether the meter's port may be open, wherever it is: of two places at once, the newer one counts."""
    until = min((place.period.begins for _, place in places if place.period.begins > at), default=None)
    here = [(place.period.begins, facility_id) for facility_id, place in places if place.period.holds(at)]
    if not here:
        return Right(False, Why.NOT_INSTALLED, None, until)
    found = right(facts[max(here)[1]], meter_id, at)
    if until is None or (found.until is not None and found.until <= until):
        return found
    return Right(found.is_open, found.why, found.request, until)


def ended_at(facts: Facts | None, meter_id: int, at: datetime) -> datetime:
    """When the right to an open port ended: the law's clock runs from there. `at` where it never was."""
    if facts is None:
        return at
    for instant in sorted({each for each in boundaries(facts) if each <= at}, reverse=True):
        if right(facts, meter_id, instant).is_open:
            return at
        if right(facts, meter_id, instant - timedelta(microseconds=1)).is_open:
            return instant
    return at


def place_of(places: Sequence[tuple[int, Installation]], at: datetime) -> int | None:
    """The facility where the meter is, or was last; None: nowhere yet."""
    begun = [(place.period.holds(at), place.period.begins, facility) for facility, place in places]
    return max((each for each in begun if each[1] <= at), default=(False, at, None))[2]


def pace_of(config: GridConfig) -> Pace:
    """The pace that the configuration sets."""
    work = config.work
    return Pace(
        retry=timedelta(seconds=work.retry_s),
        retry_longest=timedelta(seconds=max(work.retry_s, work.retry_longest_s)),
        answer_within=timedelta(seconds=work.answer_within_s),
        verify_open=timedelta(hours=work.verify_open_hours),
        verify_closed=timedelta(days=work.verify_closed_days),
    )


# Made once: to build such a statement takes longer than to run it.
_PORTS = (
    select(
        port,
        meter.c.serial,
        meter.c.maker,
        meter_model.c.can_open,
        meter_model.c.can_restart,
        command.c.id.label("live_id"),
        command.c.kind.label("live_kind"),
        command.c.state.label("live_state"),
        command.c.head_end.label("live_head_end"),
        command.c.attempts.label("live_attempts"),
    )
    .join(meter, meter.c.id == port.c.meter_id)
    .outerjoin(meter_model, and_(meter_model.c.maker == meter.c.maker, meter_model.c.model == meter.c.model))
    .outerjoin(command, and_(command.c.meter_id == port.c.meter_id, command.c.state.in_(LIVE)))
    .where(port.c.meter_id.in_(bindparam("ids", expanding=True)))
)
_INSTALLATIONS = select(installation).where(installation.c.meter_id.in_(bindparam("ids", expanding=True)))
_ORDERS = (
    select(order.c.id, order.c.kind, order.c.state, order.c.facility_id, order.c.meter_id, order.c.deadline_at)
    .where(order.c.facility_id.in_(bindparam("ids", expanding=True)), order.c.state.in_(ON_THEIR_WAY))
    .order_by(order.c.signed_at, order.c.id)
)


def _batch(
    connection: Connection, config: GridConfig, ids: Sequence[int], at: datetime, read: Read
) -> dict[int, Known]:
    unread = [meter_id for meter_id in ids if meter_id not in read.places]
    places = {**dict.fromkeys(unread, ()), **read.places, **installations_of(connection, unread)}
    where = {meter_id: place_of(places[meter_id], at) for meter_id in ids}
    facilities = {each for each in where.values() if each is not None}
    facts = {**facts_of(connection, facilities - read.facts.keys()), **read.facts}
    orders = _orders(connection, facilities)
    lists = frozenset(each.name for each in config.head_end if each.kind == "work_list")
    found = {}
    for row in connection.execute(_PORTS, {"ids": ids}):
        facility_id = where[row.meter_id]
        mine = orders.get(facility_id, ()) if facility_id is not None else ()
        found[row.meter_id] = Known(
            row=row,
            view=_view(row, mine, lists),
            right=right_of(places[row.meter_id], facts, row.meter_id, at),
            facility_id=facility_id,
            facts=facts.get(facility_id) if facility_id is not None else None,
            orders=mine,
        )
    return found


def _orders(connection: Connection, facility_ids: Collection[int]) -> dict[int, tuple[OpenOrder, ...]]:
    found: dict[int, list[OpenOrder]] = defaultdict(list)
    for row in connection.execute(_ORDERS, {"ids": sorted(facility_ids)}):
        found[row.facility_id].append(
            OpenOrder(row.id, Kind(row.kind), State(row.state), row.meter_id, row.deadline_at)
        )
    return {facility_id: tuple(orders) for facility_id, orders in found.items()}


def _view(row: Row[Any], orders: Sequence[OpenOrder], lists: frozenset[str]) -> PortView:
    restarts = [each.state for each in orders if each.kind is Kind.RESTART and each.meter_id in (None, row.meter_id)]
    return PortView(
        reported=PortState(row.reported),
        reported_at=row.reported_at,
        may_be_open=row.may_be_open,
        expected=Expected(row.expected),
        changed_at=row.changed_at,
        doubt_until=row.doubt_until,
        goal=Goal(row.goal),
        retry_at=row.retry_at,
        is_held=row.held_by is not None,
        can_open=row.can_open is not False,
        can_restart=row.can_restart is not False,
        restart=next((state for state in restarts if state is not State.NEEDS_VISIT), None),
        live=_live(row, lists),
    )


def _live(row: Row[Any], lists: frozenset[str]) -> Live | None:
    """A list for people is ours: what stands on it can be taken off, as long as nobody has answered."""
    if row.live_id is None:
        return None
    is_on_list = row.live_state == "sent" and row.live_head_end in lists
    return Live(row.live_id, CommandKind(row.live_kind), row.live_state == "queued" or is_on_list)
