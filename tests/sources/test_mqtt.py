"""MQTT, with a real broker."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest

from hanport.clock import ManualClock
from hanport.errors import SourceForbidden, SourceUnreachable
from hanport.port.telegram import Telegram
from hanport.sources import mqtt
from hanport.sources.address import MqttAddress
from hanport.sources.connection import Connection
from hanport.sources.open import open_source
from hanport.sources.stream import Bytes, Connected, Event, events

CORPUS = Path(__file__).parents[1] / "corpus"
P1 = (CORPUS / "p1" / "se-landisgyr-e360-220204.txt").read_bytes()
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
Broker = tuple[str, int]


@asynccontextmanager
async def opened(broker: Broker, topic: str) -> AsyncIterator[Connection]:
    connection = await open_source(MqttAddress(*broker, topic))
    try:
        yield connection
    finally:
        await connection.close()


async def publish(broker: Broker, *messages: tuple[str, bytes], retain: bool = False) -> None:
    async with aiomqtt.Client(*broker) as client:
        for topic, payload in messages:
            await client.publish(topic, payload, qos=1, retain=retain)


async def test_each_message_is_a_chunk(broker: Broker) -> None:
    async with opened(broker, "han/+/raw") as connection:
        await publish(
            broker, ("han/a/raw", P1), ("han/b/x", b"no"), ("han/b/raw", P1.hex().encode()), ("han/c/raw", b"")
        )
        assert await asyncio.wait_for(connection.read(), 5) == P1
        assert await asyncio.wait_for(connection.read(), 5) == P1
        assert await asyncio.wait_for(connection.read(), 5) == b"\r\n"


async def test_what_the_broker_has_kept_is_old_and_is_passed_over(broker: Broker) -> None:
    await publish(broker, ("t", b"old"), retain=True)
    async with opened(broker, "t") as connection:
        await publish(broker, ("t", b"new"), retain=True)
        assert await asyncio.wait_for(connection.read(), 5) == b"new"


async def test_who_does_not_read_loses_the_oldest(broker: Broker) -> None:
    extra = 50
    async with opened(broker, "t") as connection:
        count = mqtt.QUEUE_MESSAGES + extra
        await publish(broker, *(("t", b"number %d" % number) for number in range(count)), ("t", b"x" * 100_000))
        for _ in range(500):  # until all have come to us
            await asyncio.sleep(0.01)
            if _last_length(connection) == mqtt.MESSAGE_BYTES:
                break
        received = [await connection.read() for _ in range(mqtt.QUEUE_MESSAGES)]
    assert received[0] == b"number %d" % (extra + 1)
    assert received[-2] == b"number %d" % (count - 1)
    assert received[-1] == b"x" * mqtt.MESSAGE_BYTES


def _last_length(connection: Connection) -> int:
    assert isinstance(connection, mqtt.MqttConnection)
    waiting = connection._client._queue
    return len(waiting._queue[-1].payload) if not waiting.empty() else 0  # type: ignore[attr-defined]


async def test_nothing_is_ever_published(broker: Broker) -> None:
    async with aiomqtt.Client(*broker) as watcher:
        await watcher.subscribe("#")
        async with opened(broker, "t"):
            pass
        await publish(broker, ("end", b""))
        async for message in watcher.messages:
            assert str(message.topic) == "end"
            break


async def test_no_broker() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnreachable, match="cannot be reached"):
            await open_source(MqttAddress("127.0.0.1", unused.getsockname()[1], "t"))


async def test_a_broker_that_goes_away(broker: Broker) -> None:
    """A gate between us and the broker closes."""
    writers: list[asyncio.StreamWriter] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()

    async def gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*broker)
        writers.extend((writer, back))
        await asyncio.gather(pipe(reader, back), pipe(there, writer))

    async with await asyncio.start_server(gate, "127.0.0.1", 0) as server:
        connection = await open_source(MqttAddress("127.0.0.1", server.sockets[0].getsockname()[1], "t"))
        for writer in writers:
            writer.close()
        with pytest.raises(SourceUnreachable, match="gone"):
            await asyncio.wait_for(connection.read(), 5)
        await connection.close()


@pytest.mark.parametrize(("code", "kind"), [(5, SourceForbidden), (4, SourceForbidden), (3, SourceUnreachable)])
async def test_a_broker_that_refuses(code: int, kind: type[Exception]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(bytes((0x20, 2, 0, code)))  # CONNACK (MQTT 3.1.1, 3.2)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        address = MqttAddress("127.0.0.1", server.sockets[0].getsockname()[1], "t", "ann", "hunter2")
        with pytest.raises(kind) as wrong:
            await open_source(address)
    assert "hunter2" not in str(wrong.value)


async def test_the_read_loop_gives_telegrams(broker: Broker) -> None:
    async with aclosing(events(MqttAddress(*broker, "han"), clock=ManualClock(START))) as stream:
        assert await anext(stream) == Connected(START)
        lines = P1.split(b"\r\n")[:-1]
        await publish(broker, ("han", P1), *(("han", line) for line in lines))
        received = [await anext(stream) for _ in range(2 + len(lines) + 1)]
    assert received[0] == Bytes(P1, START)
    telegrams = [item.event for item in received if isinstance(item, Event)]
    assert [telegram.raw for telegram in telegrams if isinstance(telegram, Telegram)] == [P1.rstrip()] * 2
    assert b"".join(item.data for item in received[1:] if isinstance(item, Bytes)) == P1
