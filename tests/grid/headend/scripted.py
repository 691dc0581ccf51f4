"""A peer on a real socket that says whatever bytes it is told to, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


Act = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def says(status: int, body: bytes | object = b"", content_type: str = "application/json", *extra: str) -> Act:
    """Answers with that status and body (anything but bytes is written as JSON)."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)

    async def act(_: Asked, writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {status} X", f"Content-Type: {content_type}", f"Content-Length: {len(content)}", *extra]
        writer.write("\r\n".join([*head, "", ""]).encode() + content)
        await writer.drain()

    return act


def raw(data: bytes) -> Act:
    """Writes those bytes and hangs up."""

    async def act(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return act


def hangs_up() -> Act:
    """Closes the connection without a word."""
    return raw(b"")


def is_silent() -> Act:
    """Never says anything."""

    async def act(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return act


def drips(interval_s: float) -> Act:
    """Answers byte by byte, for ever."""

    async def act(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(interval_s)

    return act


def floods() -> Act:
    """Answers without an end, as fast as it is read."""

    async def act(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    return act


@dataclass
class Peer:
    """What it answers next; the last one is kept on."""

    port: int = 0
    script: list[Act] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while asked := await _request(reader):
                self.asked.append(asked)
                await (self.script.pop(0) if len(self.script) > 1 else self.script[0])(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def peer(*script: Act, ssl: Any = None) -> AsyncIterator[Peer]:
    """A peer that listens on a free port."""
    made = Peer(script=list(script), scheme="https" if ssl else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await made.serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=ssl)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)
