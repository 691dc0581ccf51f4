"""Recordings: FILE holds the bytes exactly as they were received, FILE.times when each chunk came.

FILE.times is text: a header line, then one line a chunk: offset, length, receive time in microseconds since
1970-01-01 UTC. The bytes are written before their line, so a recorder that dies leaves at most bytes without a time.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from hanport.errors import ConfigError, HanportError

HEADER = b"hanport-times 1\n"
CHUNK_BYTES = 65536  # the reader gives no longer pieces, whatever the lines say
_TAIL_BYTES = 65536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_US = 253_402_300_799_999_999  # 9999-12-31
_Line = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that came at once, and when; None where that is not known."""

    at: datetime | None
    data: bytes


def times_path(path: Path) -> Path:
    """Where the receive times of a recording are."""
    return path.with_name(path.name + ".times")


class RecordingWriter:
    """Writes a recording, chunk by chunk, each in the system's hands when `write` returns. Made by `open_recording`."""

    def __init__(self, path: Path, data: FileIO, times: FileIO) -> None:
        self.path = path
        self._data = data
        self._times = times
        self._offset = data.seek(0, os.SEEK_END)

    def write(self, data: bytes, at: datetime) -> None:
        """Append a chunk. Raises HanportError when the disk takes no more."""
        time_us = (at - _EPOCH) // timedelta(microseconds=1)
        try:
            _write_all(self._data, data)
            _write_all(self._times, b"%d %d %d\n" % (self._offset, len(data), time_us))
        except OSError as error:
            raise HanportError(
                f"{self.path} cannot be written ({error.strerror}).", "What was written until now is kept."
            ) from error
        self._offset += len(data)

    def close(self) -> None:
        """Close both files."""
        self._data.close()
        self._times.close()


def open_recording(path: Path, *, append: bool = False) -> RecordingWriter:
    """Begin a recording, or with `append` go on with one (raw bytes without times are a recording, too).

    A last line of FILE.times that was cut off is taken away; its bytes stay, without a time. Raises ConfigError when
    FILE is there already and `append` was not asked for, when FILE.times is of another program, or when FILE cannot be
    made.
    """
    beside = times_path(path)
    if not append and (path.exists() or beside.exists()):
        there = path if path.exists() else beside
        raise ConfigError(f"{there} is there already.", "Choose another name, or go on with it by --append.")
    with ExitStack() as undo:
        try:
            data = undo.enter_context(path.open("ab", buffering=0))
            times = undo.enter_context(beside.open("a+b", buffering=0))
            _mend(beside, times, data.seek(0, os.SEEK_END))
        except OSError as error:
            raise ConfigError(
                f"{error.filename or path} cannot be written ({error.strerror}).", "Check the folder."
            ) from error
        undo.pop_all()
    return RecordingWriter(path, data, times)


def read_recording(path: Path) -> Iterator[Chunk]:
    """The chunks of a recording in their order, all bytes of FILE once, at most 64 KiB each.

    Bytes that no line of FILE.times covers, or a file without one, come with the time None. Raises ConfigError when
    FILE cannot be read, or FILE.times is of another program.
    """
    with ExitStack() as stack:
        try:
            data = stack.enter_context(path.open("rb"))
            times = stack.enter_context(times_path(path).open("rb")) if times_path(path).exists() else None
        except OSError as error:
            raise ConfigError(f"{error.filename} cannot be read ({error.strerror}).", "Check its name.") from error
        if times is not None and not HEADER.startswith(times.readline(len(HEADER))):
            raise _foreign(times_path(path))
        for offset, length, time_us in _lines(times) if times is not None else ():
            position = data.tell()
            if offset < position:
                continue  # a line that does not belong here: these bytes have been given already
            yield from _pieces(data, offset - position, None)
            yield from _pieces(data, length, _EPOCH + timedelta(microseconds=time_us))
        yield from _pieces(data, None, None)


def _pieces(data: BinaryIO, length: int | None, at: datetime | None) -> Iterator[Chunk]:
    """The next `length` bytes, None for all that are left."""
    while length is None or length > 0:
        piece = data.read(CHUNK_BYTES if length is None else min(length, CHUNK_BYTES))
        if not piece:
            return
        length = None if length is None else length - len(piece)
        yield Chunk(at, piece)


def _lines(times: BinaryIO) -> Iterator[_Line]:
    for line in iter(lambda: times.readline(128), b""):
        parsed = _parsed(line)
        if parsed is not None:
            yield parsed


def _parsed(line: bytes) -> _Line | None:
    """A whole line; None for one that is cut off or damaged."""
    fields = line[:-1].split(b" ")
    if not line.endswith(b"\n") or len(fields) != 3 or not all(field.isdigit() and len(field) < 20 for field in fields):
        return None
    offset, length, time_us = (int(field) for field in fields)
    return (offset, length, time_us) if time_us <= _LAST_US else None


def _mend(path: Path, times: FileIO, size: int) -> None:
    """Cut FILE.times after its last whole line whose bytes are there, and begin an empty one."""
    end = times.seek(0, os.SEEK_END)
    times.seek(0)
    header = times.read(len(HEADER))
    if not HEADER.startswith(header):
        raise _foreign(path)
    if header != HEADER:
        times.truncate(0)
        _write_all(times, HEADER)
        return
    while end > len(HEADER):
        start = max(len(HEADER), end - _TAIL_BYTES)
        times.seek(start)
        block = times.read(end - start)
        begin = 0 if start == len(HEADER) else block.find(b"\n") + 1  # the end of a line would pass for a line
        kept = _kept(block[begin:], size)
        end = start + begin + kept
        if kept or not begin:
            break
    times.truncate(end)


def _kept(lines: bytes, size: int) -> int:
    """The length of the lines up to the last one whose bytes are in a FILE of that size."""
    while lines:
        last = lines.rfind(b"\n", 0, -1) + 1
        parsed = _parsed(lines[last:])
        if parsed is not None and parsed[0] + parsed[1] <= size:
            break
        lines = lines[:last]
    return len(lines)


def _foreign(path: Path) -> ConfigError:
    return ConfigError(f"{path} holds no receive times of a recording.", "Move it away, or choose another name.")


def _write_all(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
