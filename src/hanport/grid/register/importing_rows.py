"""A CSV file line by line: its encoding and separator are found, and a broken line spoils no other line.

A quotation mark without its pair would swallow the lines after it, and give one customer the cells of another. So a
cell goes over several lines only where that cannot be: few lines, and no separator in what the marks enclose.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from hanport.errors import ConfigError
from hanport.grid.masking import masked, masked_name

_PIECE = 1024 * 1024  # bytes
_SEPARATORS = ";\t,"
_LONGEST = 64 * 1024  # characters in a line: a hundred times the longest that has been seen
_LINES_IN_A_CELL = 5
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TOLD_SEPARATOR = re.compile(r"sep=([;,\t])")  # a spreadsheet's own first line
_SAVE_AS = "Save it as CSV in UTF-8."


class Row(msgspec.Struct, frozen=True, gc=False):
    """The cells of a line, as many as there are headings."""

    line: int
    cells: list[str]


class BrokenRow(msgspec.Struct, frozen=True, gc=False):
    """A line that is no row of the table."""

    line: int
    problem: str
    remedy: str


class Sheet:
    """An open CSV file: its headings, and the rows below them once."""

    def __init__(self, name: str, text: io.TextIOWrapper, raw: BinaryIO) -> None:
        self.name = name
        self.ends_whole = True  # false once a last line without its end has been read: the file may be cut
        self._raw = raw
        self._text = text
        self._line = 0
        self._waiting: deque[tuple[int, str]] = deque()
        first = self._heading_line()
        if told := _TOLD_SEPARATOR.fullmatch(first.strip()):
            first = self._heading_line()
        self._separator = told[1] if told else max(_SEPARATORS, key=first.count)
        self.headings = self._headings(first)

    def read_bytes(self) -> int:
        """How much of the file has been read."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[Row | BrokenRow]:
        try:
            while (found := self._next()) is not None:
                row = self._row(*found)
                if row is not None:
                    yield row
        except UnicodeDecodeError:
            raise ConfigError(f"{self.name} changed while it was read.", "Import it again.") from None

    def _heading_line(self) -> str:
        while (found := self._next()) is not None:
            if found[1].strip():
                return found[1]
        raise ConfigError(f"{self.name} is empty.", "Its first line names the columns.")

    def _headings(self, line: str) -> tuple[str, ...]:
        try:
            cells = _cells([line], self._separator)
        except csv.Error:
            cells = []
        names = [cell.strip().lower() for cell in cells]
        while names and not names[-1]:
            names.pop()
        if not all(names) or len(set(names)) < len(names) or _CONTROL.search("".join(names)):
            raise ConfigError(
                f"{self.name}: the first line names a column twice, or not at all: {masked(', '.join(names))[:200]}.",
                "Name each column once.",
            )
        return tuple(names)

    def _next(self) -> tuple[int, str] | None:
        """The next line, with its number; what is too long is cut (and refused as a row later)."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(_LONGEST + 1)
        if not line:
            return None
        self._line += 1
        rest = line
        while len(rest) > _LONGEST and not rest.endswith("\n"):
            rest = self._text.readline(_LONGEST + 1)
        self.ends_whole = rest.endswith("\n")
        return self._line, line

    def _row(self, number: int, line: str) -> Row | BrokenRow | None:
        if len(line) > _LONGEST:
            return BrokenRow(number, "The line is too long.", f"A line has {_LONGEST} characters at most.")
        if not line[:-1].isprintable() and _CONTROL.search(line):
            return BrokenRow(number, "There is a control character in the line.", "Take it out.")
        try:
            if '"' not in line:
                cells = [cell.strip() for cell in line.split(self._separator)]
            elif line.count('"') % 2:
                cells = self._joined(number, line)
            else:
                cells = _cells([line], self._separator)
        except csv.Error:
            return BrokenRow(
                number, "The quotation marks do not pair.", 'Enclose a cell in "", and double those in it.'
            )
        if not any(cells):
            return None
        width = len(self.headings)
        if len(cells) < width or any(cells[width:]):
            return BrokenRow(
                number,
                f"The line has {len(cells)} cells, and there are {width} headings.",
                'A cell with a separator in it is enclosed in "".',
            )
        return Row(number, cells[:width])

    def _joined(self, number: int, line: str) -> list[str]:
        """The cells of a line together with the lines that its open cell goes on in. Raises csv.Error."""
        lines = [line]
        while len(lines) < _LINES_IN_A_CELL and (found := self._next()) is not None:
            lines.append(found[1])
            if found[1].count('"') % 2:
                break
        try:
            cells = _cells(lines, self._separator, marked=True)
            if any("\n" in cell and self._separator in cell for cell in cells) or any(map(_CONTROL.search, lines)):
                raise csv.Error
        except csv.Error:
            self._waiting.extendleft(reversed([(number + place, text) for place, text in enumerate(lines)][1:]))
            return _cells([line], self._separator)
        return [" ".join(cell.split()) for cell in cells]


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The table in a file. Raises ConfigError where it is none."""
    name = masked_name(path.name)
    try:
        raw = io.FileIO(path)
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror}.", "Check its name and permissions.") from None
    with raw:
        encoding = _encoding(raw, name)
        raw.seek(0)
        with io.TextIOWrapper(io.BufferedReader(raw, _PIECE), encoding=encoding) as text:
            yield Sheet(name, text, raw)


def in_memory(body: bytes, name: str) -> Sheet:
    """The table in bytes that have come in. Raises ConfigError where it is none."""
    raw = io.BytesIO(body)
    encoding = _encoding(raw, name)
    raw.seek(0)
    return Sheet(name, io.TextIOWrapper(raw, encoding=encoding), raw)


def _cells(lines: list[str], separator: str, *, marked: bool = False) -> list[str]:
    """The cells of one row. Raises csv.Error where it is none, or more than one."""
    rows = list(csv.reader(lines, delimiter=separator, strict=True))
    if len(rows) > 1:
        raise csv.Error
    return [cell if marked else cell.strip() for row in rows for cell in row]


def _encoding(raw: BinaryIO, name: str) -> str:
    """UTF-8, or else Windows-1252: the whole file is tried."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, is_utf8 = 1, False
    while True:
        piece = raw.read(_PIECE)
        if b"\0" in piece:
            raise ConfigError(f"{name} is no text in UTF-8 or Windows-1252.", _SAVE_AS)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            if is_utf8 or not good.isascii():
                where = line + good.count(b"\n")
                raise ConfigError(f"{name} begins in UTF-8, and line {where} is not.", _SAVE_AS) from None
            return _windows(raw, name)
        if not piece:
            return "utf-8-sig"
        is_utf8 = is_utf8 or not text.isascii()
        line += piece.count(b"\n")


def _windows(raw: BinaryIO, name: str) -> str:
    raw.seek(0)
    line = 1
    while piece := raw.read(_PIECE):
        try:
            piece.decode("cp1252")
        except UnicodeDecodeError as error:
            where = line + piece[: error.start].count(b"\n")
            raise ConfigError(f"{name}, line {where}: neither UTF-8 nor Windows-1252.", _SAVE_AS) from None
        line += piece.count(b"\n")
    return "cp1252"
