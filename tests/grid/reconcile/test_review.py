"""From a right to a command, and from a reading to a confirmed order."""

import pytest

from grid.reconcile.hands import Hands, later
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, Outcome, PortState


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database)


def test_an_order_opens_the_port_and_is_confirmed_by_a_reading(town: Town, hands: Hands) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    (command_id,) = hands.review(meter_id)
    assert hands.review(meter_id) == []
    (leased,) = hands.take()
    assert (leased.command.id, leased.command.kind) == (command_id, CommandKind.OPEN)
    assert hands.port(meter_id).may_be_open
    assert hands.state(order_id) == "sent"
    assert hands.take() == []
    assert hands.answer(command_id)
    assert hands.state(order_id) == "acknowledged"
    hands.done(CommandKind.READ, PortState.OPEN)
    assert hands.state(order_id) == "read_back"
    assert hands.port(meter_id).reported == "open"
    assert hands.live(meter_id) is None


def test_the_end_of_the_contract_closes_the_port(town: Town, hands: Hands, clock: ManualClock) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.closed()
    port = hands.port(meter_id)
    assert (port.reported, port.may_be_open, port.closing_due_at) == ("closed", False, None)


async def test_a_closing_that_fails_is_tried_again_until_it_is_read(
    town: Town, hands: Hands, clock: ManualClock
) -> None:
    _, meter_id, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    hands.review(meter_id)
    hands.opened()
    hands.withdraw(order_id)
    hands.review(meter_id)
    for failures in range(1, 4):
        assert hands.answer(hands.sent(CommandKind.CLOSE), Outcome.FAILED)
        assert hands.take() == []
        assert hands.port(meter_id).failures == failures
        await later(clock, minutes=2**failures)
        hands.review(meter_id)
    hands.done(CommandKind.CLOSE)
    hands.done(CommandKind.READ, PortState.OPEN)  # it was said to be done, and is not
    assert hands.take() == []
    await later(clock, minutes=30)
    hands.review(meter_id)
    hands.closed()
    assert hands.port(meter_id).failures == 0
