"""What every head-end can do: take a command for a meter, and answer at once or later."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hanport.errors import HanportError


class CommandKind(StrEnum):
    """What a meter is told."""

    OPEN = "open"
    CLOSE = "close"
    RESTART = "restart"
    READ = "read"  # say whether the port is open


class PortState(StrEnum):
    """What is reported of a port."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How a command went."""

    DONE = "done"  # for READ, `Answer.port` says the state
    FAILED = "failed"  # this time; trying again may help
    IMPOSSIBLE = "impossible"  # trying again does not help: unknown meter, or one that cannot do it


@dataclass(frozen=True, slots=True)
class Command:
    """A command, as a head-end gets it. `id` is the correlation id: the same command sent again has the same."""

    id: str
    kind: CommandKind
    meter_serial: str
    maker: str
    model: str
    gsrn: str  # where the meter is, or ""
    address: str  # for people who go there, "" where it must not be shown
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a head-end says of a command, by its id. `meter_serial` is what it says it is about ("": it does not say).

    `detail` is the head-end's own word for it, at most 200 characters, without control characters.
    """

    command_id: str
    outcome: Outcome
    at: datetime
    port: PortState = PortState.UNKNOWN
    meter_serial: str = ""
    detail: str = ""


class Unreachable(HanportError):
    """The head-end did not take the command, or it is not known whether it did. The same command is sent again."""


class HeadEnd(Protocol):
    """A way to the meters."""

    name: str

    async def send(self, command: Command) -> Answer | None:
        """Hand a command over. None: it was taken, and the answer comes later. Raises Unreachable."""
        ...

    async def ask(self, command: Command) -> Answer | None:
        """How a command that was taken stands: its answer, or None while there is none. Raises Unreachable."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
