"""From a telegram's last byte to the event in a browser: a hub in a process of its own, sockets on both sides."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import httpx
import msgspec

from bench.figure import Figure
from hanport.clock import SystemClock
from hanport.home.accounts import Accounts, Role
from hanport.home.store.thread import StoreThread
from hanport.home.web.access import SESSION_COOKIE
from hanport.home.web.events import PATH
from hanport.meter.house import House
from hanport.meter.register import Energies, Registers
from hanport.meter.setup import HouseSetup
from hanport.port.profiles import PROFILES
from hanport.port.write import fit, write

_TELEGRAMS = 500
_OTHER_BROWSERS = 4
_PAUSE_S = 0.05
_TARGET_MS = 100.0


def figures() -> Iterator[Figure]:
    """The time of the slowest in a hundred telegrams, while other browsers listen, too."""
    times_ms = asyncio.run(_measure())
    p99 = quantiles(times_ms, n=100)[98]
    yield Figure("hub.browser_event", p99, "ms", f"<= {_TARGET_MS:.0f}", p99 <= _TARGET_MS)
    yield Figure("hub.browser_event_median", quantiles(times_ms, n=2)[0], "ms")


def _telegrams(count: int) -> list[tuple[int, bytes]]:
    """Telegrams a second apart, each with a power of its own by which its event is known."""
    registers = Registers(Energies(import_wh=60_995_424))
    profile = PROFILES["kamstrup-omnia"]
    flow = House(HouseSetup()).flow(datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=count), count)
    made = []
    for number, reading in enumerate(registers.readings(flow, 1)):
        reading = msgspec.structs.replace(reading, power_import_w=1000 + number, power_export_w=0)
        made.append((1000 + number, write(fit(reading, profile), profile)))
    return made


async def _session(folder: Path) -> str:
    """A user of the hub to come, who is logged in already."""
    (folder / "hanport-data").mkdir()
    store = await StoreThread.open(folder / "hanport-data/hub.db")
    try:
        accounts = Accounts(store, SystemClock(), lambda: timedelta(days=1))
        user = await accounts.add("Eva", "sju sorters kakor", Role.VIEWER)
        return (await accounts.begin_session(user)).token
    finally:
        await store.close()


@asynccontextmanager
async def _hub(folder: Path, source: str) -> AsyncIterator[str]:
    """A hub that listens to the source; the address of its pages."""
    config = folder / "home.toml"
    config.write_text(f'[source]\naddress = "{source}"\n[web]\nport = 0\n[hub]\nlog_level = "error"\n')
    command = (sys.executable, "-m", "hanport", "home", "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        words = (await process.stdout.readline()).decode().split()
        yield next(word for word in words if word.startswith("http"))
    finally:
        process.terminate()
        await process.wait()


async def _measure() -> list[float]:
    connected: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda reader, writer: connected.put_nowait(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        token = await _session(folder)
        async with server, _hub(folder, f"tcp://127.0.0.1:{port}") as address:
            meter = await asyncio.wait_for(connected.get(), 30)
            cookies = {SESSION_COOKIE: token}
            async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30) as client:
                others = [asyncio.create_task(_listen(client)) for _ in range(_OTHER_BROWSERS)]
                try:
                    return await _times(client, meter)
                finally:
                    for each in others:
                        each.cancel()
                    await asyncio.gather(*others, return_exceptions=True)
                    meter.close()


async def _listen(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", PATH) as answer:
        async for _ in answer.aiter_lines():
            pass


async def _times(client: httpx.AsyncClient, meter: asyncio.StreamWriter) -> list[float]:
    times_ms = []
    async with client.stream("GET", PATH) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        for power_w, telegram in _telegrams(_TELEGRAMS):
            await asyncio.sleep(_PAUSE_S)
            sent_s = time.perf_counter()
            meter.write(telegram)
            while await _next_power(lines) != power_w:
                pass
            times_ms.append((time.perf_counter() - sent_s) * 1000)
    return times_ms


async def _next_power(lines: AsyncIterator[str]) -> int | None:
    """The power in the next event."""
    async for line in lines:
        if line.startswith("data: "):
            point = json.loads(line.removeprefix("data: "))["point"]
            return None if point is None else int(point[1])
    raise AssertionError("the stream ended")
