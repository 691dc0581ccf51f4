"""A CSV file as people have it: its encoding, its separator and the lines before its headings are found, not asked for.

Rows come one at a time, so that a file of any size takes no more memory than a small one.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hanport.errors import ConfigError

if TYPE_CHECKING:
    from _csv import Reader

_HEAD_BYTES = 64 * 1024
_HEAD_ROWS = 40  # so many lines may stand before the headings: address, facility, period
_SEPARATORS = ";\t,|"
_MOST_IN_A_CELL = 1024 * 1024

Row = tuple[int, list[str]]  # the number of its line, its cells


@dataclass(frozen=True, slots=True)
class Head:
    """How a file is written, and its first rows."""

    encoding: str
    separator: str
    rows: tuple[tuple[str, ...], ...]


class Table:
    """The rows below the headings."""

    def __init__(self, names: tuple[str, ...], rows: Iterator[Row], raw: io.FileIO, size: int) -> None:
        self.names = names
        self.size = size
        self._rows = rows
        self._raw = raw

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def read_bytes(self) -> int:
        """How much of the file has been read."""
        return self._raw.tell()


def is_text(start: bytes) -> bool:
    """Whether a file that begins so may be a table: lines of text in some encoding."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(start) and not any(byte < 9 or 13 < byte < 32 for byte in start)


def read_head(path: Path) -> Head:
    """How `path` is written. Raises ConfigError where it cannot be read."""
    with _opened(path) as raw:
        start = raw.read(_HEAD_BYTES)
    encoding = _encoding(start)
    text = start.decode(encoding, "replace")
    separator = max(_SEPARATORS, key=lambda mark: _regularity(text, mark))
    rows: list[tuple[str, ...]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        rows.append(tuple(cell.strip() for cell in row))
        if len(rows) == _HEAD_ROWS:
            break
    return Head(encoding, separator, tuple(rows))


@contextmanager
def open_table(path: Path, head: Head, headings: int) -> Iterator[Table]:
    """The table in `path` whose headings are the row `headings` of the head. Raises ConfigError."""
    with _opened(path) as raw:
        text = io.TextIOWrapper(io.BufferedReader(raw), encoding=head.encoding, errors="replace", newline="")
        with text:
            rows = _rows(path, csv.reader(text, delimiter=head.separator), headings, len(head.rows[headings]))
            yield Table(head.rows[headings], rows, raw, path.stat().st_size)


def _rows(path: Path, reader: "Reader", headings: int, width: int) -> Iterator[Row]:
    """The rows that say something, each as wide as the headings at least."""
    csv.field_size_limit(_MOST_IN_A_CELL)
    try:
        for number, cells in enumerate(reader):
            if number > headings and any(cells):
                yield reader.line_num, cells if len(cells) >= width else cells + [""] * (width - len(cells))
    except csv.Error as error:
        raise ConfigError(
            f"{path}, line {reader.line_num}: {error}.", "Mend that line (a quotation mark may be missing its pair)."
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[io.FileIO]:
    try:
        raw = io.FileIO(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check its name and permissions.") from error
    with raw:
        yield raw


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # else a letter is cut by the end of the piece
            return "cp1252"
    return "utf-8-sig"


def _regularity(text: str, mark: str) -> tuple[int, int]:
    """How well `mark` divides the lines: the most cells that at least a few lines have alike."""
    lines = text.splitlines()[:-1] or text.splitlines()
    rows = list(csv.reader(lines[:200], delimiter=mark))
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return (0, 0)
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual), usual)
