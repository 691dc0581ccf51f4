"""Orders as their people see them: whoever made one, whom it was made for, and who acts for the same contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select, union

from hanport.grid.customer import capacities
from hanport.grid.customer.capacities import Capacity
from hanport.grid.customer.ports import By
from hanport.grid.database.tables import contract_holder, customer, installation, order, port
from hanport.grid.ordering.status import OrderStatus, status
from hanport.grid.orders import ENDED, STANDING, Event, Kind, State, can
from hanport.grid.register.addresses import NOWHERE, Place, places_of

PAGE = 30
_UNSIGNED = frozenset({State.DRAFT, State.AWAITING_SIGNATURE})


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order with what its people may do about it. `acting` is in which capacity the person acts at its facility now,
    None where not any more. `by` is who made it. `on_behalf_of` is the customer that it was made for, "" for oneself.
    `retry_at`: when what has failed is tried again.
    """

    status: OrderStatus
    facility_id: int
    place: Place
    by: By
    on_behalf_of: str
    acting: Capacity | None
    retry_at: datetime | None

    @property
    def id(self) -> str:
        """The order's id."""
        return self.status.id

    @property
    def is_draft(self) -> bool:
        """Whether it waits for a signature."""
        return self.status.state in _UNSIGNED

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status.state in ENDED

    @property
    def is_signers(self) -> bool:
        """Whether the person has made it."""
        return self.by is By.SELF

    @property
    def stands(self) -> bool:
        """Whether it is a request that was fulfilled, or will be: its port may be open by it."""
        is_open = self.status.kind is Kind.OPEN and self.status.withdrawn_at is None
        return is_open and self.status.state in STANDING

    @property
    def can_cancel(self) -> bool:
        """Whether it can be taken back."""
        state = self.status.state
        return can(state, Event.CANCEL) and (self.is_draft or self.status.kind is not Kind.CLOSE)


def ordered(connection: Connection, person_id: int, order_id: str, at: datetime) -> Ordered | None:
    """An order; None where the person has nothing to do with it."""
    row = connection.execute(_ORDER, {"order_id": order_id}).one_or_none()
    if row is None:
        return None
    acts = capacities.capacities_of(connection, person_id, [row.facility_id], at)[row.facility_id]
    if not _is_seen(row, person_id, acts):
        return None
    found = status(connection, order_id)
    return Ordered(
        status=found,
        facility_id=row.facility_id,
        place=places_of(connection, [row.facility_id]).get(row.facility_id, NOWHERE),
        by=_by(row, person_id),
        on_behalf_of=row.behalf or "" if row.customer_person != person_id else "",
        acting=next((each for each in acts if each.has_begun(at)), None),
        retry_at=_retry_at(connection, row, at) if found.state is State.FAILED else None,
    )


@dataclass(frozen=True, slots=True)
class Brief:
    """An order as a row of a list."""

    id: str
    kind: Kind
    state: State
    why: str
    place: Place
    by: By
    created_at: datetime
    signed_at: datetime | None
    deadline_at: datetime | None
    ended_at: datetime | None

    @property
    def is_draft(self) -> bool:
        """Whether it waits for a signature."""
        return self.state in _UNSIGNED

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders, the newest first."""

    orders: tuple[Brief, ...]
    has_more: bool


def of_person(connection: Connection, person_id: int, page: int) -> Page:
    """The orders that a person has made, and those that were made for the person. Pages count from 1."""
    values = {"person_id": person_id, "before": (page - 1) * PAGE}
    rows = connection.execute(_OF_PERSON, values).all()
    return Page(_briefs(connection, rows[:PAGE], person_id), len(rows) > PAGE)


def of_ids(connection: Connection, person_id: int, order_ids: Sequence[str], at: datetime) -> tuple[Brief, ...]:
    """Those of the orders that the person has to do with, in that order."""
    rows = {row.id: row for row in connection.execute(_OF_IDS, {"ids": list(order_ids)})}
    acts = capacities.capacities_of(connection, person_id, {row.facility_id for row in rows.values()}, at)
    seen = [row for each in order_ids if (row := rows.get(each)) and _is_seen(row, person_id, acts[row.facility_id])]
    return _briefs(connection, seen, person_id)


def at_facility(
    connection: Connection, facility_id: int, contract_ids: Sequence[int], person_id: int
) -> tuple[Brief, ...]:
    """The last orders at a facility that were made for these contracts, or by the person."""
    values = {"facility_id": facility_id, "contracts": list(contract_ids), "person_id": person_id}
    return _briefs(connection, connection.execute(_AT_FACILITY, values).all(), person_id)


def reasons(connection: Connection, order_ids: Sequence[str]) -> tuple[str, ...]:
    """What was written down when the orders were made, as by an installer: who asks, and what for."""
    found = connection.execute(_REASONS, {"ids": list(order_ids)}).scalars()
    return tuple(dict.fromkeys(each for each in found if each))


def by_others(connection: Connection, person_id: int, at: datetime) -> tuple[Brief, ...]:
    """The last orders that others have made for the contracts of those facilities where the person acts."""
    rows = connection.execute(_BY_OTHERS, {"person_id": person_id, "at": at}).all()
    return _briefs(connection, rows, person_id)


def running(connection: Connection, meter_id: int, kind: Kind) -> str:
    """The order of that kind for a meter that is under way, "" where there is none."""
    found = connection.execute(_RUNNING, {"meter_id": meter_id, "kind": kind.value}).scalar()
    return found or ""


def _briefs(connection: Connection, rows: Sequence[Row[Any]], person_id: int) -> tuple[Brief, ...]:
    places = places_of(connection, {row.facility_id for row in rows})
    return tuple(
        Brief(
            id=row.id,
            kind=Kind(row.kind),
            state=State(row.state),
            why=row.why,
            place=places.get(row.facility_id, NOWHERE),
            by=_by(row, person_id),
            created_at=row.created_at,
            signed_at=row.signed_at,
            deadline_at=row.deadline_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )


def _is_seen(row: Row[Any], person_id: int, acts: Sequence[Capacity]) -> bool:
    if person_id in (row.person_id, row.customer_person):
        return True
    if row.signed_at is None:
        return any(acts)  # a draft: whoever may act there may sign it
    return row.contract_id is not None and any(each.contract_id == row.contract_id for each in acts)


def _by(row: Row[Any], person_id: int) -> By:
    if row.person_id is None:
        return By.STAFF
    if row.person_id == person_id:
        return By.SELF
    return By.HOLDER if row.is_holder else By.AGENT


def _retry_at(connection: Connection, row: Row[Any], at: datetime) -> datetime | None:
    """When the meter that the order is about is tried again."""
    meters = select(port.c.retry_at)
    if row.meter_id is not None:
        meters = meters.where(port.c.meter_id == row.meter_id)
    else:
        here = installation.c
        meters = meters.join(installation, here.meter_id == port.c.meter_id).where(
            here.facility_id == row.facility_id, here.begins_at <= at, or_(here.ends_at.is_(None), here.ends_at > at)
        )
    times = [each for each in connection.execute(meters).scalars() if each is not None]
    return min(times, default=None)


_HOLDS = (
    select(func.count())
    .join(contract_holder, contract_holder.c.customer_id == customer.c.id)
    .where(contract_holder.c.contract_id == order.c.contract_id, customer.c.person_id == order.c.person_id)
    .select_from(customer)
    .correlate(order)
    .scalar_subquery()
)
_FOR = customer.alias("for_whom")
_ORDER: Select[Any] = (
    select(order.c.id, order.c.facility_id, order.c.contract_id, order.c.meter_id, order.c.person_id, order.c.signed_at)
    .add_columns(_FOR.c.person_id.label("customer_person"), _FOR.c.name.label("behalf"), _HOLDS.label("is_holder"))
    .outerjoin(_FOR, _FOR.c.id == order.c.customer_id)
    .where(order.c.id == bindparam("order_id"))
)
_BRIEF = (
    "id",
    "kind",
    "state",
    "why",
    "facility_id",
    "person_id",
    "created_at",
    "signed_at",
    "deadline_at",
    "ended_at",
)
_BRIEFS: Select[Any] = select(*(order.c[name] for name in _BRIEF), _HOLDS.label("is_holder"))
_REASONS = select(order.c.reason).where(order.c.id.in_(bindparam("ids", expanding=True))).order_by(order.c.id)
_BY_OTHERS = (
    _BRIEFS.where(order.c.contract_id.in_(select(capacities.CONTRACTS.c.id)), order.c.signed_at.is_not(None))
    .where(or_(order.c.person_id.is_(None), order.c.person_id != bindparam("person_id")))
    .order_by(order.c.signed_at.desc(), order.c.id)
    .limit(10)
)
_RUNNING = (
    select(order.c.id)
    .where(order.c.meter_id == bindparam("meter_id"), order.c.kind == bindparam("kind"))
    .where(order.c.signed_at.is_not(None), order.c.state.not_in(sorted(state.value for state in ENDED)))
    .limit(1)
)
_OF_IDS: Select[Any] = (
    _BRIEFS.add_columns(order.c.contract_id, _FOR.c.person_id.label("customer_person"))
    .outerjoin(_FOR, _FOR.c.id == order.c.customer_id)
    .where(order.c.id.in_(bindparam("ids", expanding=True)))
)
# Two ways to an order, each by its index: together as one condition they would read the whole table.
_THEIRS = union(
    select(order.c.id).where(order.c.person_id == bindparam("person_id")),
    select(order.c.id).join(_FOR, _FOR.c.id == order.c.customer_id).where(_FOR.c.person_id == bindparam("person_id")),
).subquery()
_OF_PERSON = (
    _BRIEFS.where(order.c.id.in_(select(_THEIRS.c.id)))
    .order_by(order.c.created_at.desc(), order.c.id)
    .limit(PAGE + 1)
    .offset(bindparam("before"))
)
_AT_FACILITY = (
    _BRIEFS.where(order.c.facility_id == bindparam("facility_id"), order.c.signed_at.is_not(None))
    .where(
        or_(
            order.c.contract_id.in_(bindparam("contracts", expanding=True)),
            order.c.person_id == bindparam("person_id"),
        )
    )
    .order_by(order.c.signed_at.desc(), order.c.id)
    .limit(10)
)
