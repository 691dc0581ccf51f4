"""What is about to be ordered: the usual case chosen, and what cannot be ordered left out with its reason."""

from grid.customer.people import LATER, People
from grid.ordering.desk import CONFIG
from hanport.grid.customer import review
from hanport.grid.customer.review import Review
from hanport.grid.database import tables
from hanport.grid.eid import asking
from hanport.grid.ordering.taking import draft
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind


def usual(people: People, person_id: int) -> Review | None:
    with people.database.reading() as connection:
        return review.usual(connection, person_id, people.now)


def of(people: People, person_id: int, *facilities: int) -> Review:
    gsrns = [people.desk.gsrn(each) for each in facilities]
    with people.database.reading() as connection:
        assert review.strangers(connection, person_id, gsrns, people.now) == []
        return review.of_facilities(connection, person_id, gsrns, people.now)


def test_one_facility_is_chosen_already(both: People) -> None:
    facility_id, _, person_id = both.household()
    found = usual(both, person_id)
    assert found is not None
    (line,) = found.lines
    assert (line.kind, line.gsrn, line.on_behalf_of) == (Kind.OPEN, both.desk.gsrn(facility_id), "")
    assert line.meters[0].startswith("Kamstrup OMNIA M") and line.address.startswith("Storgatan")
    assert found.has(Kind.OPEN) and not found.has(Kind.CLOSE) and not found.is_priced


def test_several_or_none_need_a_choice(people: People) -> None:
    facilities, _, agent_id = people.company(2)
    assert usual(people, agent_id) is None and usual(people, people.town.person()) is None
    people.town.exemption(facilities[0])
    found = usual(people, agent_id)
    assert found is not None and [line.gsrn for line in found.lines] == [people.desk.gsrn(facilities[1])]


def test_an_agent_orders_for_the_customer(people: People) -> None:
    facilities, customer_id, agent_id = people.company(2)
    found = of(people, agent_id, *facilities)
    key = people.desk.value(tables.customer.c.key, tables.customer.c.id == customer_id)
    assert [wish.on_behalf_of for wish in found.wishes] == [key, key]
    assert all(line.on_behalf_of.startswith("Kund") for line in found.lines)


def test_what_cannot_be_opened_is_left_out(people: People) -> None:
    facilities, customer_id, agent_id = people.company(3)
    people.town.exemption(facilities[0])
    people.desk.order(Kind.OPEN, facilities[1], agent_id)
    later = people.town.facility()
    people.town.contract(later, customer_id, begins=LATER)
    found = of(people, agent_id, *facilities, later)
    assert [line.gsrn for line in found.lines] == [people.desk.gsrn(facilities[2])]
    assert [card.id for card in found.left_out] == [facilities[0], facilities[1], later]


def test_strangers_facilities_are_named(people: People) -> None:
    facility_id, _, _ = people.household()
    own, _, person_id = people.household()
    gsrns = [people.desk.gsrn(own), people.desk.gsrn(facility_id), "735999000000000000"]
    with people.database.reading() as connection:
        assert review.strangers(connection, person_id, gsrns, people.now) == gsrns[1:]


def test_a_draft_is_read_as_it_will_be_signed(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    people.open(facility_id, person_id, meter_id)
    people.town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=people.now.date().replace(year=2020))
    wish = Wish(Kind.WARRANTY, people.desk.gsrn(facility_id), accept_price=True)
    with people.database.writing("customer") as work:
        order_id = draft(work, CONFIG, wish)
        found = review.of_lines(asking.order_lines(work.connection, [order_id], work.at))
    (line,) = found.lines
    assert (line.order_id, line.kind, line.price_ore, found.is_priced) == (order_id, Kind.WARRANTY, 50_000, True)
    assert line.meters[0].startswith("Kamstrup OMNIA")
