"""TCP: bytes come, losses are named, and not one byte is sent."""

import asyncio
import socket

import pytest

from hanport.errors import SourceMissing, SourceUnreachable
from hanport.sources.address import TcpAddress
from hanport.sources.open import open_source


async def test_bytes_come_and_none_are_sent() -> None:
    received = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"one")
        await writer.drain()
        received.set_result(await reader.read())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = await open_source(TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1]))
        assert await connection.read() == b"one"
        await connection.close()
        await connection.close()
        assert await asyncio.wait_for(received, 5) == b""


async def test_the_end_of_the_stream_is_a_loss() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"last")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = await open_source(TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1]))
        assert await connection.read() == b"last"
        with pytest.raises(SourceUnreachable, match="closed the connection"):
            await connection.read()
        await connection.close()


async def test_a_reset_is_a_loss() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = b"\1\0\0\0\0\0\0\0"  # close by RST
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = await open_source(TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1]))
        with pytest.raises(SourceUnreachable):
            await connection.read()
        await connection.close()


async def test_nobody_answers() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnreachable, match="refuses"):
            await open_source(TcpAddress("127.0.0.1", unused.getsockname()[1]))


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "x" * 70])
async def test_no_such_host(host: str) -> None:
    with pytest.raises((SourceMissing, SourceUnreachable)):  # without a name server the answer is "not now"
        await open_source(TcpAddress(host, 1))
