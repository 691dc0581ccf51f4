"""What customers were told: shown to staff without contents, told to the person, and forgotten with the person."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from grid.conftest import START
from grid.notices.office import CONFIG, ON_ONE, ONLY_LETTERS, Office
from grid.ordering.desk import Desk
from grid.planted import stored_at
from grid.town import Town
from hanport.grid.database import tables
from hanport.grid.database.notice_tables import letter, letter_code, not_me, notice_message, told_in
from hanport.grid.disclosure import disclose
from hanport.grid.erasure import erase
from hanport.grid.letters.codes import order_code
from hanport.grid.letters.paper import Paper, seal_printed
from hanport.grid.notices.languages import remember
from hanport.grid.notices.told import Told, told, unspread
from hanport.grid.orders import Kind

LONG_AGO = START - timedelta(days=5 * 365)
PAPER = Paper("sv", ("Astrid Berg", "Storgatan 9"), "2026-11-25", "Öppen", ("Porten är öppen.",), code="ABCDEFGH")


def _customer(town: Town, desk: Desk, office: Office, **columns: Any) -> tuple[int, int]:
    """Somebody who was told by e-mail and by letter, and has asked for a code: (person, customer)."""
    facility_id = town.facility()
    customer_id = town.customer(**{"email": "astrid@example.se", "address": "Storgatan 9"} | columns)
    town.meter(facility_id)
    town.contract(facility_id, customer_id)
    person_id = desk.person(customer_id)
    desk.order(Kind.OPEN, facility_id, person_id)
    office.spread()
    desk.order(Kind.CLOSE, facility_id, person_id)
    desk.change(update(tables.order).where(tables.order.c.kind == "close").values(state="read_back"))
    with office.database.writing("customer") as work:
        order_code(work, CONFIG, desk.gsrn(facility_id))
        remember(work, person_id, "en")
    return person_id, customer_id


def _printed(desk: Desk, office: Office) -> None:
    sealed = seal_printed(office.database.keyring, PAPER)
    desk.change(update(letter).values(state="printed", content_sealed=sealed, secret_sealed=None, printed_at=START))


def _notices(said: dict[str, object]) -> list[dict[str, Any]]:
    found = said["notices"]
    assert isinstance(found, list)
    return found


def test_staff_see_who_was_told_and_how_that_went(town: Town, desk: Desk, office: Office) -> None:
    _, customer_id = _customer(town, desk, office)
    key = desk.value(tables.customer.c.key, tables.customer.c.id == customer_id)
    with office.database.reading() as connection:
        found = told(connection)
        assert told(connection, "735999000000000013") == found
        assert told(connection, "735999000000000068") == []
        assert [each.way for each in told(connection, state="waiting")] == ["letter"]
        assert len(told(connection, limit=1)) == 1
        assert unspread(connection) == 0
    gsrn = desk.gsrn(1)
    assert found == [
        Told(START, "code", gsrn, key, "letter", "waiting", None, 0, ""),
        Told(START, "open_ordered", gsrn, key, "mail", "due", None, 0, ""),
    ]


def test_the_person_is_told_all_of_it_but_the_secrets(town: Town, desk: Desk, office: Office) -> None:
    person_id, _ = _customer(town, desk, office)
    _printed(desk, office)
    with office.database.reading() as connection:
        said = disclose(connection, office.database.keyring, person_id)
    paper, mail = _notices(said)
    assert (mail["to"], mail["occasion"], mail["state"]) == ("astrid@example.se", "open_ordered", "due")
    assert "https://han.example.se/not-me/…" in mail["text"]
    assert (paper["to"], paper["subject"], paper["ended_at"]) == (
        "Astrid Berg, Storgatan 9", "Öppen", START.isoformat(),
    )  # fmt: skip
    assert "ABCD" not in json.dumps(said)


@ON_ONE
def test_of_a_letter_that_waits_little_is_said(town: Town, desk: Desk, office: Office) -> None:
    person_id, _ = _customer(town, desk, office, email="", is_protected=True)
    with office.database.reading() as connection:
        waiting = _notices(disclose(connection, office.database.keyring, person_id))
    assert [(each["to"], each["text"], each["state"]) for each in waiting] == [(None, None, "waiting")] * 2
    _printed(desk, office)
    with office.database.reading() as connection:
        printed = json.dumps(disclose(connection, office.database.keyring, person_id)["notices"])
    assert "Porten" in printed and "Storgatan" not in printed


def test_it_is_forgotten_with_the_person(town: Town, desk: Desk, office: Office) -> None:
    person_id, _ = _customer(town, desk, office)
    office.spread(ONLY_LETTERS)
    with office.database.reading() as connection:
        sealed = [
            bytes(each)
            for column in (notice_message.c.content_sealed, notice_message.c.secret_sealed, letter.c.secret_sealed)
            for each in connection.execute(select(column)).scalars()
        ]
        hashes = [bytes(each) for each in connection.execute(select(not_me.c.secret_hash)).scalars()]
    assert len(sealed) == 3 and hashes
    desk.change(update(tables.contract).values(ends_at=LONG_AGO))
    desk.change(update(tables.order).values(withdrawn_at=LONG_AGO, ended_at=LONG_AGO, created_at=LONG_AGO))
    desk.change(update(tables.port).values(may_be_open=False))
    with office.database.writing("staff:anna") as work:
        assert erase(work, person_id, retention_years=3).notices == 2
    with office.database.reading() as connection:
        for table in (not_me, letter_code, told_in):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert disclose(connection, office.database.keyring, person_id)["notices"] != []
    assert {row.state for row in office.messages()} == {row.state for row in office.letters()} == {"dropped"}
    office.database.engine.dispose()
    stored = stored_at(office.database.engine.url)
    assert b"dropped" in stored
    for gone in (*sealed, *hashes):
        assert gone not in stored and gone.hex().encode() not in stored


@ON_ONE
def test_what_was_sent_stays_sent(town: Town, desk: Desk, office: Office) -> None:
    person_id, _ = _customer(town, desk, office)
    desk.change(update(notice_message).values(state="sent"))
    desk.change(update(tables.contract).values(ends_at=LONG_AGO))
    desk.change(update(tables.order).values(withdrawn_at=LONG_AGO, ended_at=LONG_AGO, created_at=LONG_AGO))
    with office.database.writing("staff:anna") as work:
        erase(work, person_id, retention_years=3)
    (row,) = office.messages()
    assert (row.state, row.content_sealed, row.secret_sealed) == ("sent", None, None)
