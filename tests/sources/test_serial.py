"""Serial devices, on real pseudo terminals: they are read and locked, and nothing is ever written to them."""

import asyncio
import os
import select
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanport.errors import SourceBusy, SourceError, SourceForbidden, SourceMissing
from hanport.sources import serial
from hanport.sources.address import DataRequest, SerialAddress
from hanport.sources.open import open_source


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The meter's end of a pseudo terminal, and the name of the reader's end."""
    meter, reader = os.openpty()
    name = os.ttyname(reader)
    os.close(reader)
    yield meter, name
    os.close(meter)


@pytest.mark.parametrize("request_line", list(DataRequest))
async def test_bytes_come_as_they_are_and_none_are_sent(terminal: tuple[int, str], request_line: DataRequest) -> None:
    meter, name = terminal
    every_byte = bytes(range(256))  # a terminal would change CR, LF, XON, XOFF, ^C, ^D
    connection = await open_source(SerialAddress(name, request=request_line))
    os.write(meter, every_byte)
    received = b""
    while len(received) < 256:
        received += await asyncio.wait_for(connection.read(), 5)
    assert received == every_byte
    assert not select.select([meter], [], [], 0)[0]
    await connection.close()
    await connection.close()


async def test_speed_and_format_reach_the_device(terminal: tuple[int, str]) -> None:
    meter, name = terminal
    connection = await open_source(SerialAddress(name, 2400, "7E2"))
    _, _, flags, _, _, speed, _ = termios.tcgetattr(meter)
    assert speed == termios.B2400
    assert flags & termios.CSTOPB
    await connection.close()


async def test_a_second_reader_is_refused(terminal: tuple[int, str]) -> None:
    _, name = terminal
    connection = await open_source(SerialAddress(name))
    with pytest.raises(SourceBusy, match=name):
        await open_source(SerialAddress(name))
    await connection.close()
    again = await open_source(SerialAddress(name))
    await again.close()


async def test_unplugged_while_it_is_read() -> None:
    meter, reader = os.openpty()
    connection = await open_source(SerialAddress(os.ttyname(reader)))
    os.close(reader)
    reading = asyncio.ensure_future(connection.read())
    await asyncio.sleep(0)
    os.close(meter)
    with pytest.raises(SourceError, match="gone"):
        await asyncio.wait_for(reading, 5)
    await connection.close()


async def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="plugged in"):
        await open_source(SerialAddress(str(tmp_path / "ttyUSB0")))


async def test_a_file_is_no_device(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"/KAM5\r\n")
    with pytest.raises(SourceError, match="no serial device"):
        await open_source(SerialAddress(str(path)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
async def test_without_permission(terminal: tuple[int, str]) -> None:
    os.chmod(terminal[1], 0)
    with pytest.raises(SourceForbidden, match="dialout"):
        await open_source(SerialAddress(terminal[1]))


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (13, SourceForbidden, "dialout"),
        (1, SourceForbidden, "dialout"),
        (16, SourceBusy, "Another program"),
        (19, SourceMissing, "no device"),
        (25, SourceError, "no serial device"),
        (24, SourceError, "cannot be opened"),
    ],
)
def test_what_the_system_says_is_said_to_people(number: int, kind: type[SourceError], said: str) -> None:
    refusal = serial._refusal("/dev/ttyUSB0", OSError(number, os.strerror(number)))
    assert type(refusal) is kind
    assert said in str(refusal)
    assert refusal.remedy
