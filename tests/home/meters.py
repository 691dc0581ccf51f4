"""A virtual meter on a real socket, moved by hand: what the hub's tests read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from hanport.clock import ManualClock
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.line import Line
from hanport.meter.module import ModuleSetup
from hanport.meter.outputs.tcp import TcpOutput
from hanport.meter.register import Energies
from hanport.models import MODELS
from hanport.models.model import Module
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting
from hanport.port.values import Protocol

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Meter:
    """A virtual meter with its port on `address`; it stands still until `send`."""

    def __init__(self, model_name: str, start: datetime, interval_s: int, registers: Energies) -> None:
        model = MODELS[model_name]
        profile = PROFILES[model.profile]
        line = Line(Setting.parse(model.serial))
        self.clock = ManualClock(start)
        self.device = VirtualMeter(
            MeterSetup(
                name=model.name,
                write=telegrams(profile),
                p1=profile.protocol is Protocol.P1,
                module=ModuleSetup(Module.POWERED, interval_s, line),
                energies=registers,
            ),
            self.clock,
            start=start,
        )
        self.output = TcpOutput(line.setting)
        self.device.outputs.append(self.output)
        self.address = ""

    async def open(self, port: int = 0) -> None:
        """Listen, on another port each time unless one is given."""
        host, bound = await self.output.open("127.0.0.1", port)
        self.address = f"tcp://{host}:{bound}"

    async def send(self, seconds: float) -> None:
        """Let the meter's time pass; what it sends in that time leaves at once."""
        await self.clock.advance(seconds)
        self.device.catch_up()


@asynccontextmanager
async def meter_on_tcp(
    model: str = "kamstrup-omnia", *, start: datetime = NOON, interval_s: int = 10, import_wh: int = 60_995_424
) -> AsyncIterator[Meter]:
    """A meter that listens on a free port of 127.0.0.1."""
    meter = Meter(model, start, interval_s, Energies(import_wh=import_wh))
    await meter.open()
    try:
        yield meter
    finally:
        await meter.output.close()
