"""The restart of the meter: every stage with everything that can happen, and the notes it survives by."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.doctor.guide import GUIDE_STEPS, SWITCHED_ON_STEP
from hanport.home.health.guide import (
    FORGOTTEN_S,
    IDLE,
    WAIT_S,
    Act,
    Ending,
    Guide,
    Stage,
    from_note,
    happen,
    shifted,
    tick,
    to_note,
)

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)

# Stage and act -> the stage after it. What is not here stays as it is.
MOVES = {
    (Stage.IDLE, Act.BEGIN): Stage.STEPS,
    (Stage.STEPS, Act.CANCEL): Stage.IDLE,
    (Stage.STEPS, Act.HUB_OFF): Stage.WAITING,
    (Stage.STEPS, Act.TELEGRAM): Stage.DONE,
    (Stage.STEPS, Act.TIMEOUT): Stage.IDLE,
    (Stage.WAITING, Act.BACK): Stage.STEPS,
    (Stage.WAITING, Act.CANCEL): Stage.IDLE,
    (Stage.WAITING, Act.TELEGRAM): Stage.DONE,
    (Stage.WAITING, Act.TIMEOUT): Stage.FAILED,
    (Stage.DONE, Act.BEGIN): Stage.STEPS,
    (Stage.DONE, Act.CANCEL): Stage.IDLE,
    (Stage.FAILED, Act.BEGIN): Stage.STEPS,
    (Stage.FAILED, Act.CANCEL): Stage.IDLE,
    (Stage.FAILED, Act.BACK): Stage.STEPS,
    (Stage.FAILED, Act.TELEGRAM): Stage.DONE,
}


def after(*acts: Act, guide: Guide = IDLE) -> Guide:
    for act in acts:
        guide = happen(guide, act, AT)
    return guide


@pytest.mark.parametrize(("stage", "act"), list(product(Stage, Act)))
def test_every_stage_with_everything_that_can_happen(stage: Stage, act: Act) -> None:
    guide = Guide(stage, 2, since=AT, changed_at=AT, broken=True)
    assert happen(guide, act, LATER).stage is MOVES.get((stage, act), stage)


def test_the_steps_lead_to_the_waiting_and_the_telegram_ends_it() -> None:
    guide = after(Act.BEGIN, Act.NEXT, Act.NEXT, Act.NEXT)
    assert (guide.stage, guide.step, guide.active) == (Stage.STEPS, 4, True)
    guide = after(Act.BROKE, Act.NEXT, guide=guide)
    assert (guide.stage, guide.step) == (Stage.WAITING, GUIDE_STEPS)
    assert guide.waiting_s(LATER) == 60
    guide = happen(guide, Act.TELEGRAM, LATER)
    assert (guide.stage, guide.ending, guide.back_at) == (Stage.DONE, Ending.RESTARTED, LATER)
    assert not guide.active
    assert guide.waiting_s(LATER) == 0


def test_back_ends_at_the_first_step() -> None:
    assert after(Act.BEGIN, Act.BACK, Act.BACK).step == 1


def test_telegrams_that_never_stopped_end_nothing() -> None:
    guide = after(Act.BEGIN, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT, Act.TELEGRAM)
    assert guide.stage is Stage.WAITING
    over = tick(guide, AT + timedelta(seconds=WAIT_S))
    assert (over.stage, over.ending) == (Stage.FAILED, Ending.NOT_OFF)


def test_a_port_that_comes_back_before_anything_was_switched_off() -> None:
    assert after(Act.BEGIN, Act.BROKE, Act.TELEGRAM).ending is Ending.BY_ITSELF


def test_the_main_switch_that_takes_the_hub_down_too() -> None:
    guide = from_note(to_note(after(Act.BEGIN, Act.BROKE, Act.NEXT)))
    guide = happen(guide, Act.HUB_OFF, LATER)
    assert (guide.stage, guide.hub_was_off) == (Stage.WAITING, True)
    assert happen(guide, Act.TELEGRAM, LATER).ending is Ending.RESTARTED


def test_silence_after_the_restart_fails_and_a_late_telegram_still_counts() -> None:
    guide = after(Act.BEGIN, Act.BROKE, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT)
    assert tick(guide, AT + timedelta(seconds=WAIT_S - 1)) == guide
    failed = tick(guide, AT + timedelta(seconds=WAIT_S))
    assert (failed.stage, failed.ending) == (Stage.FAILED, Ending.SILENT)
    assert tick(failed, AT + timedelta(days=9)) == failed
    assert happen(failed, Act.TELEGRAM, LATER).ending is Ending.RESTARTED


def test_steps_that_nobody_goes_on_with_are_forgotten() -> None:
    assert tick(after(Act.BEGIN), AT + timedelta(seconds=FORGOTTEN_S)) == IDLE


def test_after_a_failure_one_can_go_back_and_try_again() -> None:
    failed = after(Act.BEGIN, Act.BROKE, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT, Act.TIMEOUT)
    again = after(Act.BACK, guide=failed)
    assert (again.stage, again.step, again.ending) == (Stage.STEPS, SWITCHED_ON_STEP, None)


@given(st.lists(st.sampled_from([*Act, *[Act.NEXT] * 4]), max_size=16))
def test_a_note_gives_the_same_guide_back_and_no_order_of_acts_breaks_it(acts: list[Act]) -> None:
    guide = after(*acts)
    assert from_note(to_note(guide)) == guide
    assert 0 <= guide.step <= GUIDE_STEPS
    assert (guide.ending is None) == (guide.stage not in (Stage.DONE, Stage.FAILED))
    assert shifted(shifted(guide, timedelta(hours=1)), timedelta(hours=-1)) == guide


@pytest.mark.parametrize(
    "note", [None, 7, {}, {"stage": "x"}, to_note(IDLE) | {"step": "x"}, to_note(IDLE) | {"since": "x"}]
)
def test_a_note_that_cannot_be_read_is_no_restart(note: object) -> None:
    assert from_note(note) == IDLE
