"""For which facilities somebody may act, and in which capacity: with a contract of one's own, or under a power.

What the register knows decides, at the instant that is asked about. Whoever has none of it at a facility is a stranger
there, and learns nothing of it, not even that it exists.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)

from hanport.grid.database.tables import (
    contract,
    contract_holder,
    customer,
    facility,
    installation,
    meter,
    power,
    user_change,
)
from hanport.grid.database.types import Instant
from hanport.grid.free_text import one_line

PAGE = 25
MOST = 100  # on one page, and in one order
_OWN = "own"


class Role(StrEnum):
    """How somebody may act. All but the first two are what a power rests on."""

    HOLDER = "holder"
    JOINT = "joint"
    POWER = "power"
    SIGNATORY = "signatory"
    ESTATE = "estate"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Capacity:
    """One way to act for one facility. `customer_name` is who is acted for, "" for oneself; `customer_key` is for
    `Wish.on_behalf_of`, "" for oneself. `ends_at` is the first end of the contract, the holding and the power.
    Not `may_open`: the power is good for looking and closing alone.
    """

    role: Role
    facility_id: int
    contract_id: int
    customer_key: str
    customer_name: str
    begins_at: datetime
    ends_at: datetime | None
    may_open: bool

    def has_begun(self, at: datetime) -> bool:
        """Whether it holds already; a contract may begin in the future."""
        return self.begins_at <= at


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facilities to list. `search` is a part of address or facility ID, or how a meter number begins. `page`
    counts from 1.
    """

    search: str = ""
    page: int = 1
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Found:
    """A page of facilities. `total` counts all that were found."""

    facility_ids: tuple[int, ...]
    total: int
    wanted: Wanted

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.wanted.size))


def find(connection: Connection, person_id: int, at: datetime, wanted: Wanted) -> Found:
    """The facilities that a person may see, by their address."""
    chosen, values = _LISTED, {"person_id": person_id, "at": at, "most": wanted.size + 1}
    words = one_line(wanted.search)
    if words:
        chosen = chosen.where(_matches(words))
    before = (wanted.page - 1) * wanted.size
    rows = connection.execute(chosen, values | {"before": before}).all()
    total = before + len(rows)
    if len(rows) > wanted.size or (before and not rows):
        whole = chosen.order_by(None).limit(None).offset(None).subquery()
        counted = select(func.count()).select_from(whole)
        total = connection.execute(counted, values).scalar_one()
    return Found(tuple(row.id for row in rows[: wanted.size]), total, wanted)


def seen_ids(connection: Connection, person_id: int, gsrns: Collection[str], at: datetime) -> dict[str, int]:
    """Those of the facilities that the person may see, by their GSRN."""
    values = {"person_id": person_id, "at": at, "gsrns": list(gsrns)}
    return {row.gsrn: row.id for row in connection.execute(_SEEN, values)}


def capacities_of(
    connection: Connection, person_id: int, facility_ids: Collection[int], at: datetime
) -> dict[int, tuple[Capacity, ...]]:
    """In which capacities a person may act for facilities: own contracts first, those that have begun before others."""
    found: dict[int, list[Capacity]] = {each: [] for each in facility_ids}
    values = {"person_id": person_id, "at": at, "ids": list(facility_ids)}
    for row in connection.execute(_CAPACITIES, values):
        found[row.facility_id].append(_capacity(row))
    return {each: tuple(sorted(some, key=lambda one: _order(one, at))) for each, some in found.items()}


def _matches(words: str) -> ColumnElement[bool]:
    digits = words.replace(" ", "")
    # SQLite knows capitals of ASCII alone.
    forms = {words, words.lower(), words.upper(), words.title()}
    there = (
        select(installation.c.facility_id)
        .join(meter, meter.c.id == installation.c.meter_id)
        .where(meter.c.serial.startswith(digits, autoescape=True))
        .where(installation.c.begins_at <= bindparam("at"), _runs(installation.c.ends_at))
    )
    return or_(
        *(facility.c.address.icontains(form, autoescape=True) for form in forms),
        facility.c.gsrn.contains(digits, autoescape=True),
        facility.c.id.in_(there),
    )


def _runs(ends_at: Any) -> ColumnElement[bool]:
    return or_(ends_at.is_(None), ends_at > bindparam("at"))


def _holding(*columns: Any) -> Select[Any]:
    """Contracts that have not ended, with their holders who live."""
    chosen: Select[Any] = select(*columns)
    return (
        chosen.join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(_runs(contract.c.ends_at), _runs(contract_holder.c.ends_at), _runs(customer.c.died_at))
    )


def _is_followed() -> ColumnElement[bool]:
    """The market has said that another user moves in, and there is a contract of one who has: the older one has not
    been ended in the register yet, and is no reason to look at the home of another.
    """
    newer = contract.alias("newer")
    moved_in = (
        select(user_change.c.id)
        .where(user_change.c.facility_id == contract.c.facility_id, user_change.c.withdrawn_at.is_(None))
        .where(user_change.c.at > contract.c.begins_at, user_change.c.at <= bindparam("at"))
    )
    follower = (
        select(newer.c.id)
        .where(newer.c.facility_id == contract.c.facility_id, newer.c.begins_at > contract.c.begins_at)
        .where(newer.c.begins_at <= bindparam("at"))
    )
    return and_(moved_in.correlate(contract).exists(), follower.correlate(contract).exists())


def _own(*columns: Any) -> Select[Any]:
    return _holding(*columns).where(customer.c.person_id == bindparam("person_id"), customer.c.kind == "private")


def _acted(*columns: Any) -> Select[Any]:
    for_it = or_(power.c.facility_id.is_(None), power.c.facility_id == contract.c.facility_id)
    valid = and_(power.c.begins_at <= bindparam("at"), _runs(power.c.ends_at))
    return (
        _holding(*columns)
        .join(power, and_(power.c.grantor_id == customer.c.id, for_it))
        .where(power.c.agent_id == bindparam("person_id"), valid)
    )


_COLUMNS = (
    contract.c.facility_id,
    contract.c.id.label("contract_id"),
    customer.c.key,
    customer.c.name,
    contract.c.begins_at,
    contract.c.ends_at,
    contract_holder.c.begins_at.label("held_from"),
    contract_holder.c.ends_at.label("held_to"),
)
_HOLDERS = (
    select(func.count())
    .where(contract_holder.c.contract_id == contract.c.id)
    .where(contract_holder.c.begins_at <= bindparam("at"), _runs(contract_holder.c.ends_at))
    .correlate(contract)
    .scalar_subquery()
    .label("holders")
)
# Made once: to build such a statement takes longer than to run it.
_IDS: Any = bindparam("ids", expanding=True)
_LIVES_THERE = ~_is_followed()
_CAPACITIES = union_all(
    _own(*_COLUMNS, literal(_OWN).label("basis"), true().label("may_open"), cast(null(), Instant).label("acts_to"))
    .add_columns(_HOLDERS)
    .where(contract.c.facility_id.in_(_IDS), _LIVES_THERE),
    _acted(*_COLUMNS, cast(power.c.basis, String).label("basis"), power.c.may_open, power.c.ends_at.label("acts_to"))
    .add_columns(literal(0).label("holders"))
    .where(contract.c.facility_id.in_(_IDS), _LIVES_THERE),
)
# The contracts that a person acts for, with the parameters `person_id` and `at`.
CONTRACTS = union(_own(contract.c.id), _acted(contract.c.id)).subquery()
_OF_PERSON = union(
    _own(contract.c.facility_id).where(_LIVES_THERE), _acted(contract.c.facility_id).where(_LIVES_THERE)
).subquery()
_LISTED = (
    select(facility.c.id)
    .where(facility.c.id.in_(select(_OF_PERSON.c.facility_id)))
    .order_by(facility.c.address, facility.c.gsrn)
    .limit(bindparam("most"))
    .offset(bindparam("before"))
)
_HERE = contract.c.facility_id == facility.c.id
_SEEN = select(facility.c.id, facility.c.gsrn).where(
    facility.c.gsrn.in_(bindparam("gsrns", expanding=True)),
    or_(
        _own(contract.c.id).where(_HERE, _LIVES_THERE).correlate(facility).exists(),
        _acted(contract.c.id).where(_HERE, _LIVES_THERE).correlate(facility).exists(),
    ),
)


def _capacity(row: Row[Any]) -> Capacity:
    is_own = row.basis == _OWN
    own_role = Role.JOINT if row.holders > 1 else Role.HOLDER
    ends = [each for each in (row.ends_at, row.held_to, row.acts_to) if each is not None]
    return Capacity(
        role=own_role if is_own else Role(row.basis),
        facility_id=row.facility_id,
        contract_id=row.contract_id,
        customer_key="" if is_own else row.key,
        customer_name="" if is_own else row.name,
        begins_at=max(row.begins_at, row.held_from),
        ends_at=min(ends, default=None),
        may_open=row.may_open,
    )


def _order(each: Capacity, at: datetime) -> tuple[bool, bool, bool, datetime, int]:
    return not each.has_begun(at), bool(each.customer_key), not each.may_open, each.begins_at, each.contract_id
