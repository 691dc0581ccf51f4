"""`hanport meter` as a program: what it prints, what can be read from it, and how it ends."""

import json
import re
import signal
import socket
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import pytest
from click.testing import CliRunner

from hanport.cli.meter import command
from hanport.errors import ConfigError
from hanport.meter.faults import FAULTS
from hanport.models import MODELS
from hanport.port.decoder import Decoder, decode_message
from hanport.port.telegram import Telegram

HANPORT = str(Path(sys.executable).with_name("hanport"))


class Program:
    """A running `hanport meter`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def place(self, kind: str) -> str:
        """The next line's address."""
        found = re.search(rf"{kind}\S*", self.line())
        assert found is not None
        return found[0]

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors


@contextmanager
def running(*options: str) -> Iterator[Program]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([HANPORT, "meter", *options], stdout=pipe, stderr=pipe, text=True)
    try:
        yield Program(process)
    finally:
        process.kill()
        process.communicate()


def connect(address: str) -> socket.socket:
    host, port = address.removeprefix("tcp://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=10)


def first_telegram(stream: socket.socket) -> Telegram:
    decoder = Decoder()
    while True:
        found = decoder.feed(stream.recv(4096))
        for event in found:
            if isinstance(event, Telegram):
                return event


def test_it_serves_telegrams_and_ends_on_sigterm() -> None:
    with running("--speed", "20", "--control", "127.0.0.1:0") as program:
        telegrams, control = program.place("tcp://"), program.place("http://")
        with connect(telegrams) as stream:
            telegram = first_telegram(stream)
        assert telegram.identification == "KAM5"
        assert telegram.reading.power_import_w is not None
        with urllib.request.urlopen(control, timeout=10) as answer:
            assert json.load(answer)["speed"] == 20
        assert program.end(signal.SIGTERM) == (0, "")


def test_it_goes_on_from_given_registers() -> None:
    options = ("--interval", "1", "--registers", "60995424,7,8,9")
    with running(*options) as program, connect(program.place("tcp://")) as stream:
        reading = first_telegram(stream).reading
        assert reading.energy_import_wh is not None
        assert 0 <= reading.energy_import_wh - 60_995_424 < 100


def test_ctrl_c_ends_it_with_a_reader_connected() -> None:
    options = ("--listen", "tcp://127.0.0.1:0", "--interval", "1")
    with running(*options) as program, connect(program.place("tcp://")) as stream:
        first_telegram(stream)
        assert program.end(signal.SIGINT) == (0, "")


def test_a_port_that_is_taken_gives_way_and_it_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with running("--listen", f"tcp://127.0.0.1:{taken}", "--control", f"127.0.0.1:{taken}") as program:
            for kind in ("tcp://", "http://"):
                assert f":{taken}" not in program.place(kind)
            code, errors = program.end(signal.SIGTERM)
    assert code == 0
    assert errors.count(f"Port {taken} is taken") == 2


def test_a_pseudo_terminal_gives_what_the_speed_deserves() -> None:
    with running("--pty", "--interval", "1", "--speed", "5", "--model", "aidon-6534") as program:
        device = program.place("/dev/")
        with open(device, "rb", buffering=0) as line:
            decoder = Decoder()
            found = [event for _ in range(40) for event in decoder.feed(line.read(200))]
            assert any(isinstance(event, Telegram) and event.identification == "ADN9 6534" for event in found)
            attributes = termios.tcgetattr(line)
            attributes[4] = attributes[5] = termios.B9600
            termios.tcsetattr(line, termios.TCSANOW, attributes)
            termios.tcflush(line, termios.TCIFLUSH)
            line.read(100)  # what was on its way
            assert b"kW)" not in line.read(60) + line.read(60)
        assert program.end(signal.SIGTERM) == (0, "")


def test_a_closed_port_is_opened_by_the_control_interface() -> None:
    with running("--closed", "--speed", "50", "--control", "127.0.0.1:0") as program:
        telegrams, control = program.place("tcp://"), program.place("http://")
        with connect(telegrams) as stream:
            stream.settimeout(0.5)
            with pytest.raises(TimeoutError):
                stream.recv(1)
            stream.settimeout(10)
            address = control.replace("/state", "/port")
            order = urllib.request.Request(address, b'{"open": true}', method="POST")
            urllib.request.urlopen(order, timeout=10).close()
            first_telegram(stream)


def test_faults_and_an_unfed_omnipower() -> None:
    options = ("--speed", "30", "--no-supply", "--model", "kamstrup-omnipower-p1", "--fault", "repeat@0")
    with running(*options) as program, connect(program.place("tcp://")) as stream:
        assert stream.recv(18, socket.MSG_WAITALL) == b"/KAM5\r\n\r\n" * 2


async def test_it_publishes_each_telegram_as_a_message(broker: tuple[str, int]) -> None:
    address = f"mqtt://127.0.0.1:{broker[1]}/han/test"
    async with aiomqtt.Client(*broker) as listener:
        await listener.subscribe("han/test")
        with running("--mqtt", address, "--speed", "20") as program:
            assert program.place("mqtt://") == address
            message = await anext(aiter(listener.messages))
            assert isinstance(message.payload, bytes)
            (event,) = decode_message(message.payload)
            assert isinstance(event, Telegram)
            assert program.end(signal.SIGTERM) == (0, "")


def test_it_outlives_a_broker_that_is_not_there() -> None:
    with running("--mqtt", "mqtt://127.0.0.1:1/han/test") as program:
        assert program.process.stderr is not None
        assert "cannot be reached" in program.process.stderr.readline()
        assert program.end(signal.SIGTERM) == (0, "")


@pytest.mark.parametrize("name", MODELS)
def test_every_model_can_be_had(name: str) -> None:
    options = ("--model", name, "--interval", "5", "--speed", "50")
    with running(*options) as program, connect(program.place("tcp://")) as stream:
        assert first_telegram(stream).reading.power_import_w is not None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--model", "kamstrup-omnja"], "kamstrup-omnia"),
        (["--model", "?"], "aidon-6534"),
        (["--fault", "noize@5"], "noise"),
        (["--fault", "cut@soon"], "NAME@SECONDS"),
        (["--fault", "encrypted", "--model", "aidon-hdlc"], "P1"),
        (["--interval", "0"], "3600"),
        (["--speed", "0"], "10000"),
        (["--speed", "nan"], "10000"),
        (["--seed", "-1"], "seed"),
        (["--registers", "1,2"], "60995424,0,1200,43000"),
        (["--listen", "udp://127.0.0.1:5"], "tcp://"),
        (["--listen", "tcp://127.0.0.1:99999"], "65535"),
        (["--listen", "tcp://192.0.2.1:4000"], "127.0.0.1"),
        (["--control", "127.0.0.1"], "port"),
        (["--mqtt", "tcp://127.0.0.1:1883"], "mqtt://"),
        (["--mqtt", "mqtt://127.0.0.1/han/#"], "without + and #"),
    ],
)
def test_what_cannot_be_used_is_named_with_a_remedy(options: list[str], named: str) -> None:
    ended = CliRunner().invoke(command, options)
    assert isinstance(ended.exception, ConfigError)
    assert named in str(ended.exception)


def test_a_wrong_name_is_one_line_for_the_user() -> None:
    ended = subprocess.run([HANPORT, "meter", "--model", "omnia"], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert re.fullmatch(r"hanport: There is no meter model 'omnia'\. .*kamstrup-omnia.*\n", ended.stderr)


def test_the_help_names_every_fault() -> None:
    ended = CliRunner().invoke(command, ["--help"])
    assert ended.exit_code == 0
    assert all(name in ended.output.replace("-\n  ", "-") for name in FAULTS)
