"""Another adapter: free within the warranty, for its price afterwards."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from grid.conftest import START
from grid.ordering.desk import CONFIG, Desk
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.config import GridConfig
from hanport.grid.database import tables
from hanport.grid.ordering.taking import OrderError
from hanport.grid.ordering.visits import visit_done
from hanport.grid.ordering.warranty import done, offer
from hanport.grid.ordering.wish import PriceNotAccepted
from hanport.grid.orders import ImpossibleStep, Kind, State

_TODAY = START.date()


def _adapter(desk: Desk, meter_id: int, fitted_on: date, serial: str = "A1") -> None:
    desk.change(insert(tables.adapter).values(serial=serial, meter_id=meter_id, fitted_on=fitted_on))


@pytest.mark.parametrize(
    ("fitted_on", "price_ore"),
    [
        (date(2024, 11, 26), 0),
        (date(2024, 11, 25), 50_000),  # two years ago today: the warranty is over
        (date(2026, 11, 25), 0),
    ],
)
def test_the_warranty_counts_from_the_day_of_fitting(town: Town, desk: Desk, fitted_on: date, price_ore: int) -> None:
    _, meter_id, _, _ = town.household()
    _adapter(desk, meter_id, date(2020, 1, 1), "OLD")
    _adapter(desk, meter_id, fitted_on)
    with desk.database.reading() as connection:
        found = offer(connection, CONFIG, meter_id, START)
    assert (found.adapter_serial, found.price_ore) == ("A1", price_ore)


def test_a_warranty_from_29_february_ends_on_1_march(town: Town, desk: Desk) -> None:
    _, meter_id, _, _ = town.household()
    _adapter(desk, meter_id, date(2024, 2, 29))
    with desk.database.reading() as connection:
        assert offer(connection, CONFIG, meter_id, START).covered_until == date(2026, 3, 1)
        never = GridConfig(warranty=CONFIG.warranty.__class__(years=4))
        assert offer(connection, never, meter_id, START).covered_until == date(2028, 2, 29)


def test_within_the_warranty_somebody_comes_with_another(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    _adapter(desk, meter_id, _TODAY - timedelta(days=300))
    taken = desk.order(Kind.WARRANTY, facility_id, desk.person(customer_id))
    assert (taken.state, taken.why, taken.price_ore) == (State.NEEDS_VISIT, "in_warranty", 0)
    assert desk.order(Kind.WARRANTY, facility_id, desk.person(customer_id)).order_id == taken.order_id
    with desk.database.writing("staff:bo") as work:
        with pytest.raises(OrderError, match="serial"):
            done(work, taken.order_id, "bo", "A1")
        assert done(work, taken.order_id, "bo", "A2") is State.READ_BACK
    with pytest.raises(ImpossibleStep), desk.database.writing("staff:bo") as work:
        done(work, taken.order_id, "bo", "A3")
    with desk.database.reading() as connection:
        assert offer(connection, CONFIG, meter_id, START).fitted_on == _TODAY


def test_after_the_warranty_it_has_a_price_that_is_said_yes_to(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    with pytest.raises(OrderError, match="No HAN adapter"):
        desk.order(Kind.WARRANTY, facility_id, person_id)
    _adapter(desk, meter_id, date(2020, 1, 1))
    with pytest.raises(PriceNotAccepted) as wrong:
        desk.order(Kind.WARRANTY, facility_id, person_id)
    assert wrong.value.price_ore == 50_000
    assert desk.states(facility_id) == []
    taken = desk.order(Kind.WARRANTY, facility_id, person_id, accept_price=True)
    assert (taken.state, taken.why, taken.price_ore) == (State.NEEDS_VISIT, "out_of_warranty", 50_000)


def test_a_stranger_orders_no_adapter(town: Town, desk: Desk) -> None:
    facility_id, meter_id, _, _ = town.household()
    _adapter(desk, meter_id, _TODAY)
    assert desk.order(Kind.WARRANTY, facility_id, town.person()).state is State.REFUSED


def test_only_orders_of_adapters_end_with_one(town: Town, desk: Desk, clock: ManualClock) -> None:
    facility_id, _, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    with pytest.raises(OrderError, match="another adapter"), desk.database.writing("staff:bo") as work:
        done(work, taken.order_id, "bo", "A2")
    with pytest.raises(OrderError, match="visit"), desk.database.writing("staff:bo") as work:
        visit_done(work, CONFIG, taken.order_id, staff="bo")
    with pytest.raises(OrderError, match="who was there"), desk.database.writing("staff:bo") as work:
        visit_done(work, CONFIG, taken.order_id, staff=" ")
