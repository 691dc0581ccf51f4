"""What is stored of a person, and who may act for whom."""

from datetime import timedelta

from grid.customer.people import LATER, People
from grid.ordering.desk import CONFIG
from hanport.grid.customer import me
from hanport.grid.customer.capacities import Role
from hanport.grid.customer.me import Powers
from hanport.grid.database import tables


def powers(people: People, person_id: int) -> Powers:
    with people.database.reading() as connection:
        return me.powers(connection, person_id, people.now)


def test_where_notices_go(both: People) -> None:
    _, _, person_id = both.household(address="Box 1", email="eva@example.se", phone="070-1740605")
    with both.database.reading() as connection:
        (own,) = me.contacts(connection, person_id)
        assert not me.may_be_erased(connection, CONFIG, person_id, both.now)
    assert (own.address, own.email, own.phone, own.is_protected) == ("Box 1", "eva@example.se", "070-1740605", False)


def test_a_protected_address_is_left_out(people: People) -> None:
    _, _, person_id = people.household(address="Box 1", is_protected=True)
    with people.database.reading() as connection:
        (own,) = me.contacts(connection, person_id)
    assert (own.address, own.is_protected) == ("", True)


def test_whoever_has_nothing_may_be_erased(people: People) -> None:
    person_id = people.town.person()
    with people.database.reading() as connection:
        assert me.contacts(connection, person_id) == ()
        assert me.may_be_erased(connection, CONFIG, person_id, people.now)


def test_powers_are_seen_from_both_sides(both: People) -> None:
    facility_id, _, person_id = both.household()
    grantor = both.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    _, _, neighbour = both.household()
    both.town.power(grantor, neighbour, facility_id=facility_id, ends_at=LATER, may_open=False)
    both.town.power(grantor, both.town.person(), begins_at=both.now + timedelta(days=1))
    both.town.power(grantor, both.town.person(), ends_at=both.now)
    given = powers(both, person_id).given
    assert [(each.basis, each.ends_at, each.may_open) for each in given] == [
        (Role.POWER, LATER, False),
        (Role.POWER, None, True),
    ]
    assert [(bool(each.name), each.gsrn) for each in given] == [(True, both.desk.gsrn(facility_id)), (False, "")]
    (received,) = powers(both, neighbour).received
    assert (received.name, received.gsrn) == (
        both.desk.value(tables.customer.c.name, tables.customer.c.id == grantor),
        both.desk.gsrn(facility_id),
    )
    assert powers(both, neighbour).given == ()


def test_a_protected_agent_is_not_named(people: People) -> None:
    _, _, person_id = people.household()
    grantor = people.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    _, _, agent = people.household(is_protected=True)
    people.town.power(grantor, agent)
    assert [each.name for each in powers(people, person_id).given] == [""]
