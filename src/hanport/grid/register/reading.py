"""What the API and pages show of facilities, meters and their ports. Personal numbers and names are not among it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.database.tables import (
    adapter,
    contract,
    customer,
    facility,
    installation,
    meter,
    port,
)
from hanport.grid.register import rows
from hanport.grid.register.addresses import protected
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, right


@dataclass(frozen=True, slots=True)
class AdapterView:
    """A HAN adapter in a meter."""

    serial: str
    fitted_on: date


@dataclass(frozen=True, slots=True)
class PortView:
    """A meter's port as it is reported, and whether it may be open by law, with the reason. `held_by`: the import whose
    facts would open it, and that staff have not released.
    """

    reported: str
    reported_at: datetime | None
    has_right: bool
    why: str
    closing_due_at: datetime | None
    held_by: str | None


@dataclass(frozen=True, slots=True)
class MeterView:
    """A meter at a facility, and since when. `ends_at`: when it leaves, if that is known."""

    serial: str
    maker: str
    model: str
    firmware: str
    begins_at: datetime
    ends_at: datetime | None
    port: PortView | None
    adapters: tuple[AdapterView, ...]


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract that has not ended, with the customer numbers of its holders now."""

    key: str
    begins_at: datetime
    ends_at: datetime | None
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FacilityView:
    """A facility as staff see it. The address is empty where somebody with a protected identity holds or held a
    contract (`is_protected`).
    """

    gsrn: str
    address: str
    is_protected: bool
    grid_area: str
    is_exempted: bool
    contracts: tuple[ContractView, ...]
    meters: tuple[MeterView, ...]


def facility_view(connection: Connection, gsrn: str, at: datetime) -> FacilityView | None:
    """A facility with its contracts and the meters that are there now or later; None: it is not known."""
    row = connection.execute(select(facility).where(facility.c.gsrn == gsrn)).one_or_none()
    if row is None:
        return None
    facts = facts_of(connection, [row.id])[row.id]
    is_protected = row.id in protected(connection, [row.id])
    return FacilityView(
        gsrn=row.gsrn,
        address="" if is_protected else row.address,
        is_protected=is_protected,
        grid_area=row.grid_area,
        is_exempted=any(each.holds(at) for each in facts.exemptions),
        contracts=_contracts(connection, facts, at),
        meters=_meters(connection, facts, at),
    )


def facility_of_meter(connection: Connection, serial: str, at: datetime) -> str | None:
    """The GSRN of the facility at which a meter is installed; None: at none, or there is no such meter."""
    chosen = (
        select(facility.c.gsrn)
        .join(installation, installation.c.facility_id == facility.c.id)
        .join(meter, meter.c.id == installation.c.meter_id)
        .where(meter.c.serial == serial, installation.c.begins_at <= at)
        .where(installation.c.ends_at.is_(None) | (installation.c.ends_at > at))
        .order_by(installation.c.begins_at.desc())
    )
    found: str | None = connection.execute(chosen.limit(1)).scalar_one_or_none()
    return found


def _contracts(connection: Connection, facts: Facts, at: datetime) -> tuple[ContractView, ...]:
    running = [each for each in facts.contracts if each.period.ends is None or each.period.ends > at]
    keys = rows.names_of(connection, contract.c.key, (each.id for each in running))
    holders = [holder for each in running for holder in each.holders]
    customers = rows.names_of(connection, customer.c.key, (each.customer_id for each in holders))
    return tuple(
        ContractView(
            keys[each.id],
            each.period.begins,
            each.period.ends,
            tuple(
                customers[holder.customer_id]
                for holder in each.holders
                if holder.period.holds(max(at, each.period.begins))
            ),
        )
        for each in sorted(running, key=lambda each: (each.period.begins, each.id))
    )


def _meters(connection: Connection, facts: Facts, at: datetime) -> tuple[MeterView, ...]:
    here = [each for each in facts.installations if each.period.ends is None or each.period.ends > at]
    ids = [each.meter_id for each in here]
    chosen: Select[Any] = select(meter, port).outerjoin(port, port.c.meter_id == meter.c.id)
    known = {row.id: row for row in rows.found(connection, chosen, meter.c.id, ids)}
    adapters: dict[int, list[AdapterView]] = {each: [] for each in ids}
    for row in rows.found(connection, select(adapter).order_by(adapter.c.id), adapter.c.meter_id, ids):
        adapters[row.meter_id].append(AdapterView(row.serial, row.fitted_on))
    return tuple(
        MeterView(
            serial=known[each.meter_id].serial,
            maker=known[each.meter_id].maker,
            model=known[each.meter_id].model,
            firmware=known[each.meter_id].firmware,
            begins_at=each.period.begins,
            ends_at=each.period.ends,
            port=_port(known[each.meter_id], facts, at),
            adapters=tuple(adapters[each.meter_id]),
        )
        for each in sorted(here, key=lambda each: (each.period.begins, each.meter_id))
    )


def _port(row: Row[Any], facts: Facts, at: datetime) -> PortView | None:
    if row.meter_id is None:
        return None
    answer = right(facts, row.meter_id, at)
    return PortView(
        reported=row.reported,
        reported_at=row.reported_at,
        has_right=answer.is_open,
        why=answer.why.value,
        closing_due_at=row.closing_due_at,
        held_by=row.held_by,
    )
