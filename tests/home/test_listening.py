"""What is heard reaches the present, the queue and the watch; a source that goes comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanport.clock import SystemClock
from hanport.errors import ConfigError, SourceError
from hanport.home.config import SourceTable
from hanport.home.intake import Intake
from hanport.home.listening import Ears, hear, keys_of
from hanport.home.live import Live
from hanport.home.values import PortState, PortStatus
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected
from home.meters import meter_on_tcp

CORPUS = Path(__file__).parents[1] / "corpus"


class Log:
    """A watch that writes down what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def connected(self, at: datetime) -> None:
        self.lines.append("connected")

    def lost(self, at: datetime, problem: SourceError) -> None:
        self.lines.append(f"lost: {problem}")

    def bytes(self, at: datetime, data: bytes) -> None:
        self.lines.append("bytes")

    def event(self, at: datetime, event: Telegram | Rejected) -> None:
        self.lines.append(type(event).__name__)


class Bench:
    def __init__(self) -> None:
        self.live = Live(PortStatus(PortState.STARTING, datetime(2026, 1, 31, tzinfo=UTC)))
        self.intake = Intake()
        self.watch = Log()
        self.ears = Ears(self.live, self.intake, lambda: self.watch)

    @asynccontextmanager
    async def hearing(self, address: str) -> AsyncIterator[None]:
        task = asyncio.create_task(hear(SourceTable(address=address), self.ears, SystemClock()))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_telegram_reaches_the_present_the_queue_and_the_watch() -> None:
    bench = Bench()
    async with meter_on_tcp() as meter:
        with bench.live.raw.listen() as raw, bench.live.samples.listen() as samples:
            async with bench.hearing(meter.address):
                await until(lambda: "connected" in bench.watch.lines)
                await meter.send(30)
                sample = await samples.get()
                assert sample is bench.live.sample or len(bench.intake) > 1
                assert sample.reading.energy_import_wh is not None
                assert sample.meter.identification == "KAM5"
                first = await raw.get()
                assert first.startswith(b"/KAM5")
        await until(lambda: len(bench.intake) >= 1)
    assert bench.watch.lines[:2] == ["connected", "bytes"]
    assert [line for line in bench.watch.lines if line != "bytes"][1] == "Telegram"


async def test_a_lost_source_is_told_and_found_again() -> None:
    bench = Bench()
    async with meter_on_tcp() as meter:
        port = int(meter.address.rpartition(":")[2])
        async with bench.hearing(meter.address):
            await until(lambda: "connected" in bench.watch.lines)
            await meter.output.close()
            await until(lambda: any(line.startswith("lost") for line in bench.watch.lines))
            bench.watch.lines.clear()
            await meter.open(port)
            await until(lambda: "connected" in bench.watch.lines)
            await meter.send(30)
            await until(lambda: bench.live.sample is not None)


async def test_a_file_ends_and_does_not_flood_the_queue(tmp_path: Path) -> None:
    bench = Bench()
    bench.ears = Ears(bench.live, Intake(limit=8), lambda: bench.watch)
    telegram = next(CORPUS.glob("p1/*se-kamstrup*")).read_bytes()
    (tmp_path / "many").write_bytes(telegram * 20)
    hearing = asyncio.create_task(hear(SourceTable(address=f"file:{tmp_path / 'many'}"), bench.ears, SystemClock()))
    for _ in range(20):
        sample = await asyncio.wait_for(bench.ears.intake.oldest(), 5)
        bench.ears.intake.done(sample)
    await asyncio.wait_for(hearing, 5)
    assert bench.ears.intake.lost == 0
    assert sample.at == sample.reading.at


async def test_without_a_source_it_says_where_to_choose_one() -> None:
    with pytest.raises(ConfigError, match="No source is chosen"):
        await hear(SourceTable(), Bench().ears, SystemClock())


def test_keys() -> None:
    assert keys_of(SourceTable()) is None
    assert keys_of(SourceTable(key="00" * 16)) is not None
    for source in (SourceTable(key="xy"), SourceTable(key="00" * 16, authentication_key="00")):
        with pytest.raises(ConfigError, match="32 hex digits") as caught:
            keys_of(source)
        assert "xy" not in str(caught.value)
