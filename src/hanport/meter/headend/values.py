"""What the head-end is told, how a command stands with it, and how it wants to be told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.errors import HanportError

COMMAND_ID = r"[A-Za-z0-9._-]{1,64}"


class Kind(StrEnum):
    """What a command asks for."""

    OPEN = "open"
    CLOSE = "close"
    RESTART = "restart"
    READ = "read"


class State(StrEnum):
    """How a command stands."""

    TAKEN = "taken"  # no answer yet
    DONE = "done"
    FAILED = "failed"  # this time
    IMPOSSIBLE = "impossible"  # always


class Port(StrEnum):
    """What is known of a port."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @property
    def opposite(self) -> "Port":
        """Closed for open and open for closed."""
        return {Port.OPEN: Port.CLOSED, Port.CLOSED: Port.OPEN}.get(self, self)


class Form(StrEnum):
    """How a command came, and how its answer goes."""

    REST = "rest"
    CIM = "cim"
    CIM_SOAP11 = "cim_soap11"
    CIM_SOAP12 = "cim_soap12"


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it arrived. It is begun from `starts_at` (None: at once) to `expires_at` (None: whenever).

    `reply_url` is where the answer is posted, "" where it is asked for.
    """

    id: str
    kind: Kind
    meter: str  # the serial number
    form: Form
    reply_url: str = ""
    starts_at: datetime | None = None
    expires_at: datetime | None = None

    def is_same(self, other: "Command") -> bool:
        """Whether it is that command sent again."""
        return (self.id, self.kind, self.meter) == (other.id, other.kind, other.meter)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a command stands. `port` is what a reading found or an act led to. `at` is when it came to that."""

    state: State
    at: datetime
    port: Port = Port.UNKNOWN
    detail: str = ""


class Refused(HanportError):
    """A command is not taken."""


class NeverPossible(Refused):
    """It can never be done: the meter is unknown, or cannot do it."""


class OtherCommand(Refused):
    """Its id was used for another kind or another meter."""


class NotRead(Refused):
    """What came is no message of its form."""
