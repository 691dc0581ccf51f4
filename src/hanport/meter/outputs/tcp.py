"""The port as a TCP server, as serial-to-network adapters have it: many readers, each telegram in one piece.

A reader gets what is sent from the moment it connects. What it sends itself is thrown away: a meter cannot hear. A
reader that has not taken 64 kB yet skips whole telegrams until it has.
"""

import asyncio
import errno
import socket

from hanport.errors import ConfigError
from hanport.meter.line import P1_SETTING, Chunk
from hanport.port.uart import Setting

MOST_READERS = 64
_MOST_WAITING = 65_536  # bytes that one reader may be behind: some ninety telegrams


class TcpOutput:
    """A server on `host` and `port`; `adapter` is how the adapter's own serial side is set."""

    def __init__(self, adapter: Setting = P1_SETTING) -> None:
        self.skipped = 0
        self._adapter = adapter
        self._readers: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> tuple[str, int]:
        """Listen, and say where. Port 0 takes any free one, and so does a port that is taken already.

        Raises `ConfigError` where the host is not this machine's.
        """
        listener = listen(host, port)
        self._server = await asyncio.get_running_loop().create_server(lambda: _Reader(self._readers), sock=listener)
        bound = listener.getsockname()
        return str(bound[0]), int(bound[1])

    def send(self, chunk: Chunk) -> None:
        """Pass the chunk on as the adapter read it, to everyone who is not too far behind."""
        data = chunk.read_by(self._adapter)
        for reader in list(self._readers):
            if reader.get_write_buffer_size() + len(data) > _MOST_WAITING:
                self.skipped += 1
            else:
                reader.write(data)

    @property
    def readers(self) -> int:
        """How many are connected."""
        return len(self._readers)

    async def close(self) -> None:
        """Stop listening and leave all readers at once."""
        if self._server is not None:
            self._server.close()
        for reader in list(self._readers):
            reader.abort()
        self._readers.clear()
        await asyncio.sleep(0)


class _Reader(asyncio.Protocol):
    """One connection: it only ever takes."""

    def __init__(self, readers: set[asyncio.Transport]) -> None:
        self._readers = readers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._readers) >= MOST_READERS:
            transport.abort()
        else:
            self._readers.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._readers.discard(self._transport)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; on any free port if that one is taken. Raises `ConfigError` for a host that is not here."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return _bind(family, host, port)
    except OSError as wrong:
        remedy = "Use 127.0.0.1, or an address of this machine and a port above 1023."
        raise ConfigError(f"Cannot listen on {host}:{port} ({wrong.strerror or wrong}).", remedy) from wrong


def _bind(family: int, host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=family)
    except OSError as wrong:
        if wrong.errno != errno.EADDRINUSE or port == 0:
            raise
        return socket.create_server((host, 0), family=family)
