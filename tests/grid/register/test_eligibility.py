"""Whether a port can be opened at all: what stands in the way is said before anybody signs."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from grid.conftest import START
from grid.town import Town
from hanport.grid.database.tables import meter_model
from hanport.grid.database.work import Database
from hanport.grid.register.eligibility import Eligibility, Obstacle, eligibility


def asked(database: Database, facility_id: int) -> Eligibility:
    with database.reading() as connection:
        return eligibility(connection, facility_id, START)


def tell_model(database: Database, *, can_open: bool) -> None:
    with database.writing("system") as work:
        row = {"maker": "Kamstrup", "model": "OMNIA", "can_open": can_open, "can_restart": True}
        work.connection.execute(insert(meter_model).values(row))


def test_a_household_can_open_its_port(database: Database, town: Town) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    found = asked(database, facility_id)
    assert found.can_open and not found.is_open and not found.has_right
    assert (found.meter_id, found.maker, found.model) == (meter_id, "Kamstrup", "OMNIA")
    town.request(contract_id, customer_id)
    assert asked(database, facility_id).has_right


def test_where_no_meter_is(database: Database, town: Town) -> None:
    facility_id = town.facility()
    town.meter(facility_id, begins=START + timedelta(seconds=1))
    found = asked(database, facility_id)
    assert found.obstacles == (Obstacle.NO_METER,)
    assert (found.meter_id, found.serial) == (None, "")


@pytest.mark.parametrize(("can_open", "obstacles"), [(True, ()), (False, (Obstacle.MODEL_CANNOT,))])
def test_a_model_that_cannot_be_opened_from_afar(
    database: Database, town: Town, can_open: bool, obstacles: tuple[Obstacle, ...]
) -> None:
    facility_id, *_ = town.household()
    tell_model(database, can_open=can_open)
    assert asked(database, facility_id).obstacles == obstacles


def test_an_exemption_is_the_weightiest(database: Database, town: Town) -> None:
    facility_id, *_ = town.household()
    tell_model(database, can_open=False)
    town.exemption(facility_id, ends=START + timedelta(days=1))
    assert asked(database, facility_id).obstacles == (Obstacle.EXEMPTED, Obstacle.MODEL_CANNOT)


def test_an_exemption_that_has_ended_is_none(database: Database, town: Town) -> None:
    facility_id, *_ = town.household()
    town.exemption(facility_id, ends=START)
    assert asked(database, facility_id).can_open


def test_of_two_meters_the_newer_one_counts(database: Database, town: Town) -> None:
    facility_id, *_ = town.household()
    newer = town.meter(facility_id, begins=START)
    assert asked(database, facility_id).meter_id == newer
