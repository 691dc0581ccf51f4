"""Links to receipts: they show what the customer wants, and end when they should."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grid.ordering.desk import CONFIG, Desk
from grid.receipts.made import ISSUER
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.waiting_tables import receipt_share
from hanport.grid.database.work import Database
from hanport.grid.ordering.taking import close_by_staff
from hanport.grid.orders import Kind
from hanport.grid.receipts.receipt import ALL, Part, Receipt, ReceiptError
from hanport.grid.receipts.shares import LASTS, Share, end_shares, share_of, shared, shares_of


class Sharing:
    """A customer with an order, and whoever follows the links."""

    def __init__(self, database: Database, town: Town) -> None:
        self.database = database
        self.desk = Desk(database)
        self.facility_id, _, self.customer_id, _ = town.household()
        self.person_id = self.desk.person(self.customer_id)
        self.order_id = self.desk.order(Kind.OPEN, self.facility_id, self.person_id).order_id

    def share(self, shows: frozenset[Part] = ALL, person_id: int | None = None, order_id: str = "") -> str:
        with self.database.writing("customer") as work:
            return share_of(work, order_id or self.order_id, person_id or self.person_id, shows)

    def follow(self, secret: str) -> Receipt | None:
        with self.database.reading() as connection:
            return shared(connection, ISSUER, secret, self.database.clock.now())

    def standing(self) -> list[Share]:
        with self.database.reading() as connection:
            return shares_of(connection, self.order_id, self.database.clock.now())


@pytest.fixture
def sharing(database: Database, town: Town) -> Sharing:
    return Sharing(database, town)


def test_a_link_shows_the_receipt_as_the_customer_wants(sharing: Sharing) -> None:
    whole, bare = sharing.share(), sharing.share(frozenset())
    receipt = sharing.follow(whole)
    assert receipt is not None
    assert receipt.order.id == sharing.order_id
    assert receipt.evidence is None
    assert receipt.place.address
    assert receipt.meters
    hidden = sharing.follow(bare)
    assert hidden is not None
    assert (hidden.place.address, hidden.meters) == ("", None)
    assert [each.shows for each in sharing.standing()] == [frozenset(), ALL]
    assert sharing.standing()[0].ends_at == sharing.database.clock.now() + LASTS


def test_the_secret_is_kept_nowhere(sharing: Sharing) -> None:
    secret = sharing.share()
    with sharing.database.reading() as connection:
        row = connection.execute(select(receipt_share)).one()
        entries = list(connection.execute(select(tables.audit_entry.c.entry)).scalars())
    assert secret.encode() not in bytes(row.secret_hash)
    assert not any(secret in entry for entry in entries)
    assert "receipt.shared" in sharing.desk.actions()


def test_what_is_no_secret_leads_nowhere(sharing: Sharing) -> None:
    sharing.share()
    for secret in ("", "x", "\ud800", "' OR 1=1 --", "a" * 10_000):
        assert sharing.follow(secret) is None


def test_it_is_taken_back(sharing: Sharing) -> None:
    secrets = [sharing.share(), sharing.share()]
    with sharing.database.writing("customer") as work:
        assert end_shares(work, sharing.order_id, sharing.person_id) == 2
    assert [sharing.follow(each) for each in secrets] == [None, None]
    assert sharing.standing() == []
    with sharing.database.writing("customer") as work:
        assert end_shares(work, sharing.order_id, sharing.person_id) == 0
    assert sharing.desk.actions().count("receipt.share_ended") == 1
    assert sharing.follow(sharing.share()) is not None, "another one can be made"


async def test_it_ends_after_its_days(sharing: Sharing, clock: ManualClock) -> None:
    secret = sharing.share()
    await clock.advance((LASTS - timedelta(seconds=1)).total_seconds())
    assert sharing.follow(secret) is not None
    await clock.advance(1)
    assert sharing.follow(secret) is None
    assert sharing.standing() == []


def test_it_ends_with_a_closing(sharing: Sharing) -> None:
    secret = sharing.share()
    closing = sharing.desk.order(Kind.CLOSE, sharing.facility_id, sharing.person_id).order_id
    assert sharing.follow(secret) is None
    assert sharing.standing() == []
    with pytest.raises(ReceiptError, match="withdrawn"):
        sharing.share()
    receipt = sharing.follow(sharing.share(order_id=closing))
    assert receipt is not None, "that the port was closed can be shown"
    assert receipt.order.kind is Kind.CLOSE


def test_it_ends_with_the_person(sharing: Sharing) -> None:
    secret = sharing.share()
    at = sharing.database.clock.now()
    sharing.desk.change(update(tables.person).where(tables.person.c.id == sharing.person_id).values(erased_at=at))
    assert sharing.follow(secret) is None


def test_others_share_nothing(sharing: Sharing, town: Town) -> None:
    stranger = town.person()
    for order_id, person_id in ((sharing.order_id, stranger), ("none", sharing.person_id)):
        with pytest.raises(ReceiptError):
            sharing.share(person_id=person_id, order_id=order_id)
        with pytest.raises(ReceiptError), sharing.database.writing("customer") as work:
            end_shares(work, order_id, person_id)
    with sharing.database.writing("staff:anna") as work:
        closing = close_by_staff(
            work, CONFIG, sharing.desk.gsrn(sharing.facility_id), staff="anna", reason="stolen"
        ).order_id
    with pytest.raises(ReceiptError):
        sharing.share(order_id=closing)
