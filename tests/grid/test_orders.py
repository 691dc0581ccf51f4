"""The table of the order's life: every state with every event, and what must hold of the whole."""

from itertools import product

import pytest

from hanport.grid.orders import ENDED, STANDING, STEPS, Event, ImpossibleStep, State, can, step

# One row a state, one column an event, in the order of the enumerations; `.` is impossible.
NAMES = {
    "dra": State.DRAFT,
    "awa": State.AWAITING_SIGNATURE,
    "sig": State.SIGNED,
    "chk": State.RIGHT_CHECKED,
    "snt": State.SENT,
    "ack": State.ACKNOWLEDGED,
    "rdb": State.READ_BACK,
    "ref": State.REFUSED,
    "fld": State.FAILED,
    "can": State.CANCELLED,
    "exp": State.EXPIRED,
    "vis": State.NEEDS_VISIT,
}
COLUMNS = [
    *("ask_signature", "sign", "check_right", "refuse", "send", "acknowledge"),
    *("confirm", "fail", "call_visit", "cancel", "expire"),
]
ROWS = """
dra  awa sig  .   .   .   .   .   .   .  can exp
awa   .  sig  .   .   .   .   .   .   .  can exp
sig   .   .  chk ref  .   .   .   .   .   .   .
chk   .   .   .  ref snt  .  rdb  .  vis can  .
snt   .   .   .  ref snt ack rdb fld vis can  .
ack   .   .   .  ref snt  .  rdb fld vis can  .
rdb   .   .   .   .   .   .   .   .   .   .   .
ref   .   .   .   .   .   .   .   .   .   .   .
fld   .   .   .  ref snt  .  rdb  .  vis can  .
can   .   .   .   .   .   .   .   .   .   .   .
exp   .   .   .   .   .   .   .   .   .   .   .
vis   .   .   .  ref snt  .  rdb fld  .  can  .
"""
EXPECTED = {
    (NAMES[row.split()[0]], Event(column)): NAMES.get(cell)
    for row in ROWS.strip().splitlines()
    for column, cell in zip(COLUMNS, row.split()[1:], strict=True)
}


def reached_from(start: State, *, without: frozenset[Event] = frozenset()) -> set[State]:
    reached, new = {start}, [start]
    while new:
        state = new.pop()
        after = {to for (before, event), to in STEPS.items() if before is state and event not in without}
        new.extend(after - reached)
        reached |= after
    return reached


def test_the_table_of_the_test_is_whole() -> None:
    assert set(EXPECTED) == set(product(State, Event))


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_every_state_with_every_event(state: State, event: Event) -> None:
    expected = EXPECTED[state, event]
    assert can(state, event) is (expected is not None)
    if expected is not None:
        assert step(state, event) is expected
        return
    with pytest.raises(ImpossibleStep) as told:
        step(state, event)
    assert state.value.replace("_", " ") in told.value.problem
    assert event.value.replace("_", " ") in told.value.problem
    assert told.value.remedy


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    assert reached_from(State.DRAFT) == set(State)
    for state in State:
        assert reached_from(state) & ENDED
        assert (state in ENDED) is (reached_from(state) == {state})


def test_nothing_is_sent_without_a_signature_and_a_right() -> None:
    before = {State.DRAFT, State.AWAITING_SIGNATURE}
    assert reached_from(State.DRAFT, without=frozenset({Event.SIGN})) - ENDED == before
    unchecked = reached_from(State.DRAFT, without=frozenset({Event.CHECK_RIGHT}))
    assert unchecked - ENDED == before | {State.SIGNED}
    assert not unchecked & STANDING


def test_an_order_stands_from_the_check_of_the_right_until_it_is_over() -> None:
    assert reached_from(State.RIGHT_CHECKED) - {State.REFUSED, State.CANCELLED} == STANDING
    for state in STANDING - ENDED:
        assert can(state, Event.REFUSE), "the right can end at any time"
        assert can(state, Event.CANCEL), "whoever asked can take it back at any time"
        assert can(state, Event.CONFIRM), "the port can be found as it was asked for at any time"


def test_what_has_failed_can_be_tried_again() -> None:
    assert {state for state in STANDING if can(state, Event.SEND)} == STANDING - ENDED
