"""Who is told of what, by which way, and in which words."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from grid.conftest import START
from grid.notices.office import ON_ONE, ONLY_LETTERS, ONLY_MAIL, URL, Office, config_with
from grid.ordering.desk import Desk
from grid.planted import found_in
from grid.reconcile.hands import Hands, later
from grid.town import Town, person_number
from hanport.clock import ManualClock
from hanport.grid.config import WebTable
from hanport.grid.database import tables
from hanport.grid.database.notice_tables import letter, notice
from hanport.grid.notices.languages import remember
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.owing import owe
from hanport.grid.orders import Kind
from hanport.grid.wordings.kinds import MAIL_END
from hanport.grid.wordings.store import change

# 3GPP TS 23.038, 6.2.1: one sign beside these makes an SMS cost twice as much.
GSM_7 = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà") | frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
MAIL = {"email": "anna@example.se"}
BOTH = MAIL | {"phone": "070-174 06 05"}
HOME = {"address": "Storgatan 1, 780 67 Sälen"}


def _household(town: Town, **columns: Any) -> tuple[int, int, int, int]:
    """(facility, meter, customer, contract) of a customer with these columns."""
    facility_id = town.facility()
    customer_id = town.customer(**columns)
    return facility_id, town.meter(facility_id), customer_id, town.contract(facility_id, customer_id)


def _order(town: Town, desk: Desk, **columns: Any) -> int:
    facility_id, _, customer_id, _ = _household(town, **columns)
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    return facility_id


WAYS: list[tuple[dict[str, Any], list[str]]] = [
    (BOTH | HOME, ["mail", "sms"]),
    (MAIL | HOME, ["mail"]),
    ({"phone": "070-174 06 05"} | HOME, ["sms"]),
    ({"email": "none", "phone": "0280-442 00"} | HOME, ["letter"]),
    (HOME, ["letter"]),
    ({}, []),
    (BOTH | HOME | {"is_protected": True}, ["letter"]),
    ({"is_protected": True}, ["letter"]),
]


def test_by_which_way(town: Town, desk: Desk, office: Office) -> None:
    for columns, ways in WAYS:
        before = len(office.messages()), len(office.letters())
        _order(town, desk, **columns)
        assert office.spread() == 1
        found = [row.way for row in office.messages()[before[0] :]] + ["letter"] * (len(office.letters()) - before[1])
        assert sorted(found) == sorted(ways), columns
    assert office.spread() == 0


@ON_ONE
def test_only_by_what_the_company_has(town: Town, desk: Desk, office: Office) -> None:
    _order(town, desk, **BOTH, **HOME)
    _order(town, desk, **HOME)
    office.spread(ONLY_MAIL)
    assert office.told() == [("mail", "open_ordered")]
    _order(town, desk, **BOTH, **HOME)
    office.spread(ONLY_LETTERS)
    assert office.told()[1:] == [("letter", "open_ordered")]


@ON_ONE
def test_an_e_mail_says_what_and_where_and_how_to_stop_it(town: Town, desk: Desk, office: Office) -> None:
    facility_id = _order(town, desk, **BOTH)
    office.spread()
    mail, sms = map(office.said, office.messages())
    gsrn = desk.gsrn(facility_id)
    assert (mail.to, sms.to) == ("anna@example.se", "+46701740605")
    assert mail.subject == "HAN-porten på din elmätare ska öppnas"
    for said in (f"Anläggning: {gsrn}", "Adress: Storgatan 1, Sälen", "Elmätare: M", "Tid: 2026-11-25 09:00"):
        assert said in mail.text
    assert "Identiteten kontrollerad: vid besök, av vår personal" in mail.text
    assert "Klart före: 2026-11-27 00:00" in mail.text
    assert f"Stäng porten direkt: {URL}/not-me/… " in mail.text
    assert "Fjällnät" in mail.text and "0280-442 00" in mail.text
    assert gsrn[-5:] in sms.text and gsrn not in sms.text and "Storgatan" not in sms.text
    assert sms.text.endswith(f"Inte du? Stäng direkt: {URL}/not-me/…")
    assert "Kund" not in mail.text + sms.text


@ON_ONE
def test_the_companys_own_words_end_an_e_mail(town: Town, desk: Desk, office: Office) -> None:
    with office.database.writing("staff:anna") as work:
        texts = {"sv": "Hälsningar\nvi på {company}", "en": "Regards\n{company}"}
        change(work, office.config, MAIL_END, texts, expected=0)
    _order(town, desk, **BOTH)
    office.spread()
    mail, sms = map(office.said, office.messages())
    assert "\n\nHälsningar\nvi på Fjällnät\n\nSkickat av Fjällnät." in mail.text
    assert "Hälsningar" not in sms.text


@ON_ONE
def test_both_ways_have_the_same_link_and_only_its_hash_is_there(town: Town, desk: Desk, office: Office) -> None:
    _order(town, desk, **BOTH)
    office.spread()
    keyring = office.database.keyring
    secrets = {keyring.open(row.secret_sealed, "notice") for row in office.messages()}
    assert len(secrets) == 1 and len(secrets.pop()) >= 32
    (link,) = office.links()
    assert (link.code_hash, link.letter_id) == (None, None)


@ON_ONE
def test_without_pages_there_is_no_link_but_somebody_to_call(town: Town, desk: Desk, office: Office) -> None:
    _order(town, desk, **BOTH)
    office.spread(config_with(web=WebTable()))
    mail, sms = map(office.said, office.messages())
    assert "Hör av dig, så stänger vi porten direkt" in mail.text and "http" not in mail.text + sms.text
    assert office.links() == []


@ON_ONE
def test_in_the_language_that_was_chosen(town: Town, desk: Desk, office: Office) -> None:
    facility_id, _, customer_id, _ = _household(town, **BOTH)
    with office.database.writing("customer") as work:
        remember(work, desk.person(customer_id), "en")
        remember(work, desk.person(customer_id), "en")
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    office.spread()
    assert office.said(office.messages()[0]).subject == "The HAN port of your meter is to be opened"
    with office.database.writing("customer") as work, pytest.raises(KeyError):
        remember(work, 1, "fr")
    with office.database.writing("customer") as work:
        remember(work, desk.person(customer_id), "sv")
        owe(work, Occasion.CAN_OPEN, facility_id, {})
    office.spread(ONLY_MAIL)
    assert "Nu går din HAN-port att öppna" in {office.said(row).subject for row in office.messages()}


def test_all_holders_of_then_are_told(town: Town, desk: Desk, office: Office, clock: ManualClock) -> None:
    facility_id, _, customer_id, contract_id = _household(town, email="a@example.se")
    holder = {"contract_id": contract_id, "begins_at": START - timedelta(days=9)}
    joint, left, dead = (town.customer(email=f"{name}@example.se") for name in ("joint", "left", "dead"))
    desk.change(update(tables.customer).where(tables.customer.c.id == dead).values(died_at=START - timedelta(days=1)))
    desk.change(insert(tables.contract_holder).values(holder | {"customer_id": joint}))
    desk.change(insert(tables.contract_holder).values(holder | {"customer_id": dead}))
    desk.change(insert(tables.contract_holder).values(holder | {"customer_id": left, "ends_at": START}))
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    office.spread(ONLY_MAIL)
    assert [office.said(row).to for row in office.messages()] == ["a@example.se", "joint@example.se"]
    assert len(office.links()) == 2


@ON_ONE
async def test_who_has_moved_out_is_told_that_it_is_closed(
    town: Town, desk: Desk, hands: Hands, office: Office, clock: ManualClock
) -> None:
    facility_id, meter_id, customer_id, _ = _household(town, email="old@example.se")
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    hands.opened()
    ends_at = clock.now() + timedelta(days=1)
    desk.change(update(tables.contract).values(ends_at=ends_at))
    desk.change(update(tables.contract_holder).values(ends_at=ends_at))
    town.contract(facility_id, town.customer(email="new@example.se"), begins=ends_at)
    await later(clock, days=1)
    hands.review(meter_id)
    hands.closed()
    office.spread(ONLY_MAIL)
    last = office.said(office.messages()[-1])
    assert last.to == "old@example.se"
    assert "stängd, eftersom nätavtalet har upphört" in last.text
    assert {office.said(row).to for row in office.messages()} == {"old@example.se"}


def test_a_stranger_is_told_of_once_a_day_and_never_by_letter(town: Town, desk: Desk, office: Office) -> None:
    facility_id, _, _, _ = _household(town, **MAIL)
    by_letter, _, _, _ = _household(town, **HOME)
    for _ in range(3):
        desk.order(Kind.OPEN, facility_id, town.person())
        desk.order(Kind.OPEN, by_letter, town.person())
        office.spread()
    assert office.told() == [("mail", "refused")]
    said = office.said(office.messages()[0])
    assert "öppna HAN-porten har avslagits: den som beställde står utanför nätavtalet" in said.text
    assert "/not-me/" not in said.text


@ON_ONE
async def test_the_next_day_it_is_told_again(town: Town, desk: Desk, office: Office, clock: ManualClock) -> None:
    facility_id, _, _, _ = _household(town, **MAIL)
    for _ in range(2):
        desk.order(Kind.OPEN, facility_id, town.person())
        office.spread()
        await later(clock, days=1)
    assert office.told() == [("mail", "refused")] * 2


def test_the_same_step_is_told_once(town: Town, desk: Desk, office: Office) -> None:
    _order(town, desk, **MAIL)
    with office.database.reading() as connection:
        row = connection.execute(select(notice)).one()
    again = {"occasion": row.occasion, "order_id": row.order_id, "facility_id": row.facility_id}
    for _ in range(2):
        desk.change(insert(notice).values(again | {"happened_at": START}))
    assert office.spread() == 3
    desk.change(insert(notice).values(again | {"happened_at": START}))
    assert office.spread() == 1
    assert office.told() == [("mail", "open_ordered")]


@ON_ONE
def test_one_letter_says_both_while_it_waits(town: Town, desk: Desk, hands: Hands, office: Office) -> None:
    _order(town, desk, **HOME)
    office.spread()
    hands.opened()
    office.spread()
    assert office.told() == [("letter", "open_ordered")]
    desk.change(update(letter).values(state="printed"))
    desk.change(insert(notice).values(occasion="opened", facility_id=1, contract_id=1, happened_at=START))
    office.spread()
    assert office.told()[1:] == [("letter", "opened")]


@ON_ONE
def test_a_withdrawn_order_has_no_link(town: Town, desk: Desk, office: Office) -> None:
    facility_id, _, customer_id, _ = _household(town, **MAIL)
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    office.spread()
    assert "/not-me/" not in office.said(office.messages()[0]).text
    assert office.links() == []


@ON_ONE
def test_a_neighbour_with_a_protected_identity_hides_the_address(town: Town, desk: Desk, office: Office) -> None:
    facility_id, _, customer_id, contract_id = _household(town, **MAIL)
    joint = {"contract_id": contract_id, "customer_id": town.customer(is_protected=True), "begins_at": START}
    desk.change(insert(tables.contract_holder).values(joint))
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    office.spread()
    said = office.said(office.messages()[0])
    assert "Storgatan" not in said.text and desk.gsrn(facility_id) in said.text


@ON_ONE
def test_one_customer_alone_can_be_told(town: Town, office: Office) -> None:
    facility_id, _, customer_id, contract_id = _household(town, **MAIL)
    other = town.customer(email="b@example.se")
    with office.database.writing("system") as work:
        row = {"contract_id": contract_id, "customer_id": other, "begins_at": START}
        work.connection.execute(insert(tables.contract_holder).values(row))
        owe(work, Occasion.CAN_OPEN, facility_id, {"customer_id": customer_id})
    office.spread()
    assert [office.said(row).to for row in office.messages()] == ["anna@example.se"]


@ON_ONE
def test_every_occasion_has_words(town: Town, desk: Desk, office: Office) -> None:
    facility_id, meter_id, customer_id, contract_id = _household(town, **BOTH)
    power_id = town.power(customer_id, town.person())
    told = [occasion for occasion in Occasion if occasion is not Occasion.ANNOUNCED]  # test_announcing.py
    for language in ("sv", "en"):
        for occasion in told:
            order_id = town.request(contract_id, customer_id, power_id=power_id)
            with office.database.writing("system") as work:
                remember(work, desk.person(customer_id), language)
                owe(work, occasion, facility_id, {"order_id": order_id, "meter_id": meter_id, "why": "no_contract"})
            office.spread()
    said = [office.said(row) for row in office.messages()]
    assert len(said) == 2 * 2 * len(told)
    for each in said:
        assert "{" not in each.subject + each.text
        assert len(each.text) < (1500 if each.subject else 300)
        assert each.subject or set(each.text.removesuffix("…")) <= GSM_7, each.text


@ON_ONE
def test_a_closing_that_closes_nothing_says_why(town: Town, office: Office) -> None:
    facility_id, _, _, contract_id = _household(town, **BOTH)
    for why in ("right_of_another", "not_installed"):
        with office.database.writing("system") as work:
            owe(work, Occasion.CLOSED, facility_id, {"why": why, "contract_id": contract_id})
        office.spread()
    texts = {office.said(row).text for row in office.messages()}
    for said in ("eftersom någon annan med rätt till den", "Ingen elmätare sitter på anläggningen, så ingen port"):
        assert any(said in text for text in texts)
    assert not any("är stängd" in text for text in texts)


@ON_ONE
def test_the_number_is_nowhere(town: Town, desk: Desk, office: Office) -> None:
    number = person_number(6001)
    facility_id = town.facility()
    customer_id = town.customer(town.person(number), **BOTH)
    town.meter(facility_id)
    town.contract(facility_id, customer_id)
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    desk.order(Kind.CLOSE, facility_id, desk.person(customer_id), reason=f"asked by {number.digits}")
    office.spread()
    said = "".join(f"{each.to}{each.subject}{each.text}" for each in map(office.said, office.messages()))
    assert found_in(said.encode(), number) == []
