"""Reads the files of an import into records, and tells which rows cannot be used: by file, line and column."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from hanport.errors import ConfigError
from hanport.grid.masking import masked, masked_name
from hanport.grid.register import importing_rows
from hanport.grid.register.importing_rows import BrokenRow, Row
from hanport.grid.register.records import (
    COLUMNS,
    AdapterRecord,
    FacilityRecord,
    MeterRecord,
    ModelRecord,
    Record,
    RecordError,
    RecordKind,
    reader,
)

MOST_ROWS = 5_000_000  # in one import: what is read is held in memory, about 1 kB a row
_PROGRESS_ROWS = 1000
_LONGEST_SAID = 300


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a row stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not taken. `key` is its first cell, `column` the wrong one ("": the row). All are masked."""

    place: Place
    kind: RecordKind
    key: str
    column: str
    problem: str
    remedy: str


@dataclass(slots=True)
class Found:
    """What the files say: each record with its place, the rows that cannot be used, and each file's kind and headings.

    `cut` are the files whose last line has no end.
    """

    records: list[Record] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    kinds: dict[str, RecordKind] = field(default_factory=dict)
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)

    def refuse(self, place: Place, kind: RecordKind, key: str, error: RecordError) -> None:
        """Leave a row out."""
        said = (masked(text) for text in (key, error.field, error.problem, error.remedy))
        self.refusals.append(Refusal(place, kind, *(text[:_LONGEST_SAID] for text in said)))


def read_files(
    paths: Sequence[Path], today: date, *, kind: RecordKind | None = None, progress: Callable[[int], None] | None = None
) -> Found:
    """The records in files. `kind` overrules what the headings say; `progress` is told the bytes that were read.
    Raises ConfigError where a file is no table of a known kind.
    """
    found = Found()
    done = 0
    for name, path in zip(_names(paths), paths, strict=True):
        with importing_rows.opened(path) as sheet:
            found.kinds[name] = kind_of(name, sheet.headings, kind)
            found.headings[name] = sheet.headings
            read_row = reader(found.kinds[name], sheet.headings, today)
            for count, row in enumerate(sheet):
                _take(found, Place(name, row.line), row, read_row)
                if progress is not None and count % _PROGRESS_ROWS == 0:
                    progress(done + sheet.read_bytes())
            done += sheet.read_bytes()
            if not sheet.ends_whole:
                found.cut.append(name)
    return found


def kind_of(name: str, headings: Sequence[str], asked: RecordKind | None = None) -> RecordKind:
    """What a table is about, by its headings. Raises ConfigError."""
    given = set(headings)
    fits = [
        kind
        for kind, columns in COLUMNS.items()
        if given <= {column.name for column in columns} and given >= {c.name for c in columns if c.is_required}
    ]
    if asked in fits:
        return asked
    if asked is None and len(fits) == 1:
        return fits[0]
    meant = asked or max(RecordKind, key=lambda kind: len(given & {column.name for column in COLUMNS[kind]}))
    raise ConfigError(
        f"{name}: {_what_is_wrong(meant, headings)}", "docs/customer-system.md has the columns of each kind."
    )


def record_kind(record: Record) -> RecordKind:
    """What a record is about."""
    return RecordKind(str(record.__struct_config__.tag))


def key_of(record: Record) -> str:
    """The company's own key of what a record is about."""
    match record:
        case FacilityRecord():
            return record.gsrn
        case ModelRecord():
            return f"{record.maker} {record.model}"
        case MeterRecord() | AdapterRecord():
            return record.serial
        case _:
            return record.key


def _names(paths: Sequence[Path]) -> list[str]:
    """What the files are called in reports: each name once."""
    names: list[str] = []
    for path in paths:
        name = masked_name(path.name)
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names


def _take(found: Found, place: Place, row: Row | BrokenRow, read_row: Callable[[Sequence[str]], Record]) -> None:
    """Read a row, or refuse it."""
    if len(found.records) == MOST_ROWS:
        raise ConfigError(f"There are more than {MOST_ROWS:,} rows.", "Import them in several parts.")
    kind = found.kinds[place.file]
    if isinstance(row, BrokenRow):
        found.refuse(place, kind, "", RecordError("", row.problem, row.remedy))
        return
    try:
        record = read_row(row.cells)
    except RecordError as error:
        key = found.headings[place.file].index(COLUMNS[kind][0].name)
        found.refuse(place, kind, row.cells[key], error)
        return
    found.records.append(record)
    found.places.append(place)


def _what_is_wrong(kind: RecordKind, headings: Sequence[str]) -> str:
    known = [column.name for column in COLUMNS[kind]]
    said = [f"the column {column.name} is missing" for column in COLUMNS[kind] if column.is_required]
    said = [each for each in said if each.split()[2] not in headings]
    for name in headings:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            said.append(f"there is no column {masked(name)[:40]}" + (f" (did you mean {near[0]}?)" if near else ""))
    article = "an" if kind.value[0] in "ae" else "a"
    return f"for {article} {kind.value}, {'; '.join(said[:5])}." if said else "what the rows are about is not clear."
