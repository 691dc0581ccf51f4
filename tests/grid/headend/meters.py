"""Virtual meters with their control interface on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.types import ASGIApp

from grid.headend.commands import NOW
from hanport.clock import ManualClock
from hanport.meter.control import application
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.module import ModuleSetup
from hanport.meter.schedule import Plan
from hanport.models.model import Module
from hanport.port.profiles import PROFILES
from hanport.serving import serve


@dataclass(frozen=True, slots=True)
class Running:
    """A virtual meter, and where its control interface is."""

    meter: VirtualMeter
    clock: ManualClock
    url: str

    @property
    def is_open(self) -> bool:
        return self.meter.status().module.open

    @property
    def is_hung(self) -> bool:
        return self.meter.status().module.hung

    async def hang(self) -> None:
        """The module hangs, until it is restarted."""
        self.meter.add_fault(Plan("hang", 0.0, None))
        await self.clock.advance(120)  # it is awake again by then
        self.meter.catch_up()


@asynccontextmanager
async def served(application: ASGIApp) -> AsyncIterator[str]:
    """An application on a free port: its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(serve(application, listener))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        listener.close()


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    """A virtual meter whose port is closed."""
    setup = MeterSetup(
        "test", telegrams(PROFILES["kamstrup-omnia"]), True, module=ModuleSetup(Module.SELF_POWERED), is_open=False
    )
    clock = ManualClock(NOW)
    meter = VirtualMeter(setup, clock)
    async with served(application(meter)) as url:
        yield Running(meter, clock, url)
