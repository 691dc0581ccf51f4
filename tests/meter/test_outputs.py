"""TCP, the pseudo terminal and MQTT, with real readers on real sockets, terminals and a real broker."""

import asyncio
import os
import socket
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiomqtt
import pytest

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.meter.line import P1_LINE, Chunk, Line
from hanport.meter.outputs.mqtt import MqttOutput, MqttTarget
from hanport.meter.outputs.pty import PtyOutput
from hanport.meter.outputs.tcp import MOST_READERS, TcpOutput, listen
from hanport.port.uart import Setting

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
TELEGRAM = b"/KAM5\r\n\r\n1-0:1.8.0(00060995.424*kWh)\r\n!92F5\r\n"
SLOW_LINE = Line(Setting(9600, 7, "E", 1))


def chunk(data: bytes = TELEGRAM, line: Line = P1_LINE) -> Chunk:
    return Chunk(data, line, AT)


async def until(condition: Callable[[], object]) -> None:
    """Wait for what the loop still has to do."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not happen")


@asynccontextmanager
async def served(output: TcpOutput) -> AsyncIterator[tuple[str, int]]:
    host, port = await output.open("127.0.0.1", 0)
    try:
        yield host, port
    finally:
        await output.close()


@asynccontextmanager
async def connected(output: TcpOutput, place: tuple[str, int]) -> AsyncIterator[asyncio.StreamReader]:
    before = output.readers
    reader, writer = await asyncio.open_connection(*place)
    await until(lambda: output.readers == before + 1)
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


class TestTcp:
    async def test_all_readers_get_what_is_sent_from_their_connecting_on(self) -> None:
        output = TcpOutput()
        async with served(output) as place, connected(output, place) as first:
            output.send(chunk(b"one"))
            async with connected(output, place) as second:
                output.send(chunk(b"two"))
                assert await first.readexactly(6) == b"onetwo"
                assert await second.readexactly(3) == b"two"

    async def test_a_reader_that_leaves_is_forgotten(self) -> None:
        output = TcpOutput()
        async with served(output) as place:
            async with connected(output, place):
                pass
            await until(lambda: output.readers == 0)
            output.send(chunk())

    async def test_what_a_reader_sends_is_thrown_away(self) -> None:
        output = TcpOutput()
        async with served(output) as place:
            reader, writer = await asyncio.open_connection(*place)
            writer.write(b"open the port" * 10_000)
            await writer.drain()
            await until(lambda: output.readers == 1)
            output.send(chunk())
            assert await reader.readexactly(len(TELEGRAM)) == TELEGRAM
            writer.close()

    async def test_a_slow_reader_skips_whole_telegrams_and_the_others_do_not(self) -> None:
        output = TcpOutput()
        telegrams = [b"/%06d" % number + b"x" * 9_993 for number in range(2_000)]
        async with served(output) as place, connected(output, place) as quick:
            with socket.socket() as lazy:
                lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                lazy.connect(place)
                lazy.setblocking(False)
                await until(lambda: output.readers == 2)
                for telegram in telegrams:
                    output.send(chunk(telegram))
                    assert await quick.readexactly(10_000) == telegram
                assert 0 < output.skipped < len(telegrams)
                received = await _take_all(lazy, 10_000 * (len(telegrams) - output.skipped))
        numbers = [received[place : place + 7] for place in range(0, len(received), 10_000)]
        assert len(numbers) == len(telegrams) - output.skipped
        assert numbers == [telegram[:7] for telegram in telegrams[: len(numbers)]], "whole ones, in their order"

    async def test_closing_what_was_never_opened_is_fine(self) -> None:
        await TcpOutput().close()

    async def test_too_many_readers_are_turned_away(self) -> None:
        output = TcpOutput()
        async with served(output) as place:
            sockets = [socket.create_connection(place) for _ in range(MOST_READERS + 3)]
            await until(lambda: output.readers == MOST_READERS)
            await asyncio.sleep(0.05)
            assert output.readers == MOST_READERS
            for each in sockets:
                each.close()

    async def test_a_port_that_is_taken_gives_way_to_another(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = other.getsockname()[1]
            output = TcpOutput()
            _, port = await output.open("127.0.0.1", taken)
            assert port not in (0, taken)
            await output.close()

    def test_a_host_that_is_not_here_is_an_error_for_people(self) -> None:
        with pytest.raises(ConfigError, match=r"Cannot listen on 192\.0\.2\.1:4000"):
            listen("192.0.2.1", 4000)

    async def test_an_adapter_forwards_garbage_from_a_line_it_is_not_set_for(self) -> None:
        output = TcpOutput()
        async with served(output) as place, connected(output, place) as reader:
            output.send(chunk(line=SLOW_LINE))
            output.send(chunk(b"end"))
            received = await reader.readuntil(b"end")
        assert len(received) > len(TELEGRAM)
        assert b"KAM5" not in received

    async def test_an_adapter_set_for_the_line_forwards_it_as_it_is(self) -> None:
        output = TcpOutput(SLOW_LINE.setting)
        async with served(output) as place, connected(output, place) as reader:
            output.send(chunk(line=SLOW_LINE))
            assert await reader.readexactly(len(TELEGRAM)) == TELEGRAM


async def _take_all(lazy: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        received += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(lazy, 1_000_000), 5)
    return received


class TestPty:
    @pytest.fixture
    def output(self) -> Iterator[PtyOutput]:
        made = PtyOutput()
        yield made
        made.close()

    def test_a_reader_gets_the_bytes(self, output: PtyOutput) -> None:
        with _Reader(output, termios.B115200) as reader:
            output.send(chunk(bytes(range(256))))
            assert reader.take(256) == bytes(range(256))
        assert output.path.startswith("/dev/")

    def test_nobody_there_does_not_matter(self, output: PtyOutput) -> None:
        for number in range(20):
            output.send(chunk(b"%03d" % number * 300))
            time.sleep(0.005)  # the kernel hands the bytes over on a thread of its own
        with _Reader(output, termios.B115200) as reader:
            assert reader.take(900) == b"019" * 300, "one old telegram at most"
            output.send(chunk(b"new"))
            assert reader.take(3) == b"new"

    def test_a_reader_may_come_and_go(self, output: PtyOutput) -> None:
        for _ in range(3):
            with _Reader(output, termios.B115200) as reader:
                output.send(chunk())
                assert reader.take(len(TELEGRAM)) == TELEGRAM
            output.send(chunk())

    def test_a_slow_reader_loses_whole_telegrams(self, output: PtyOutput) -> None:
        with _Reader(output, termios.B115200) as reader:
            output.send(chunk(b"a" * 3000))
            reader.take(1)
            output.send(chunk(b"b" * 3000))
            assert output.skipped == 1
            assert reader.take(2999) == b"a" * 2999
            output.send(chunk(b"c" * 3000))
            assert reader.take(3000) == b"c" * 3000

    @pytest.mark.parametrize("speed", [termios.B9600, termios.B2400, termios.B300])
    def test_a_reader_at_the_wrong_speed_gets_what_its_uart_would(self, output: PtyOutput, speed: int) -> None:
        baud = {termios.B9600: 9600, termios.B2400: 2400, termios.B300: 300}[speed]
        with _Reader(output, speed) as reader:
            assert output.reader(P1_LINE.setting) == Setting(baud)
            expected = chunk(TELEGRAM * 8).read_by(Setting(baud))
            output.send(chunk(TELEGRAM * 8))
            assert reader.take(len(expected)) == expected
            assert b"KAM5" not in expected

    def test_a_line_of_9600_7e1_is_read_at_9600(self, output: PtyOutput) -> None:
        with _Reader(output, termios.B115200) as reader:
            output.send(chunk(line=SLOW_LINE))
            garbage = chunk(line=SLOW_LINE).read_by(P1_LINE.setting)
            assert reader.take(len(garbage)) == garbage != TELEGRAM
            reader.set_speed(termios.B9600)
            output.send(chunk(line=SLOW_LINE))
            assert reader.take(len(TELEGRAM)) == TELEGRAM

    def test_a_flood_that_nobody_reads_does_not_block(self, output: PtyOutput) -> None:
        for _ in range(500):
            output.send(chunk(bytes(3000)))

    def test_a_reader_that_talks_to_the_meter_is_not_held_up(self, output: PtyOutput) -> None:
        with _Reader(output, termios.B115200) as reader:
            reader.echo()
            for _ in range(200):
                reader.say(bytes(1000))
                output.send(chunk(b"x" * 500 + b"\n"))
                assert reader.take(501) == b"x" * 500 + b"\n"
        assert output.skipped == 0


class _Reader:
    """A program that opens the device and sets its port: 115200 8N1, or another speed and 7E1."""

    def __init__(self, output: PtyOutput, speed: int) -> None:
        self._file = os.open(output.path, os.O_RDWR | os.O_NOCTTY)
        self.set_speed(speed)

    def set_speed(self, speed: int) -> None:
        attributes = termios.tcgetattr(self._file)
        if speed != termios.B115200:
            attributes[2] = (attributes[2] & ~termios.CSIZE) | termios.CS7 | termios.PARENB
        attributes[4] = attributes[5] = speed
        termios.tcsetattr(self._file, termios.TCSANOW, attributes)

    def echo(self) -> None:
        attributes = termios.tcgetattr(self._file)
        attributes[3] |= termios.ECHO
        termios.tcsetattr(self._file, termios.TCSANOW, attributes)

    def say(self, data: bytes) -> None:
        os.set_blocking(self._file, False)
        os.write(self._file, data)
        os.set_blocking(self._file, True)

    def take(self, length: int) -> bytes:
        taken = b""
        while len(taken) < length:
            taken += os.read(self._file, length - len(taken))
        return taken

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


class TestMqtt:
    async def test_each_telegram_is_one_message(self, broker: tuple[str, int]) -> None:
        output = MqttOutput(MqttTarget(*broker, "han/telegram"), clock=SystemClock(), say=print)
        async with aiomqtt.Client(*broker) as listener:
            await listener.subscribe("han/telegram")
            output.send(chunk())
            output.send(chunk(bytes(range(256))))
            output.send(chunk(b""))
            running = asyncio.create_task(output.run())
            received = [message.payload async for message in _first(listener, 2)]
            running.cancel()
        assert received == [TELEGRAM, bytes(range(256))]

    async def test_it_waits_for_a_broker_and_keeps_the_newest(self) -> None:
        said: list[str] = []
        clock = _Impatient()
        output = MqttOutput(MqttTarget("127.0.0.1", 1, "han"), clock=clock, say=said.append)
        running = asyncio.create_task(output.run())
        for number in range(100):
            output.send(chunk(b"%d" % number))
        await until(lambda: len(clock.asked_s) == 3)
        assert clock.asked_s == [1.0, 2.0, 5.0], "it waits longer and longer"
        assert "mqtt://127.0.0.1:1/han cannot be reached" in said[0]
        assert output.skipped == 36
        assert len(said) == 1
        running.cancel()

    async def test_it_comes_back_to_a_broker_that_was_away(self, broker: tuple[str, int]) -> None:
        said: list[str] = []
        async with _Relay(broker) as relay:
            target = MqttTarget("127.0.0.1", relay.port, "han")
            output = MqttOutput(target, clock=_Impatient(), say=said.append)
            running = asyncio.create_task(output.run())
            async with aiomqtt.Client(*broker) as listener:
                await listener.subscribe("han")
                output.send(chunk(b"before"))
                assert [message.payload async for message in _first(listener, 1)] == [b"before"]
                relay.cut()
                await until(lambda: _sent_until_noticed(output, said))
                await until(lambda: len(said) == 2)
                output.send(chunk(b"after"))
                async for message in listener.messages:
                    if message.payload == b"after":
                        break
            running.cancel()
        assert said[0].startswith("The broker mqtt://127.0.0.1")
        assert said[1].endswith("is back.")

    @pytest.mark.parametrize("topic", ["", "han/#", "+/han", "a\0b"])
    def test_a_topic_that_cannot_be_published_to_is_refused(self, topic: str) -> None:
        with pytest.raises(ConfigError, match="topic"):
            MqttTarget("127.0.0.1", 1883, topic)

    def test_the_password_is_not_shown(self) -> None:
        target = MqttTarget("::1", 1883, "han", "anna", "secret")
        assert str(target) == "mqtt://[::1]:1883/han"
        assert "secret" not in repr(target)


def _sent_until_noticed(output: MqttOutput, said: list[str]) -> bool:
    if not said:
        output.send(chunk(b"lost"))
    return bool(said)


async def _first(listener: aiomqtt.Client, count: int) -> AsyncIterator[aiomqtt.Message]:
    async for message in listener.messages:
        yield message
        count -= 1
        if not count:
            return


class _Impatient(SystemClock):
    """A real clock that waits a hundredth of the time asked."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.asked_s.append(seconds)
        await asyncio.sleep(seconds / 100)


class _Relay:
    """A line to the broker that can be cut."""

    def __init__(self, broker: tuple[str, int]) -> None:
        self._broker = broker
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> "_Relay":
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks)

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._broker)
        self._writers += [writer, back]
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)

    @staticmethod
    async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                sink.write(data)
        except ConnectionError:
            pass
        sink.close()
