"""The relay, with readers on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hanport.clock import Clock, ManualClock, SystemClock
from hanport.errors import ConfigError
from hanport.home.config import RelayTable
from hanport.home.live import Live
from hanport.home.share.relay import MOST_READERS, MOST_WAITING, STALL_S, Relay
from hanport.port import crc
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from share_samples import NOW, READING, live, running, sample, telegram_bytes, until

P1 = telegram_bytes()
HDLC = telegram_bytes(profile="aidon-hdlc")


def _long_telegram() -> bytes:
    """Some 16 kB: what the kernel keeps for a reader that never reads is filled with few of them."""
    rows = b"".join(b"0-0:96.13.%d(%s)\r\n" % (number, b"30" * 500) for number in range(16))
    content = b"/KAM5\r\n\r\n" + rows + b"!"
    return content + b"%04X\r\n" % crc.arc(content)


LONG = _long_telegram()


def table(*, view: str = "raw", port: int = 0) -> RelayTable:
    return RelayTable(enabled=True, host="127.0.0.1", port=port, view="p1" if view == "p1" else "raw")


@asynccontextmanager
async def relay(hub: Live, wanted: RelayTable | None = None, clock: Clock | None = None) -> AsyncIterator[Relay]:
    made = Relay(hub, wanted or table(), clock or SystemClock())
    async with running(made.run):
        await until(lambda: made.address and len(hub.raw) + len(hub.samples) == 1)
        yield made


@asynccontextmanager
async def reader(made: Relay) -> AsyncIterator[asyncio.StreamReader]:
    before = made.readers
    assert made.address is not None
    coming, leaving = await asyncio.open_connection(*made.address)
    await until(lambda: made.readers == before + 1)
    try:
        yield coming
    finally:
        leaving.close()
        await leaving.wait_closed()


async def test_the_bytes_are_those_of_the_port_however_they_come() -> None:
    hub = live()
    async with relay(hub) as made, reader(made) as first:
        hub.raw.send(P1)
        stream = P1 * 3 + b"\xff\xfenoise\r\n" + P1
        for place in range(0, len(stream), 97):
            hub.raw.send(stream[place : place + 97])
            await asyncio.sleep(0)
        assert await first.readexactly(len(stream)) == stream


@pytest.mark.parametrize("raw", [P1, HDLC])
async def test_a_new_reader_begins_at_a_telegram(raw: bytes) -> None:
    hub = live()
    async with relay(hub) as made:
        hub.raw.send(raw + raw[:200])
        async with reader(made) as late:
            hub.raw.send(raw[200:300])
            hub.raw.send(raw[300:] + raw[:100])
            hub.raw.send(raw[100:])
            hub.raw.send(raw)
            decoder, events = Decoder(), 0
            while events < 2:
                for event in decoder.feed(await asyncio.wait_for(late.read(4096), 5)):
                    assert isinstance(event, Telegram), event
                    assert event.reading == READING
                    events += 1


async def test_many_readers_get_the_same() -> None:
    hub = live()
    async with relay(hub) as made, reader(made) as first, reader(made) as second, reader(made) as third:
        hub.raw.send(P1)
        hub.raw.send(P1)
        assert [await each.readexactly(len(P1)) for each in (first, second, third)] == [P1] * 3


async def test_what_a_reader_says_goes_nowhere() -> None:
    hub = live()
    async with relay(hub) as made:
        assert made.address is not None
        coming, leaving = await asyncio.open_connection(*made.address)
        leaving.write(b"open the breaker" * 10_000)
        await leaving.drain()
        await until(lambda: made.readers == 1)
        hub.raw.send(P1)
        hub.raw.send(P1)
        assert await coming.readexactly(len(P1)) == P1
        leaving.close()
        await leaving.wait_closed()
        await until(lambda: made.readers == 0)


async def _lazy(made: Relay) -> socket.socket:
    """A reader that never reads, with a small window."""
    assert made.address is not None
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lazy.connect(made.address)
    lazy.setblocking(False)
    await until(lambda: made.readers == 1)
    return lazy


async def test_a_reader_that_never_reads_misses_whole_telegrams_and_holds_up_nobody() -> None:
    hub = live()
    async with relay(hub) as made:
        with await _lazy(made) as lazy:
            async with reader(made) as quick:
                hub.raw.send(LONG)
                for _ in range(1_000):
                    hub.raw.send(LONG)
                    assert await quick.readexactly(len(LONG)) == LONG
                    if made.skipped > 10:
                        break
                assert made.skipped > 10
                received = b""
                while len(received) % len(LONG) or not received or made.skipped == 0:
                    received += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(lazy, 65_536), 5)
                assert received == LONG * (len(received) // len(LONG)), "whole telegrams, and nothing between them"


async def test_a_reader_that_takes_nothing_for_a_minute_is_dropped() -> None:
    hub, clock = live(), ManualClock(NOW)
    async with relay(hub, clock=clock) as made:
        with await _lazy(made):
            hub.raw.send(LONG)
            while made.skipped == 0:
                hub.raw.send(LONG)
                await asyncio.sleep(0)
            hub.raw.send(LONG)
            await until(lambda: made.skipped > 1)
            await clock.advance(STALL_S - 1)
            hub.raw.send(LONG)
            await asyncio.sleep(0.01)
            assert made.readers == 1
            await clock.advance(2)
            hub.raw.send(LONG)
            await until(lambda: made.readers == 0)


async def test_noise_that_never_ends_fills_no_memory() -> None:
    hub = live()
    async with relay(hub) as made:
        with await _lazy(made):
            hub.raw.send(LONG + b"/KAM5\r\n\r\n")  # a start, and then nothing but digits
            while made.skipped == 0:
                hub.raw.send(b"1" * MOST_WAITING)
                await asyncio.sleep(0)


async def test_there_is_an_end_to_the_readers() -> None:
    hub = live()
    async with relay(hub) as made:
        assert made.address is not None
        sockets = [socket.create_connection(made.address) for _ in range(MOST_READERS + 2)]
        await until(lambda: made.readers == MOST_READERS)
        await asyncio.sleep(0.05)
        assert made.readers == MOST_READERS
        for each in sockets:
            each.close()


async def test_an_hdlc_meter_as_p1() -> None:
    hub = live()
    async with relay(hub, table(view="p1")) as made, reader(made) as first:
        hub.heard(sample(READING, "aidon-hdlc"))
        hub.heard(sample())
        decoder, events = Decoder(), list[object]()
        while len(events) < 2:
            events += decoder.feed(await asyncio.wait_for(first.read(4096), 5))
    assert [event.reading for event in events if isinstance(event, Telegram)] == [READING, READING]
    assert [event.identification for event in events if isinstance(event, Telegram)] == ["HAN5HANPORT", "KAM5"]


async def test_when_the_share_stops_its_port_is_free_and_its_readers_are_gone() -> None:
    hub = live()
    async with relay(hub) as made, reader(made) as first:
        address = made.address
        assert address is not None
    assert made.address is None
    assert await first.read() == b""
    with socket.create_server(address):
        assert len(hub.raw) == 0


async def test_a_port_that_is_taken_is_told_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            await Relay(live(), table(port=port), SystemClock()).run()
    with pytest.raises(ConfigError, match="cannot be listened on"):
        await Relay(live(), RelayTable(host="192.0.2.1", port=0), SystemClock()).run()
