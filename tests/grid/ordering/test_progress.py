"""Orders move as meters and people answer; a late word changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert, select

from grid.conftest import START
from grid.town import Town
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.ordering.progress import confirmed, moved, right_ended, withdraw
from hanport.grid.orders import ENDED, STEPS, Event, ImpossibleStep, Kind, State
from hanport.grid.right import Why


def _order(database: Database, order_id: str) -> Any:
    with database.reading() as connection:
        return connection.execute(select(tables.order).where(tables.order.c.id == order_id)).one()


def _actions(database: Database) -> Sequence[str]:
    with database.reading() as connection:
        chosen = select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq)
        return list(connection.execute(chosen).scalars())


def test_an_order_goes_through_its_states_and_each_is_in_the_log(database: Database, town: Town) -> None:
    _, _, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    events = [Event.SEND, Event.FAIL, Event.SEND, Event.ACKNOWLEDGE, Event.CONFIRM]
    for event in events:
        with database.writing("system") as work:
            moved(work, order_id, event, "timeout" if event is Event.FAIL else "")
    row = _order(database, order_id)
    assert (row.state, row.ended_at, row.why) == ("read_back", START, "")
    assert _actions(database) == [
        "order.sent",
        "order.failed",
        "order.sent",
        "order.acknowledged",
        "order.read_back",
    ]


_LATE = {Event.SEND, Event.ACKNOWLEDGE, Event.CONFIRM, Event.FAIL, Event.CALL_VISIT}


def test_every_event_in_every_state(database: Database, town: Town) -> None:
    facility_id, _, customer_id, contract_id = town.household()
    for state, event in product(State, Event):
        order_id = town.request(contract_id, customer_id, state=state.value)
        unborn = state in (State.DRAFT, State.AWAITING_SIGNATURE, State.SIGNED)
        if (state, event) in STEPS:
            with database.writing("system") as work:
                assert moved(work, order_id, event) is STEPS[state, event]
        elif event in _LATE and not unborn:
            with database.writing("system") as work:
                assert moved(work, order_id, event) is state
                assert not work.entries
        else:
            with pytest.raises(ImpossibleStep), database.writing("system") as work:
                moved(work, order_id, event)
    with database.reading() as connection:
        chosen = select(tables.order.c.state, tables.order.c.ended_at).where(tables.order.c.facility_id == facility_id)
        ended_at: list[tuple[str, datetime | None]] = [(row.state, row.ended_at) for row in connection.execute(chosen)]
    assert all(State(state) in ENDED for state, at in ended_at if at is not None)


def test_a_right_that_has_ended_refuses_what_is_on_its_way_and_leaves_what_is_done(
    database: Database, town: Town
) -> None:
    _, _, customer_id, contract_id = town.household()
    sent = town.request(contract_id, customer_id, state=State.SENT.value)
    done = town.request(contract_id, customer_id, state=State.READ_BACK.value)
    waiting = town.request(contract_id, customer_id, state=State.SENT.value)
    with database.writing("system") as work:
        assert right_ended(work, sent, Why.NO_CONTRACT) is State.REFUSED
        assert right_ended(work, done, Why.NO_CONTRACT) is State.READ_BACK
        assert right_ended(work, waiting, Why.NOT_INSTALLED) is State.SENT
    assert _order(database, sent).why == "no_contract"


def _closing(database: Database, facility_id: int) -> str:
    with database.writing("system") as work:
        values = {"id": "C", "kind": Kind.CLOSE.value, "state": State.SENT.value, "created_at": START}
        work.connection.execute(insert(tables.order).values(facility_id=facility_id, **values))
    return "C"


def test_a_read_back_confirms_the_orders_that_ask_for_it(database: Database, town: Town) -> None:
    facility_id, _, customer_id, contract_id = town.household()
    opening = town.request(contract_id, customer_id, state=State.SENT.value)
    drafted = town.request(contract_id, customer_id, state=State.DRAFT.value)
    closing = _closing(database, facility_id)
    with database.writing("system") as work:
        assert confirmed(work, facility_id, True) == [opening]
        assert confirmed(work, facility_id, True) == []
        assert confirmed(work, facility_id, False) == [closing]
    assert _order(database, drafted).state == "draft"


def test_a_withdrawn_request_on_its_way_is_cancelled_too(database: Database, town: Town) -> None:
    _, _, customer_id, contract_id = town.household()
    sent = town.request(contract_id, customer_id, state=State.SENT.value)
    done = town.request(contract_id, customer_id, state=State.READ_BACK.value)
    for _ in range(2):
        with database.writing("system") as work:
            withdraw(work, [sent, done], "closed")
    assert (_order(database, sent).state, _order(database, done).state) == ("cancelled", "read_back")
    assert _order(database, done).withdrawn_at == START
    assert sorted(_actions(database)) == ["order.cancelled", "order.withdrawn", "order.withdrawn"]


def test_why_never_holds_a_number_of_a_person(database: Database, town: Town) -> None:
    _, _, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id, state=State.SENT.value)
    with database.writing("system") as work:
        moved(work, order_id, Event.FAIL, "no meter\nat 735999000000000013 for 19121212-1212")
        assert "1212" not in str(work.entries)
    assert _order(database, order_id).why == "no meter at 735999000000000013 for [masked]"
