"""Recordings: exactly the bytes, their times beside them, and nothing that a dying recorder can spoil."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.errors import ConfigError, HanportError
from hanport.sources.recording import Chunk, open_recording, read_recording, times_path

START = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def record(path: Path, chunks: list[bytes], *, append: bool = False, start: datetime = START) -> None:
    writer = open_recording(path, append=append)
    for index, data in enumerate(chunks):
        writer.write(data, start + index * SECOND)
    writer.close()


def test_the_file_is_the_bytes_and_the_times_are_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    record(path, [b"/KAM5\r\n", b"!"])
    assert path.read_bytes() == b"/KAM5\r\n!"
    assert times_path(path) == tmp_path / "x.bin.times"
    assert times_path(path).read_text() == "hanport-times 1\n0 7 1769860800123456\n7 1 1769860801123456\n"
    assert list(read_recording(path)) == [Chunk(START, b"/KAM5\r\n"), Chunk(START + SECOND, b"!")]


def test_each_chunk_is_there_when_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "x"
    writer = open_recording(path)
    for count in (1, 2, 3):
        writer.write(b"abc", START)
        assert len(list(read_recording(path))) == count
    writer.close()


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x"
    record(path, [b"first"])
    with pytest.raises(ConfigError, match="--append"):
        open_recording(path)
    path.unlink()
    with pytest.raises(ConfigError, match=r"x\.times"):
        open_recording(path)


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "x"
    record(path, [b"one", b"two"])
    record(path, [b"three"], append=True, start=START + 60 * SECOND)
    assert [chunk.data for chunk in read_recording(path)] == [b"one", b"two", b"three"]
    assert list(read_recording(path))[2].at == START + 60 * SECOND


def test_append_begins_what_is_not_there(tmp_path: Path) -> None:
    record(tmp_path / "x", [b"one"], append=True)
    assert list(read_recording(tmp_path / "x")) == [Chunk(START, b"one")]


def test_raw_bytes_of_another_program_are_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"raw")
    assert list(read_recording(path)) == [Chunk(None, b"raw")]
    record(path, [b"new"], append=True)
    assert list(read_recording(path)) == [Chunk(None, b"raw"), Chunk(START, b"new")]


def test_times_of_another_program_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"raw")
    times_path(path).write_text("Lap times\n1:02.3\n")
    for append in (True, False):
        with pytest.raises(ConfigError):
            open_recording(path, append=append)
    with pytest.raises(ConfigError, match=r"x\.times"):
        list(read_recording(path))
    assert times_path(path).read_text() == "Lap times\n1:02.3\n"
    assert path.read_bytes() == b"raw"


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        open_recording(tmp_path / "none" / "x")
    with pytest.raises(ConfigError, match="cannot be read"):
        list(read_recording(tmp_path / "none"))
    with pytest.raises(ConfigError):
        list(read_recording(tmp_path))


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.symlink_to("/dev/full")
    writer = open_recording(path, append=True)
    with pytest.raises(HanportError, match="cannot be written"):
        writer.write(b"x", START)
    writer.close()


def test_pieces_are_small_whatever_the_times_say(tmp_path: Path) -> None:
    path = tmp_path / "x"
    content = os.urandom(300_000)
    path.write_bytes(content)
    times_path(path).write_bytes(b"hanport-times 1\n10 250000 5\n0 9999999999 6\nnonsense\n300000 999999999 7\n")
    chunks = list(read_recording(path))
    assert b"".join(chunk.data for chunk in chunks) == content
    assert max(len(chunk.data) for chunk in chunks) <= 65536
    assert chunks[0] == Chunk(None, content[:10])


CUTS = [b"one", b"two", b"three"]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 11), st.integers(0, 80), st.booleans())
def test_cut_anywhere_it_can_be_read_and_gone_on_with(
    tmp_path_factory: pytest.TempPathFactory, data_left: int, times_left: int, reading_first: bool
) -> None:
    """A recorder that dies, or a power cut: any length of either file may be left."""
    path = tmp_path_factory.mktemp("cut") / "x"
    record(path, CUTS)
    os.truncate(path, data_left)
    os.truncate(times_path(path), min(times_left, times_path(path).stat().st_size))
    if reading_first:
        assert b"".join(chunk.data for chunk in read_recording(path)) == b"onetwothree"[:data_left]
    record(path, [b"four"], append=True, start=START + 60 * SECOND)
    chunks = list(read_recording(path))
    assert b"".join(chunk.data for chunk in chunks) == b"onetwothree"[:data_left] + b"four"
    assert chunks[-1] == Chunk(START + 60 * SECOND, b"four")
    for chunk in chunks[:-1]:  # a time that is given is the right one
        assert chunk.at is None or chunk in [Chunk(START + index * SECOND, data) for index, data in enumerate(CUTS)]


def test_many_lines_without_bytes_are_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "x"
    record(path, [b"x"] * 6000)
    assert times_path(path).stat().st_size > 2 * 65536 - 1000
    os.truncate(path, 100)
    record(path, [b"new"], append=True)
    chunks = list(read_recording(path))
    assert len(chunks) == 101
    assert chunks[100] == Chunk(START, b"new")


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hanport.sources.recording import open_recording
writer = open_recording(Path(sys.argv[1]))
for number in range(10**9):
    writer.write(b"%09d" % number, datetime.now(UTC))
    if number == 2000:
        print("going", flush=True)
"""


def test_killed_at_any_moment_all_but_the_last_chunk_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    record(path, [b"after"], append=True)
    chunks = list(read_recording(path))
    assert chunks[-1].data == b"after"
    timed = [chunk.data for chunk in chunks[:-1] if chunk.at is not None]
    assert len(timed) > 2000
    assert timed == [b"%09d" % number for number in range(len(timed))]
    assert len(chunks) - 1 - len(timed) <= 1
