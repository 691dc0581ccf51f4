"""A TCP server that passes on what a meter sends: ser2net, esp-link and the like."""

import asyncio
import socket

from hanport.errors import SourceError, SourceForbidden, SourceMissing, SourceUnreachable
from hanport.sources.address import TcpAddress

CONNECT_TIMEOUT_S = 10.0
CHUNK_BYTES = 65536  # asyncio's own buffer holds twice this, then the peer has to wait
# A half-open link is noticed by the kernel within a minute; a link without keepalive by the idle time of the read loop.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class TcpConnection:
    """A connection that only reads. The end of the stream is a loss: a meter has no end."""

    def __init__(self, address: TcpAddress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._address = address
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(CHUNK_BYTES)
        except OSError as error:
            raise SourceUnreachable(
                f"{self._address}: the connection was lost ({error.strerror or error}).", "It is tried again."
            ) from error
        if not data:
            raise SourceUnreachable(f"{self._address}: the other end closed the connection.", "It is tried again.")
        return data

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:  # it was lost already: there is nothing more to close
            return


async def open_tcp(address: TcpAddress) -> TcpConnection:
    """Connect, within ten seconds. Raises SourceMissing (no such host), SourceUnreachable or SourceForbidden."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(address.host, address.port, limit=CHUNK_BYTES)
    except TimeoutError as error:
        raise SourceUnreachable(
            f"{address} does not answer within {CONNECT_TIMEOUT_S:g} s.", "Is it switched on, and on this network?"
        ) from error
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that the DNS cannot have
        raise unreachable(str(address), error) from error
    _keep_alive(writer)
    return TcpConnection(address, reader, writer)


def unreachable(name: str, error: OSError | UnicodeError) -> SourceError:
    """What an error of the network means to a person; `name` is the address as shown."""
    match error:
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return SourceUnreachable(f"{name}: the name cannot be looked up now.", "Is the network up?")
        case socket.gaierror() | UnicodeError():
            return SourceMissing(
                f"{name}: there is no host of that name.", "Check the spelling, or use its IP address."
            )
        case ConnectionRefusedError():
            return SourceUnreachable(f"{name} refuses the connection.", "Is the program there running, on this port?")
        case PermissionError():
            return SourceForbidden(f"{name}: the system does not permit the connection.", "Check the firewall.")
        case TimeoutError():
            return SourceUnreachable(f"{name} does not answer.", "Is it switched on, and on this network?")
    return SourceUnreachable(f"{name} cannot be reached ({error}).", "Check the network.")


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        option = getattr(socket, name, None)  # not every system has them
        if option is not None:
            link.setsockopt(socket.IPPROTO_TCP, option, value)
