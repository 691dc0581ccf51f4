"""Reads what `right.py` judges by: all facts and requests of facilities, many at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from hanport.grid.database.tables import (
    contract,
    contract_holder,
    customer,
    exemption,
    installation,
    order,
    power,
    user_change,
)
from hanport.grid.database.types import Instant
from hanport.grid.orders import STANDING, Kind
from hanport.grid.right import (
    Contract,
    Facts,
    Holder,
    IdentityCheck,
    Installation,
    Period,
    Power,
    Request,
)

_BATCH = 2000

_ByFacility = dict[int, list[Row[Any]]]


def facts_of(connection: Connection, facility_ids: Iterable[int]) -> dict[int, Facts]:
    """The facts of facilities, by their id."""
    wanted = sorted(set(facility_ids))
    found: dict[int, Facts] = {}
    for begin in range(0, len(wanted), _BATCH):
        found |= _batch(connection, wanted[begin : begin + _BATCH])
    return found


def _batch(connection: Connection, ids: Sequence[int]) -> dict[int, Facts]:
    def by_facility(chosen: Select[Any] | CompoundSelect[Any]) -> _ByFacility:
        rows: _ByFacility = defaultdict(list)
        for row in connection.execute(chosen, {"ids": ids}):
            rows[row.facility_id].append(row)
        return rows

    holders = by_facility(_HOLDERS)
    powers = by_facility(_POWERS)
    requests = by_facility(_REQUESTS)
    dated = by_facility(_DATED)
    return {
        facility_id: Facts(
            facility_id,
            tuple(_contracts(holders[facility_id])),
            tuple(Power(r.id, r.grantor_id, r.agent_id, _period(r)) for r in powers[facility_id]),
            tuple(map(_request, requests[facility_id])),
            tuple(_period(r) for r in dated[facility_id] if r.what == "exemption"),
            tuple(Installation(r.meter_id, _period(r)) for r in dated[facility_id] if r.what == "installation"),
            tuple(r.begins_at for r in dated[facility_id] if r.what == "user_change"),
        )
        for facility_id in ids
    }


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _at_facilities(*columns: Any, facility_id: ColumnElement[int]) -> Select[Any]:
    chosen: Select[Any] = select(*columns)
    return chosen.where(facility_id.in_(_IDS))


def _what_is_dated(table: Table, begins_at: ColumnElement[Any], ends_at: Any, meter_id: Any) -> Select[Any]:
    columns = (begins_at.label("begins_at"), ends_at.label("ends_at"), meter_id.label("meter_id"))
    what: ColumnElement[str] = literal_column(f"'{table.name}'").label("what")
    return _at_facilities(what, table.c.facility_id, *columns, facility_id=table.c.facility_id)


# Made once: to build such a statement takes longer than to run it. What is no more than a kind and a time is read in
# one statement instead of three: `what` is the table that a row is from.
_DATED = union_all(
    _what_is_dated(exemption, exemption.c.begins_at, exemption.c.ends_at, cast(null(), BigInteger)),
    _what_is_dated(installation, installation.c.begins_at, installation.c.ends_at, installation.c.meter_id),
    _what_is_dated(user_change, user_change.c.at, cast(null(), Instant), cast(null(), BigInteger)).where(
        user_change.c.withdrawn_at.is_(None)
    ),
)
# A row for each holder of a contract, or one without a holder.
_HOLDERS = (
    _at_facilities(
        contract.c.facility_id,
        contract.c.id.label("contract_id"),
        contract.c.begins_at,
        contract.c.ends_at,
        contract_holder.c.customer_id,
        contract_holder.c.begins_at.label("held_from"),
        contract_holder.c.ends_at.label("held_to"),
        customer.c.person_id,
        customer.c.kind,
        customer.c.died_at,
        facility_id=contract.c.facility_id,
    )
    .outerjoin(contract_holder, contract_holder.c.contract_id == contract.c.id)
    .outerjoin(customer, customer.c.id == contract_holder.c.customer_id)
)
# Powers to open, of those who hold a contract there: for that facility, or for all of the grantor's.
_POWERS = (
    _at_facilities(
        *(power.c[name] for name in ("id", "grantor_id", "agent_id", "begins_at", "ends_at")),
        contract.c.facility_id,
        facility_id=contract.c.facility_id,
    )
    .join(contract_holder, contract_holder.c.customer_id == power.c.grantor_id)
    .join(contract, contract.c.id == contract_holder.c.contract_id)
    .where(power.c.may_open, or_(power.c.facility_id.is_(None), power.c.facility_id == contract.c.facility_id))
    .distinct()
)
_REQUEST_COLUMNS = ("id", "facility_id", "contract_id", "customer_id", "person_id", "power_id", "identity", "signed_at")
_REQUESTS = _at_facilities(
    *(order.c[name] for name in _REQUEST_COLUMNS), order.c.withdrawn_at, facility_id=order.c.facility_id
).where(
    order.c.kind == Kind.OPEN.value,
    order.c.state.in_(sorted(state.value for state in STANDING)),
    order.c.contract_id.is_not(None),
    order.c.signed_at.is_not(None),
)


def _period(row: Row[Any]) -> Period:
    return Period(row.begins_at, row.ends_at)


def _contracts(holders: Iterable[Row[Any]]) -> Iterator[Contract]:
    of: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in holders:
        of[row.contract_id].append(row)
    for contract_id, rows in of.items():
        yield Contract(
            contract_id, _period(rows[0]), tuple(_holder(row) for row in rows if row.customer_id is not None)
        )


def _holder(row: Row[Any]) -> Holder:
    ends: datetime | None = min((at for at in (row.held_to, row.died_at) if at is not None), default=None)
    return Holder(row.customer_id, row.person_id, row.kind == "private", Period(row.held_from, ends))


def _request(row: Row[Any]) -> Request:
    return Request(
        order_id=row.id,
        contract_id=row.contract_id,
        customer_id=row.customer_id,
        person_id=row.person_id,
        power_id=row.power_id,
        identity=IdentityCheck(row.identity) if row.identity else None,
        signed_at=row.signed_at,
        withdrawn_at=row.withdrawn_at,
    )
