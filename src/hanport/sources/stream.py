"""The one reconnect loop and the one read loop: an address in, bytes and events with their receive times out."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hanport.clock import Clock
from hanport.errors import SourceError, SourceUnreachable
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected
from hanport.sources.address import Address, FileAddress, MqttAddress, StdinAddress, TcpAddress
from hanport.sources.connection import Connection
from hanport.sources.messages import FileDecoder, MessageDecoder
from hanport.sources.open import open_source
from hanport.sources.recording import read_recording, times_path

IDLE_TIMEOUT_S = 120.0  # a meter sends every 10 s, and is silent for a minute after a start
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The source is open."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes as they were received; for MQTT, those that one message stands for."""

    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A telegram or a rejection; `at` is when its last byte was read."""

    event: Telegram | Rejected
    at: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """The source was lost or could not be opened; it is tried again in that many seconds."""

    error: SourceError
    retry_in_s: float
    at: datetime


Received = Connected | Bytes | Event | Lost


class Feed(Protocol):
    """What turns the chunks of a source into events: the stream decoder, or one for messages or files."""

    def feed(self, data: bytes) -> list[Telegram | Rejected]: ...
    def disconnect(self) -> list[Telegram | Rejected]: ...
    def finish(self) -> list[Telegram | Rejected]: ...


class BackOff:
    """Pauses between tries: none, then 0.5 s doubling to 30 s.

    The first byte begins anew; a server that lets us in only to throw us out does not.
    """

    def __init__(self) -> None:
        self._next_s = 0.0

    def reset(self) -> None:
        """Bytes have come."""
        self._next_s = 0.0

    def pause_s(self) -> float:
        """Seconds until the next try."""
        pause_s = self._next_s
        self._next_s = min(max(pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        return pause_s


async def events(
    address: Address, *, clock: Clock, keys: Keys | None = None, idle_timeout_s: float = IDLE_TIMEOUT_S
) -> AsyncGenerator[Received, None]:
    """All that comes from a source, for ever; a file or standard input ends. Use `contextlib.aclosing` to let go of it.

    A recording with its FILE.times gives the times at which it was received, not those at which it is read.

    Bytes come before the events that they complete. A lost source is opened again; what was half received is a
    rejection. A TCP link that is silent for `idle_timeout_s` is taken for dead and opened anew (serial ports have no
    such state, and MQTT has its own keepalive). Nothing is read ahead: a slow consumer slows the source down.
    Raises SourceError when a file or standard input fails, ConfigError when the address can never be opened.
    """
    feed = _feed_for(address, keys)
    if isinstance(address, FileAddress) and times_path(Path(address.path)).exists():
        async with aclosing(_recorded(Path(address.path), Decoder(keys), clock)) as recorded:
            async for received in recorded:
                yield received
        return
    ends = isinstance(address, FileAddress | StdinAddress)
    idle_s = idle_timeout_s if isinstance(address, TcpAddress) else None
    back_off = BackOff()
    while True:
        try:
            connection = await open_source(address)
            yield Connected(clock.now())
            async with aclosing(_read_all(connection, feed, clock, idle_s)) as live:
                async for received in live:
                    back_off.reset()
                    yield received
            return
        except SourceError as error:
            if ends:
                raise
            lost = error
        for event in feed.disconnect():
            yield Event(event, clock.now())
        pause_s = back_off.pause_s()
        yield Lost(lost, pause_s, clock.now())
        if pause_s:
            await clock.sleep(pause_s)


async def _read_all(
    connection: Connection, feed: Feed, clock: Clock, idle_s: float | None
) -> AsyncGenerator[Bytes | Event, None]:
    """Read to the end. Raises SourceError when the source is lost."""
    try:
        while data := await (connection.read() if idle_s is None else _read_within(connection, clock, idle_s)):
            at = clock.now()
            yield Bytes(data, at)
            for event in feed.feed(data):
                yield Event(event, at)
        for event in feed.finish():
            yield Event(event, clock.now())
    finally:
        await connection.close()


async def _recorded(path: Path, feed: Feed, clock: Clock) -> AsyncGenerator[Received, None]:
    """A recording, each chunk with its own time; ours for chunks that have none."""
    at = clock.now()
    yield Connected(at)
    for chunk in read_recording(path):
        at = chunk.at or clock.now()
        yield Bytes(chunk.data, at)
        for event in feed.feed(chunk.data):
            yield Event(event, at)
        await asyncio.sleep(0)  # others want to run, too
    for event in feed.finish():
        yield Event(event, at)


async def _read_within(connection: Connection, clock: Clock, idle_s: float) -> bytes:
    reading = asyncio.ensure_future(connection.read())
    waiting = asyncio.ensure_future(clock.sleep(idle_s))
    try:
        await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            return reading.result()
        raise SourceUnreachable(f"Nothing has come for {idle_s:g} s.", "The link may be dead: it is opened anew.")
    finally:
        reading.cancel()
        waiting.cancel()
        await asyncio.gather(reading, waiting, return_exceptions=True)


def _feed_for(address: Address, keys: Keys | None) -> Feed:
    match address:
        case MqttAddress():
            return MessageDecoder(keys)
        case FileAddress():
            return FileDecoder(keys)
    return Decoder(keys)
