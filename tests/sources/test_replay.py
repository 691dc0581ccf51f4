"""Replay: the same bytes, at the time that was asked for, to as many readers as there are."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hanport.clock import ManualClock
from hanport.errors import SourceError
from hanport.sources.address import TcpAddress
from hanport.sources.recording import Chunk, open_recording
from hanport.sources.replay import ReplayServer, paced, timed_chunks

CORPUS = Path(__file__).parents[1] / "corpus"
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def when(chunks: list[Chunk], speed: float | None) -> list[tuple[float, bytes]]:
    """When the bytes come, in seconds from the beginning."""
    clock, came = ManualClock(START), list[tuple[float, bytes]]()

    async def read() -> None:
        async for data in paced(chunks, speed, clock):
            came.append((round(clock.monotonic(), 6), data))

    reading = asyncio.ensure_future(read())
    for _ in range(1000):
        if reading.done():
            break
        await clock.advance(0.5)
    await reading
    return came


CHUNKS = [
    Chunk(None, b"before"),
    Chunk(START, b"a"),
    Chunk(START + 10 * SECOND, b"b"),
    Chunk(None, b"?"),
    Chunk(START - 60 * SECOND, b"set back"),
    Chunk(START - 40 * SECOND, b"c"),
]


@pytest.mark.parametrize(
    ("speed", "times"),
    [(1.0, [0, 0, 10, 10, 10, 30]), (4.0, [0, 0, 2.5, 2.5, 2.5, 7.5]), (None, [0, 0, 0, 0, 0, 0])],
)
async def test_the_pace(speed: float | None, times: list[float]) -> None:
    assert await when(CHUNKS, speed) == list(zip(times, [chunk.data for chunk in CHUNKS], strict=True))


def intervals(path: Path) -> list[float]:
    times = [chunk.at for chunk in timed_chunks(path) if chunk.at is not None]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]


def telegram(name: str, clock: bytes, checksum: bool = False) -> bytes:
    raw = (CORPUS / "p1" / name).read_bytes()
    begin = raw.index(b"0-0:1.0.0(") + 10
    head = raw[:begin] + clock + raw[raw.index(b")", begin) :]
    return head[: head.rindex(b"!")] + b"!\r\n"  # without a checksum: the clock was changed


def test_without_times_the_meters_clock_is_the_pace(tmp_path: Path) -> None:
    path = tmp_path / "x"
    clocks = [
        b"260131120000W",
        b"260131120005W",
        b"260131120105W",
        b"260131120105W",
        b"250101000000W",
        b"260131130105W",
    ]
    content = b"noise" + b"".join(telegram("se-landisgyr-e360-220204.txt", clock) for clock in clocks) + b"tail"
    path.write_bytes(content)
    # a clock that stands still, steps back or leaps is not believed
    assert intervals(path) == [5, 60, 10, 10, 10]
    assert b"".join(chunk.data for chunk in timed_chunks(path)) == content


def test_without_times_and_clock_it_is_ten_seconds(tmp_path: Path) -> None:
    path = tmp_path / "x"
    frame = bytes.fromhex((CORPUS / "hdlc" / "dk-kamstrup-omnipower-dummykey.hex").read_text())  # no key: no clock
    path.write_bytes(frame * 3)
    assert intervals(path) == [10, 10]
    assert b"".join(chunk.data for chunk in timed_chunks(path)) == frame * 3


def test_bytes_that_are_nothing_come_too(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(600_000))
    assert b"".join(chunk.data for chunk in timed_chunks(path)) == bytes(600_000)


def test_with_times_these_are_the_pace(tmp_path: Path) -> None:
    path = tmp_path / "x"
    writer = open_recording(path)
    for seconds in (0, 3, 4):
        writer.write(b"x", START + seconds * SECOND)
    writer.close()
    assert intervals(path) == [3, 1]


async def test_many_readers_get_the_same_and_their_talk_is_ignored() -> None:
    said: list[str] = []
    server = ReplayServer(said.append)
    address = await server.listen(TcpAddress("127.0.0.1", 0))
    links = [await asyncio.open_connection(address.host, address.port) for _ in range(3)]
    while len(said) < 3:
        await asyncio.sleep(0.001)
    links[0][1].write(b"hello?")
    await server.send(b"one")
    links[2][1].close()
    while len(said) < 4:
        await asyncio.sleep(0.001)
    await server.send(b"two")
    await server.close()
    for reader, writer in links[:2]:
        assert await reader.read() == b"onetwo"
        writer.close()
    assert said[3].endswith("has left.")


async def test_a_slow_reader_holds_the_bytes_back() -> None:
    server = ReplayServer(lambda _: None)
    address = await server.listen(TcpAddress("127.0.0.1", 0))
    reader, writer = await asyncio.open_connection(address.host, address.port, limit=1024)
    await server.wait_for_reader()
    sent = 0

    async def send() -> None:
        nonlocal sent
        for _ in range(400):
            await server.send(bytes(65536))
            sent += 65536

    sending = asyncio.ensure_future(send())
    for _ in range(100):
        await asyncio.sleep(0.001)
    held_back_at = sent
    assert held_back_at < 400 * 65536
    received = 0
    while received < 400 * 65536:
        received += len(await reader.read(65536))
    await sending
    writer.close()
    await server.close()


async def test_a_reader_that_takes_nothing_is_dropped() -> None:
    said: list[str] = []
    server = ReplayServer(said.append, stall_timeout_s=0.05)
    address = await server.listen(TcpAddress("127.0.0.1", 0))
    _, writer = await asyncio.open_connection(address.host, address.port, limit=1024)
    await server.wait_for_reader()
    for _ in range(400):
        await server.send(bytes(65536))
    assert any("dropped" in sentence for sentence in said)
    writer.close()
    await server.close()


async def test_a_busy_port_is_exchanged_for_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        server = ReplayServer(lambda _: None)
        address = await server.listen(TcpAddress("127.0.0.1", taken))
        assert address.port not in (0, taken)
        await server.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
async def test_an_address_of_another_machine_cannot_be_listened_on(host: str) -> None:
    with pytest.raises(SourceError, match="this machine"):
        await ReplayServer(lambda _: None).listen(TcpAddress(host, 0))
