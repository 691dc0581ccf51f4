"""Reads what `right.py` judges by: all facts and requests of facilities, many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, or_, select

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
    def by_facility(chosen: Select[Any]) -> _ByFacility:
        rows: _ByFacility = defaultdict(list)
        for row in connection.execute(chosen, {"ids": ids}):
            rows[row.facility_id].append(row)
        return rows

    holders: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_HOLDERS, {"ids": ids}):
        holders[row.contract_id].append(row)
    contracts = by_facility(_CONTRACTS)
    powers = by_facility(_POWERS)
    requests = by_facility(_REQUESTS)
    exemptions = by_facility(_EXEMPTIONS)
    installations = by_facility(_INSTALLATIONS)
    changes = by_facility(_USER_CHANGES)
    return {
        facility_id: Facts(
            facility_id,
            tuple(Contract(r.id, _period(r), tuple(map(_holder, holders[r.id]))) for r in contracts[facility_id]),
            tuple(Power(r.id, r.grantor_id, r.agent_id, _period(r)) for r in powers[facility_id]),
            tuple(map(_request, requests[facility_id])),
            tuple(map(_period, exemptions[facility_id])),
            tuple(Installation(r.meter_id, _period(r)) for r in installations[facility_id]),
            tuple(r.at for r in changes[facility_id]),
        )
        for facility_id in ids
    }


def _at_facilities(*columns: Any, facility_id: ColumnElement[int]) -> Select[Any]:
    chosen: Select[Any] = select(*columns)
    return chosen.where(facility_id.in_(bindparam("ids", expanding=True)))


# Made once: to build such a statement takes longer than to run it.
_CONTRACTS = _at_facilities(contract, facility_id=contract.c.facility_id)
_EXEMPTIONS = _at_facilities(exemption, facility_id=exemption.c.facility_id)
_INSTALLATIONS = _at_facilities(installation, facility_id=installation.c.facility_id)
_USER_CHANGES = _at_facilities(user_change, facility_id=user_change.c.facility_id).where(
    user_change.c.withdrawn_at.is_(None)
)
_HOLDERS = (
    _at_facilities(
        contract_holder, customer.c.person_id, customer.c.kind, customer.c.died_at, facility_id=contract.c.facility_id
    )
    .join(contract, contract.c.id == contract_holder.c.contract_id)
    .join(customer, customer.c.id == contract_holder.c.customer_id)
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


def _holder(row: Row[Any]) -> Holder:
    ends: datetime | None = min((at for at in (row.ends_at, row.died_at) if at is not None), default=None)
    return Holder(row.customer_id, row.person_id, row.kind == "private", Period(row.begins_at, ends))


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
