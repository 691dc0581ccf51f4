"""The one contract, for every kind of head-end: what a command does, and what becomes of lost, doubled, late,
contradictory and nonsensical words on its way.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from grid.headend.commands import SERIAL, command
from grid.headend.contract_suite import ALL, SYSTEMS, Rig
from grid.headend.contract_suite import rig as rigged
from hanport.clock import SystemClock
from hanport.grid.headend.contract import CommandKind, Outcome, PortState, Unreachable
from hanport.meter.headend.faults import Fault

OPEN, CLOSE, RESTART, READ = (command(kind) for kind in CommandKind)
every = pytest.mark.parametrize("rig", ALL, indirect=True)
systems = pytest.mark.parametrize("rig", SYSTEMS, indirect=True)


@pytest.fixture
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(request.param, tmp_path) as made:
        yield made


@every
async def test_a_port_is_opened_and_closed_and_its_state_is_read(rig: Rig) -> None:
    assert (await rig.answer_to(READ)).port is PortState.CLOSED
    opened = await rig.answer_to(OPEN)
    assert (opened.command_id, opened.outcome) == (OPEN.id, Outcome.DONE)
    assert opened.meter_serial in ("", SERIAL)
    assert abs((SystemClock().now() - opened.at).days) < 400 and opened.at.tzinfo is not None
    assert rig.meter.is_open
    read = await rig.answer_to(command(CommandKind.READ, id="c-read-2"))
    assert (read.outcome, read.port) == (Outcome.DONE, PortState.OPEN)
    closed = await rig.answer_to(CLOSE)
    assert closed.outcome is Outcome.DONE
    assert not rig.meter.is_open
    assert rig.inbox.strangers == rig.inbox.unreadable == 0


@every
async def test_a_meter_that_hangs_is_restarted(rig: Rig) -> None:
    await rig.meter.hang()
    assert (await rig.answer_to(RESTART)).outcome is Outcome.DONE
    assert not rig.meter.is_hung


@every
async def test_an_unknown_meter_is_impossible(rig: Rig) -> None:
    for kind in CommandKind:
        answer = await rig.answer_to(command(kind, id=f"c-x-{kind}", meter_serial="00000000"))
        assert answer.outcome is Outcome.IMPOSSIBLE
        assert len(answer.detail) <= 200 and (answer.detail.isprintable() or not answer.detail)


@every
async def test_the_same_command_again_is_the_same_command(rig: Rig) -> None:
    assert (await rig.answer_to(OPEN)).outcome is Outcome.DONE
    rig.meter.meter.set_open(False)
    assert (await rig.answer_to(OPEN)).outcome is Outcome.DONE
    if rig.stand_in is not None:
        assert rig.begun(OPEN) == 1
        assert not rig.meter.is_open, "it was not carried out twice"


@every
async def test_letting_go_may_be_done_twice(rig: Rig) -> None:
    await rig.head_end.close()
    await rig.head_end.close()


@systems
async def test_who_asks_is_told(rig: Rig) -> None:
    rig.plan(Fault.LATE, seconds=0.5)
    assert await rig.send(OPEN) is None
    assert await rig.head_end.ask(OPEN) is None
    asked = await rig.asked(OPEN)
    posted = await rig.answer(OPEN)
    assert (asked.outcome, asked.command_id) == (posted.outcome, posted.command_id) == (Outcome.DONE, OPEN.id)
    assert asked.at == posted.at


@systems
async def test_a_command_that_nobody_sent_is_not_known(rig: Rig) -> None:
    with pytest.raises(Unreachable):
        await rig.head_end.ask(OPEN)


@systems
async def test_an_id_that_was_used_for_something_else_fails(rig: Rig) -> None:
    await rig.answer_to(OPEN)
    answer = await rig.send(command(CommandKind.CLOSE, id=OPEN.id))
    assert answer is not None and answer.outcome is Outcome.FAILED
    assert rig.meter.is_open


@systems
@pytest.mark.parametrize("fault", [Fault.LOSE_REQUEST, Fault.ERROR, Fault.GARBAGE_REPLY, Fault.LOSE_REPLY])
async def test_lost_on_the_way_it_is_sent_again_and_carried_out_once(rig: Rig, fault: Fault) -> None:
    rig.plan(fault)
    with pytest.raises(Unreachable):
        await rig.send(OPEN)
    assert (await rig.answer_to(OPEN)).outcome is Outcome.DONE
    assert rig.meter.is_open
    assert rig.begun(OPEN) == 1


@systems
async def test_forgotten_it_is_sent_again(rig: Rig) -> None:
    rig.plan(Fault.FORGET)
    assert await rig.send(OPEN) is None
    with pytest.raises(Unreachable):
        await rig.head_end.ask(OPEN)
    assert (await rig.answer_to(OPEN)).outcome is Outcome.DONE
    assert rig.meter.is_open


@systems
@pytest.mark.parametrize(
    ("fault", "outcome", "is_open"),
    [
        (Fault.REFUSE, Outcome.IMPOSSIBLE, False),
        (Fault.UNREACHABLE, Outcome.FAILED, False),
        (Fault.FAIL, Outcome.FAILED, True),
        (Fault.DO_NOTHING, Outcome.DONE, False),
    ],
)
async def test_whatever_is_said_a_reading_tells_the_truth(
    rig: Rig, fault: Fault, outcome: Outcome, is_open: bool
) -> None:
    rig.plan(fault)
    assert (await rig.answer_to(OPEN)).outcome is outcome
    read = await rig.answer_to(READ)
    assert (read.outcome, read.port is PortState.OPEN, rig.meter.is_open) == (Outcome.DONE, is_open, is_open)


@systems
async def test_a_reading_that_lies_is_told_as_it_was_said(rig: Rig) -> None:
    rig.plan(Fault.OPPOSITE)
    assert (await rig.answer_to(READ)).port is PortState.OPEN
    assert (await rig.answer_to(command(CommandKind.READ, id="c-read-2"))).port is PortState.CLOSED


@systems
async def test_an_answer_that_was_lost_is_asked_for(rig: Rig) -> None:
    rig.plan(Fault.LOSE_ANSWER)
    assert await rig.send(OPEN) is None
    assert (await rig.asked(OPEN)).outcome is Outcome.DONE
    assert rig.inbox.answers == []


@systems
async def test_garbage_in_place_of_the_answer_is_refused(rig: Rig) -> None:
    rig.plan(Fault.GARBAGE_ANSWER)
    assert await rig.send(OPEN) is None
    await rig.until(lambda: rig.inbox.unreadable > 0)
    assert (await rig.asked(OPEN)).outcome is Outcome.DONE
    assert rig.inbox.answers == []


@systems
async def test_an_answer_that_comes_twice_says_the_same(rig: Rig) -> None:
    rig.plan(Fault.DOUBLE_ANSWER)
    await rig.answer_to(OPEN)
    await rig.until(lambda: len(rig.inbox.to(OPEN)) == 2)
    first, second = rig.inbox.to(OPEN)
    assert first == second


@systems
async def test_answers_that_contradict_each_other_are_both_told(rig: Rig) -> None:
    rig.plan(Fault.CONTRADICT)
    await rig.answer_to(OPEN)
    await rig.until(lambda: len(rig.inbox.to(OPEN)) == 2)
    assert [each.outcome for each in rig.inbox.to(OPEN)] == [Outcome.DONE, Outcome.FAILED]


@systems
async def test_an_answer_names_its_command_and_its_meter(rig: Rig) -> None:
    rig.plan(Fault.STRAY_ANSWER)
    rig.plan(Fault.WRONG_METER)
    answer = await rig.answer_to(OPEN)
    assert answer.meter_serial not in ("", SERIAL)
    assert {each.command_id for each in rig.inbox.answers} == {OPEN.id, "nobody-sent-this"}


@systems
async def test_the_newest_command_wins(rig: Rig) -> None:
    for n in range(5):
        assert await rig.send(command(CommandKind.OPEN, id=f"c-o-{n}")) is None
        assert await rig.send(command(CommandKind.CLOSE, id=f"c-c-{n}")) is None
    await rig.answer(command(CommandKind.CLOSE, id="c-c-4"))
    assert not rig.meter.is_open
