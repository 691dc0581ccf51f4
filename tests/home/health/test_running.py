"""The watch as a part of the hub: it runs, stores, stops cleanly, and keeps what cannot be stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from hanport.home.health import Act
from hanport.home.health.memory import ALIVE, GUIDE
from hanport.home.store.errors import StoreError
from hanport.home.values import PortState
from hanport.meter.schedule import Plan
from watched_port import START, WatchedPort


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[WatchedPort]:
    watched = WatchedPort(tmp_path / "hub.db")
    await watched.boot()
    yield watched
    await watched.store.close()


async def let_run(port: WatchedPort, seconds: int) -> None:
    """Time passes for `run` itself; the doctor and the store work in threads, in real time."""
    for _ in range(seconds):
        await port.clock.advance(1)
        await asyncio.sleep(0.002)


async def test_it_ticks_looks_and_stores_by_itself_and_stops_cleanly(port: WatchedPort) -> None:
    await port.drive(35)
    running = asyncio.create_task(port.watch.run())
    await let_run(port, 90)
    assert port.state is PortState.SILENT
    for _ in range(50):
        if await port.store.read(lambda reader: reader.events(START, port.clock.now(), None)):
            break
        await asyncio.sleep(0.02)
    (silence,) = await port.store.read(lambda reader: reader.events(START, port.clock.now(), None))
    assert silence.kind == "silence"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    alive = await port.store.read(lambda reader: reader.note(ALIVE))
    assert (alive["clean"], alive["model"], alive["interval_s"]) == (True, "kamstrup-omnia", 10.0)


async def test_counts_are_stored_once_a_minute_and_more_often_while_somebody_restarts_the_meter(
    port: WatchedPort,
) -> None:
    await port.watch.flush()
    assert not port.watch._is_due()
    await port.clock.advance(60)
    assert port.watch._is_due()
    await port.watch.act(Act.BEGIN)
    assert not port.watch._is_due()
    await port.clock.advance(5)
    assert port.watch._is_due()
    assert (await port.store.read(lambda reader: reader.note(GUIDE)))["stage"] == "steps"


async def test_what_cannot_be_stored_is_kept(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 100)])
    await port.drive(59)
    await port.store.close()
    for _ in range(2):
        with pytest.raises(StoreError):
            await port.watch.flush()
    seen = port.watch._observing
    waiting = seen.days.unstored()
    assert [day.telegrams for day in waiting] == [6]
    await port.boot()  # the store is mended
    port.watch._observing = seen
    (day,) = await port.days()
    assert day.telegrams == 6
    assert seen.days.unstored() == ()


async def test_a_write_that_has_begun_is_counted_once_when_the_part_is_stopped(port: WatchedPort) -> None:
    await port.drive(59)
    writing = asyncio.create_task(port.watch.flush())
    await asyncio.sleep(0)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    await port.watch.flush()
    await port.watch.close()
    (day,) = await port.days()
    assert day.telegrams == 6


async def test_what_is_heard_before_the_past_is_known_counts_too(port: WatchedPort) -> None:
    await port.drive(60)
    await port.stop()
    await port.boot(remembers=False)
    await port.drive(59)
    (day,) = await port.days()
    assert day.telegrams == port.report().today.telegrams == 12
