"""Messages on their way: leased by one worker, tried again, told to staff, and given up for a letter."""

from typing import Any

import pytest
from sqlalchemy import update

from grid.conftest import START
from grid.notices.office import ON_ONE, ONLY_MAIL, Office
from grid.ordering.desk import Desk
from grid.reconcile.hands import later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.alarms import live
from hanport.grid.database.notice_tables import notice_message
from hanport.grid.letters import queue
from hanport.grid.notices import outbox
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.ways import Way
from hanport.grid.orders import Kind

DOWN = NotDelivered("The mail server does not answer.")
WRONG = NotDelivered("The mail server refuses the recipient (550).", is_final=True)


class Post:
    """A worker's hands in the outbox."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def lease(self, way: Way = Way.MAIL, worker: str = "w", limit: int = 10) -> list[Outgoing]:
        with self.office.database.writing("system") as work:
            return outbox.lease(work, self.office.config, worker, limit, way=way)

    def sent(self, message_id: str) -> None:
        with self.office.database.writing("system") as work:
            outbox.sent(work, message_id)

    def failed(self, message_id: str, error: NotDelivered = DOWN) -> None:
        with self.office.database.writing("system") as work:
            outbox.not_sent(work, self.office.config, message_id, error)

    def alarms(self) -> list[tuple[str, str]]:
        with self.office.database.reading() as connection:
            return [(each.kind, each.subject) for each in live(connection)]


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def _told(town: Town, desk: Desk, office: Office, **columns: Any) -> int:
    """Somebody who is told of an order: the customer."""
    facility_id = town.facility()
    customer_id = town.customer(**{"email": "a@example.se", "address": "Storgatan 1"} | columns)
    town.meter(facility_id)
    town.contract(facility_id, customer_id)
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    office.spread()
    return customer_id


def test_one_worker_has_it_and_its_secret_goes_with_it(town: Town, desk: Desk, office: Office, post: Post) -> None:
    _told(town, desk, office)
    (message,) = post.lease()
    assert (message.way, message.to) == (Way.MAIL, "a@example.se")
    assert "/not-me/…" not in message.text and "https://han.example.se/not-me/" in message.text
    assert repr(message) == f"Outgoing({message.id}, mail)"
    assert post.lease(worker="other") == [] and post.lease(Way.SMS) == []
    post.sent(message.id)
    (row,) = office.messages()
    assert (row.state, row.ended_at, row.secret_sealed, row.leased_by) == ("sent", START, None, None)
    assert "/not-me/…" in office.said(row).text
    assert desk.actions()[-1] == "notice.sent"
    post.sent(message.id)
    post.failed(message.id)
    assert office.messages() == [row]


async def test_a_lease_that_ran_out_sends_the_same_once_more(
    town: Town, desk: Desk, office: Office, post: Post, clock: ManualClock
) -> None:
    _told(town, desk, office)
    (first,) = post.lease()
    await later(clock, seconds=61)
    (second,) = post.lease(worker="other")
    assert second == first
    assert office.messages()[0].attempts == 2


async def test_it_is_tried_again_with_growing_pauses(
    town: Town, desk: Desk, office: Office, post: Post, clock: ManualClock
) -> None:
    _told(town, desk, office)
    waits = []
    for _ in range(outbox.GIVEN_UP_AFTER - 1):
        (message,) = post.lease()
        post.failed(message.id)
        assert post.lease() == []
        (row,) = office.messages()
        waits.append((row.due_at - clock.now()).total_seconds() / 60)
        await later(clock, minutes=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert post.alarms() == [("notices_undelivered", "mail")]
    assert office.letters() == []
    (message,) = post.lease()
    post.failed(message.id)
    (row,) = office.messages()
    assert (row.state, row.secret_sealed, row.problem) == ("failed", None, DOWN.problem)
    (letter,) = office.letters()
    assert (letter.state, letter.customer_id) == ("waiting", 1)
    assert queue.unseal(office.database.keyring, letter.secret_sealed).code
    _told(town, desk, office)
    post.sent(post.lease()[0].id)
    assert post.alarms() == []


@ON_ONE
def test_an_address_that_is_none_becomes_a_letter_at_once(town: Town, desk: Desk, office: Office, post: Post) -> None:
    _told(town, desk, office)
    (message,) = post.lease()
    post.failed(message.id, WRONG)
    assert [row.state for row in office.messages()] == ["failed"]
    assert len(office.letters()) == 1 and post.alarms() == []
    assert desk.actions()[-2:] == ["notice.undelivered", "letter.queued"]


@ON_ONE
def test_no_letter_where_the_other_way_goes(town: Town, desk: Desk, office: Office, post: Post) -> None:
    _told(town, desk, office, phone="070-1740605")
    (mail,), (sms,) = post.lease(), post.lease(Way.SMS)
    post.failed(mail.id, WRONG)
    assert office.letters() == []
    post.failed(sms.id, WRONG)
    assert len(office.letters()) == 1


@ON_ONE
def test_no_letter_without_an_address_or_to_a_stranger(town: Town, desk: Desk, office: Office, post: Post) -> None:
    _told(town, desk, office, address="")
    post.failed(post.lease()[0].id, WRONG)
    desk.order(Kind.OPEN, 1, town.person())
    office.spread()
    post.failed(post.lease()[0].id, WRONG)
    assert office.letters() == []
    assert [row.state for row in office.messages()] == ["failed", "failed"]


@ON_ONE
def test_what_cannot_be_unsealed_is_written_anew(town: Town, desk: Desk, office: Office, post: Post) -> None:
    _told(town, desk, office)
    desk.change(update(notice_message).values(content_sealed=b"x" * 40))
    assert post.lease() == []
    assert [row.state for row in office.messages()] == ["failed"]
    assert len(office.letters()) == 1


@ON_ONE
def test_the_oldest_go_first_and_not_too_many(town: Town, desk: Desk, office: Office, post: Post) -> None:
    office.config = ONLY_MAIL
    for n in range(3):
        _told(town, desk, office, email=f"{n}@example.se")
    assert len(post.lease(limit=2)) == 2
    assert len(post.lease(limit=2)) == 1
