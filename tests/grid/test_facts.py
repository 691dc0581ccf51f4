"""Reading the facts that the right is judged by."""

from datetime import timedelta

from grid.conftest import START
from grid.town import BEGIN, Town
from hanport.grid.database.work import Database
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, Why, right


def _facts(database: Database, facility_id: int) -> Facts:
    with database.reading() as connection:
        return facts_of(connection, [facility_id])[facility_id]


def test_a_holder_who_has_asked_has_the_right(database: Database, town: Town) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    assert right(_facts(database, facility_id), meter_id, START).why is Why.NO_REQUEST
    order_id = town.request(contract_id, customer_id)
    found = right(_facts(database, facility_id), meter_id, START)
    assert found.is_open
    assert found.request is not None and found.request.order_id == order_id
    assert found.until is None


def test_an_agent_asks_under_a_power_for_one_facility_or_all(database: Database, town: Town) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    agent_id = town.person()
    elsewhere = town.power(customer_id, agent_id, facility_id=town.facility())
    town.request(contract_id, customer_id, person_id=agent_id, power_id=elsewhere)
    assert right(_facts(database, facility_id), meter_id, START).why is Why.NO_POWER
    everywhere = town.power(customer_id, agent_id, ends_at=START + timedelta(days=1))
    town.request(contract_id, customer_id, person_id=agent_id, power_id=everywhere)
    assert right(_facts(database, facility_id), meter_id, START + timedelta(days=9)).is_open


def test_a_death_ends_what_the_person_held(database: Database, town: Town) -> None:
    facility_id, meter_id = town.facility(), 0
    meter_id = town.meter(facility_id)
    customer_id = town.customer(died_at=START)
    town.request(town.contract(facility_id, customer_id), customer_id, signed_at=BEGIN)
    facts = _facts(database, facility_id)
    assert right(facts, meter_id, START - timedelta(seconds=1)).is_open
    assert right(facts, meter_id, START).why is Why.NOT_HOLDER
