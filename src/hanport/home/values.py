"""The values that the rooms of the hub speak. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.port.telegram import Telegram
from hanport.port.values import Reading, Register


class Quality(StrEnum):
    """How well a quarter's energy is founded, the best first. The sum of all quarters is exact in any case."""

    MEASURED = "measured"  # the registers were read close to both of its boundaries
    INTERPOLATED = "interpolated"  # a gap covers a boundary: the gap's energy is exact, its share here is even
    ESTIMATED = "estimated"  # the meter was exchanged or its register stepped back: what passed meanwhile is unknown


@dataclass(frozen=True, slots=True)
class Quarter:
    """The energy of 15 minutes from `start` (aware, UTC, on the quarter) on, from register differences, in whole Wh.

    `export_wh` is None where the meter has no export register: None is not 0. The first and the last quarter of a
    meter hold the part of them that it has counted.
    """

    start: datetime
    import_wh: int
    export_wh: int | None
    quality: Quality


@dataclass(frozen=True, slots=True)
class MeterIdentity:
    """What tells one meter from another: what it calls itself, and its number, None where it does not send one."""

    identification: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One telegram as the hub heard it.

    `at` is the instant that it is stored under (the meter's clock where that can be believed), `received_at` when its
    last byte came by the hub's clock; both aware, UTC. `extras` are the rows that have no field of Reading.
    """

    at: datetime
    received_at: datetime
    telegram: Telegram
    reading: Reading
    meter: MeterIdentity
    extras: tuple[Register, ...]


class PortState(StrEnum):
    """How the port does, as a household needs to know it."""

    STARTING = "starting"  # the hub has just begun to listen
    WELL = "well"  # telegrams come as they should
    ILL = "ill"  # telegrams come, and something has to be done (bad checksums, frozen values, a wrong clock)
    SILENT = "silent"  # the source is open and nothing comes
    LOST = "lost"  # the source cannot be opened, or was lost


@dataclass(frozen=True, slots=True)
class PortStatus:
    """The state, since when (aware, UTC), and the finding of the doctor that says it best (its key; "" for none)."""

    state: PortState
    since: datetime
    finding: str = ""
    last_telegram_at: datetime | None = None


class PartState(StrEnum):
    """How a part of the hub does."""

    RUNNING = "running"
    FAILED = "failed"  # it broke, and is started again after a pause
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A part of the hub by its name (`source`, `store`, `mqtt`, ...), and why it does not run where it does not.

    `kind` is the kind of the error that the hub knows (`StoreFull`), "" for others.
    """

    name: str
    state: PartState
    since: datetime
    problem: str = ""
    retry_in_s: float | None = None
    kind: str = ""
