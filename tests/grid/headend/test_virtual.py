"""Virtual meters as a head-end: real meters behind real sockets, and meters that misbehave."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from grid.headend.commands import NOW, SERIAL, command, configured
from grid.headend.meters import running
from grid.headend.scripted import Act, hangs_up, is_silent, peer, says
from hanport.clock import ManualClock
from hanport.grid.headend.contract import Answer, CommandKind, HeadEnd, Outcome, PortState, Unreachable
from hanport.grid.headend.registry import build


@asynccontextmanager
async def head_end(url: str) -> AsyncIterator[HeadEnd]:
    table = f'name = "virtual"\nkind = "virtual"\ntimeout_s = 0.5\n[head_end.meters]\n{SERIAL} = "{url}/"'
    head_ends = build(configured(table), Path(), ManualClock(NOW))
    try:
        yield head_ends.named("virtual")
    finally:
        await head_ends.close()


async def test_a_port_is_opened_read_and_closed() -> None:
    async with running() as made, head_end(made.url) as virtual:
        read = command(CommandKind.READ)
        assert await virtual.send(read) == Answer(read.id, Outcome.DONE, NOW, PortState.CLOSED, SERIAL)
        assert await virtual.send(command()) == Answer("c-open-1", Outcome.DONE, NOW, meter_serial=SERIAL)
        assert made.is_open
        assert await virtual.send(read) == Answer(read.id, Outcome.DONE, NOW, PortState.OPEN, SERIAL)
        await virtual.send(command(CommandKind.CLOSE))
        assert not made.is_open
        assert await virtual.ask(read) is None


async def test_a_restart_is_done_once() -> None:
    async with running() as made, head_end(made.url) as virtual:
        restart = command(CommandKind.RESTART)
        await made.hang()
        assert made.is_hung
        first = await virtual.send(restart)
        assert first is not None and first.outcome is Outcome.DONE
        assert not made.is_hung
        await made.hang()
        assert await virtual.send(restart) == first
        assert made.is_hung, "the same command is not carried out twice"


async def test_a_meter_that_is_not_there() -> None:
    async with running() as made, head_end(made.url) as virtual:
        answer = await virtual.send(command(meter_serial="999"))
    assert answer is not None and answer.outcome is Outcome.IMPOSSIBLE


@pytest.mark.parametrize(
    "act",
    [says(500), says(422, {"error": "?"}), says(200, b"<html>"), says(200, {"module": {}}), hangs_up(), is_silent()],
    ids=range(6),
)
@pytest.mark.parametrize("kind", list(CommandKind))
async def test_a_meter_that_talks_nonsense_is_unreachable(act: Act, kind: CommandKind) -> None:
    async with peer(act) as made, head_end(made.url) as virtual:
        with pytest.raises(Unreachable, match=r"^virtual"):
            await virtual.send(command(kind))
