"""The hub as a whole, on real sockets: what is heard is stored and shown, and nothing is lost when something fails."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hanport.clock import SystemClock
from hanport.home.config import HomeConfig, MqttTable, ShareTable, SourceTable, StoreTable, WebTable
from hanport.home.store.errors import StoreFull
from hanport.home.store.reader import Reader
from hanport.home.values import PartState, PortState
from home.hubs import Running, hub_on, until
from home.meters import Meter, meter_on_tcp


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def config_for(meter: Meter, store: StoreTable | None = None) -> HomeConfig:
    return HomeConfig(source=SourceTable(address=meter.address), web=WebTable(port=0), store=store or StoreTable())


async def stored(running: Running) -> int:
    """How many readings are in the store."""

    def count(reader: Reader) -> int:
        span = reader.span()
        if span is None:
            return 0
        return sum(len(columns) for columns in reader.readings(span[0], span[1] + timedelta(seconds=1)))

    return await running.hub.store.read(count)


async def hears(running: Running, meter: Meter, count: int) -> None:
    """The meter sends so many telegrams, one after the other, and the hub hears them."""
    for _ in range(count):
        before = running.hub.live.sample
        await meter.send(10)
        await until(lambda before=before: running.hub.live.sample is not before)  # type: ignore[misc]


async def settled(running: Running) -> None:
    await until(lambda: len(running.hub.intake) == 0)


async def test_what_is_heard_is_stored_and_shown(tmp_path: Path) -> None:
    async with meter_on_tcp(start=now()) as meter, hub_on(tmp_path, config_for(meter)) as running:
        await until(lambda: running.hub.live.parts["source"].state is PartState.RUNNING)
        await asyncio.sleep(0.2)
        await hears(running, meter, 5)
        await settled(running)
        assert await stored(running) == 5
        assert "KAM5" in await running.page("/port")
        for path in ("/", "/history", "/peaks", "/settings"):
            assert "</html>" in await running.page(path)


async def test_a_lost_source_is_shown_and_comes_back(tmp_path: Path) -> None:
    async with meter_on_tcp(start=now()) as meter:
        port = int(meter.address.rpartition(":")[2])
        async with hub_on(tmp_path, config_for(meter)) as running:
            await asyncio.sleep(0.2)
            await hears(running, meter, 3)
            await meter.output.close()
            await until(lambda: running.hub.live.status.state is PortState.LOST)
            assert "status-bad" in await running.page("/")
            await meter.open(port)
            await until(lambda: running.hub.live.status.state is not PortState.LOST, 30)
            await hears(running, meter, 2)
            await settled(running)
            assert await stored(running) == 5
            assert running.hub.live.status.state is not PortState.LOST


async def test_a_full_disk_stops_storing_and_nothing_is_lost(tmp_path: Path) -> None:
    """The disk is full by the hub's own measure: it must keep more free than there is."""
    async with meter_on_tcp(start=now()) as meter, hub_on(tmp_path, config_for(meter)) as running:
        await asyncio.sleep(0.2)
        await hears(running, meter, 2)
        await settled(running)
        config = running.hub.config()
        full = msgspec.structs.replace(config, store=StoreTable(least_free_mb=10**9, warn_free_mb=10**9))
        await running.hub.save_config(full)
        await hears(running, meter, 2)
        await until(lambda: running.hub.live.parts["store"].state is PartState.FAILED)
        assert 'data-trouble="store"' in await running.page("/")
        assert len(running.hub.intake) == 2
        await running.hub.save_config(config)
        await settled(running)
        assert await stored(running) == 4


_HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("COMMIT")
"""


async def test_another_program_locks_the_database_and_nothing_is_lost(tmp_path: Path) -> None:
    async with meter_on_tcp(start=now()) as meter, hub_on(tmp_path, config_for(meter)) as running:
        await asyncio.sleep(0.2)
        await hears(running, meter, 2)
        await settled(running)
        path = str(running.hub.store.path)
        with subprocess.Popen(
            [sys.executable, "-c", _HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout and holder.stdin
            assert await asyncio.to_thread(holder.stdout.readline) == "held\n"
            await hears(running, meter, 2)
            await until(lambda: running.hub.live.parts["store"].state is PartState.FAILED)
            assert "locked" in running.hub.live.parts["store"].problem
            assert 'data-trouble="store"' in await running.page("/")
            holder.stdin.write("\n")
            holder.stdin.flush()
        await until(lambda: len(running.hub.intake) == 0, 20)
        assert await stored(running) == 4


class SteppingClock(SystemClock):
    """The machine's clock, which somebody sets."""

    def __init__(self) -> None:
        self.step = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.step


async def test_the_hubs_clock_steps_by_an_hour_and_the_ledger_goes_on(tmp_path: Path) -> None:
    clock = SteppingClock()
    async with meter_on_tcp(start=now()) as meter, hub_on(tmp_path, config_for(meter), clock=clock) as running:
        await asyncio.sleep(0.2)
        await hears(running, meter, 3)
        clock.step = timedelta(hours=1)
        await hears(running, meter, 3)
        clock.step = timedelta(hours=-1)
        await hears(running, meter, 3)
        await settled(running)
        assert await stored(running) == 9
        span = await running.hub.store.read(lambda reader: reader.span())
        assert span is not None
        assert span[1] - span[0] == timedelta(seconds=80)  # by the meter's clock: no hour in it
        assert "</html>" in await running.page("/")
        await until(lambda: running.hub.watch.report().clock.hub_step is not None)


async def test_a_broker_that_is_down_is_shown_and_disturbs_nobody(tmp_path: Path) -> None:
    async with meter_on_tcp(start=now()) as meter:
        config = msgspec.structs.replace(
            config_for(meter), share=ShareTable(mqtt=MqttTable(enabled=True, host="127.0.0.1", port=1))
        )
        async with hub_on(tmp_path, config) as running:
            await asyncio.sleep(0.2)
            await hears(running, meter, 3)
            await settled(running)
            await until(lambda: running.hub.live.parts["mqtt"].state is PartState.FAILED)
            assert await stored(running) == 3
            assert 'data-trouble="mqtt"' in await running.page("/settings")


async def test_a_restart_goes_on_where_it_ended(tmp_path: Path) -> None:
    async with meter_on_tcp(start=now()) as meter:
        for count in (3, 6):
            async with hub_on(tmp_path, config_for(meter)) as running:
                await asyncio.sleep(0.3)
                await hears(running, meter, 3)
                await settled(running)
                assert await stored(running) == count


async def test_what_cannot_be_stored_when_it_stops_is_counted_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StoreFull):
        async with meter_on_tcp(start=now()) as meter, hub_on(tmp_path, config_for(meter)) as running:
            await asyncio.sleep(0.2)
            await running.hub.store.configure(StoreTable(least_free_mb=10**9))
            await hears(running, meter, 2)
    lost = [record for record in caplog.records if record.message == "telegrams are lost"]
    assert [record.__dict__["telegrams"] for record in lost] == [2]
