"""Drafts that are signed later, orders that are taken back, and what is left when something is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from grid.conftest import START
from grid.ordering.desk import CONFIG, Desk
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.free_text import tidy
from hanport.grid.identifiers import IdentifierError
from hanport.grid.ordering.identity import IdentityError
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.taking import DRAFT_LASTS, OrderError, Taken, Wish, cancel, draft, expire_drafts, sign, take
from hanport.grid.ordering.visits import visit_done
from hanport.grid.orders import Event, ImpossibleStep, Kind, State


def _draft(desk: Desk, kind: Kind, facility_id: int, **parts: object) -> str:
    with desk.database.writing("customer") as work:
        return draft(work, CONFIG, Wish(kind, desk.gsrn(facility_id), **parts))  # type: ignore[arg-type]


def _sign(desk: Desk, order_id: str, person_id: int) -> Taken:
    identity = desk.identity(desk.number(person_id))
    with desk.database.writing("customer") as work:
        return sign(work, CONFIG, order_id, identity)


def _cancel(desk: Desk, order_id: str) -> Taken:
    with desk.database.writing("staff:anna") as work:
        return cancel(work, CONFIG, order_id, reason="asked for by mistake")


def test_a_draft_is_signed_once_by_one(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    order_id = _draft(desk, Kind.OPEN, facility_id)
    assert desk.commands(meter_id) == []
    taken = _sign(desk, order_id, desk.person(customer_id))
    assert (taken.order_id, taken.state, taken.is_repeat) == (order_id, State.RIGHT_CHECKED, False)
    assert desk.commands(meter_id) == [("open", "queued", order_id)]
    assert _sign(desk, order_id, desk.person(customer_id)).is_repeat
    with pytest.raises(OrderError, match="somebody else"):
        _sign(desk, order_id, town.person())
    with pytest.raises(OrderError, match="no such order"):
        _sign(desk, "nothing", town.person())


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.CLOSE, Kind.RESTART, Kind.WARRANTY])
def test_a_second_draft_is_cancelled_for_the_order_that_stands(town: Town, desk: Desk, kind: Kind) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    desk.change(insert(tables.adapter).values(serial="A1", meter_id=meter_id, fitted_on=START.date()))
    if kind is not Kind.OPEN:
        town.request(contract_id, customer_id, state="read_back")
        desk.change(update(tables.port).values(reported="open", may_be_open=True, reported_at=START))
    first, second = _draft(desk, kind, facility_id), _draft(desk, kind, facility_id)
    _sign(desk, first, desk.person(customer_id))
    taken = _sign(desk, second, desk.person(customer_id))
    assert (taken.order_id, taken.is_repeat) == (first, True)
    row = desk.row(second)
    assert (row.state, row.why, row.person_id) == ("cancelled", "asked_already", None)


def test_a_draft_that_is_refused_keeps_who_signed(town: Town, desk: Desk) -> None:
    facility_id, _, _, _ = town.household()
    order_id = _draft(desk, Kind.OPEN, facility_id)
    stranger = town.person()
    assert _sign(desk, order_id, stranger).why == "not_holder"
    assert desk.row(order_id).person_id == stranger


async def test_a_draft_waits_for_an_hour(town: Town, desk: Desk, clock: ManualClock) -> None:
    facility_id, _, customer_id, _ = town.household()
    old = _draft(desk, Kind.OPEN, facility_id)
    await clock.advance((DRAFT_LASTS - timedelta(seconds=1)).total_seconds())
    newer = _draft(desk, Kind.OPEN, facility_id)
    with desk.database.writing("system") as work:
        assert expire_drafts(work) == 0
    await clock.advance(1)
    with pytest.raises(OrderError, match="in time"):
        _sign(desk, old, desk.person(customer_id))
    with desk.database.writing("system") as work:
        assert expire_drafts(work) == 1
    assert (desk.row(old).state, desk.row(newer).state) == ("expired", "draft")
    with pytest.raises(OrderError):
        _sign(desk, old, desk.person(customer_id))


def test_a_price_is_part_of_the_draft(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    desk.change(insert(tables.adapter).values(serial="A1", meter_id=meter_id, fitted_on=START.date().replace(2020)))
    with pytest.raises(OrderError, match="500"):
        _draft(desk, Kind.WARRANTY, facility_id)
    order_id = _draft(desk, Kind.WARRANTY, facility_id, accept_price=True)
    assert _sign(desk, order_id, desk.person(customer_id)).price_ore == 50_000


def test_nothing_is_left_of_an_order_that_cannot_be_taken(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    stale = desk.identity(desk.number(desk.person(customer_id)), checked_at=START - timedelta(minutes=31))
    with pytest.raises(IdentityError), desk.database.writing("staff:anna") as work:
        take(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)), stale)
    with pytest.raises(IdentifierError), desk.database.writing("staff:anna") as work:
        take(work, CONFIG, Wish(Kind.OPEN, "735999"), desk.identity(stale.number))
    assert desk.states(facility_id) == []
    assert desk.actions() == []


def test_an_opening_is_taken_back_before_it_is_fulfilled(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    assert _cancel(desk, taken.order_id).state is State.CANCELLED
    assert desk.row(taken.order_id).withdrawn_at == START
    assert ("open", "superseded", taken.order_id) in desk.commands(meter_id)
    with pytest.raises(ImpossibleStep):
        _cancel(desk, taken.order_id)


def test_what_is_done_or_protects_is_not_taken_back(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    opening = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    with desk.database.writing("system") as work:
        moved(work, opening.order_id, Event.CONFIRM)
    with pytest.raises(OrderError, match="has been opened"):
        _cancel(desk, opening.order_id)
    closing = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    with pytest.raises(OrderError, match="closing cannot"):
        _cancel(desk, closing.order_id)
    assert _cancel(desk, _draft(desk, Kind.CLOSE, facility_id)).state is State.CANCELLED


def test_a_restart_is_taken_back(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    town.request(contract_id, customer_id, state="read_back")
    desk.change(update(tables.port).values(reported="open", may_be_open=True, reported_at=START))
    taken = desk.order(Kind.RESTART, facility_id, desk.person(customer_id))
    assert _cancel(desk, taken.order_id).state is State.CANCELLED
    assert desk.commands(meter_id) == [("restart", "superseded", taken.order_id)]


def test_after_a_visit_the_next_try_follows_at_once(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    desk.change(update(tables.command).values(state="failed"))
    desk.change(update(tables.port).values(failures=5, retry_at=START + timedelta(hours=4), goal="open"))
    with desk.database.writing("system") as work:
        moved(work, taken.order_id, Event.SEND)
        moved(work, taken.order_id, Event.CALL_VISIT)
    with desk.database.writing("staff:bo") as work:
        visit_done(work, CONFIG, taken.order_id, staff="bo")
    assert [state for _, state, _ in desk.commands(meter_id)].count("queued") == 1


@given(st.text(max_size=400))
def test_free_text_is_one_short_line(text: str) -> None:
    line = tidy(text)
    assert len(line) <= 300
    assert line.isprintable() or line == ""
    assert tidy(line) == line


@pytest.mark.parametrize(
    "written", ["19121212-1212", "121212 1212", "191212121212", "Kalle 1912-12-12-1212.", "121212+1212"]
)
def test_free_text_holds_no_number_of_a_person(written: str) -> None:
    assert "1212" not in tidy(f"asked by {written} on the phone")


def test_two_at_once_are_one_order(town: Town, desk: Desk) -> None:
    """Both come from a double click at two servers: whoever gets the facility first decides."""
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: desk.order(Kind.OPEN, facility_id, person_id), range(8)))
    assert len({each.order_id for each in taken}) == 1
    assert sum(not each.is_repeat for each in taken) == 1
    assert len(desk.commands(meter_id)) == 1
