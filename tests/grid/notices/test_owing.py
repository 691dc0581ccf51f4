"""What is owed is written in the transaction in which it happens, once, and costs an order one statement."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from grid.conftest import START
from grid.notices.office import ON_ONE
from grid.ordering.desk import CONFIG, Desk
from grid.reconcile.hands import Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.notice_tables import notice
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, Outcome, PortState
from hanport.grid.ordering.taking import Wish, cancel, draft, expire_drafts, take
from hanport.grid.orders import Kind


def owed(database: Database) -> list[tuple[str, str | None, str]]:
    """The occasions in their order, with the order and the reason."""
    with database.reading() as connection:
        rows = connection.execute(select(notice).order_by(notice.c.id)).all()
    return [(row.occasion, row.order_id, row.why) for row in rows]


def occasions(database: Database) -> list[str]:
    return [occasion for occasion, _, _ in owed(database)]


def _opened(town: Town, desk: Desk, hands: Hands) -> tuple[int, int, int, str]:
    """A household with an open port: (facility, meter, customer, order)."""
    facility_id, meter_id, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    hands.opened()
    return facility_id, meter_id, customer_id, taken.order_id


def test_an_opening_and_a_closing(town: Town, desk: Desk, hands: Hands) -> None:
    facility_id, _, customer_id, opening = _opened(town, desk, hands)
    closing = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    hands.closed()
    assert owed(desk.database) == [
        ("open_ordered", opening, ""),
        ("opened", opening, ""),
        ("closed", closing.order_id, ""),
    ]


@ON_ONE
def test_an_opening_that_is_overtaken_is_told_by_the_closing(town: Town, desk: Desk, hands: Hands) -> None:
    facility_id, _, customer_id, _ = town.household()
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    hands.done(CommandKind.READ, PortState.CLOSED)
    assert occasions(desk.database) == ["open_ordered", "closed"]


@ON_ONE
def test_a_refusal(town: Town, desk: Desk) -> None:
    facility_id, _, _, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, town.person())
    assert owed(desk.database) == [("refused", taken.order_id, "not_holder")]


@ON_ONE
def test_an_order_that_staff_take_back(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    with desk.database.writing("staff:anna") as work:
        cancel(work, CONFIG, taken.order_id, reason="asked by phone")
    assert owed(desk.database)[1:] == [("cancelled", taken.order_id, "")]


@ON_ONE
def test_drafts_are_nobodys_business(town: Town, desk: Desk, clock: ManualClock) -> None:
    facility_id, _, _, _ = town.household()
    with desk.database.writing("customer") as work:
        first = draft(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)))
        draft(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)))
        cancel(work, CONFIG, first, reason="changed my mind")
    with desk.database.writing("system") as work:
        work.at = START + timedelta(days=1)
        assert expire_drafts(work) == 1
    assert occasions(desk.database) == []


@ON_ONE
def test_one_that_cannot_be_opened_from_afar(town: Town, desk: Desk, hands: Hands) -> None:
    facility_id, _, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    hands.answer(hands.sent(CommandKind.OPEN), Outcome.IMPOSSIBLE)
    assert owed(desk.database)[1:] == [("open_failed", taken.order_id, "")]


@ON_ONE
async def test_a_port_that_closes_by_itself(town: Town, desk: Desk, hands: Hands, clock: ManualClock) -> None:
    facility_id, meter_id, _, opening = _opened(town, desk, hands)
    ends_at = clock.now() + timedelta(days=1)
    desk.change(update(tables.contract).values(ends_at=ends_at))
    await later(clock, days=1, minutes=1)
    hands.review(meter_id)
    hands.closed()
    assert owed(desk.database)[2:] == [("ended", opening, "no_contract")]
    with desk.database.reading() as connection:
        row = connection.execute(select(notice).where(notice.c.occasion == "ended")).one()
    assert (row.contract_id, row.meter_id, row.facility_id) == (1, meter_id, facility_id)


@ON_ONE
async def test_who_left_long_ago_is_left_in_peace(town: Town, desk: Desk, hands: Hands, clock: ManualClock) -> None:
    """A port that is found open years after is closed, and nobody is told of a life that is another's."""
    _, meter_id, _, _ = _opened(town, desk, hands)
    desk.change(update(tables.contract).values(ends_at=clock.now() + timedelta(days=1)))
    await later(clock, days=2)
    hands.review(meter_id)
    hands.closed()
    await later(clock, days=700)
    desk.change(update(tables.port).values(reported="open", may_be_open=True))
    hands.review(meter_id)
    hands.closed()
    assert occasions(desk.database) == ["open_ordered", "opened", "ended"]


async def test_a_meter_in_the_place_of_another(town: Town, desk: Desk, hands: Hands, clock: ManualClock) -> None:
    facility_id, old, _, opening = _opened(town, desk, hands)
    await later(clock, days=1)
    desk.change(update(tables.installation).values(ends_at=clock.now(), is_cut=True))
    new = town.meter(facility_id, begins=clock.now())
    hands.set_port(old, reported="closed", may_be_open=False)
    hands.review(old, new)
    hands.opened()
    assert owed(desk.database)[2:] == [("exchanged", opening, "")]
    await later(clock, days=2)
    hands.review(new)
    hands.done(CommandKind.READ, PortState.OPEN)  # read again, as every day
    assert len(owed(desk.database)) == 3


@ON_ONE
def test_restarts(town: Town, desk: Desk, hands: Hands) -> None:
    facility_id, _, customer_id, _ = _opened(town, desk, hands)
    first = desk.order(Kind.RESTART, facility_id, desk.person(customer_id))
    hands.done(CommandKind.RESTART)
    hands.done(CommandKind.READ, PortState.OPEN)
    rows = {"maker": "Kamstrup", "model": "OMNIA", "can_open": True, "can_restart": False}
    desk.change(insert(tables.meter_model).values(rows))
    second = desk.order(Kind.RESTART, facility_id, desk.person(customer_id))
    assert owed(desk.database)[2:] == [
        ("restarted", first.order_id, ""),
        ("restart_visit", second.order_id, "cannot_restart"),
    ]


@ON_ONE
def test_nothing_is_owed_where_nobody_can_be_told(database: Database, town: Town) -> None:
    silent = Desk(Database(database.engine, database.keyring, database.clock, tells=False))
    facility_id, _, customer_id, _ = town.household()
    silent.order(Kind.OPEN, facility_id, silent.person(customer_id))
    assert occasions(database) == []


def test_nothing_is_owed_of_what_did_not_happen(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    identity = desk.identity(desk.number(desk.person(customer_id)))
    with pytest.raises(ZeroDivisionError), desk.database.writing("customer") as work:
        take(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)), identity)
        raise ZeroDivisionError
    assert occasions(desk.database) == []


def test_an_order_costs_one_statement_more(database: Database, town: Town) -> None:
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    counts = []
    for tells in (False, True):
        desk = Desk(Database(database.engine, database.keyring, database.clock, tells=tells))
        facility_id, _, customer_id, _ = town.household()
        person_id = desk.person(customer_id)
        statements.clear()
        desk.order(Kind.OPEN, facility_id, person_id)
        counts.append(len(statements))
    event.remove(database.engine, "before_cursor_execute", count)
    assert counts[1] == counts[0] + 1
    assert [each.split(" (")[0] for each in statements if "INTO notice" in each] == ["INSERT INTO notice"]
