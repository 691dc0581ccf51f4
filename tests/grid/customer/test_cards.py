"""What a facility's people are told of it, and what may be done."""

from datetime import timedelta

import pytest

from grid.customer.people import LATER, People
from hanport.grid.customer import cards
from hanport.grid.customer.cards import Card
from hanport.grid.customer.ports import By, Look
from hanport.grid.database import tables
from hanport.grid.orders import Kind, State
from hanport.grid.register.eligibility import Obstacle
from hanport.grid.right import Why


def card(people: People, person_id: int, facility_id: int) -> Card:
    with people.database.reading() as connection:
        found = cards.card(connection, person_id, people.desk.gsrn(facility_id), people.now)
    assert found is not None
    return found


def test_a_port_that_was_never_read(people: People) -> None:
    facility_id, _, person_id = people.household()
    shown = card(people, person_id, facility_id)
    assert shown.port is not None and shown.meter is not None
    assert (shown.port.look, shown.port.asked, shown.can_open, shown.can_close) == (Look.UNKNOWN, None, True, False)
    assert shown.place.address.startswith("Storgatan") and shown.meter.name == "Kamstrup OMNIA"


def test_a_port_that_was_read_as_closed(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.read_as(meter_id, "closed")
    port = card(people, person_id, facility_id).port
    assert port is not None and (port.look, port.read_at) == (Look.CLOSED, people.now)


def test_an_opening_that_is_under_way(people: People) -> None:
    facility_id, _, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    shown = card(people, person_id, facility_id)
    assert shown.port is not None and shown.port.asked is not None
    assert (shown.port.look, shown.can_open, shown.can_close) == (Look.OPENING, False, True)
    assert (shown.port.asked.order_id, shown.port.asked.by) == (taken.order_id, By.SELF)
    assert shown.port.deadline_at == taken.deadline_at and not shown.port.asked.is_late(people.now)


def test_an_open_port_says_since_when_and_by_whom(both: People) -> None:
    facility_id, meter_id, person_id = both.household()
    taken = both.open(facility_id, person_id, meter_id)
    port = card(both, person_id, facility_id).port
    assert port is not None and port.asked is not None
    assert (port.look, port.since, port.read_at) == (Look.OPEN, both.now - timedelta(minutes=1), both.now)
    assert (port.asked.order_id, port.asked.by, port.deadline_at) == (taken.order_id, By.SELF, None)


def test_who_asked_is_told_to_the_other_holder(both: People) -> None:
    town = both.town
    facility_id, first, second = town.facility(), town.customer(), town.customer()
    meter_id = town.meter(facility_id)
    town.contract(facility_id, first, second)
    both.open(facility_id, both.desk.person(first), meter_id)
    port = card(both, both.desk.person(second), facility_id).port
    assert port is not None and port.asked is not None
    name = both.desk.value(tables.customer.c.name, tables.customer.c.id == first)
    assert (port.asked.by, port.asked.name) == (By.HOLDER, name)
    both.change(tables.customer, tables.customer.c.id == first, is_protected=True)
    port = card(both, both.desk.person(second), facility_id).port
    assert port is not None and port.asked is not None and port.asked.name == ""


def test_an_agents_order_is_an_agents(people: People) -> None:
    facility_id, _, person_id = people.household()
    agent_id = people.town.person()
    customer_id = people.desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    people.town.power(customer_id, agent_id)
    people.desk.order(Kind.OPEN, facility_id, agent_id)
    port = card(people, person_id, facility_id).port
    assert port is not None and port.asked is not None and (port.asked.by, port.asked.name) == (By.AGENT, "")


def test_a_closing_that_is_under_way(both: People) -> None:
    facility_id, meter_id, person_id = both.household()
    both.open(facility_id, person_id, meter_id)
    taken = both.desk.order(Kind.CLOSE, facility_id, person_id)
    shown = card(both, person_id, facility_id)
    assert shown.port is not None and shown.port.asked is not None
    assert (shown.port.look, shown.port.asked.order_id, shown.can_open) == (Look.CLOSING, taken.order_id, True)
    assert shown.port.deadline_at == taken.deadline_at and shown.port.asked.kind is Kind.CLOSE


def test_a_port_that_is_open_without_a_right(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.read_as(meter_id, "open")
    people.change(tables.port, tables.port.c.meter_id == meter_id, closing_due_at=LATER)
    port = card(people, person_id, facility_id).port
    assert port is not None and (port.look, port.asked, port.deadline_at) == (Look.CLOSING, None, LATER)


def test_the_end_of_the_contract_is_said_before(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.open(facility_id, person_id, meter_id)
    people.change(tables.contract, tables.contract.c.facility_id == facility_id, ends_at=LATER)
    port = card(people, person_id, facility_id).port
    assert port is not None and (port.closes_at, port.closes_why) == (LATER, Why.NO_CONTRACT)


def test_the_right_follows_the_exchange_of_the_meter(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.open(facility_id, person_id, meter_id)
    people.change(tables.installation, tables.installation.c.meter_id == meter_id, ends_at=people.now)
    people.town.meter(facility_id, begins=people.now)
    port = card(people, person_id, facility_id).port
    assert port is not None and (port.look, port.since) == (Look.OPENING, None)


@pytest.mark.parametrize(
    ("obstacle", "looks"), [(Obstacle.NO_METER, None), (Obstacle.MODEL_CANNOT, Look.UNKNOWN), (Obstacle.EXEMPTED, 1)]
)
def test_what_stands_in_the_way_is_said_before_anybody_signs(
    people: People, obstacle: Obstacle, looks: Look | int | None
) -> None:
    town = people.town
    facility_id, customer_id = town.facility(), town.customer()
    town.contract(facility_id, customer_id)
    if obstacle is not Obstacle.NO_METER:
        town.meter(facility_id)
    if obstacle is Obstacle.MODEL_CANNOT:
        town._add(tables.meter_model, maker="Kamstrup", model="OMNIA", can_open=False, can_restart=False)
    if obstacle is Obstacle.EXEMPTED:
        town.exemption(facility_id)
    shown = card(people, people.desk.person(customer_id), facility_id)
    assert (shown.obstacle, shown.can_open) == (obstacle, False)
    assert (shown.port is None) == (looks is None)


def test_an_agent_without_the_right_to_open_is_told(people: People) -> None:
    facilities, customer_id, _ = people.company(1)
    agent_id = people.town.person()
    people.town.power(customer_id, agent_id, may_open=False)
    shown = card(people, agent_id, facilities[0])
    assert (shown.objection, shown.can_open) == (Why.NOT_HOLDER, False)


def test_until_the_contract_begins_the_port_is_somebody_elses(people: People) -> None:
    facility_id, meter_id, before = people.household()
    people.open(facility_id, before, meter_id)
    customer_id = people.town.customer()
    people.town.contract(facility_id, customer_id, begins=LATER)
    shown = card(people, people.desk.person(customer_id), facility_id)
    assert (shown.meter, shown.port, shown.acting, shown.can_open, shown.can_close) == (None, None, None, False, False)


def test_the_address_of_the_protected_is_shown_to_nobody(people: People) -> None:
    facility_id, _, person_id = people.household(is_protected=True)
    assert card(people, person_id, facility_id).place.address == ""


def test_strangers_see_no_card(people: People) -> None:
    facility_id, _, _ = people.household()
    _, _, stranger = people.household()
    with people.database.reading() as connection:
        assert cards.card(connection, stranger, people.desk.gsrn(facility_id), people.now) is None


def test_a_held_port_and_the_next_try_are_told(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    people.change(tables.order, tables.order.c.id == taken.order_id, state=State.FAILED.value)
    people.change(tables.port, tables.port.c.meter_id == meter_id, retry_at=LATER)
    port = card(people, person_id, facility_id).port
    assert port is not None and (port.retry_at, port.is_held) == (LATER, False)
