"""How the port does, as values: all that pages, notices and the API say of it, in keys and numbers, without prose."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hanport.doctor import Finding
from hanport.home.health.guide import Guide
from hanport.home.values import PortStatus
from hanport.models import Model


class Link(StrEnum):
    """What the open source says of the reader at its other end."""

    WELL = "well"  # the reader itself is connected: a silence is the meter's or its port's
    UNKNOWN = "unknown"  # an MQTT broker stands between: the reader may be the silent one
    DOWN = "down"  # the source is not open


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The port's day by local date. `clock_offset_ms`: how far the meter's clock was ahead of the hub's, median."""

    day: date
    telegrams: int
    rejected: int
    silent_s: int
    clock_offset_ms: int | None


@dataclass(frozen=True, slots=True)
class Hang:
    """The port fell silent while reader and link were well. `worked_s`: for how long it had worked before.

    `lasted_s` is None while it goes on; `restarted`: it ended with a restart of the meter.
    """

    began_at: datetime
    worked_s: int
    lasted_s: int | None
    restarted: bool


@dataclass(frozen=True, slots=True)
class HangPattern:
    """What the history of silences looks like.

    `now`: the port is silent as one that has hung. `sure` is never said: a closed port is silent in the same way.
    `known` are the faults of this meter model that fit (`known.<key>` in the catalog `doctor`); `feed_reader`: a supply
    of its own for the reader is advised.
    """

    hangs: tuple[Hang, ...]
    now: bool
    between_days: int | None  # the median of how long it worked before it hung, None without a hang
    known: tuple[str, ...]
    feed_reader: bool

    @property
    def count(self) -> int:
        """How often it hung, for the network company."""
        return len(self.hangs)


class ClockState(StrEnum):
    """What is known of the meter's clock."""

    UNKNOWN = "unknown"  # no telegram with a time yet
    RIGHT = "right"
    OFF = "off"
    HOUR_OFF = "hour-off"  # summer time and normal time mixed up


@dataclass(frozen=True, slots=True)
class Step:
    """A clock was set by so much, ahead (+) or back (-)."""

    at: datetime
    step_s: int


@dataclass(frozen=True, slots=True)
class ClockHealth:
    """The meter's clock against the hub's.

    `offset_ms`: ahead of it (+) or behind (-), to about a second. `drift_ms_per_day` over `drift_days`; None until
    four days are known. The last steps: of the meter's clock, and of the hub's own.
    """

    state: ClockState
    offset_ms: int | None
    drift_ms_per_day: int | None
    drift_days: int
    meter_step: Step | None
    hub_step: Step | None


@dataclass(frozen=True, slots=True)
class Health:
    """All of it, at one moment.

    `age_s`: since the last telegram, None before the first. `stale`: nothing newer should be taken for the present
    (law 4: from 2.5 learned intervals on). `findings` are the doctor's of the last minutes, the most important first.
    `restart_guide` is the key of the guide in the catalog `doctor` where a restart may help, None where it does not.
    `hub_off`: when the hub itself was away last, and until when.
    """

    at: datetime
    status: PortStatus
    link: Link
    interval_s: float | None
    age_s: float | None
    stale_after_s: float
    stale: bool
    findings: tuple[Finding, ...]
    model: Model | None
    restart_guide: str | None
    guide: Guide
    today: DayCounts
    hangs: HangPattern
    clock: ClockHealth
    hub_off: tuple[datetime, datetime] | None
