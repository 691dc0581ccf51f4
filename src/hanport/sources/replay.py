"""Replay: a recording is served again by TCP, with its own timing, faster, or as fast as its readers take it."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanport.clock import Clock
from hanport.errors import SourceError, SourceForbidden
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected
from hanport.sources.address import TcpAddress
from hanport.sources.recording import Chunk, read_recording, times_path

DEFAULT_INTERVAL_S = 10.0  # what the Swedish recommendation asks of a meter
# A meter's clock that leaps by more than this was set, or the recording has a gap: no replay waits for that.
LONGEST_GAP_S = 3600.0
# A reader that takes nothing for so long is dead, and would hold up all others.
STALL_TIMEOUT_S = 60.0
_WINDOW_BYTES = 262_144
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)  # any: only differences count


def timed_chunks(path: Path) -> Iterator[Chunk]:
    """The chunks of a recording, each with a time that never steps back, or None for "at once".

    A recording without receive times is cut after each telegram and paced by the meter's own clock, or by 10 s where
    that says nothing.
    """
    return read_recording(path) if times_path(path).exists() else _by_telegram(read_recording(path))


def _by_telegram(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    decoder, window = Decoder(), bytearray()
    at, last = _BEGIN, None
    for data in (*(chunk.data for chunk in chunks), None):
        window += data or b""
        for event in decoder.finish() if data is None else decoder.feed(data):
            end = _end_of(event, window)
            if end:
                meter_time = event.at if isinstance(event, Telegram) else None
                at += _pause(last, meter_time)
                last = meter_time
                yield Chunk(at, bytes(window[:end]))
                del window[:end]
        if len(window) > _WINDOW_BYTES:
            yield Chunk(None, bytes(window))
            window.clear()
    if window:
        yield Chunk(None, bytes(window))


def _end_of(event: Telegram | Rejected, window: bytearray) -> int:
    """Where a telegram ends, its line end included; 0 for what is none. A damaged or encrypted one counts."""
    if isinstance(event, Rejected) and event.reason not in (Reason.CRC, Reason.CIPHER, Reason.STRUCTURE):
        return 0
    begin = window.find(event.raw)
    if begin < 0:
        return 0
    end = begin + len(event.raw)
    behind = bytes(window[end : end + 2])
    return end + (2 if behind == b"\r\n" else 1 if behind[:1] == b"\n" else 0)


def _pause(last: datetime | None, now: datetime | None) -> timedelta:
    pause = now - last if last is not None and now is not None else timedelta(0)
    plausible = timedelta(0) < pause <= timedelta(seconds=LONGEST_GAP_S)
    return pause if plausible else timedelta(seconds=DEFAULT_INTERVAL_S)


async def paced(chunks: Iterable[Chunk], speed: float | None, clock: Clock) -> AsyncIterator[bytes]:
    """The bytes of the chunks, each when it is due: `speed` times as fast as recorded, None without any pause."""
    begun_s, elapsed_s = clock.monotonic(), 0.0
    last: datetime | None = None
    for chunk in chunks:
        if speed is not None and chunk.at is not None:
            # the recorder's clock may have been set back: then nothing is waited for
            elapsed_s += max((chunk.at - last).total_seconds(), 0.0) if last is not None else 0.0
            last = chunk.at
            wait_s = begun_s + elapsed_s / speed - clock.monotonic()
            if wait_s > 0:
                await clock.sleep(wait_s)
        yield chunk.data


class ReplayServer:
    """Sends the same bytes to all readers that are connected, at the pace of the slowest. What they send is ignored."""

    def __init__(self, tell: Callable[[str], None], *, stall_timeout_s: float = STALL_TIMEOUT_S) -> None:
        """`tell` gets a sentence when a reader comes, goes or is dropped."""
        self._tell = tell
        self._stall_timeout_s = stall_timeout_s
        self._readers: dict[asyncio.StreamWriter, str] = {}
        self._arrivals = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def listen(self, address: TcpAddress) -> TcpAddress:
        """Begin to listen; where the port is busy, on another. Gives the real address. Raises SourceError."""
        try:
            try:
                self._server = await asyncio.start_server(self._serve, address.host, address.port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                self._server = await asyncio.start_server(self._serve, address.host, 0)
        except PermissionError as error:
            raise SourceForbidden(f"You may not listen on {address}.", "Choose a port from 1024.") from error
        except (OSError, UnicodeError) as error:
            raise SourceError(
                f"{address} cannot be listened on.", "The host must be an address of this machine."
            ) from error
        return TcpAddress(address.host, self._server.sockets[0].getsockname()[1])

    async def wait_for_reader(self) -> None:
        """Return as soon as somebody listens."""
        while not self._readers:
            self._arrivals.clear()
            await self._arrivals.wait()

    async def send(self, data: bytes) -> None:
        """Give bytes to all readers; returns when each has room for more."""
        for writer in list(self._readers):
            writer.write(data)
        await asyncio.gather(*map(self._drain, list(self._readers)))

    async def close(self) -> None:
        """End all connections once they have taken what was sent, and stop listening."""
        for writer in list(self._readers):
            writer.close()
        await asyncio.gather(*map(self._closed, list(self._readers)))
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _drain(self, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._stall_timeout_s):
                await writer.drain()
        except TimeoutError:
            self._tell(f"{self._readers.get(writer)} has taken nothing for {self._stall_timeout_s:g} s and is dropped.")
            writer.transport.abort()
            self._readers.pop(writer, None)
        except OSError:  # it left; `_serve` says so
            self._readers.pop(writer, None)

    async def _closed(self, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._stall_timeout_s):
                await writer.wait_closed()
        except TimeoutError:
            writer.transport.abort()
        except OSError:  # it left before the end
            return

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("peername")[:2]
        name = f"{host}:{port}"
        self._readers[writer] = name
        self._arrivals.set()
        self._tell(f"{name} reads.")
        try:
            while await reader.read(4096):
                pass
        except OSError:  # it left without a word: the same as leaving
            pass
        finally:
            if self._readers.pop(writer, None) is not None:
                self._tell(f"{name} has left.")
            writer.close()
