"""Reads what a notice is about: the order, the facility, the meter, as far as it is told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.database.among import among
from hanport.grid.database.notice_tables import announcement, notice
from hanport.grid.database.tables import installation, meter, order
from hanport.grid.notices.occasion import WITH_LINK, Occasion
from hanport.grid.orders import STANDING, Kind, State
from hanport.grid.register.addresses import Place, places_of


@dataclass(frozen=True, slots=True)
class Announced:
    """What staff announce. `says`: language -> text."""

    maker: str
    model: str
    planned_at: datetime | None
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Happening:
    """What customers are told of. `address` is "" where it must not be shown. `why` is a word for programs. `state` is
    how the order stands now; `stands`: it is one to open, and its request has not been withdrawn. `asked_by`: for whom
    the company vouches who asks the customer to sign.
    """

    notice_id: int
    occasion: Occasion
    happened_at: datetime
    facility_id: int
    gsrn: str
    address: str
    meter_serial: str = ""
    meter_id: int | None = None
    contract_id: int | None = None
    customer_id: int | None = None
    order_id: str | None = None
    kind: Kind | None = None
    state: State | None = None
    why: str = ""
    identity: str = ""
    by_agent: bool = False
    deadline_at: datetime | None = None
    price_ore: int = 0
    stands: bool = False
    announced: Announced | None = None
    asked_by: str = ""

    @property
    def has_link(self) -> bool:
        """Whether whoever is told gets the link by which the port is closed at once."""
        return self.occasion in WITH_LINK and self.stands and self.contract_id is not None


def happenings(connection: Connection, notice_ids: Collection[int]) -> list[Happening]:
    """What the notices are about, in the order in which it happened."""
    rows = connection.execute(_ROWS.where(among(connection, notice.c.id, sorted(notice_ids)))).all()
    facilities = {row.facility_id for row in rows}
    places, serials = places_of(connection, facilities), _serials(connection, facilities)
    return [_happening(row, places[row.facility_id], serials.get(row.facility_id, "")) for row in rows]


_ROWS: Select[Any] = (
    select(
        notice,
        order.c.kind,
        order.c.state,
        order.c.contract_id.label("order_contract_id"),
        order.c.identity,
        order.c.power_id,
        order.c.deadline_at,
        order.c.price_ore,
        order.c.withdrawn_at,
        order.c.reason,
        meter.c.serial,
        announcement.c.maker,
        announcement.c.model,
        announcement.c.planned_at,
        announcement.c.says,
    )
    .outerjoin(order, order.c.id == notice.c.order_id)
    .outerjoin(meter, meter.c.id == notice.c.meter_id)
    .outerjoin(announcement, announcement.c.id == notice.c.announcement_id)
    .order_by(notice.c.id)
)


def _serials(connection: Connection, facility_ids: Collection[int]) -> dict[int, str]:
    """The serial number of the meter that came to each facility last."""
    chosen = (
        select(installation.c.facility_id, meter.c.serial)
        .join(meter, meter.c.id == installation.c.meter_id)
        .where(among(connection, installation.c.facility_id, sorted(facility_ids)))
        .order_by(installation.c.begins_at, installation.c.id)
    )
    return {row.facility_id: row.serial for row in connection.execute(chosen)}


def _happening(row: Row[Any], place: Place, serial: str) -> Happening:
    return Happening(
        notice_id=row.id,
        occasion=Occasion(row.occasion),
        happened_at=row.happened_at,
        facility_id=row.facility_id,
        gsrn=place.gsrn,
        address=" ".join(place.address.split()),
        meter_serial=row.serial or serial,
        meter_id=row.meter_id,
        contract_id=row.contract_id or row.order_contract_id,
        customer_id=row.customer_id,
        order_id=row.order_id,
        kind=Kind(row.kind) if row.kind else None,
        state=State(row.state) if row.state else None,
        why=row.why,
        identity=row.identity or "",
        by_agent=row.power_id is not None,
        deadline_at=row.deadline_at,
        price_ore=row.price_ore or 0,
        stands=_stands(row),
        announced=Announced(row.maker, row.model, row.planned_at, row.says) if row.says is not None else None,
        asked_by=row.reason if row.occasion == Occasion.ASKED.value else "",
    )


def _stands(row: Row[Any]) -> bool:
    is_request = row.kind == Kind.OPEN.value and row.withdrawn_at is None
    return is_request and State(row.state) in STANDING
