""" "This was not me": it closes at once, only that, only while the order stands; and looking changes nothing."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from grid.notices.office import ON_ONE, ONLY_LETTERS, ONLY_MAIL, URL, Office
from grid.ordering.desk import CONFIG as DESK_CONFIG
from grid.ordering.desk import Desk
from grid.planted import stored_at
from grid.reconcile.hands import Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.alarms import live
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key
from hanport.grid.letters import queue, signs
from hanport.grid.notices import not_me
from hanport.grid.notices.not_me import Disputable, LinkError
from hanport.grid.notices.outbox import lease
from hanport.grid.notices.ways import Way
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import Kind, State


class House:
    """A household whose port is open, or being opened, and the link that its holder got."""

    def __init__(self, town: Town, desk: Desk, office: Office, **columns: Any) -> None:
        self.database, self.desk, self.office = office.database, desk, office
        self.facility_id, self.meter_id = town.facility(), 0
        self.customer_id = town.customer(**{"email": "a@example.se", "address": "Storgatan 1"} | columns)
        self.meter_id = town.meter(self.facility_id)
        self.contract_id = town.contract(self.facility_id, self.customer_id)
        self.order_id = desk.order(Kind.OPEN, self.facility_id, desk.person(self.customer_id)).order_id

    def link(self) -> str:
        """From the e-mail, as it goes out."""
        self.office.spread(ONLY_MAIL)
        with self.database.writing("system") as work:
            messages = lease(work, ONLY_MAIL, "w", 10, way=Way.MAIL)
        found = re.findall(rf"{URL}/not-me/(\S+)", "".join(each.text for each in messages))
        assert found
        return str(found[-1])

    def secrets(self) -> queue.LetterSecrets:
        """From the letter, before it is printed."""
        self.office.spread(ONLY_LETTERS)
        return queue.unseal(self.database.keyring, self.office.letters()[-1].secret_sealed)

    def look(self, typed: str) -> Disputable | None:
        with self.database.reading() as connection:
            return not_me.look(connection, self.database.keyring, typed)

    def close(self, typed: str) -> Taken:
        with self.database.writing("customer") as work:
            return not_me.close(work, DESK_CONFIG, typed)


@pytest.fixture
def house(town: Town, desk: Desk, office: Office) -> House:
    return House(town, desk, office)


def test_the_link_closes_an_open_port_at_once(house: House, desk: Desk, hands: Hands) -> None:
    hands.opened()
    link = house.link()
    seen = house.look(link)
    assert seen is not None and seen.stands and seen.closing is None
    assert (seen.order_id, seen.state, seen.identity) == (house.order_id, State.READ_BACK, "desk")
    assert seen.address == "Storgatan 1, Sälen" and seen.gsrn == desk.gsrn(house.facility_id)
    taken = house.close(link)
    assert desk.commands(house.meter_id)[-1] == ("close", "queued", taken.order_id)
    row = desk.row(taken.order_id)
    assert (row.kind, row.reason, row.person_id, row.identity, row.staff) == ("close", "not_me", None, None, None)
    assert desk.row(house.order_id).withdrawn_at is not None
    with house.database.reading() as connection:
        (alarm,) = live(connection)
        entries = connection.execute(select(tables.audit_entry.c.entry).order_by(tables.audit_entry.c.seq))
        last = entries.scalars().all()[-1]
    assert (alarm.kind, alarm.subject) == ("order_disputed", house.order_id)
    assert '"action":"order.disputed","actor":"customer"' in last


@ON_ONE
def test_before_it_is_open_it_is_not_opened(house: House, desk: Desk) -> None:
    house.close(house.link())
    assert desk.row(house.order_id).state == "cancelled"
    assert ("open", "superseded", house.order_id) in desk.commands(house.meter_id)


def test_twice_is_once(house: House, desk: Desk, hands: Hands) -> None:
    hands.opened()
    link = house.link()
    first, second = house.close(link), house.close(link)
    assert second.order_id == first.order_id and second.is_repeat
    hands.closed()
    third, seen = house.close(link), house.look(link)
    assert (third.order_id, third.state) == (first.order_id, State.READ_BACK)
    assert seen is not None and seen.closing is not None
    assert (seen.stands, seen.address, seen.gsrn) == (False, "", "")
    assert seen.closing.state is State.READ_BACK


@ON_ONE
def test_looking_changes_nothing(house: House, desk: Desk, hands: Hands) -> None:
    hands.opened()
    link = house.link()
    before = desk.actions()
    for typed in (link, "x" * 32, "ABCD-EFGH", "", "' OR 1=1"):
        house.look(typed)
    assert desk.actions() == before
    assert desk.row(house.order_id).withdrawn_at is None


def test_the_code_of_a_letter_does_the_same(house: House, desk: Desk, hands: Hands) -> None:
    hands.opened()
    made = house.secrets()
    assert len(made.code) == 8 and set(made.code) <= set(signs.ALPHABET)
    for typed in (signs.grouped(made.code), made.code.lower(), f" {made.code[:4]} {made.code[4:]} "):
        assert house.look(typed) is not None
    assert house.look(made.link) is not None
    taken = house.close(signs.grouped(made.code).lower())
    assert desk.commands(house.meter_id)[-1] == ("close", "queued", taken.order_id)
    assert house.close(made.link).order_id == taken.order_id


@ON_ONE
def test_unknown_links_and_codes(house: House) -> None:
    house.link()
    for typed in ("", "x", "x" * 32, "ABCD-EFGH", "0000-1111", "ÅÄÖ", house.order_id):
        assert house.look(typed) is None
        with pytest.raises(LinkError, match="not known"):
            house.close(typed)


@ON_ONE
async def test_it_ends_with_the_order(house: House, desk: Desk, hands: Hands, clock: ManualClock) -> None:
    hands.opened()
    link = house.link()
    desk.order(Kind.CLOSE, house.facility_id, desk.person(house.customer_id))
    with pytest.raises(LinkError, match="stands no longer"):
        house.close(link)
    again = desk.order(Kind.OPEN, house.facility_id, desk.person(house.customer_id))
    with pytest.raises(LinkError, match="stands no longer"):
        house.close(link)
    assert desk.row(again.order_id).withdrawn_at is None
    await later(clock, days=1)
    newer = house.link()
    house.close(newer)
    assert desk.row(again.order_id).withdrawn_at == clock.now()


@ON_ONE
def test_it_closes_for_that_contract_alone(house: House, town: Town, desk: Desk, hands: Hands) -> None:
    """Who moved in has an order of their own, which the link of who moved out does not touch."""
    hands.opened()
    link = house.link()
    at = house.database.clock.now()
    contract_id = town.contract(house.facility_id, newcomer := town.customer(), begins=at - timedelta(hours=1))
    theirs = town.request(contract_id, newcomer)
    taken = house.close(link)
    assert (taken.state, taken.why) == (State.READ_BACK, "right_of_another")
    assert desk.row(theirs).withdrawn_at is None
    assert ("close", "queued", taken.order_id) not in desk.commands(house.meter_id)


@ON_ONE
def test_of_a_protected_identity_no_address_is_shown(town: Town, desk: Desk, office: Office) -> None:
    house = House(town, desk, office, is_protected=True)
    seen = house.look(house.secrets().link)
    assert seen is not None and seen.stands and seen.address == ""


@ON_ONE
def test_after_a_change_of_keys_the_older_codes_work_while_their_key_is_there(house: House, database: Database) -> None:
    made = house.secrets()
    newer = Keyring((new_key(date(2027, 1, 1)), *database.keyring.keys))
    alone = Keyring(newer.keys[:1])
    with database.reading() as connection:
        assert not_me.look(connection, newer, made.code) is not None
        assert not_me.look(connection, alone, made.code) is None
        assert not_me.look(connection, alone, made.link) is not None


def test_neither_link_nor_code_is_stored(house: House, desk: Desk) -> None:
    made = house.secrets()
    desk.change(update(tables.customer).values(email="a@example.se"))
    stored = stored_at(house.database.engine.url)
    for secret in (made.link, made.code, signs.grouped(made.code)):
        assert secret.encode() not in stored
    assert b"not_me" in stored
