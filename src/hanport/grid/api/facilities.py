"""The part of the API that shows facilities with their meters, ports and orders, without names and numbers."""

from datetime import date, datetime

from sqlalchemy import Connection
from starlette.responses import Response

from hanport.grid.api.calls import Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.orders import OrderTold, order_told
from hanport.grid.api.problems import NotFound
from hanport.grid.api.texts import KeyInPath, Told
from hanport.grid.ordering.status import facility_of, orders_of
from hanport.grid.register.eligibility import WORDS, eligibility
from hanport.grid.register.reading import facility_of_meter, facility_view
from hanport.grid.tokens import Scope


class AdapterTold(Told):
    """A HAN adapter in a meter."""

    serial: str
    fitted_on: date


class PortTold(Told):
    """A port as it was reported, and whether it may be open by law. `held_by`: the import that it waits for."""

    reported: str
    reported_at: datetime | None
    has_right: bool
    why: str
    closing_due_at: datetime | None
    held_by: str | None


class MeterTold(Told):
    """A meter at a facility, and since when."""

    serial: str
    maker: str
    model: str
    firmware: str
    begins_at: datetime
    ends_at: datetime | None
    port: PortTold | None
    adapters: list[AdapterTold]


class ContractTold(Told):
    """A contract that has not ended, with the customer numbers of its holders."""

    key: str
    begins_at: datetime
    ends_at: datetime | None
    holders: list[str]


class ObstacleTold(Told):
    """Why the port cannot be opened, whoever asks: a word for programs, and for people."""

    reason: str
    problem: str
    remedy: str


class FacilityTold(Told):
    """A facility. No address where somebody with a protected identity has or had a contract."""

    gsrn: str
    address: str
    is_protected: bool
    grid_area: str
    is_exempted: bool
    contracts: list[ContractTold]
    meters: list[MeterTold]
    obstacles: list[ObstacleTold]
    orders: list[OrderTold]


class PlacedMeter(Told):
    """A meter, and where it is."""

    gsrn: str
    meter: MeterTold


def show_facility(key: KeyInPath, call: Look) -> Response:
    """With the orders of the last time, the newest first."""
    with call.grid.database.reading() as connection:
        return told(_facility(connection, key, call.grid.database.clock.now()))


def show_meter(key: KeyInPath, call: Look) -> Response:
    """A meter that is installed, by its serial number."""
    at = call.grid.database.clock.now()
    with call.grid.database.reading() as connection:
        gsrn = facility_of_meter(connection, key, at)
        view = facility_view(connection, gsrn, at) if gsrn else None
    for each in view.meters if view else ():
        if each.serial == key and view is not None:
            return told(PlacedMeter(gsrn=view.gsrn, meter=MeterTold.model_validate(each, from_attributes=True)))
    raise NotFound("No such meter is installed.", "Compare its serial number.")


def _facility(connection: Connection, gsrn: str, at: datetime) -> FacilityTold:
    view = facility_view(connection, gsrn, at)
    if view is None:
        raise NotFound("There is no such facility.", "Compare its ID with the bill.")
    facility_id = facility_of(connection, gsrn)
    obstacles = [
        ObstacleTold(reason=each.value, problem=WORDS[each][0], remedy=WORDS[each][1])
        for each in eligibility(connection, facility_id, at).obstacles
    ]
    return FacilityTold(
        gsrn=view.gsrn,
        address=view.address,
        is_protected=view.is_protected,
        grid_area=view.grid_area,
        is_exempted=view.is_exempted,
        contracts=[ContractTold.model_validate(each, from_attributes=True) for each in view.contracts],
        meters=[MeterTold.model_validate(each, from_attributes=True) for each in view.meters],
        obstacles=obstacles,
        orders=[order_told(each, at) for each in orders_of(connection, facility_id)],
    )


_SEEING = (Scope.READ, Scope.ORDERS, Scope.REGISTER)
ENDPOINTS = (
    Endpoint("GET", "/facilities/{key}", show_facility, FacilityTold, "A facility, its ports and orders", _SEEING),
    Endpoint("GET", "/meters/{key}", show_meter, PlacedMeter, "A meter that is installed, and its port", _SEEING),
)
