"""Who sees which facility, in which capacity, and who is a stranger there."""

from datetime import timedelta

import pytest

from grid.customer.people import LATER, People
from hanport.grid.customer import capacities
from hanport.grid.customer.capacities import PAGE, Capacity, Found, Role, Wanted
from hanport.grid.database import tables


def found(people: People, person_id: int, **wanted: object) -> Found:
    with people.database.reading() as connection:
        return capacities.find(connection, person_id, people.now, Wanted(**wanted))  # type: ignore[arg-type]


def acts(people: People, person_id: int, facility_id: int) -> tuple[Capacity, ...]:
    with people.database.reading() as connection:
        return capacities.capacities_of(connection, person_id, [facility_id], people.now)[facility_id]


def sees(people: People, person_id: int, facility_id: int) -> bool:
    """Whether the facility is the person's, by the list and by its ID: both say the same."""
    gsrn = people.desk.gsrn(facility_id)
    with people.database.reading() as connection:
        named = capacities.seen_ids(connection, person_id, [gsrn], people.now)
    listed = facility_id in found(people, person_id).facility_ids
    assert listed == (gsrn in named) == bool(acts(people, person_id, facility_id))
    return listed


def test_a_holder_sees_the_own_facility_alone(both: People) -> None:
    facility_id, _, person_id = both.household()
    other, _, stranger = both.household()
    assert sees(both, person_id, facility_id) and not sees(both, person_id, other)
    assert not sees(both, stranger, facility_id)
    (own,) = acts(both, person_id, facility_id)
    assert (own.role, own.customer_key, own.customer_name, own.may_open) == (Role.HOLDER, "", "", True)


def test_joint_holders_are_told_that_they_are(both: People) -> None:
    town = both.town
    facility_id, first, second = town.facility(), town.customer(), town.customer()
    town.contract(facility_id, first, second)
    for customer_id in (first, second):
        (own,) = acts(both, both.desk.person(customer_id), facility_id)
        assert own.role is Role.JOINT


def test_whoever_has_left_sees_nothing_more(people: People) -> None:
    facility_id, _, person_id = people.household()
    people.change(tables.contract, tables.contract.c.facility_id == facility_id, ends_at=people.now)
    assert not sees(people, person_id, facility_id)


def test_whoever_was_followed_sees_nothing_of_the_next_one(both: People) -> None:
    """The market says that another has moved in, before the register has the end of the older contract."""
    facility_id, _, person_id = both.household()
    agent_id = both.town.person()
    both.town.power(both.town.customer(person_id), agent_id)
    both.town._add(tables.user_change, key="Z03LK-1", facility_id=facility_id, at=both.now)
    assert sees(both, person_id, facility_id), "nobody else is known to be there"
    next_id = both.town.customer()
    both.town.contract(facility_id, next_id, begins=both.now)
    assert not sees(both, person_id, facility_id)
    assert not sees(both, agent_id, facility_id)
    assert sees(both, both.desk.person(next_id), facility_id)
    both.change(tables.user_change, tables.user_change.c.key == "Z03LK-1", withdrawn_at=both.now)
    assert sees(both, person_id, facility_id), "it was an error"


def test_whoever_was_taken_off_the_contract_sees_nothing_more(people: People) -> None:
    facility_id, _, person_id = people.household()
    people.change(tables.contract_holder, tables.contract_holder.c.id > 0, ends_at=people.now)
    assert not sees(people, person_id, facility_id)


def test_the_dead_see_nothing(people: People) -> None:
    facility_id, _, person_id = people.household(died_at=people.now - timedelta(days=1))
    assert not sees(people, person_id, facility_id)


def test_a_contract_that_begins_later_is_seen_already(people: People) -> None:
    town = people.town
    facility_id, customer_id = town.facility(), town.customer()
    town.contract(facility_id, customer_id, begins=LATER)
    person_id = people.desk.person(customer_id)
    assert sees(people, person_id, facility_id)
    (own,) = acts(people, person_id, facility_id)
    assert own.begins_at == LATER and not own.has_begun(people.now)


@pytest.mark.parametrize("basis", ["power", "signatory", "estate", "guardian"])
def test_an_agent_sees_what_the_power_is_for(people: People, basis: str) -> None:
    ends = people.now + timedelta(days=3)
    facilities, customer_id, agent_id = people.company(2, basis=basis, ends_at=ends)
    assert all(sees(people, agent_id, each) for each in facilities)
    (acting,) = acts(people, agent_id, facilities[0])
    key = people.desk.value(tables.customer.c.key, tables.customer.c.id == customer_id)
    assert (acting.role, acting.customer_key, acting.ends_at) == (Role(basis), key, ends)
    assert acting.customer_name.startswith("Kund")


def test_a_power_for_one_facility_shows_no_other(both: People) -> None:
    facilities, customer_id, _ = both.company(2)
    agent_id = both.town.person()
    both.town.power(customer_id, agent_id, facility_id=facilities[1], may_open=False)
    assert [sees(both, agent_id, each) for each in facilities] == [False, True]
    assert not acts(both, agent_id, facilities[1])[0].may_open


def test_a_power_that_has_ended_or_not_begun_shows_nothing(people: People) -> None:
    facilities, customer_id, _ = people.company(1)
    for period in ({"ends_at": people.now}, {"begins_at": LATER}):
        agent_id = people.town.person()
        people.town.power(customer_id, agent_id, **period)
        assert not sees(people, agent_id, facilities[0])


def test_the_companys_own_number_is_nobody_who_logs_in(people: People) -> None:
    facilities, customer_id, _ = people.company(1)
    assert not sees(people, people.desk.person(customer_id), facilities[0])


def test_ones_own_contract_goes_before_a_power(people: People) -> None:
    facility_id, _, person_id = people.household()
    customer_id = people.town.customer(kind="legal")
    people.town.contract(facility_id, customer_id)
    people.town.power(customer_id, person_id)
    assert [each.role for each in acts(people, person_id, facility_id)] == [Role.HOLDER, Role.POWER]
    assert found(people, person_id).total == 1


def test_many_facilities_come_in_pages(both: People) -> None:
    facilities, _, agent_id = both.company(PAGE + 5)
    first, second = found(both, agent_id), found(both, agent_id, page=2)
    assert (first.total, first.pages, len(first.facility_ids), len(second.facility_ids)) == (PAGE + 5, 2, PAGE, 5)
    assert {*first.facility_ids, *second.facility_ids} == set(facilities)
    past = found(both, agent_id, page=9)
    assert (past.facility_ids, past.total, past.pages) == ((), PAGE + 5, 2)


def test_they_are_found_by_a_part_of_what_people_know(both: People) -> None:
    town = both.town
    facilities, customer_id, agent_id = both.company(3)
    away = town.facility()
    both.change(tables.facility, tables.facility.c.id == away, address="Åkern 100%_1, Malung")
    town.contract(away, customer_id)
    meter_id = town.meter(away)
    serial = both.desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    gsrn = both.desk.gsrn(away)
    spaced = f"{gsrn[:6]} {gsrn[6:12]} {gsrn[12:]}"
    for words in ("Malung", "malung", "åkern", "ÅKERN", "100%_", serial, gsrn, spaced, " \x00 malung "):
        assert found(both, agent_id, search=words).facility_ids == (away,), words
    for words in ("Falun", "100_%", "' OR 1=1 --"):
        assert found(both, agent_id, search=words).total == 0
    assert found(both, agent_id, search="Storgatan").total == len(facilities)


def test_a_search_finds_nothing_of_others(people: People) -> None:
    facility_id, _, _ = people.household()
    _, _, stranger = people.household()
    assert found(people, stranger, search=people.desk.gsrn(facility_id)).total == 0
