"""Who has to do with an order, and what may be done about it."""

import pytest
from sqlalchemy import delete

from grid.customer.people import LATER, People
from grid.ordering.desk import CONFIG
from hanport.grid.customer import orders
from hanport.grid.customer.orders import PAGE, Brief, Ordered
from hanport.grid.customer.ports import By
from hanport.grid.database import tables
from hanport.grid.ordering.taking import draft
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind, State


def ordered(people: People, person_id: int, order_id: str) -> Ordered | None:
    """The order, as the single look and the list of several have it: both know the same people."""
    with people.database.reading() as connection:
        found = orders.ordered(connection, person_id, order_id, people.now)
        several = orders.of_ids(connection, person_id, [order_id], people.now)
    assert (found is None) == (several == ())
    return found


def listed(people: People, person_id: int, page: int = 1) -> tuple[Brief, ...]:
    with people.database.reading() as connection:
        return orders.of_person(connection, person_id, page).orders


def drafted(people: People, facility_id: int) -> str:
    with people.database.writing("token:installer") as work:
        return draft(work, CONFIG, Wish(Kind.OPEN, people.desk.gsrn(facility_id)))


def test_the_signer_sees_it_and_a_stranger_does_not(both: People) -> None:
    facility_id, _, person_id = both.household()
    _, _, stranger = both.household()
    taken = both.desk.order(Kind.OPEN, facility_id, person_id)
    found = ordered(both, person_id, taken.order_id)
    assert found is not None and found.acting is not None
    assert (found.by, found.is_signers, found.stands, found.can_cancel) == (By.SELF, True, True, True)
    assert ordered(both, stranger, taken.order_id) is None
    assert ordered(both, person_id, "a" * 16) is None
    assert [each.id for each in listed(both, person_id)] == [taken.order_id]
    assert listed(both, stranger) == ()


def test_whom_it_was_made_for_sees_it_and_another_agent_too(both: People) -> None:
    facility_id, _, person_id = both.household()
    customer_id = both.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    agent_id, colleague_id = both.town.person(), both.town.person()
    for each in (agent_id, colleague_id):
        both.town.power(customer_id, each)
    taken = both.desk.order(Kind.OPEN, facility_id, agent_id)
    by_agent, by_holder = (ordered(both, each, taken.order_id) for each in (agent_id, person_id))
    assert by_agent is not None and by_holder is not None
    assert (by_agent.by, by_holder.by) == (By.SELF, By.AGENT)
    assert by_agent.on_behalf_of.startswith("Kund") and by_holder.on_behalf_of == ""
    seen = ordered(both, colleague_id, taken.order_id)
    assert seen is not None and seen.by is By.AGENT
    assert [each.by for each in listed(both, person_id)] == [By.AGENT]
    assert listed(both, colleague_id) == ()  # not made by, nor for, the colleague
    with both.database.reading() as connection:
        others = orders.by_others(connection, person_id, both.now)
        assert [each.id for each in others] == [taken.order_id]
        assert orders.by_others(connection, agent_id, both.now) == ()


def test_whoever_has_left_sees_the_own_order_and_nothing_of_the_port(people: People) -> None:
    facility_id, _, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    people.change(tables.contract, tables.contract.c.facility_id == facility_id, ends_at=people.now)
    found = ordered(people, person_id, taken.order_id)
    assert found is not None and found.acting is None


def test_whoever_comes_next_does_not_see_the_order_of_before(people: People) -> None:
    facility_id, _, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    people.change(tables.contract, tables.contract.c.facility_id == facility_id, ends_at=people.now)
    customer_id = people.town.customer()
    contract_id = people.town.contract(facility_id, customer_id, begins=people.now)
    successor = people.desk.person(customer_id)
    assert ordered(people, successor, taken.order_id) is None
    with people.database.reading() as connection:
        assert orders.at_facility(connection, facility_id, [contract_id], successor) == ()


def test_a_refused_order_is_seen_by_its_signer_alone(people: People) -> None:
    facility_id, _, holder = people.household()
    stranger = people.town.person()
    taken = people.desk.order(Kind.OPEN, facility_id, stranger)
    assert taken.state is State.REFUSED
    found = ordered(people, stranger, taken.order_id)
    assert found is not None and (found.is_over, found.stands, found.can_cancel) == (True, False, False)
    assert ordered(people, holder, taken.order_id) is None


def test_a_draft_is_seen_by_whoever_may_sign_it(people: People) -> None:
    facility_id, _, person_id = people.household()
    _, _, stranger = people.household()
    order_id = drafted(people, facility_id)
    found = ordered(people, person_id, order_id)
    assert found is not None and (found.is_draft, found.can_cancel, found.by) == (True, True, By.STAFF)
    assert ordered(people, stranger, order_id) is None
    with people.database.reading() as connection:
        (brief,) = orders.of_ids(connection, person_id, [order_id], people.now)
    assert brief.is_draft and not brief.is_over


def test_a_closing_cannot_be_taken_back(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.open(facility_id, person_id, meter_id)
    taken = people.desk.order(Kind.CLOSE, facility_id, person_id)
    found = ordered(people, person_id, taken.order_id)
    assert found is not None and (found.can_cancel, found.stands, found.is_over) == (False, False, False)


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.RESTART])
def test_the_next_try_of_what_has_failed(people: People, kind: Kind) -> None:
    facility_id, meter_id, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    if kind is Kind.RESTART:
        taken = people.desk.order(kind, facility_id, person_id)
    people.change(tables.order, tables.order.c.id == taken.order_id, state=State.FAILED.value)
    people.change(tables.port, tables.port.c.meter_id == meter_id, retry_at=LATER)
    found = ordered(people, person_id, taken.order_id)
    assert found is not None and found.retry_at == LATER
    with people.database.reading() as connection:
        assert orders.running(connection, meter_id, Kind.RESTART) == (taken.order_id if kind is Kind.RESTART else "")


def test_orders_come_in_pages_and_in_the_order_that_was_asked_for(both: People) -> None:
    facility_id, _, person_id = both.household()
    contract_id = both.desk.value(tables.contract.c.id, tables.contract.c.facility_id == facility_id)
    customer_id = both.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    made = [both.town.request(contract_id, customer_id) for _ in range(PAGE + 2)]
    assert [len(listed(both, person_id, page)) for page in (1, 2, 3)] == [PAGE, 2, 0]
    wanted = [made[5], "a" * 16, made[1]]
    with both.database.reading() as connection:
        found = orders.of_ids(connection, person_id, wanted, both.now)
        here = orders.at_facility(connection, facility_id, [contract_id], person_id)
    assert [each.id for each in found] == [made[5], made[1]]
    assert len(here) == 10
    both.desk.change(delete(tables.order))
    assert listed(both, person_id) == ()
