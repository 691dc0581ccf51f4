"""Which faults are at work when: planned by name and time, and applied in the order of their planning.

A fault is planned as `NAME@SECONDS` or `NAME@SECONDS+DURATION`, in simulated seconds; `NAME` alone begins at once.
Without a duration it lasts until it is taken away, or as long as `FAULTS` says for it. The seed and the order decide
all that is random, so that a run can be repeated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from random import Random

from hanport.errors import ConfigError
from hanport.meter.faults import FAULTS, Fault, LineFault, ModuleFault, ReadingFault, TelegramFault
from hanport.meter.line import Line
from hanport.meter.module import HanModule
from hanport.port.values import Reading

LONGEST_S = 366 * 86_400
MOST_PLANNED = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """A fault of `FAULTS`, begun `after_s` seconds from now and gone after `duration_s` (None: as its kind says).

    Raises `ConfigError` for an unknown name or a time outside a year.
    """

    name: str
    after_s: float = 0.0
    duration_s: float | None = None

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            near = get_close_matches(self.name, FAULTS, n=3, cutoff=0.4) or list(FAULTS)
            raise ConfigError(f"There is no fault {self.name!r}.", f"The nearest known: {', '.join(near)}.")
        if not 0 <= self.after_s <= LONGEST_S:
            raise ConfigError(f"The fault {self.name} cannot begin after {self.after_s} s.", "Give 0 s up to a year.")
        if self.duration_s is not None and not 0 < self.duration_s <= LONGEST_S:
            remedy = "Give more than 0 s, up to a year."
            raise ConfigError(f"The fault {self.name} cannot last {self.duration_s} s.", remedy)

    @classmethod
    def parse(cls, text: str) -> "Plan":
        """Read `NAME`, `NAME@SECONDS` or `NAME@SECONDS+DURATION`. Raises `ConfigError`."""
        name, at, when = text.partition("@")
        after, plus, duration = when.partition("+")
        try:
            after_s = float(after) if at else 0.0
            duration_s = float(duration) if plus else None
        except ValueError:
            remedy = "Write NAME@SECONDS or NAME@SECONDS+DURATION, such as noise@60+30."
            raise ConfigError(f"{text!r} is no plan for a fault.", remedy) from None
        return cls(name, after_s, duration_s)


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault with its moments; `ends_at` is None where it stays until it is taken away."""

    name: str
    begins_at: datetime
    ends_at: datetime | None
    fault: Fault

    def is_active(self, at: datetime) -> bool:
        """Whether it spoils what happens then. A fault that strikes once is active until it has struck."""
        return at >= self.begins_at and (self.ends_at is None or at < self.ends_at or self.strikes_once)

    @property
    def strikes_once(self) -> bool:
        """Whether it is a moment, not a while."""
        return self.ends_at == self.begins_at


class Schedule:
    """At most `MOST_PLANNED` faults. Those that are over are forgotten."""

    def __init__(self, *, seed: int, p1: bool) -> None:
        self._seed = seed
        self._p1 = p1
        self._added = 0
        self._planned: list[Planned] = []

    def add(self, plan: Plan, since: datetime) -> None:
        """Plan a fault, its seconds counted from `since`. Raises `ConfigError` where it cannot be."""
        kind = FAULTS[plan.name]
        if kind.p1_only and not self._p1:
            remedy = "Choose a model that sends P1 telegrams."
            raise ConfigError(f"The fault {plan.name} is made for P1 telegrams, and this model sends HDLC.", remedy)
        if len(self._planned) >= MOST_PLANNED:
            raise ConfigError(f"{MOST_PLANNED} faults are planned already.", "Take some of them away first.")
        begins_at = since + timedelta(seconds=plan.after_s)
        lasts_s = kind.lasts_s if plan.duration_s is None else plan.duration_s
        ends_at = None if lasts_s is None else begins_at + timedelta(seconds=lasts_s)
        fault = kind.make(Random(f"{self._seed}:{plan.name}:{self._added}"))
        self._added += 1
        self._planned.append(Planned(plan.name, begins_at, ends_at, fault))

    def remove(self, name: str) -> None:
        """Take a fault away, planned or active. Raises `ConfigError` if there is none of that name."""
        left = [planned for planned in self._planned if planned.name != name]
        if len(left) == len(self._planned):
            known = ", ".join(sorted({planned.name for planned in left})) or "none"
            raise ConfigError(f"No fault {name!r} is planned or active.", f"Planned or active: {known}.")
        self._planned = left

    def entries(self, at: datetime) -> list[Planned]:
        """All that are active or still to come."""
        self._planned = [p for p in self._planned if p.begins_at > at or p.is_active(at)]
        return list(self._planned)

    def change(self, reading: Reading, at: datetime) -> Reading:
        """The reading as the active faults leave it."""
        for fault in self._active(at):
            if isinstance(fault, ReadingFault):
                reading = fault.change(reading)
        return reading

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        """The bytes as the active faults leave them; empty where nothing leaves."""
        for fault in self._active(at):
            if isinstance(fault, TelegramFault) and telegram:
                telegram = fault.damage(telegram, at)
        return telegram

    def drive(self, line: Line, at: datetime) -> Line:
        """The line as the active faults drive it."""
        for fault in self._active(at):
            if isinstance(fault, LineFault):
                line = fault.drive(line)
        return line

    def strike(self, module: HanModule, at: datetime, sending_s: float) -> None:
        """Let the active faults strike the module; those that strike once are then done."""
        for planned in self.entries(at):
            if isinstance(planned.fault, ModuleFault) and planned.is_active(at):
                planned.fault.strike(module, at, sending_s)
                if planned.strikes_once:
                    self._planned.remove(planned)

    def _active(self, at: datetime) -> list[Fault]:
        return [planned.fault for planned in self.entries(at) if planned.is_active(at)]
