"""The broadcast: never waits, never grows, keeps the present."""

import asyncio
from datetime import UTC, datetime

from hanport.home.live import Broadcast, Live
from hanport.home.values import PortState, PortStatus

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


async def test_each_listener_gets_what_is_sent_while_it_listens() -> None:
    speaker: Broadcast[int] = Broadcast()
    speaker.send(1)
    with speaker.listen() as one, speaker.listen() as other:
        speaker.send(2)
        assert await one.get() == await other.get() == 2
        assert len(speaker) == 2
    assert len(speaker) == 0


async def test_a_slow_listener_misses_the_past_never_the_present() -> None:
    speaker: Broadcast[int] = Broadcast()
    with speaker.listen(limit=3) as slow:
        for number in range(10):
            speaker.send(number)
        assert slow.dropped == 7
        assert [await slow.get() for _ in range(3)] == [7, 8, 9]


async def test_a_listener_waits_for_the_next() -> None:
    speaker: Broadcast[int] = Broadcast()
    with speaker.listen() as listener:
        got: list[int] = []

        async def read() -> None:
            async for number in listener:
                got.append(number)

        reading = asyncio.create_task(read())
        for number in range(3):
            await asyncio.sleep(0)
            speaker.send(number)
        await asyncio.sleep(0.01)
        reading.cancel()
        assert got == [0, 1, 2]


async def test_a_status_is_told_when_it_changes() -> None:
    starting = PortStatus(PortState.STARTING, NOON)
    live = Live(starting)
    with live.statuses.listen() as listener:
        live.becomes(starting)
        live.becomes(PortStatus(PortState.WELL, NOON))
        assert (await listener.get()).state is PortState.WELL
    assert live.status.state is PortState.WELL
