"""Telegrams over TCP for many readers: exactly as the port sends them, or as P1.

A reader begins at a telegram. One that is 64 kB behind when a telegram begins misses whole telegrams, the newest ones,
until it has taken what waits for it; one that takes nothing for a minute while it is behind is dropped. Nobody else
waits for it. (Noise ends in a rejection after one telegram's length, so that its readers are judged as often.) What
readers send is thrown away: nothing reaches the meter.
"""

import asyncio
from dataclasses import dataclass, field

from hanport.clock import Clock
from hanport.home.config import RelayTable
from hanport.home.live import Live
from hanport.home.share.boundary import Boundaries
from hanport.home.share.p1_view import as_p1
from hanport.serving import listen

MOST_READERS = 32
MOST_WAITING = 65_536  # bytes that a reader may be behind when a telegram begins: some ninety telegrams
STALL_S = 60.0
_CHUNKS_KEPT = 1024  # between the source and us, in one event loop: it never fills


@dataclass(slots=True, eq=False)
class _Reader:
    """One connection. `in_step`: it has all bytes up to the telegram that comes now."""

    transport: asyncio.Transport
    in_step: bool = False
    waiting: int = 0
    took_at_s: float = field(default=0.0)

    def has_stalled(self, now_s: float) -> bool:
        """Whether it has been behind for long, and has taken nothing."""
        size = self.transport.get_write_buffer_size()
        if size < self.waiting or size <= MOST_WAITING:
            self.took_at_s = now_s
        self.waiting = size
        return now_s - self.took_at_s >= STALL_S


class _Protocol(asyncio.Protocol):
    """Counts a connection in and out."""

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay
        self._reader: _Reader | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._reader = self._relay.welcome(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relay.forget(self._reader)


class Relay:
    """The share `[share.relay]`."""

    def __init__(self, live: Live, table: RelayTable, clock: Clock) -> None:
        self.address: tuple[str, int] | None = None  # where it listens, while it does
        self.skipped = 0  # telegrams that a slow reader missed
        self._live = live
        self._table = table
        self._clock = clock
        self._readers: set[_Reader] = set()

    @property
    def readers(self) -> int:
        """How many are connected."""
        return len(self._readers)

    async def run(self) -> None:
        """Serve until cancelled. Raises ConfigError where the port cannot be had."""
        listener = listen(self._table.host, self._table.port)
        server = await asyncio.get_running_loop().create_server(lambda: _Protocol(self), sock=listener)
        try:
            self.address = listener.getsockname()[:2]
            await (self._pass_on_raw() if self._table.view == "raw" else self._pass_on_p1())
        finally:
            self.address = None
            server.close()
            for reader in list(self._readers):
                reader.transport.abort()
            self._readers.clear()
            await server.wait_closed()

    def welcome(self, transport: asyncio.Transport) -> _Reader | None:
        """Take a reader in; None, and away with it, where there are too many."""
        if len(self._readers) >= MOST_READERS:
            transport.abort()
            return None
        reader = _Reader(transport, took_at_s=self._clock.monotonic())
        self._readers.add(reader)
        return reader

    def forget(self, reader: _Reader | None) -> None:
        """It has left."""
        self._readers -= {reader}

    async def _pass_on_raw(self) -> None:
        boundaries = Boundaries()
        with self._live.raw.listen(_CHUNKS_KEPT) as chunks:
            async for data in chunks:
                self._send(data, boundaries.feed(data))

    async def _pass_on_p1(self) -> None:
        with self._live.samples.listen() as samples:
            async for sample in samples:
                data = as_p1(sample)
                if data is not None:
                    self._send(data, 0)

    def _send(self, data: bytes, boundary: int | None) -> None:
        """Give the bytes to all who are in step; at a boundary a reader gets in step, or out of it."""
        now_s = self._clock.monotonic()
        before, behind = data[:boundary], b"" if boundary is None else data[boundary:]
        for reader in list(self._readers):
            if reader.has_stalled(now_s):
                reader.transport.abort()
                continue
            if reader.in_step and before:
                reader.transport.write(before)
            if boundary is None:
                continue
            reader.in_step = reader.transport.get_write_buffer_size() <= MOST_WAITING
            self.skipped += not reader.in_step
            if reader.in_step:
                reader.transport.write(behind)
