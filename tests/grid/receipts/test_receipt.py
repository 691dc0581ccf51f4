"""What a receipt says of an order, to whom."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from grid.ordering.desk import CONFIG, Desk
from grid.receipts.made import ISSUER, TEXT, bankid_answer
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.ordering.taking import Wish, sign, take
from hanport.grid.ordering.taking import draft as drafted
from hanport.grid.orders import Kind
from hanport.grid.receipts.receipt import Part, Receipt, ReceiptError, full, may_share, shareable
from hanport.grid.right import IdentityCheck


def the_full(database: Database, order_id: str, person_id: int) -> Receipt:
    with database.writing("customer") as work:
        return full(work, ISSUER, order_id, person_id)


def the_shared(database: Database, order_id: str, **options: Any) -> Receipt:
    with database.reading() as connection:
        return shareable(connection, ISSUER, order_id, at=database.clock.now(), **options)


def content(receipt: Receipt) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(receipt.content()))
    return made


def signed_with_bankid(desk: Desk, facility_id: int, person_id: int) -> str:
    identity = desk.identity(desk.number(person_id), how=IdentityCheck.BANKID, evidence=bankid_answer(), staff="")
    with desk.database.writing("customer") as work:
        return take(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)), identity).order_id


async def test_an_opening_from_order_to_read_back(
    database: Database, town: Town, desk: Desk, clock: ManualClock
) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    begun = clock.now()
    order_id = signed_with_bankid(desk, facility_id, person_id)
    before = content(the_full(database, order_id, person_id))
    assert (before["order"]["state"], before["order"]["read_back_at"]) == ("right_checked", None)
    await clock.advance(43)
    done = {"state": "read_back", "ended_at": clock.now()}
    desk.change(update(tables.order).where(tables.order.c.id == order_id).values(done))
    await clock.advance(60)
    told = content(the_full(database, order_id, person_id))
    serial = desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    assert told["issued_at"] == "2026-11-25T08:01:43Z"
    assert told["company"] == {"name": ISSUER.name, "url": ISSUER.url}
    assert told["facility"] == {"gsrn": desk.gsrn(facility_id), "address": "Storgatan 1, Sälen"}
    assert told["meters"] == [serial]
    assert begun == begun.replace(microsecond=0)
    assert told["order"] == {
        "id": order_id,
        "kind": "open",
        "state": "read_back",
        "terms": "2026-3",
        "asked_at": "2026-11-25T08:00:00Z",
        "signed_at": "2026-11-25T08:00:00Z",
        "deadline_at": "2026-11-26T23:00:00Z",
        "read_back_at": "2026-11-25T08:00:43Z",
        "ended_at": "2026-11-25T08:00:43Z",
        "withdrawn_at": None,
    }
    identity = told["identity"]
    assert (identity["how"], identity["signed_text"], identity["by_power"]) == ("bankid", TEXT, False)
    assert identity["signature"]
    assert identity["ocsp_response"]


def test_the_full_one_is_for_who_signed_alone(database: Database, town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    agent_id = town.person()
    town.power(customer_id, agent_id)
    order_id = signed_with_bankid(desk, facility_id, agent_id)
    assert content(the_full(database, order_id, agent_id))["identity"]["by_power"] is True
    holder_id = desk.person(customer_id)
    for stranger in (holder_id, town.person()):
        with pytest.raises(ReceiptError):
            the_full(database, order_id, stranger)
    with pytest.raises(ReceiptError):
        the_full(database, "none", agent_id)
    assert desk.actions().count("receipt.given") == 1
    with database.reading() as connection:
        assert [may_share(connection, order_id, each) for each in (agent_id, holder_id, town.person())] == [
            True,
            True,
            False,
        ]


def test_the_shared_one_names_nobody(database: Database, town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    order_id = signed_with_bankid(desk, facility_id, person_id)
    told = content(the_shared(database, order_id))
    assert told["scope"] == "shared"
    assert "identity" not in told
    assert told["facility"]["address"]
    assert told["meters"]
    bare = content(the_shared(database, order_id, shows=()))
    assert (bare["facility"]["address"], bare["meters"]) == (None, None)
    only = content(the_shared(database, order_id, shows={Part.METERS}))
    assert (only["facility"]["address"], only["meters"]) == (None, told["meters"])
    text = json.dumps(told)
    name = desk.value(tables.customer.c.name, tables.customer.c.id == customer_id)
    for secret in (name, desk.number(person_id).digits, "bankid", TEXT[:20]):
        assert secret not in text


def test_a_protected_address_stands_in_no_receipt(database: Database, town: Town, desk: Desk) -> None:
    facility_id = town.facility()
    town.meter(facility_id)
    customer_id = town.customer(is_protected=True)
    town.contract(facility_id, customer_id)
    person_id = desk.person(customer_id)
    order_id = desk.order(Kind.OPEN, facility_id, person_id).order_id
    for receipt in (the_full(database, order_id, person_id), the_shared(database, order_id)):
        assert content(receipt)["facility"]["address"] is None
        assert receipt.place.address == ""


def test_an_order_that_nobody_signed_has_none(database: Database, town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    with database.writing("customer") as work:
        order_id = drafted(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)))
    with pytest.raises(ReceiptError):
        the_shared(database, order_id)
    with pytest.raises(ReceiptError):
        the_full(database, order_id, desk.person(customer_id))
    with database.writing("customer") as work:
        sign(work, CONFIG, order_id, desk.identity(desk.number(desk.person(customer_id))))
    assert the_full(database, order_id, desk.person(customer_id)).evidence is not None


def test_evidence_that_is_gone(database: Database, town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    order_id = signed_with_bankid(desk, facility_id, person_id)
    desk.change(update(tables.order).values(evidence_sealed=None))
    identity = content(the_full(database, order_id, person_id))["identity"]
    assert (identity["signature"], identity["signed_text"]) == ("", "")


def test_the_meters_are_those_that_the_order_was_about(
    database: Database, town: Town, desk: Desk, clock: ManualClock
) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    opened = desk.order(Kind.OPEN, facility_id, person_id).order_id
    serial = desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    exchanged = {"ends_at": clock.now() + timedelta(hours=1)}
    desk.change(update(tables.installation).where(tables.installation.c.meter_id == meter_id).values(exchanged))
    town.meter(facility_id, begins=clock.now() + timedelta(hours=1), serial="NEW")
    assert the_shared(database, opened).meters == (serial,), "the meter that was sent the command"
    desk.change(tables.command.delete())
    ended = update(tables.order).where(tables.order.c.id == opened)
    desk.change(ended.values(ended_at=clock.now()))
    assert the_shared(database, opened).meters == (serial,), "the meter that was there when it ended"
    desk.change(ended.values(ended_at=clock.now() + timedelta(hours=2)))
    assert the_shared(database, opened).meters == ("NEW",)
    restart = desk.order(Kind.RESTART, facility_id, person_id, meter_serial=serial).order_id
    assert the_shared(database, restart).meters == (serial,)
    desk.change(tables.command.delete())
    desk.change(tables.installation.delete())
    assert the_shared(database, opened).meters == ()
