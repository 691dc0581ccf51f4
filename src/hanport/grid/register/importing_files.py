"""Reads the files of an import into records, and tells which rows cannot be used: by file, line and column."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from hanport.errors import ConfigError
from hanport.grid.register import importing_rows
from hanport.grid.register.importing_masking import masked, masked_name
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
    read,
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
    """What the files say: each record with its place, the rows that cannot be used, and each file's kind.

    `cut` are the files whose last line has no end.
    """

    records: list[Record] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    kinds: dict[str, RecordKind] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)
    repeated: int = 0

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
    intake = _Intake(today)
    done = 0
    for name, path in zip(_names(paths), paths, strict=True):
        with importing_rows.opened(path) as sheet:
            intake.found.kinds[name] = kind_of(name, sheet.headings, kind)
            for count, row in enumerate(sheet):
                intake.take(Place(name, row.line), row, sheet.headings)
                if progress is not None and count % _PROGRESS_ROWS == 0:
                    progress(done + sheet.read_bytes())
            done += sheet.read_bytes()
            if not sheet.ends_whole:
                intake.found.cut.append(name)
    return intake.found


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


class _Intake:
    """Takes rows, and keeps what each record of the import is told from."""

    def __init__(self, today: date) -> None:
        self.found = Found()
        self._today = today
        self._known: dict[object, tuple[Record, Place]] = {}

    def take(self, place: Place, row: Row | BrokenRow, headings: Sequence[str]) -> None:
        """Read a row, or refuse it."""
        kind, key = self.found.kinds[place.file], ""
        try:
            if isinstance(row, BrokenRow):
                raise RecordError("", row.problem, row.remedy)
            cells = dict(zip(headings, row.cells, strict=True))
            key = cells[COLUMNS[kind][0].name]
            self._keep(place, read(kind, cells, self._today))
        except RecordError as error:
            self.found.refuse(place, kind, key, error)

    def _keep(self, place: Place, record: Record) -> None:
        if len(self.found.records) == MOST_ROWS:
            raise ConfigError(f"There are more than {MOST_ROWS:,} rows.", "Import them in several parts.")
        first, where = self._known.setdefault(_identity(record), (record, place))
        if first is record:
            self.found.records.append(record)
            self.found.places.append(place)
        elif first == record:
            self.found.repeated += 1
        else:
            raise RecordError("", f"{where.file}, line {where.line} says something else of it.", "Keep one of them.")


def _identity(record: Record) -> object:
    """What tells a record from the others of an import: its key; for a meter its installation too."""
    if isinstance(record, MeterRecord):
        return (MeterRecord, record.serial, record.facility, record.begins_at)
    return (type(record), key_of(record))


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
