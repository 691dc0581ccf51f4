"""What is shown of a facility: its contracts that run or will, its meters, their ports, and no name of anybody."""

from datetime import date, timedelta

from sqlalchemy import insert, select, update

from grid.conftest import START
from grid.town import BEGIN, Town, gsrn
from hanport.grid.database.tables import adapter, facility, meter, port
from hanport.grid.database.work import Database
from hanport.grid.register.reading import AdapterView, FacilityView, facility_of_meter, facility_view


def seen(database: Database, facility_id: int) -> FacilityView:
    with database.reading() as connection:
        number = connection.execute(select(facility.c.gsrn).where(facility.c.id == facility_id)).scalar_one()
        view = facility_view(connection, number, START)
    assert view is not None
    return view


def test_what_is_not_known_is_none(database: Database) -> None:
    with database.reading() as connection:
        assert facility_view(connection, gsrn(4711), START) is None
        assert facility_of_meter(connection, "M4711", START) is None


def test_a_household(database: Database, town: Town) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    with database.writing("system") as work:
        fitted = {"serial": "H1", "meter_id": meter_id, "fitted_on": date(2025, 3, 1)}
        work.connection.execute(insert(adapter).values(fitted))
        work.connection.execute(update(port).values(reported="open", reported_at=START))
    town.request(contract_id, customer_id)
    view = seen(database, facility_id)
    (contract,), (hung,) = view.contracts, view.meters
    assert contract.begins_at == BEGIN and contract.ends_at is None and len(contract.holders) == 1
    assert hung.adapters == (AdapterView("H1", date(2025, 3, 1)),)
    assert hung.port is not None
    assert (hung.port.reported, hung.port.has_right, hung.port.why) == ("open", True, "right")
    assert not view.is_exempted


def test_what_has_ended_is_left_out_and_what_comes_is_there(database: Database, town: Town) -> None:
    facility_id = town.facility()
    old, now, next_one = town.customer(), town.customer(), town.customer()
    soon = START + timedelta(days=9)
    town.contract(facility_id, old, ends=START)
    town.contract(facility_id, now, begins=START, ends=soon)
    town.contract(facility_id, next_one, begins=soon)
    view = seen(database, facility_id)
    assert [(each.begins_at, each.ends_at) for each in view.contracts] == [(START, soon), (soon, None)]
    assert all(len(each.holders) == 1 for each in view.contracts)  # who holds it when it begins


def test_a_meter_is_found_where_it_is_now(database: Database, town: Town) -> None:
    facility_id = town.facility()
    meter_id = town.meter(facility_id, begins=START)
    with database.reading() as connection:
        serial = connection.execute(select(meter.c.serial).where(meter.c.id == meter_id)).scalar_one()
        number = connection.execute(select(facility.c.gsrn)).scalar_one()
        assert facility_of_meter(connection, serial, START) == number
        assert facility_of_meter(connection, serial, START - timedelta(seconds=1)) is None


def test_an_exemption_is_shown(database: Database, town: Town) -> None:
    facility_id, *_ = town.household()
    town.exemption(facility_id)
    view = seen(database, facility_id)
    assert view.is_exempted
    assert view.meters[0].port is not None and view.meters[0].port.why == "exempted"
