"""Every command that the head-end remembers, by its id, and how each stands."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from hanport.meter.headend.values import Command, OtherCommand, Port, Standing, State

MOST_REMEMBERED = 100_000


@dataclass(slots=True, eq=False)
class Entry:
    """A command and what became of it.

    `requests` is how often it was sent, `begun` how often a meter was told of it, `posts` how often an answer went out.
    `is_told` says that an answer was taken. `is_over` says that nothing more is done for it, even while nobody is told
    yet how it ended; `ended` is set with the standing that ends it.
    """

    command: Command
    standing: Standing
    due_s: float  # by the clock's monotonic time
    requests: int = 1
    begun: int = 0
    posts: int = 0
    is_told: bool = False
    is_over: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing was done for it yet."""
        return not self.begun and not self.is_over

    def end(self, standing: Standing) -> None:
        """Let it stand so for good."""
        self.standing = standing
        self.is_over = True
        self.ended.set()


class Book:
    """The commands by id, and what the head-end believes of each port. The oldest that have ended are forgotten."""

    def __init__(self, *, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._entries: dict[str, Entry] = {}
        self._ports: dict[str, Port] = {}

    def entry(self, command_id: str) -> Entry | None:
        """The command of that id, if it is known."""
        return self._entries.get(command_id)

    def entries(self) -> list[Entry]:
        """All, in the order of their arrival."""
        return list(self._entries.values())

    def again(self, command: Command) -> Entry | None:
        """The command that this one is sent again of; what may be newer in it holds. None: it is new.

        Raises OtherCommand when the id was used for something else.
        """
        entry = self._entries.get(command.id)
        if entry is None:
            return None
        if not entry.command.is_same(command):
            raise OtherCommand("This id was used for another command.", "Give every command an id of its own.")
        entry.requests += 1
        entry.command = command
        return entry

    def add(self, command: Command, at: datetime, due_s: float) -> Entry:
        """Remember a new command, which stands as taken."""
        entry = Entry(command, Standing(State.TAKEN, at, self.port(command.meter)), due_s)
        self._entries[command.id] = entry
        if len(self._entries) > self._most:
            ended = next((each for each in self._entries.values() if each.ended.is_set()), None)
            if ended is not None:
                self.forget(ended.command.id)
        return entry

    def forget(self, command_id: str) -> None:
        """Know nothing of a command."""
        self._entries.pop(command_id, None)

    def waiting(self, meter: str) -> list[Entry]:
        """What is still to be begun at that meter, the oldest first."""
        return [each for each in self._entries.values() if each.command.meter == meter and each.is_waiting]

    def port(self, meter: str) -> Port:
        """What the head-end last heard of a port."""
        return self._ports.get(meter, Port.UNKNOWN)

    def heard(self, meter: str, port: Port) -> None:
        """Believe that of a port."""
        self._ports[meter] = port
