"""The virtual meter: a house, the registers that count it, the HAN module and its faults, moved by a clock.

Simulated time is the start plus the clock's time times the speed. A machine that cannot keep up falls behind: nothing
is left out, and the simulated time goes slower than asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

from hanport.clock import Clock
from hanport.errors import ConfigError
from hanport.meter.house import House, HouseSetup
from hanport.meter.line import Chunk, Line
from hanport.meter.module import HanModule, ModuleSetup, Sends, State
from hanport.meter.register import Energies, Registers
from hanport.meter.schedule import Plan, Schedule
from hanport.models.model import Module
from hanport.port.profiles import Profile
from hanport.port.values import Reading
from hanport.port.write import fit, write

SLOWEST, FASTEST = 0.01, 10_000.0
_EVENTS_A_STEP = 500  # pushes before other tasks get their turn
_LONGEST_WAIT_S = 0.5  # so that a new speed or a power cycle is noticed
_LONGEST_FLOW_S = 6 * 3600  # seconds of the house taken at once: 6 MB

Write = Callable[[Reading], bytes]


class Output(Protocol):
    """Somewhere that what leaves the port goes to."""

    def send(self, chunk: Chunk) -> None:
        """Take a chunk, at once: what cannot be passed on now is dropped, as the output's own rule says."""
        ...


@dataclass(frozen=True, slots=True)
class MeterSetup:
    """All that makes one virtual meter. `p1` says whether its telegrams are P1 (otherwise HDLC)."""

    name: str
    write: Write
    p1: bool = True
    house: HouseSetup = field(default_factory=HouseSetup)
    module: ModuleSetup = field(default_factory=ModuleSetup)
    energies: Energies | None = None
    is_open: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class FaultStatus:
    """A fault that is active or still to come; `ends_at` is null where it stays until it is taken away."""

    name: str
    active: bool
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """The virtual meter as it stands: simulated time, the module, what it sends, and the meter's own reading."""

    at: datetime
    speed: float
    name: str
    kind: Module
    interval_s: int
    line: str
    sends: Sends
    chunks_sent: int
    module: State
    faults: list[FaultStatus]
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Sending:
    """A telegram on its way out."""

    begun_at: datetime
    ends_at: datetime
    data: bytes
    line: Line


class VirtualMeter:
    """The assembled meter. `run` moves it; the other methods act on it now, in simulated time."""

    def __init__(self, setup: MeterSetup, clock: Clock, *, start: datetime | None = None, speed: float = 1.0) -> None:
        self.setup = setup
        self.outputs: list[Output] = []
        self._clock = clock
        self._start = self._at = self._counted_to = (start or clock.now()).astimezone(UTC).replace(microsecond=0)
        self._anchor = (self._start, clock.monotonic())
        self._speed = speed
        self._house = House(setup.house)
        energies = setup.energies or second_hand(setup.seed)
        self._registers = Registers(energies, phases=setup.house.phases)
        self._module = HanModule(setup.module, self._start, is_open=setup.is_open)
        self._schedule = Schedule(seed=setup.seed, p1=setup.p1)
        self._sending: _Sending | None = None
        self._chunks_sent = 0
        self.set_speed(speed)

    def now(self) -> datetime:
        """Simulated time, aware, in UTC."""
        start, begun_s = self._anchor
        return start + timedelta(seconds=(self._clock.monotonic() - begun_s) * self._speed)

    async def run(self) -> None:
        """Send what is due to the outputs, until cancelled."""
        while True:
            self.catch_up()
            upcoming = self._sending.ends_at if self._sending else self._module.next_push(self._at)
            wait_s = (upcoming - self.now()).total_seconds() / self._speed
            await self._clock.sleep(min(max(wait_s, 0.001), _LONGEST_WAIT_S))

    def catch_up(self) -> datetime:
        """Let happen what is due by now, and send it. Returns the simulated time."""
        now = self.now()
        for chunk in self.advance(now):
            self._chunks_sent += 1
            for output in self.outputs:
                output.send(chunk)
        if self._at < now:
            self._anchor = (self._at, self._clock.monotonic())
        return self._at

    def advance(self, to: datetime) -> list[Chunk]:
        """Let happen what is due up to that simulated time, at most some hundred events, and give what leaves."""
        chunks: list[Chunk] = []
        for _ in range(_EVENTS_A_STEP):
            push_at = self._module.next_push(self._at)
            if self._sending is not None and self._sending.ends_at <= min(to, push_at):
                chunks += self._finish(self._sending)
                self._sending = None
            elif push_at <= to:
                self._at = push_at
                self._push(push_at)
            else:
                self._at = max(self._at, to)
                self._module.advance(self._at)
                break
        return chunks

    def status(self) -> Status:
        """What there is to know."""
        at = self.catch_up()
        self._count(at)
        module = self._module
        faults = [FaultStatus(p.name, p.is_active(at), p.begins_at, p.ends_at) for p in self._schedule.entries(at)]
        return Status(
            at=at,
            speed=self._speed,
            name=self.setup.name,
            kind=module.setup.kind,
            interval_s=module.setup.interval_s,
            line=str(module.setup.line.setting),
            sends=module.sends(at),
            chunks_sent=self._chunks_sent,
            module=module.state,
            faults=faults,
            reading=self._registers.read(),
        )

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, 0.01 to 10 000. Raises `ConfigError` outside."""
        if not SLOWEST <= speed <= FASTEST:
            raise ConfigError(f"A speed of {speed} is not possible.", f"Give {SLOWEST} to {FASTEST:.0f}.")
        self._anchor = (self.catch_up(), self._clock.monotonic())
        self._speed = speed

    def set_open(self, is_open: bool) -> None:
        """Open or close the port."""
        self._module.set_open(is_open, self.catch_up())

    def set_cable(self, is_in: bool) -> None:
        """Plug the reader in or out."""
        self._module.set_cable(is_in, self.catch_up())

    def set_data_request(self, high: bool) -> None:
        """Raise or release the reader's pin 2."""
        self._module.set_data_request(high, self.catch_up())

    def set_reader_supply(self, on: bool) -> None:
        """Give the reader its own supply, or take it away."""
        self._module.set_reader_supply(on, self.catch_up())

    def power_cycle(self) -> None:
        """Switch the meter off and on."""
        self._module.power_cycle(self.catch_up())

    def plug_in(self, need_wh: int) -> None:
        """Plug the car in. Raises `ConfigError` for a need that no car has."""
        self._house.plug_in(self.catch_up(), need_wh=need_wh)

    def unplug(self) -> None:
        """Unplug the car."""
        self._house.unplug(self.catch_up())

    def switch(self, load: str, on: bool) -> None:
        """Switch an appliance of the house. Raises `ConfigError` for one that it does not have."""
        self._house.switch(load, on, self.catch_up())

    def add_fault(self, plan: Plan) -> None:
        """Plan a fault from now on. Raises `ConfigError`."""
        self._schedule.add(plan, self.catch_up())

    def add_faults(self, plans: Iterable[Plan]) -> None:
        """Plan faults whose seconds count from the meter's start. Raises `ConfigError`."""
        for plan in plans:
            self._schedule.add(plan, self._start)

    def remove_fault(self, name: str) -> None:
        """Take a fault away. Raises `ConfigError` if it is not there."""
        self.catch_up()
        self._schedule.remove(name)

    def _push(self, at: datetime) -> None:
        """The interval comes round: begin to send what is to be sent."""
        self._module.advance(at)
        self._count(at)
        if self._sending is not None:  # the line is too slow for the interval
            return
        data = self._data(at)
        line = self._schedule.drive(self._module.setup.line, at)
        sending_s = line.setting.duration_s(len(data))
        if data:
            self._sending = _Sending(at, at + timedelta(seconds=sending_s), data, line)
        self._schedule.strike(self._module, at, sending_s)

    def _data(self, at: datetime) -> bytes:
        sends = self._module.sends(at)
        if sends is Sends.NOTHING:
            return b""
        if sends is Sends.IDENTIFICATION:
            return self._schedule.damage(self._module.setup.identification, at)
        reading = self._schedule.change(self._registers.read(), at)
        return self._schedule.damage(self.setup.write(reading), at)

    def _finish(self, sending: _Sending) -> list[Chunk]:
        self._module.advance(sending.ends_at)
        data = self._module.sent(sending.begun_at, sending.data, sending.line)
        return [Chunk(data, sending.line, sending.ends_at)] if data else []

    def _count(self, to: datetime) -> None:
        """Let the registers count the house up to the last whole second."""
        while seconds := min(int((to - self._counted_to).total_seconds()), _LONGEST_FLOW_S):
            self._registers.advance(self._house.flow(self._counted_to, seconds))
            self._counted_to += timedelta(seconds=seconds)


def telegrams(profile: Profile) -> Write:
    """The writer of a maker's telegrams, each reading rounded to what they can say."""

    def write_one(reading: Reading) -> bytes:
        return write(fit(reading, profile), profile)

    return write_one


def second_hand(seed: int) -> Energies:
    """Registers of a meter that has hung in a house for some years."""
    random = Random(f"registers:{seed}")
    return Energies(*(random.randint(0, most) for most in (80_000_000, 9_000_000, 4_000_000, 12_000_000)))
