"""What the store holds as tables for other programs, piece by piece: any span of it, in the memory of one piece.

Columns carry their unit in the name; times are UTC. The same sheets become CSV here and Parquet in
exporting_parquet.py. `docs/import-export.md` describes the columns.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

import apsw
import numpy as np

from hanport.home.store.calendar import date_of
from hanport.home.store.ledger import Grade
from hanport.home.store.moments import from_ms, to_ms
from hanport.home.store.packing import NONE, Integers
from hanport.home.store.rows import fetch, last_ms
from hanport.home.store.runs import Run, Runs, read_meters
from hanport.home.store.schema import BLOCK_COLUMNS, READING_COLUMNS

# Readings are fetched by this much time, energies and events by this many rows.
_WINDOW_MS = 3 * 3_600_000
_ROWS = 20_000
_LAST_MS = 7_258_118_400_000  # the year 2200


class What(StrEnum):
    """What can be exported."""

    READINGS = "readings"
    QUARTERS = "quarters"
    HOURS = "hours"
    EVENTS = "events"
    BILLED = "billed"
    EXTRAS = "extras"
    PORT_DAYS = "port-days"


class Kind(StrEnum):
    """What a column holds."""

    TIME = "time"  # milliseconds since 1970 UTC
    INTEGER = "integer"
    TEXT = "text"


Values: TypeAlias = Integers | list[str]
Batch: TypeAlias = list[Values]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns, and its rows as batches of columns (NONE for nothing; an empty text for no text)."""

    columns: tuple[tuple[str, Kind], ...]
    batches: Iterator[Batch]


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin_ms` on and before `end_ms`."""

    begin_ms: int
    end_ms: int

    @classmethod
    def between(cls, begin: datetime | None, end: datetime | None) -> "Span":
        """The span of two aware times; None for no bound."""
        return cls(0 if begin is None else to_ms(begin), (1 << 52) if end is None else to_ms(end))


_READINGS = (
    ("at_utc", Kind.TIME),
    ("run", Kind.INTEGER),
    ("meter", Kind.TEXT),
    ("meter_number", Kind.TEXT),
    ("received_utc", Kind.TIME),
    *((name, Kind.INTEGER) for name in READING_COLUMNS),
)
_ENERGY = (("start_utc", Kind.TIME), ("import_wh", Kind.INTEGER), ("export_wh", Kind.INTEGER), ("quality", Kind.TEXT))
_BILLED = (("start_utc", Kind.TIME), ("billed_import_wh", Kind.INTEGER), ("billed_export_wh", Kind.INTEGER))
_EXTRAS = (
    ("at_utc", Kind.TIME),
    ("run", Kind.INTEGER),
    ("obis", Kind.TEXT),
    ("value", Kind.TEXT),
    ("unit", Kind.TEXT),
)
_PORT_DAYS = (
    ("day", Kind.TEXT),
    ("telegrams", Kind.INTEGER),
    ("rejected", Kind.INTEGER),
    ("silent_s", Kind.INTEGER),
    ("clock_offset_ms", Kind.INTEGER),
)
_EVENTS = (("began_utc", Kind.TIME), ("ended_utc", Kind.TIME), ("kind", Kind.TEXT), ("details", Kind.TEXT))


def sheet(connection: apsw.Connection, what: What, span: Span) -> Sheet:
    """The sheet of a span, read as it is asked for. No transaction stays open between two batches."""
    match what:
        case What.READINGS:
            return Sheet(_READINGS, _readings(connection, span))
        case What.QUARTERS:
            return Sheet(_ENERGY, _energies(connection, "quarter", ("quality",), span))
        case What.HOURS:
            columns = (*_ENERGY, ("quarters", Kind.INTEGER))
            return Sheet(columns, _energies(connection, "hour", ("quality", "quarters"), span))
        case What.EVENTS:
            return Sheet(_EVENTS, _events(connection, span))
        case What.BILLED:
            return Sheet(_BILLED, _billed(connection, span))
        case What.EXTRAS:
            return Sheet(_EXTRAS, _extras(connection, span))
        case What.PORT_DAYS:
            return Sheet(_PORT_DAYS, _port_days(connection, span))


class Lines(Protocol):
    """Where lines of text go: a file, as a rule."""

    def writelines(self, lines: Iterable[str], /) -> None:
        """Take lines with their ends."""
        ...


def write_csv(table: Sheet, out: Lines, told: Callable[[int], None] = lambda rows: None) -> int:
    """Write a sheet as CSV (RFC 4180, comma, point, LF); gives the number of rows. `told` hears of each batch's."""
    out.writelines([",".join(name for name, _ in table.columns) + "\n"])
    count = 0
    for batch in table.batches:
        texts = [_texts(values, kind) for values, (_, kind) in zip(batch, table.columns, strict=True)]
        out.writelines(",".join(cells) + "\n" for cells in zip(*texts, strict=True))
        count += len(batch[0])
        told(len(batch[0]))
    return count


def _texts(values: Values, kind: Kind) -> Sequence[str]:
    if isinstance(values, list):
        return [_quoted(text) for text in values]
    nothing = values == NONE
    if nothing.all():
        return [""] * len(values)
    if kind is Kind.TIME:
        times = np.datetime_as_string(np.where(nothing, 0, values).astype("datetime64[ms]"), timezone="UTC").tolist()
        texts = [time.replace(".000Z", "Z") for time in times]
    else:
        texts = [str(value) for value in values.tolist()]
    if nothing.any():
        texts = ["" if none else text for none, text in zip(nothing.tolist(), texts, strict=True)]
    return texts


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _readings(connection: apsw.Connection, span: Span) -> Iterator[Batch]:
    """Run by run, each in the order of its times: the hub's own, then (ids below 0) those of other programs."""
    meters = {meter.id: meter.identity for meter in read_meters(connection)}
    for run in sorted(Runs(connection), key=lambda run: (run.id < 0, run.id if run.id > 0 else run.began_ms)):
        meter = meters[run.meter]
        for begin_ms, end_ms in _windows(connection, run, span):
            columns = fetch(connection, run.id, begin_ms, end_ms, BLOCK_COLUMNS)
            if count := len(columns):
                yield [
                    columns["at_ms"],
                    np.full(count, run.id, np.int64),
                    [meter.identification or ""] * count,
                    [meter.number or ""] * count,
                    columns["received_ms"],
                    *(columns[name] for name in READING_COLUMNS),
                ]


def _windows(connection: apsw.Connection, run: Run, span: Span) -> Iterator[tuple[int, int]]:
    """The parts of a span in which a run has readings, each of three hours at most."""
    begin_ms = max(run.began_ms, span.begin_ms) // _WINDOW_MS * _WINDOW_MS
    end_ms = min((last_ms(connection, run) or 0) + 1, span.end_ms)
    for start_ms in range(begin_ms, end_ms, _WINDOW_MS):
        yield max(start_ms, span.begin_ms), min(start_ms + _WINDOW_MS, end_ms)


def _energies(connection: apsw.Connection, table: str, more: tuple[str, ...], span: Span) -> Iterator[Batch]:
    names = ("start_s", "import_wh", "export_wh", *more)
    query = f"SELECT {', '.join(names)} FROM {table} WHERE start_s >= ? AND start_s < ? ORDER BY start_s LIMIT {_ROWS}"
    begin_s, end_s = -(-span.begin_ms // 1000), -(-span.end_ms // 1000)
    while rows := connection.execute(query, (begin_s, end_s)).fetchall():
        columns = list(zip(*rows, strict=True))
        starts, *energies = (_integers(column) for column in columns[:3])
        quality = [Grade(int(grade)).quality.value for grade in columns[3]]
        yield [starts * 1000, *energies, quality, *(_integers(column) for column in columns[4:])]
        begin_s = int(starts[-1]) + 1


def _events(connection: apsw.Connection, span: Span) -> Iterator[Batch]:
    """The events that touch the span, by the order of their ids."""
    query = f"""SELECT id, began_ms, ended_ms, kind, details FROM event
        WHERE id > ? AND began_ms < ? AND IFNULL(ended_ms, began_ms) >= ? ORDER BY id LIMIT {_ROWS}"""
    last = 0
    while rows := connection.execute(query, (last, span.end_ms, span.begin_ms)).fetchall():
        ids, began, ended, kinds, details = zip(*rows, strict=True)
        yield [_integers(began), _integers(ended), list(kinds), list(details)]
        last = ids[-1]


def _billed(connection: apsw.Connection, span: Span) -> Iterator[Batch]:
    query = f"SELECT * FROM billed_hour WHERE start_s >= ? AND start_s < ? ORDER BY start_s LIMIT {_ROWS}"
    begin_s, end_s = -(-span.begin_ms // 1000), -(-span.end_ms // 1000)
    while rows := connection.execute(query, (begin_s, end_s)).fetchall():
        starts, *energies = (_integers(column) for column in zip(*rows, strict=True))
        yield [starts * 1000, *energies]
        begin_s = int(starts[-1]) + 1


def _extras(connection: apsw.Connection, span: Span) -> Iterator[Batch]:
    """From when on the rows without a field of Reading said what, by OBIS code."""
    query = f"""SELECT obis, run, at_ms, value, unit FROM extra WHERE (obis, run, at_ms) > (?, ?, ?)
        AND at_ms >= ? AND at_ms < ? ORDER BY obis, run, at_ms LIMIT {_ROWS}"""
    last: tuple[Any, ...] = ("", 0, 0)
    while rows := connection.execute(query, (*last, span.begin_ms, span.end_ms)).fetchall():
        codes, runs, times, values, units = zip(*rows, strict=True)
        texts = ([text or "" for text in column] for column in (codes, values, units))
        yield [_integers(times), _integers(runs), *texts]
        last = rows[-1][:3]


def _port_days(connection: apsw.Connection, span: Span) -> Iterator[Batch]:
    """The local dates that begin in the span."""
    days = [date_of(from_ms(at_ms)).isoformat() for at_ms in (span.begin_ms, min(span.end_ms, _LAST_MS))]
    query = "SELECT * FROM port_day WHERE day >= ? AND day < ? ORDER BY day"  # one row a day: few in any case
    if rows := connection.execute(query, days).fetchall():
        dates, *counts = zip(*rows, strict=True)
        yield [[str(day) for day in dates], *(_integers(column) for column in counts)]


def _integers(values: Sequence[int | None]) -> Integers:
    return np.array([NONE if value is None else value for value in values], np.int64)
