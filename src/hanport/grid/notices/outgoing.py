"""A message that is on its way out, and what takes it there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hanport.grid.notices.ways import Way


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message whole, with its secret. `id` is the same however often it is sent."""

    id: str
    way: Way
    to: str
    subject: str
    text: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"Outgoing({self.id}, {self.way.value})"


class Channel(Protocol):
    """Takes messages away."""

    async def send(self, message: Outgoing) -> None:
        """Hand it over; on return it was taken. Raises NotDelivered."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
