"""The read loop and the reconnect loop: nothing lost in silence, nothing twice, never too eager."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.clock import ManualClock, SystemClock
from hanport.errors import SourceMissing, SourceUnreachable
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected
from hanport.sources.address import FileAddress, MqttAddress, SerialAddress, TcpAddress
from hanport.sources.recording import open_recording
from hanport.sources.stream import BackOff, Bytes, Connected, Event, Lost, Received, events

CORPUS = Path(__file__).parents[1] / "corpus"
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
TELEGRAMS = [
    (CORPUS / "p1" / name).read_bytes()
    for name in ("se-landisgyr-e360-220204.txt", "se-sagemcom-ell5-201020.txt", "se-kamstrup-omnia-220408-big.txt")
]


@asynccontextmanager
async def meter(pieces: Sequence[bytes], *, hold: bool = False) -> AsyncIterator[tuple[TcpAddress, list[int]]]:
    """A server that gives each connection the next piece and closes it, but with `hold` not the last one.

    Gives its address, and how many bytes each connection has sent it.
    """
    left, sent_to_us = list(pieces), list[int]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if left:
            writer.write(left.pop(0))
            await writer.drain()
        if not hold or left:
            writer.write_eof()
        sent_to_us.append(len(await reader.read()))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1]), sent_to_us


class InstantClock(SystemClock):
    """Waits no longer than a turn of the event loop, and remembers how long it should have been."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        if seconds > 60:  # the idle time
            await super().sleep(seconds)
        self.pauses.append(seconds)
        await asyncio.sleep(0)


async def collect(address: TcpAddress, losses: int) -> list[Received]:
    """All that comes until the source was lost so many times."""
    received: list[Received] = []
    async with aclosing(events(address, clock=InstantClock())) as stream:
        async for item in stream:
            received.append(item)
            losses -= isinstance(item, Lost)
            if not losses:
                break
    return received


def telegrams_of(received: list[Received]) -> list[bytes]:
    return [item.event.raw for item in received if isinstance(item, Event) and isinstance(item.event, Telegram)]


def rejected_of(received: list[Received]) -> list[Rejected]:
    return [item.event for item in received if isinstance(item, Event) and isinstance(item.event, Rejected)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 800)), min_size=1, max_size=4))
def test_cut_anywhere_nothing_is_twice_and_nothing_is_lost(cuts: list[tuple[int, int]]) -> None:
    """Each connection gives a whole telegram, then one that is cut; the next connection goes on with a new one."""
    pieces = [TELEGRAMS[which] + TELEGRAMS[(which + 1) % 3][:length] for which, length in cuts]

    async def run() -> list[Received]:
        async with meter(pieces) as (address, _):
            return await collect(address, len(pieces))

    received = asyncio.run(run())
    whole = [
        telegram.rstrip()
        for which, length in cuts
        for telegram in (TELEGRAMS[which], *_whole(TELEGRAMS[(which + 1) % 3], length))
    ]
    assert telegrams_of(received) == whole
    assert all(
        rejection.reason is Reason.TRUNCATED for rejection in rejected_of(received) if len(rejection.raw.strip()) > 4
    )
    assert b"".join(item.data for item in received if isinstance(item, Bytes)) == b"".join(pieces)
    said = b"".join(item.event.raw for item in received if isinstance(item, Event))
    assert said.translate(None, b"\r\n") == b"".join(pieces).translate(None, b"\r\n")


def _whole(telegram: bytes, length: int) -> list[bytes]:
    return [telegram] if length >= len(telegram.rstrip()) else []


async def test_the_order_of_what_comes_and_its_times() -> None:
    clock = ManualClock(START)
    telegram = TELEGRAMS[0]
    async with meter([telegram, telegram[:100]]) as (address, _), aclosing(events(address, clock=clock)) as stream:
        received: list[Received] = []
        async for item in stream:
            received.append(item)
            if isinstance(item, Lost):
                if len(received) > 5:
                    break
                await clock.advance(7)  # the next things come later
    assert [type(item) for item in received] == [Connected, Bytes, Event, Lost, Connected, Bytes, Event, Lost]
    assert [item.at for item in received if isinstance(item, Bytes)] == [START, START.replace(second=7)]
    assert [rejection.reason for rejection in rejected_of(received)] == [Reason.TRUNCATED]


async def test_not_one_byte_is_sent() -> None:
    async with meter(TELEGRAMS) as (address, sent_to_us):
        await collect(address, 3)
        while len(sent_to_us) < 3:
            await asyncio.sleep(0.001)
    assert sent_to_us == [0, 0, 0]


def test_the_pauses() -> None:
    back_off = BackOff()
    pauses = [back_off.pause_s() for _ in range(10)]
    assert pauses == [0, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    back_off.reset()
    assert back_off.pause_s() == 0


async def test_a_source_that_is_not_there_is_tried_ever_more_seldom_until_a_byte_comes() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = TcpAddress("127.0.0.1", free.getsockname()[1])
        received = await collect(address, 5)
    assert [item.retry_in_s for item in received if isinstance(item, Lost)] == [0, 0.5, 1, 2, 4]
    assert all(isinstance(item, Lost) and isinstance(item.error, SourceUnreachable) for item in received)
    async with meter([b"", b"", b"x", b"", b""]) as (address, _):
        received = await collect(address, 5)
    assert [item.retry_in_s for item in received if isinstance(item, Lost)] == [0, 0.5, 0, 0.5, 1]


async def test_the_pauses_are_waited_by_the_clock(tmp_path: Path) -> None:
    clock = ManualClock(START)
    address = SerialAddress(str(tmp_path / "ttyUSB0"))
    losses: list[datetime] = []

    async def watch() -> None:
        async for item in events(address, clock=clock):
            losses.append(item.at)

    watching = asyncio.ensure_future(watch())
    for expected in (1, 2, 3, 4, 5):  # at 0, 0, 0.5, 1.5 and 3.5 s
        for _ in range(2000):
            if len(losses) >= expected or (expected > 2 and len(losses) == expected - 1):
                break
            await asyncio.sleep(0.001)
        await clock.advance([0, 0, 0.5, 1, 2][expected - 1])
        for _ in range(2000):
            if len(losses) >= expected:
                break
            await asyncio.sleep(0.001)
            await clock.advance(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert [(at - START).total_seconds() for at in losses[:5]] == [0, 0, 0.5, 1.5, 3.5]


async def test_a_link_that_is_dead_without_a_word_is_opened_anew() -> None:
    clock = ManualClock(START)
    received: list[Received] = []

    async def watch(address: TcpAddress) -> None:
        async for item in events(address, clock=clock, idle_timeout_s=120):
            received.append(item)

    async def until(kind: type[Received], count: int) -> None:
        for _ in range(5000):
            if sum(isinstance(item, kind) for item in received) >= count:
                return
            await asyncio.sleep(0.001)
        raise AssertionError(f"no {kind.__name__} number {count}: {received}")

    async with meter([TELEGRAMS[0][:50], TELEGRAMS[1]], hold=True) as (address, _):
        # the first connection is ended by the server; the second is held and says nothing more
        watching = asyncio.ensure_future(watch(address))
        await until(Lost, 1)
        await clock.advance(0)
        await until(Event, 2)
        await clock.advance(119)
        await asyncio.sleep(0.01)
        assert sum(isinstance(item, Lost) for item in received) == 1
        await clock.advance(1)
        await until(Lost, 2)
        await clock.advance(0)
        await until(Connected, 3)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    lost = [item for item in received if isinstance(item, Lost)][1]
    assert "120 s" in str(lost.error)
    assert lost.retry_in_s == 0
    assert lost.at == START.replace(minute=2)


async def test_a_file_ends_and_its_errors_are_final(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(TELEGRAMS[0] + TELEGRAMS[1][:300])
    received = [item async for item in events(FileAddress(str(path)), clock=ManualClock(START))]
    assert [type(item) for item in received] == [Connected, Bytes, Event, Event]
    assert telegrams_of(received) == [TELEGRAMS[0].rstrip()]
    assert [rejection.reason for rejection in rejected_of(received)] == [Reason.TRUNCATED]
    with pytest.raises(SourceMissing):
        [item async for item in events(FileAddress(str(tmp_path / "none")), clock=ManualClock(START))]


async def test_a_file_may_be_large_or_empty(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"")
    assert [type(item) async for item in events(FileAddress(str(path)), clock=ManualClock(START))] == [Connected]
    path.write_bytes(b"".join(TELEGRAMS) * 100)
    received = [item async for item in events(FileAddress(str(path)), clock=ManualClock(START))]
    assert telegrams_of(received) == [telegram.rstrip() for telegram in TELEGRAMS] * 100


async def test_a_file_may_be_one_bare_message() -> None:
    path = CORPUS / "hdlc" / "at-salzburg-kaifa-apdu.hex"
    received = [item async for item in events(FileAddress(str(path)), clock=ManualClock(START))]
    assert [
        item.event.protocol for item in received if isinstance(item, Event) and isinstance(item.event, Telegram)
    ] == ["apdu"]


async def test_a_recording_gives_the_times_of_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "x"
    writer = open_recording(path)
    writer.write(TELEGRAMS[0][:100], START)
    writer.write(TELEGRAMS[0][100:] + TELEGRAMS[1][:9], START.replace(second=5))
    writer.close()
    clock = ManualClock(START.replace(year=2030))
    received = [item async for item in events(FileAddress(str(path)), clock=clock)]
    assert [type(item) for item in received] == [Connected, Bytes, Bytes, Event, Event]
    assert [item.at for item in received[1:]] == [START] + [START.replace(second=5)] * 3
    assert telegrams_of(received) == [TELEGRAMS[0].rstrip()]


async def test_mqtt_is_read_by_the_same_loop() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = MqttAddress("127.0.0.1", free.getsockname()[1], "t")
        async with aclosing(events(address, clock=ManualClock(START))) as stream:
            assert isinstance(await anext(stream), Lost)
