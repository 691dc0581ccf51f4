"""Files, named pipes and standard input: read to their end."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.errors import SourceError, SourceMissing
from hanport.sources.address import FileAddress
from hanport.sources.connection import Connection
from hanport.sources.hextext import HexTextReader, from_hex_text
from hanport.sources.open import open_source


async def read_all(connection: Connection) -> bytes:
    received = b""
    while data := await connection.read():
        assert len(data) <= 65536
        received += data
    assert await connection.read() == b""
    await connection.close()
    await connection.close()
    return received


@pytest.mark.parametrize("length", [0, 1, 65536, 200_001])
async def test_a_file_is_read_to_its_end(tmp_path: Path, length: int) -> None:
    content = b"\xff" + os.urandom(length - 1) if length else b""  # no hex text, whatever chance says
    path = tmp_path / "x"
    path.write_bytes(content)
    assert await read_all(await open_source(FileAddress(str(path)))) == content


async def test_hex_text_is_the_bytes_that_it_stands_for(tmp_path: Path) -> None:
    content = os.urandom(100_000)
    path = tmp_path / "x.hex"
    path.write_text(content.hex(" ", 7) + "\n")
    assert await read_all(await open_source(FileAddress(str(path)))) == content


async def test_a_named_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    connection = await open_source(FileAddress(str(path)))
    reading = asyncio.ensure_future(connection.read())
    await asyncio.sleep(0)
    writer = os.open(path, os.O_WRONLY)
    os.write(writer, b"30 31")
    assert await asyncio.wait_for(reading, 5) == b"30 31"
    os.close(writer)
    assert await read_all(connection) == b""


async def test_waiting_for_a_pipe_can_be_given_up(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    connection = await open_source(FileAddress(str(path)))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(connection.read(), 0.01)
    await connection.close()


async def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        await open_source(FileAddress(str(tmp_path / "none")))
    with pytest.raises(SourceError, match="folder"):
        await open_source(FileAddress(str(tmp_path)))
    with pytest.raises(SourceError):
        await open_source(FileAddress("x" * 5000))


STDIN = """
import asyncio, sys
from hanport.sources.open import open_source
from hanport.sources.address import StdinAddress
async def main():
    connection = await open_source(StdinAddress())
    received = b""
    while data := await connection.read():
        received += data
    await connection.close()
    sys.stdout.buffer.write(received)
asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["pipe", "file", "null"])
def test_standard_input(tmp_path: Path, kind: str) -> None:
    content = b"" if kind == "null" else os.urandom(100_000)
    path = tmp_path / "x"
    path.write_bytes(content)
    command = [sys.executable, "-c", STDIN]
    if kind == "pipe":
        done = subprocess.run(command, input=content, stdout=subprocess.PIPE, timeout=30, check=True)
    else:
        with open(os.devnull if kind == "null" else path, "rb") as given_file:
            done = subprocess.run(command, stdin=given_file, stdout=subprocess.PIPE, timeout=30, check=True)
    assert done.stdout == content


@given(st.binary(min_size=1, max_size=200), st.lists(st.integers(1, 40), max_size=30), st.integers(1, 9))
def test_hex_text_in_any_pieces(content: bytes, lengths: list[int], group: int) -> None:
    text = content.hex("\n", group).encode()
    assert from_hex_text(text) == content
    reader, decoded, at = HexTextReader(), b"", 0
    for length in [*lengths, len(text)]:
        decoded += reader.feed(text[at : at + length])
        at += length
    assert decoded == content


@pytest.mark.parametrize("text", [b"", b" \r\n", b"0", b"30 3", b"/KAM5", b"30,31", b"\xff"])
def test_what_is_no_hex_text(text: bytes) -> None:
    assert from_hex_text(text) is None


def test_a_hex_text_that_turns_out_to_be_none_is_passed_on() -> None:
    reader = HexTextReader()
    assert reader.feed(b"303") == b"0"
    assert reader.feed(b"/KAM5\r\n") == b"3/KAM5\r\n"
    assert reader.feed(b"3031") == b"3031"
