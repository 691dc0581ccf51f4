"""Every port, every right: what is done with it, and what never is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.headend.contract import CommandKind, PortState
from hanport.grid.orders import State
from hanport.grid.reconcile.decision import Expected, Goal, Live, Pace, PortView, Step, decide
from hanport.grid.right import IdentityCheck, Request, Right, Why

AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
PACE = Pace()
REQUEST = Request("O1", 1, 1, 1, None, IdentityCheck.DESK, AT)
OPEN = Right(True, Why.RIGHT, REQUEST, None)
CLOSED = Right(False, Why.WITHDRAWN, None, None)
NOWHERE = Right(False, Why.NOT_INSTALLED, None, None)
READ_OPEN = PortView(reported=PortState.OPEN, reported_at=AT, may_be_open=True)
READ_CLOSED = PortView(reported=PortState.CLOSED, reported_at=AT)
C = CommandKind

instants = st.integers(-100, 100).map(lambda hours: AT + timedelta(hours=hours))
lives = st.builds(Live, id=st.just("c-1"), kind=st.sampled_from(CommandKind), can_be_recalled=st.booleans())
views = st.builds(
    PortView,
    reported=st.sampled_from(PortState),
    reported_at=st.none() | instants,
    may_be_open=st.booleans(),
    expected=st.sampled_from(Expected),
    changed_at=st.none() | instants,
    doubt_until=st.none() | instants,
    goal=st.sampled_from(Goal),
    retry_at=st.none() | instants,
    is_held=st.booleans(),
    can_open=st.booleans(),
    can_restart=st.booleans(),
    restart=st.none() | st.sampled_from([State.RIGHT_CHECKED, State.SENT, State.ACKNOWLEDGED, State.FAILED]),
    live=st.none() | lives,
)
rights = st.sampled_from([OPEN, CLOSED, NOWHERE]).flatmap(
    lambda right: st.builds(lambda until: replace(right, until=until), st.none() | instants.filter(lambda t: t > AT))
)


def _step(view: PortView, right: Right) -> Step:
    return decide(view, right, AT, PACE)


@given(views, rights)
def test_an_opening_is_issued_only_with_the_right(view: PortView, right: Right) -> None:
    step = _step(view, right)
    if step.issues in (C.OPEN, C.RESTART):
        assert (right.is_open and not view.is_held) or step.issues is C.RESTART
        assert right.is_open and (view.can_open or step.issues is not C.OPEN)


@given(views, rights)
def test_an_opening_that_is_in_our_hands_is_taken_back_without_the_right(view: PortView, right: Right) -> None:
    if not right.is_open and view.live is not None and view.live.kind in (C.OPEN, C.RESTART):
        assert _step(view, right).recalls is view.live.can_be_recalled


@given(views, rights)
def test_no_second_command_is_issued_beside_a_live_one(view: PortView, right: Right) -> None:
    step = _step(view, right)
    assert step.issues is None or view.live is None or step.recalls
    assert not step.recalls or (view.live is not None and view.live.can_be_recalled)


@given(views, rights)
def test_a_port_that_may_be_open_without_right_is_closed_or_asked_after_its_closing(
    view: PortView, right: Right
) -> None:
    if right.is_open or not (view.may_be_open or view.known is PortState.OPEN):
        return
    step = _step(view, right)
    assert step.must_close and not step.settled
    waits = view.goal is Goal.CLOSED and view.retry_at is not None and view.retry_at > AT
    under_way = view.live is not None and not step.recalls
    wanted = C.READ if view.expected is Expected.CLOSED else C.CLOSE
    assert step.issues is wanted or waits or under_way
    if waits and not under_way:
        assert step.look_at is not None and view.retry_at is not None and step.look_at <= view.retry_at


@given(views, rights)
def test_what_must_be_looked_at_later_says_when(view: PortView, right: Right) -> None:
    step = _step(view, right)
    assert step.look_at is None or step.look_at > AT
    if right.until is not None:
        assert step.look_at is not None and step.look_at <= right.until
    under_way = step.issues is not None or (view.live is not None and not step.recalls)
    if not step.settled and not under_way:
        assert step.look_at is not None


@given(views, rights)
def test_settled_means_read_since_the_last_change_and_as_the_right_says(view: PortView, right: Right) -> None:
    step = _step(view, right)
    if not step.settled:
        return
    if right.is_open and not view.is_held and view.can_open:
        assert view.known is PortState.OPEN
    if not right.is_open:
        assert not view.may_be_open
        assert view.known is PortState.CLOSED or right.why is Why.NOT_INSTALLED


def _done(view: PortView, kind: CommandKind, is_open: bool) -> tuple[PortView, bool]:
    """What a meter without faults makes of a command: (what is known then, whether its port is open)."""
    match kind:
        case C.OPEN | C.RESTART:
            opened = replace(view, expected=Expected.OPEN, may_be_open=True, changed_at=AT)
            return replace(opened, restart=State.ACKNOWLEDGED if kind is C.RESTART else view.restart), True
        case C.CLOSE:
            return replace(view, expected=Expected.CLOSED, changed_at=AT), False
        case C.READ:
            state = PortState.OPEN if is_open else PortState.CLOSED
            read = replace(view, reported=state, reported_at=AT, may_be_open=is_open, expected=Expected.NOTHING)
            return replace(read, restart=None if view.restart is State.ACKNOWLEDGED else view.restart), is_open


@given(views, rights, st.booleans())
def test_with_a_meter_that_does_as_told_it_ends_soon(view: PortView, right: Right, is_open: bool) -> None:
    if is_open and not (view.may_be_open or right.is_open or view.known is not PortState.CLOSED):
        return  # nobody could know of it but by reading again
    if right.why is Why.NOT_INSTALLED and is_open and not view.may_be_open:
        return
    now = replace(view, live=None, retry_at=None)
    for _ in range(8):
        step = _step(now, right)
        if step.issues is None:
            break
        now, is_open = _done(now, step.issues, is_open)
    step = _step(now, right)
    assert step.settled and step.issues is None
    if not right.is_open:
        assert not now.may_be_open


@pytest.mark.parametrize(
    ("view", "right", "issues"),
    [
        (PortView(), CLOSED, C.READ),
        (PortView(), NOWHERE, None),
        (PortView(), OPEN, C.OPEN),
        (PortView(may_be_open=True), CLOSED, C.CLOSE),
        (PortView(may_be_open=True), NOWHERE, C.CLOSE),
        (READ_OPEN, OPEN, None),
        (READ_OPEN, CLOSED, C.CLOSE),
        (READ_CLOSED, CLOSED, None),
        (READ_CLOSED, OPEN, C.OPEN),
        (replace(READ_CLOSED, is_held=True), OPEN, None),
        (replace(READ_CLOSED, can_open=False), OPEN, None),
        (replace(READ_OPEN, is_held=True), CLOSED, C.CLOSE),
        (replace(READ_OPEN, expected=Expected.CLOSED), CLOSED, C.READ),
        (replace(READ_OPEN, expected=Expected.UNKNOWN), CLOSED, C.CLOSE),
        (replace(READ_CLOSED, expected=Expected.OPEN, may_be_open=True), OPEN, C.READ),
        (replace(READ_OPEN, expected=Expected.UNKNOWN), OPEN, C.OPEN),
        (replace(READ_OPEN, restart=State.RIGHT_CHECKED), OPEN, C.RESTART),
        (replace(READ_OPEN, restart=State.RIGHT_CHECKED, can_restart=False), OPEN, None),
        (replace(READ_CLOSED, restart=State.RIGHT_CHECKED), OPEN, C.OPEN),
        (replace(READ_OPEN, restart=State.SENT), OPEN, C.RESTART),
        (replace(READ_OPEN, restart=State.ACKNOWLEDGED), OPEN, None),
        (replace(READ_OPEN, restart=State.FAILED, expected=Expected.OPEN), OPEN, C.READ),
        (replace(READ_OPEN, reported_at=AT - timedelta(hours=24)), OPEN, C.READ),
        (replace(READ_CLOSED, reported_at=AT - timedelta(days=30)), CLOSED, C.READ),
        (replace(READ_CLOSED, reported_at=AT - timedelta(days=30)), NOWHERE, None),
    ],
)
def test_what_is_issued(view: PortView, right: Right, issues: CommandKind | None) -> None:
    assert _step(view, right).issues is issues


def test_a_failure_of_another_goal_holds_nothing_up() -> None:
    failing = replace(READ_OPEN, goal=Goal.OPEN, retry_at=AT + timedelta(hours=4))
    assert _step(failing, CLOSED).issues is C.CLOSE
    assert _step(replace(failing, goal=Goal.CLOSED), CLOSED).issues is None


def test_a_queued_closing_goes_when_the_right_is_back() -> None:
    view = replace(READ_OPEN, live=Live("c-1", C.CLOSE, True))
    step = _step(view, OPEN)
    assert (step.recalls, step.issues, step.settled) == (True, None, True)


def test_a_reading_under_way_is_left_to_a_port_that_is_as_it_must_be() -> None:
    view = replace(READ_OPEN, live=Live("c-1", C.READ, True))
    assert not _step(view, OPEN).recalls
    assert _step(view, CLOSED).recalls


def test_while_an_old_opening_may_still_arrive_the_port_is_read_more_often() -> None:
    view = replace(READ_CLOSED, changed_at=AT - timedelta(minutes=1), doubt_until=AT + timedelta(hours=24))
    assert _step(view, CLOSED).look_at == AT + timedelta(minutes=15)
    later = replace(view, reported_at=AT + timedelta(hours=5), changed_at=AT)
    assert decide(later, CLOSED, AT + timedelta(hours=6), PACE).look_at == AT + timedelta(hours=10)
    over = replace(view, reported_at=AT + timedelta(hours=25))
    assert decide(over, CLOSED, AT + timedelta(hours=26), PACE).look_at == AT + timedelta(days=30, hours=25)
    assert decide(view, NOWHERE, AT, PACE).look_at == AT + timedelta(minutes=15)
    assert _step(replace(view, reported=PortState.OPEN), OPEN).look_at == AT + timedelta(hours=24)
    assert decide(over, NOWHERE, AT + timedelta(hours=26), PACE).look_at is None


def test_the_back_off_doubles_up_to_its_longest() -> None:
    waits = [PACE.back_off(failures).total_seconds() / 60 for failures in (0, 1, 2, 3, 8, 9, 1000)]
    assert waits == [1, 1, 2, 4, 128, 240, 240]
