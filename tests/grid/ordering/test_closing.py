"""Closing is never harder than opening, and the requests are withdrawn at once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from grid.conftest import START
from grid.ordering.desk import CONFIG, Desk
from grid.town import Town, gsrn
from hanport.clock import ManualClock
from hanport.grid.alarms import live
from hanport.grid.database import tables
from hanport.grid.ordering.closing import NOT_ME
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.taking import OrderError, Taken, close_by_staff
from hanport.grid.orders import Event, Kind, State


def _opened(town: Town, desk: Desk) -> tuple[int, int, int, str]:
    """A household whose port is open by order: (facility, meter, customer, order)."""
    facility_id, meter_id, customer_id, _ = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    _is_read_as(desk, meter_id, "open")
    with desk.database.writing("system") as work:
        moved(work, taken.order_id, Event.CONFIRM)
    return facility_id, meter_id, customer_id, taken.order_id


def _is_read_as(desk: Desk, meter_id: int, state: str) -> None:
    """The meter was read, and nothing is under way for it."""
    desk.change(update(tables.command).where(tables.command.c.meter_id == meter_id).values(state="done"))
    known = {"reported": state, "may_be_open": state == "open", "reported_at": desk.database.clock.now()}
    desk.change(update(tables.port).where(tables.port.c.meter_id == meter_id).values(known | {"expected": ""}))


def _close_by_staff(desk: Desk, facility_id: int, reason: str = "asked on the phone") -> Taken:
    with desk.database.writing("staff:anna") as work:
        return close_by_staff(work, CONFIG, desk.gsrn(facility_id), staff="anna", reason=reason)


def test_the_holder_closes(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, opening = _opened(town, desk)
    taken = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert taken.state is State.RIGHT_CHECKED
    assert desk.commands(meter_id)[-1] == ("close", "queued", taken.order_id)
    row = desk.row(opening)
    assert (row.state, row.withdrawn_at) == ("read_back", START)
    assert desk.actions()[-5:] == [
        "order.withdrawn",
        "order.draft",
        "order.signed",
        "order.right_checked",
        "command.queued",
    ]


def test_an_opening_on_its_way_is_cancelled_and_never_sent(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    opening = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    closing = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert desk.row(opening.order_id).state == "cancelled"
    assert ("open", "superseded", opening.order_id) in desk.commands(meter_id)
    assert closing.state in (State.RIGHT_CHECKED, State.READ_BACK)


def test_a_second_click_gets_the_first_order(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = _opened(town, desk)
    first = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    second = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert (second.order_id, second.is_repeat) == (first.order_id, True)
    _is_read_as(desk, meter_id, "closed")
    with desk.database.writing("system") as work:
        moved(work, first.order_id, Event.CONFIRM)
    third = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert (third.order_id, third.state) == (first.order_id, State.READ_BACK)
    _is_read_as(desk, meter_id, "open")
    fourth = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert not fourth.is_repeat
    assert desk.commands(meter_id)[-1] == ("close", "queued", fourth.order_id)


def test_who_may_close(town: Town, desk: Desk, clock: ManualClock) -> None:
    facility_id, _, customer_id, _ = _opened(town, desk)
    stranger = town.person()
    refused = desk.order(Kind.CLOSE, facility_id, stranger)
    assert (refused.state, refused.why) == (State.REFUSED, "not_holder")
    town.power(customer_id, stranger, ends_at=START)
    assert desk.order(Kind.CLOSE, facility_id, stranger).state is State.REFUSED
    elsewhere = town.facility()
    town.power(customer_id, stranger, facility_id=elsewhere)
    assert desk.order(Kind.CLOSE, facility_id, stranger).state is State.REFUSED
    town.power(customer_id, stranger, may_open=False)
    assert desk.order(Kind.CLOSE, facility_id, stranger).state is State.RIGHT_CHECKED


def test_an_agent_whose_power_has_ended_closes_what_the_agent_opened(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    agent_id = town.person()
    power_id = town.power(customer_id, agent_id)
    opening = desk.order(Kind.OPEN, facility_id, agent_id)
    desk.change(update(tables.power).where(tables.power.c.id == power_id).values(ends_at=START))
    assert desk.order(Kind.CLOSE, facility_id, agent_id).state is not State.REFUSED
    assert desk.row(opening.order_id).withdrawn_at == START
    assert desk.order(Kind.CLOSE, facility_id, agent_id).state is State.REFUSED


def test_a_former_holder_withdraws_the_own_request_and_no_other(town: Town, desk: Desk) -> None:
    facility_id, meter_id, former, opening = _opened(town, desk)
    desk.change(update(tables.contract).values(ends_at=START))
    newer = town.customer()
    town.contract(facility_id, newer, begins=START)
    other = desk.order(Kind.OPEN, facility_id, desk.person(newer))
    closing = desk.order(Kind.CLOSE, facility_id, desk.person(former))
    assert (closing.state, closing.why) == (State.READ_BACK, "right_of_another")
    assert desk.row(opening).withdrawn_at == START
    assert desk.row(other.order_id).withdrawn_at is None
    assert all(kind != "close" for kind, *_ in desk.commands(meter_id))


def test_an_agent_may_say_for_whom_and_a_wrong_word_refuses(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = _opened(town, desk)
    agent_id, other = town.person(), town.customer()
    town.power(customer_id, agent_id)
    key = desk.value(tables.customer.c.key, tables.customer.c.id == other)
    assert desk.order(Kind.CLOSE, facility_id, agent_id, on_behalf_of=key).state is State.REFUSED
    key = desk.value(tables.customer.c.key, tables.customer.c.id == customer_id)
    assert desk.order(Kind.CLOSE, facility_id, agent_id, on_behalf_of=key).state is State.RIGHT_CHECKED


def test_closing_works_where_opening_could_not(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, opening = _opened(town, desk)
    town.exemption(facility_id)
    desk.change(update(tables.meter).where(tables.meter.c.id == meter_id).values(model="X"))
    model = {"maker": "Kamstrup", "model": "X", "can_open": False, "can_restart": False}
    desk.change(tables.meter_model.insert().values(model))
    taken = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert taken.state is State.RIGHT_CHECKED
    assert desk.commands(meter_id)[-1] == ("close", "queued", taken.order_id)
    assert desk.row(opening).withdrawn_at == START


def test_where_no_meter_is_there_is_nothing_to_wait_for(town: Town, desk: Desk) -> None:
    facility_id, customer_id = town.facility(), town.customer()
    town.contract(facility_id, customer_id)
    taken = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    assert (taken.state, taken.why) == (State.READ_BACK, "not_installed")


def test_staff_close_with_a_name_and_a_reason(town: Town, desk: Desk) -> None:
    facility_id, meter_id, _, opening = _opened(town, desk)
    with pytest.raises(OrderError, match="reason"):
        _close_by_staff(desk, facility_id, "  ")
    taken = _close_by_staff(desk, facility_id, "asked by 19121212-1212\non the phone")
    row = desk.row(taken.order_id)
    assert (row.person_id, row.identity, row.staff) == (None, None, "anna")
    assert row.reason == "asked by [masked] on the phone"
    assert desk.row(opening).withdrawn_at == START
    assert desk.commands(meter_id)[-1] == ("close", "queued", taken.order_id)
    assert _close_by_staff(desk, facility_id, "again").order_id == taken.order_id
    with pytest.raises(OrderError, match="No facility"), desk.database.writing("staff:anna") as work:
        close_by_staff(work, CONFIG, gsrn(999), staff="anna", reason="no such place")


def test_this_was_not_me(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, opening = _opened(town, desk)
    desk.order(Kind.CLOSE, facility_id, desk.person(customer_id), reason=NOT_ME)
    with desk.database.reading() as connection:
        (alarm,) = live(connection)
    assert (alarm.kind, alarm.subject) == ("order_disputed", opening)


def test_opening_again_ends_a_closing_that_is_not_done(town: Town, desk: Desk, clock: ManualClock) -> None:
    facility_id, meter_id, customer_id, first = _opened(town, desk)
    closing = desk.order(Kind.CLOSE, facility_id, desk.person(customer_id))
    again = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    assert again.order_id != first
    assert desk.row(closing.order_id).state == "cancelled"
    assert ("close", "superseded", closing.order_id) in desk.commands(meter_id)


@pytest.mark.parametrize("days", [0, 400])
def test_a_closing_is_asked_whenever(town: Town, desk: Desk, days: int) -> None:
    """A household that never opened may ask as well; nothing is told but that it is closed."""
    facility_id = town.facility()
    customer_id = town.customer()
    town.contract(facility_id, customer_id, begins=START - timedelta(days=days))
    town.meter(facility_id)
    assert desk.order(Kind.CLOSE, facility_id, desk.person(customer_id)).state is not State.REFUSED
