"""The rest of a facility's page, how its people are told, and what its receipts name."""

from datetime import date

import msgspec
import pytest

from grid.customer.people import People
from grid.ordering.desk import CONFIG
from hanport.grid.config import CompanyTable, GridConfig, MailTable, SmsTable
from hanport.grid.customer import by_code, cards
from hanport.grid.customer.details import Details, details, offer_of
from hanport.grid.customer.issuer import issuer_of, terms_of
from hanport.grid.customer.ports import Look
from hanport.grid.customer.told import told_by
from hanport.grid.database import tables
from hanport.grid.letters.codes import CodeRight
from hanport.grid.notices.ways import Way
from hanport.grid.orders import Kind

TELLS = GridConfig(
    company=CompanyTable(address="Storgatan 1"), mail=MailTable(host="mail.example"), sms=SmsTable(url="https://sms")
)


def more(people: People, person_id: int, facility_id: int) -> Details:
    with people.database.reading() as connection:
        card = cards.card(connection, person_id, people.desk.gsrn(facility_id), people.now)
        assert card is not None
        return details(connection, CONFIG, card, person_id, people.now)


def test_orders_restarts_and_the_warranty(both: People) -> None:
    facility_id, meter_id, person_id = both.household()
    assert more(both, person_id, facility_id) == Details((), 0, None)
    both.open(facility_id, person_id, meter_id)
    both.desk.order(Kind.RESTART, facility_id, person_id)
    both.town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=date(2026, 1, 1))
    found = more(both, person_id, facility_id)
    assert {each.kind for each in found.orders} == {Kind.OPEN, Kind.RESTART}
    assert found.restarts == 1 and found.offer is not None and found.offer.price_ore == 0


def test_without_a_meter_there_is_no_offer(people: People) -> None:
    town = people.town
    facility_id, customer_id = town.facility(), town.customer()
    town.contract(facility_id, customer_id)
    with people.database.reading() as connection:
        card = cards.card(connection, people.desk.person(customer_id), people.desk.gsrn(facility_id), people.now)
        assert card is not None and offer_of(connection, CONFIG, card, people.now) is None


@pytest.mark.parametrize(
    ("customer", "ways"),
    [
        ({"email": "a@example.se", "phone": "070-1740605", "address": "Box 1"}, (Way.MAIL, Way.SMS)),
        ({"phone": "070-1740605"}, (Way.SMS,)),
        ({"address": "Box 1"}, (Way.LETTER,)),
        ({"email": "a@example.se", "is_protected": True}, (Way.LETTER,)),
        ({}, ()),
    ],
)
def test_how_the_holders_are_told(people: People, customer: dict[str, object], ways: tuple[Way, ...]) -> None:
    facility_id, _, _ = people.household(**customer)
    with people.database.reading() as connection:
        assert told_by(connection, TELLS, facility_id, people.now) == ways
        none = msgspec.structs.replace(TELLS, company=CompanyTable(), mail=MailTable(), sms=SmsTable())
        assert told_by(connection, none, facility_id, people.now) == ()


def test_the_terms_are_those_that_the_signature_names(people: People) -> None:
    facility_id, _, person_id = people.household()
    taken = people.desk.order(Kind.OPEN, facility_id, person_id)
    with people.database.reading() as connection:
        assert terms_of(connection, taken.order_id) == ""
    people.change(tables.order, tables.order.c.id == taken.order_id, terms="7")
    with people.database.reading() as connection:
        assert terms_of(connection, taken.order_id) == issuer_of(CONFIG).terms_of(connection, taken.order_id) == "7"


def test_a_code_sees_the_port_and_the_orders_of_its_contract(people: People) -> None:
    facility_id, meter_id, person_id = people.household()
    taken = people.open(facility_id, person_id, meter_id)
    contract_id = people.desk.value(tables.contract.c.id, tables.contract.c.facility_id == facility_id)
    gsrn = people.desk.gsrn(facility_id)
    right = CodeRight(1, gsrn, facility_id, contract_id, 1, person_id, "Eva Ek", None, people.now)
    with people.database.reading() as connection:
        seen = by_code.standing(connection, right, people.now)
    assert seen.port is not None and seen.meter is not None
    assert (seen.port.look, [each.id for each in seen.orders]) == (Look.OPEN, [taken.order_id])
    bare = people.town.facility()
    elsewhere = CodeRight(1, people.desk.gsrn(bare), bare, contract_id, 1, person_id, "", None, people.now)
    with people.database.reading() as connection:
        seen = by_code.standing(connection, elsewhere, people.now)
    assert (seen.port, seen.meter, seen.orders) == (None, None, ())
