"""The life of an order: every event in every state."""

import pytest

from hanport.testid.faults import Call
from hanport.testid.orders import FAILURES, OVER, STEPS, Event, NotNow, Order, State, Tokens, Wanted

TOKENS = Tokens(ref="r", autostart="a", qr="q", secret="s")
# What leads from the beginning to each state.
WAYS: dict[State, list[Event]] = {
    State.OUTSTANDING: [],
    State.STARTED: [Event.PICK_UP],
    State.CALL: [Event.PICK_UP_CALL],
    State.DOCUMENT: [Event.PICK_UP, Event.CHOOSE_WITH_DOCUMENT],
    State.SIGN: [Event.PICK_UP, Event.CHOOSE],
    State.COMPLETE: [Event.PICK_UP, Event.CHOOSE, Event.SIGN],
    State.FAILED: [Event.EXPIRE],
}


def order_in(state: State, call: Call = Call.SIGN) -> Order:
    order = Order(wanted=Wanted(call=call), tokens=TOKENS, made_at=100.0)
    for event in WAYS[state]:
        order.step(event, 110.0)
    assert order.state is state
    return order


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    order = order_in(state)
    before = order.hint
    if state not in OVER and event in FAILURES:
        order.step(event, 200.0)
        assert (order.state, order.hint, order.ended_at) == (State.FAILED, FAILURES[event], 200.0)
    elif (state, event) in STEPS:
        order.step(event, 200.0)
        assert (order.state, order.hint) == (STEPS[state, event], "")
        assert order.ended_at == (200.0 if order.state is State.COMPLETE else 0.0)
    else:
        with pytest.raises(NotNow, match=event):
            order.step(event, 200.0)
        assert (order.state, order.hint) == (state, before)


def test_every_event_leads_somewhere_and_every_state_is_reached() -> None:
    assert {event for _, event in STEPS} | set(FAILURES) == set(Event)
    assert set(STEPS.values()) | {State.OUTSTANDING, State.FAILED} == set(State)


@pytest.mark.parametrize(
    ("state", "call", "left_s"),
    [
        (State.OUTSTANDING, Call.SIGN, 30.0 - 20.0),
        (State.OUTSTANDING, Call.PHONE_AUTH, 190.0 - 20.0),
        (State.COMPLETE, Call.SIGN, 180.0 - 10.0),
        (State.FAILED, Call.SIGN, 300.0 - 10.0),
    ],
)
def test_how_long_an_order_has(state: State, call: Call, left_s: float) -> None:
    assert order_in(state, call).left_s(120.0) == left_s


@pytest.mark.parametrize("state", [State.STARTED, State.CALL, State.DOCUMENT, State.SIGN])
def test_a_phone_that_has_the_order_has_three_minutes(state: State) -> None:
    order = order_in(state)
    order.claimed_at = 115.0
    assert order.left_s(120.0) == 175.0
