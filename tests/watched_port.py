"""A virtual meter that the hub's health watches, in simulated time, over a real store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanport.clock import ManualClock
from hanport.home.health import Health, HealthWatch
from hanport.home.live import Live
from hanport.home.store.reader import EventRow, PortDayRow
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.line import Chunk, Line
from hanport.meter.module import HanModule, ModuleSetup, Sends
from hanport.meter.schedule import Plan
from hanport.meter.setup import HouseSetup
from hanport.models import MODELS
from hanport.models.model import Module
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting
from hanport.port.values import Protocol, Reading
from hanport.port.write import fit, write

START = datetime(2026, 1, 31, 17, 0, 3, tzinfo=UTC)
ADDRESS = "tcp://reader.example:5501"


class SteppingClock(ManualClock):
    """The hub's clock, which somebody may set."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._set_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self._set_by

    def skip(self, seconds: float) -> None:
        """Time passes, and nobody sleeps by this clock."""
        self._elapsed_s += seconds

    def set_by(self, seconds: float) -> None:
        self._set_by += timedelta(seconds=seconds)


def virtual_meter(
    name: str = "kamstrup-omnia", start: datetime = START, *, kind: Module | None = None, interval_s: int | None = None
) -> VirtualMeter:
    model = MODELS[name]
    profile = PROFILES[model.profile]
    line = Line(Setting.parse(model.serial))
    setup = MeterSetup(
        name=model.name,
        write=telegrams(profile),
        p1=profile.protocol is Protocol.P1,
        house=HouseSetup(heat_pump=False, car=False, solar_kwp=0.0),
        module=ModuleSetup(kind or model.module, interval_s or model.interval_s, line),
    )
    return VirtualMeter(setup, ManualClock(start), start=start)


class SparseMeter:
    """A module with hardly a house behind it: half a year of it takes a moment."""

    def __init__(self, start: datetime, kind: Module, interval_s: int) -> None:
        line = Line(Setting.parse("115200 8N1"))
        self.module = HanModule(ModuleSetup(kind, interval_s, line), start)
        self._profile = PROFILES["kamstrup-omnia"]
        self._at = start
        self._count = 0

    def advance(self, to: datetime) -> list[Chunk]:
        chunks = []
        while (push_at := self.module.next_push(self._at)) <= to:
            self._at = push_at
            self.module.advance(push_at)
            self._count += 1
            if self.module.sends(push_at) is Sends.TELEGRAM:
                reading = Reading(at=push_at, energy_import_wh=self._count, voltage_l1_mv=230_100 + self._count % 7)
                chunks.append(Chunk(write(fit(reading, self._profile), self._profile), self.module.setup.line, push_at))
        self._at = to
        return chunks


class WatchedPort:
    """A meter, its reader, and the hub. `drive` lets the time pass; with `reads` False the reader hears nothing."""

    def __init__(self, path: Path, meter: VirtualMeter | SparseMeter | None = None, *, start: datetime = START) -> None:
        self.path = path
        self._sender = meter or virtual_meter(start=start)
        self.clock = SteppingClock(start)
        self.true_at = start
        self.reads = True
        self.statuses: list[PortStatus] = []
        self._decoder = Decoder()

    async def boot(self, address: str = ADDRESS, *, remembers: bool = True) -> None:
        """The hub starts, and the source opens."""
        self.store = await StoreThread.open(self.path)
        self.live = Live(PortStatus(PortState.STARTING, self.clock.now()))
        self.watch = HealthWatch(self.live, self.store, address, clock=self.clock)
        if remembers:
            await self.watch.open()
        self._decoder = Decoder()
        self.statuses.append(self.live.status)
        if self.reads:
            self.watch.connected(self.clock.now())

    async def lose_power(self) -> None:
        """The hub ends from one moment to the next."""
        await self.store.close()

    async def stop(self) -> None:
        """The hub is stopped."""
        await self.watch.close()
        await self.store.close()

    async def drive(self, seconds: float, *, tick_s: float = 1.0, hub: bool = True, doctor: bool = True) -> None:
        """Let time pass for the meter and, unless it is off, for the hub, which stores once a minute."""
        end = self.true_at + timedelta(seconds=seconds)
        written = self.true_at
        while self.true_at < end:
            step_s = min(tick_s, (end - self.true_at).total_seconds())
            self.true_at += timedelta(seconds=step_s)
            self.clock.skip(step_s)
            chunks = self._sender.advance(self.true_at)
            if not hub:
                continue
            if self.reads:
                for chunk in chunks:
                    self.hear(chunk.read_by(self.module.setup.line.setting))
            self.watch.tick(self.clock.now())
            if doctor:
                await self.watch.look()
            self._note_status()
            if self.true_at - written >= timedelta(seconds=max(60.0, 12 * tick_s)):
                written = self.true_at
                await self.watch.flush()

    def hear(self, data: bytes) -> None:
        """Bytes come out of the reader."""
        if not data:
            return
        self.watch.bytes(self.clock.now(), data)
        for event in self._decoder.feed(data):
            self.watch.event(self.clock.now(), event)
            self._note_status()

    def _note_status(self) -> None:
        if self.live.status != self.statuses[-1]:
            self.statuses.append(self.live.status)

    @property
    def meter(self) -> VirtualMeter:
        assert isinstance(self._sender, VirtualMeter)
        return self._sender

    @property
    def module(self) -> HanModule:
        """The meter's module, to be acted on at `true_at`: the meter's own clock stands still in these tests."""
        return self._sender._module if isinstance(self._sender, VirtualMeter) else self._sender.module

    def fault(self, plan: Plan) -> None:
        """A fault from now on."""
        self.meter._schedule.add(plan, self.true_at)

    def hang(self) -> None:
        """The module hangs now."""
        self.module.hang(self.true_at)

    def cycle_meter(self) -> None:
        """The main switch of the meter goes off and on."""
        self.module.power_cycle(self.true_at)

    @property
    def state(self) -> PortState:
        return self.live.status.state

    @property
    def states(self) -> list[PortState]:
        return [status.state for status in self.statuses]

    def report(self) -> Health:
        return self.watch.report()

    async def events(self, *kinds: str) -> list[EventRow]:
        """Stored events of these kinds (all), in the order in which they were begun."""
        await self.watch.flush()
        far = timedelta(days=3650)
        events = await self.store.read(lambda reader: reader.events(START - far, START + far, kinds or None))
        return sorted(events, key=lambda event: event.id)

    async def days(self) -> list[PortDayRow]:
        await self.watch.flush()
        far = timedelta(days=3650)
        return await self.store.read(lambda reader: reader.port_days((START - far).date(), (START + far).date()))
