""" "My port has stopped": from afar where the model can, else by its guide or on a visit."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from grid.ordering.desk import CONFIG, Desk
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.alarms import live
from hanport.grid.database import tables
from hanport.grid.ordering.meters import InstalledMeter
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.restart import guide_key, restarts_of
from hanport.grid.ordering.status import status
from hanport.grid.ordering.taking import OrderError
from hanport.grid.ordering.visits import visit_done
from hanport.grid.orders import Event, Kind, State


def _open_port(town: Town, desk: Desk) -> tuple[int, int, int]:
    """A household whose port is open: (facility, meter, person)."""
    facility_id, meter_id, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id, state=State.READ_BACK.value)
    known = {"reported": "open", "may_be_open": True, "reported_at": desk.database.clock.now()}
    desk.change(update(tables.port).where(tables.port.c.meter_id == meter_id).values(known))
    return facility_id, meter_id, desk.person(customer_id)


def _has_model(desk: Desk, meter_id: int, *, can_restart: bool) -> None:
    desk.change(update(tables.meter).where(tables.meter.c.id == meter_id).values(maker="Kaifa", model="MA304H4"))
    model = {"maker": "Kaifa", "model": "MA304H4", "can_open": True, "can_restart": can_restart}
    desk.change(insert(tables.meter_model).values(model))


def test_a_meter_is_restarted_from_afar_once_for_two_clicks(town: Town, desk: Desk) -> None:
    facility_id, meter_id, person_id = _open_port(town, desk)
    taken = desk.order(Kind.RESTART, facility_id, person_id)
    assert taken.state is State.RIGHT_CHECKED
    assert desk.commands(meter_id) == [("restart", "queued", taken.order_id)]
    again = desk.order(Kind.RESTART, facility_id, person_id)
    assert (again.order_id, again.is_repeat) == (taken.order_id, True)
    assert _restarts(desk, meter_id) == 1


def test_a_model_that_cannot_needs_a_visit_and_has_a_guide(town: Town, desk: Desk) -> None:
    facility_id, meter_id, person_id = _open_port(town, desk)
    _has_model(desk, meter_id, can_restart=False)
    taken = desk.order(Kind.RESTART, facility_id, person_id)
    assert (taken.state, taken.why) == (State.NEEDS_VISIT, "cannot_restart")
    assert desk.commands(meter_id) == []
    with desk.database.reading() as connection:
        assert status(connection, taken.order_id).guide.startswith("guide.restart")
    with desk.database.writing("staff:anna") as work:
        assert visit_done(work, CONFIG, taken.order_id, staff="anna").state is State.READ_BACK
    with desk.database.reading() as connection:
        assert status(connection, taken.order_id).guide == ""


@pytest.mark.parametrize("way", ["closed", "stranger"])
def test_nobody_restarts_what_may_not_be_open(town: Town, desk: Desk, way: str) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id) if way == "closed" else town.person()
    taken = desk.order(Kind.RESTART, facility_id, person_id)
    assert (taken.state, taken.why) == (
        State.REFUSED,
        "no_request" if way == "closed" else "not_holder",
    )
    assert desk.commands(meter_id) == []


async def test_a_meter_that_stops_again_and_again_is_proposed_for_exchange(
    town: Town, desk: Desk, clock: ManualClock
) -> None:
    facility_id, meter_id, person_id = _open_port(town, desk)
    _has_model(desk, meter_id, can_restart=False)
    for _ in range(2):
        _restarted(desk, facility_id, person_id)
    await clock.advance(timedelta(days=366).total_seconds())
    for _ in range(2):
        _restarted(desk, facility_id, person_id)
    with desk.database.reading() as connection:
        assert "exchange_proposed" not in [each.kind for each in live(connection)]
    _restarted(desk, facility_id, person_id)
    with desk.database.reading() as connection:
        assert "exchange_proposed" in [each.kind for each in live(connection)]
    assert _restarts(desk, meter_id) == 3


def _restarted(desk: Desk, facility_id: int, person_id: int) -> None:
    taken = desk.order(Kind.RESTART, facility_id, person_id)
    assert not taken.is_repeat
    with desk.database.writing("system") as work:
        moved(work, taken.order_id, Event.CONFIRM)


def test_which_meter_is_said_where_there_are_several(town: Town, desk: Desk) -> None:
    facility_id, meter_id, person_id = _open_port(town, desk)
    town.meter(facility_id, serial="SECOND")
    with pytest.raises(OrderError, match="several"):
        desk.order(Kind.RESTART, facility_id, person_id)
    with pytest.raises(OrderError, match="not installed"):
        desk.order(Kind.RESTART, facility_id, person_id, meter_serial="NOWHERE")
    serial = desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    assert desk.order(Kind.RESTART, facility_id, person_id, meter_serial=serial).state is State.RIGHT_CHECKED


@pytest.mark.parametrize(
    ("maker", "model", "key"),
    [
        ("Kamstrup", "OMNIA", "guide.restart"),
        ("kamstrup-omnia", "", "guide.restart"),
        ("Nobody", "X1", "guide.restart"),
    ],
)
def test_the_guide_is_that_of_the_model(maker: str, model: str, key: str) -> None:
    assert guide_key(InstalledMeter(1, "1", maker, model, False)) == key


def _restarts(desk: Desk, meter_id: int) -> int:
    with desk.database.reading() as connection:
        return restarts_of(connection, meter_id, desk.database.clock.now())
