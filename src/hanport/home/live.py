"""What the hub knows right now, and a bounded broadcast to whoever listens."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hanport.home.values import PartStatus, PortStatus, Sample

T = TypeVar("T")

KEPT_FOR_A_LISTENER = 64


class Listener(Generic[T]):
    """One listener's queue. When it is full the oldest goes: a slow listener misses the past, never the present."""

    def __init__(self, limit: int) -> None:
        self._queue: deque[T] = deque(maxlen=limit)
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, item: T) -> None:
        """Take an item, at once."""
        if len(self._queue) == self._queue.maxlen:
            self.dropped += 1
        self._queue.append(item)
        self._filled.set()

    async def get(self) -> T:
        """The oldest item that is kept; waits for one."""
        while not self._queue:
            self._filled.clear()
            await self._filled.wait()
        return self._queue.popleft()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            yield await self.get()


class Broadcast(Generic[T]):
    """One speaker, many listeners, all in one event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener[T]] = set()

    def send(self, item: T) -> None:
        """Give an item to all who listen now; never waits."""
        for listener in self._listeners:
            listener.put(item)

    @contextmanager
    def listen(self, limit: int = KEPT_FOR_A_LISTENER) -> Iterator[Listener[T]]:
        """Listen from now on, until the block ends."""
        listener: Listener[T] = Listener(limit)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)


@dataclass(slots=True)
class Live:
    """The hub's present. Written by the hub and its health, read by pages and shares, all in one event loop.

    `sample` is the last telegram, None before the first. `parts` is how each part of the hub does, by name.
    `raw` sends the bytes of the source exactly as they were received. `backlog` counts the telegrams that wait to be
    stored.
    """

    status: PortStatus
    sample: Sample | None = None
    parts: dict[str, PartStatus] = field(default_factory=dict)
    samples: Broadcast[Sample] = field(default_factory=Broadcast)
    statuses: Broadcast[PortStatus] = field(default_factory=Broadcast)
    raw: Broadcast[bytes] = field(default_factory=Broadcast)
    backlog: Callable[[], int] = lambda: 0

    def heard(self, sample: Sample) -> None:
        """A telegram came."""
        self.sample = sample
        self.samples.send(sample)

    def becomes(self, status: PortStatus) -> None:
        """The port's status is another now; listeners hear of it where it differs."""
        if status != self.status:
            self.status = status
            self.statuses.send(status)
