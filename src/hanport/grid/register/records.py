"""Rows of the company's systems, read into records by the table of columns.

A column that is not given says nothing: what is known stays. One that is given and empty empties it.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import UNSET

from hanport.errors import HanportError
from hanport.grid.identifiers import NumberKind
from hanport.grid.register import fields
from hanport.grid.register.columns import COLUMNS, Column
from hanport.grid.register.kinds import (
    AdapterRecord,
    ContractRecord,
    CustomerKind,
    CustomerRecord,
    ExemptionRecord,
    FacilityRecord,
    MeterRecord,
    ModelRecord,
    PowerBasis,
    PowerRecord,
    Record,
    RecordKind,
)

__all__ = [
    "COLUMNS",
    "AdapterRecord",
    "Column",
    "ContractRecord",
    "CustomerKind",
    "CustomerRecord",
    "ExemptionRecord",
    "FacilityRecord",
    "MeterRecord",
    "ModelRecord",
    "PowerBasis",
    "PowerRecord",
    "Record",
    "RecordError",
    "RecordKind",
    "read",
    "read_cells",
    "reader",
]

_NOT_DIGITS = re.compile(r"\D")
_PRINTABLE_NAME = re.compile(r"[A-Za-z_]{1,30}")


class RecordError(HanportError):
    """A row cannot be used. `field` is the column ("": the row as a whole). No cell is repeated in the text."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.field = field


_RECORDS: dict[RecordKind, Callable[..., Record]] = {
    RecordKind.CUSTOMER: CustomerRecord,
    RecordKind.FACILITY: FacilityRecord,
    RecordKind.CONTRACT: ContractRecord,
    RecordKind.METER: MeterRecord,
    RecordKind.ADAPTER: AdapterRecord,
    RecordKind.EXEMPTION: ExemptionRecord,
    RecordKind.POWER: PowerRecord,
    RecordKind.MODEL: ModelRecord,
}


def read(kind: RecordKind, cells: Mapping[str, str], today: date) -> Record:
    """The record that a row says, by its columns' names. `today` tells the century of a short personal number.
    Raises RecordError.
    """
    record = _RECORDS[kind](**read_cells(COLUMNS[kind], cells, today, of=kind.value))
    _check(record, cells)
    return record


def reader(kind: RecordKind, names: Sequence[str], today: date) -> Callable[[Sequence[str]], Record]:
    """Reads rows of one file, each like `read`: their cells, without white space around, in the order of the columns'
    names, all of which are known.
    """
    known = {column.name: column for column in COLUMNS[kind]}
    plan = [(known[name], known[name].into or name) for name in names]
    make = _RECORDS[kind]

    def read_row(cells: Sequence[str]) -> Record:
        values: dict[str, Any] = {}
        for (column, into), text in zip(plan, cells, strict=True):
            values[into] = _cell(column, text, today) if text else _blank(column)
        record = make(**values)
        _check(record, dict(zip(names, cells, strict=True)))
        return record

    return read_row


def read_cells(columns: Sequence[Column], cells: Mapping[str, str], today: date, *, of: str) -> dict[str, Any]:
    """What the columns that are given say, by the fields' names; `of` names the kind of row. Raises RecordError."""
    values: dict[str, Any] = {}
    given = 0
    for column in columns:
        text = cells.get(column.name)
        if text is None:
            if column.is_required:
                raise RecordError(column.name, "The column is missing.", f"Give {column.meaning}.")
            continue
        given += 1
        text = text.strip()
        values[column.into or column.name] = _cell(column, text, today) if text else _blank(column)
    if given != len(cells):
        raise _unknown([column.name for column in columns], cells, of)
    return values


def _cell(column: Column, text: str, today: date) -> object:
    try:
        return column.read(text, today)
    except fields.FieldError as error:
        raise RecordError(column.name, error.problem, error.remedy) from None


def _blank(column: Column) -> object:
    if column.is_required:
        raise RecordError(column.name, "The cell is empty.", f"Give {column.meaning}.")
    return column.blank


def _unknown(known: Sequence[str], cells: Mapping[str, str], of: str) -> RecordError:
    name = next(each for each in cells if each not in known)
    shown = name if _PRINTABLE_NAME.fullmatch(name) else ""
    near = difflib.get_close_matches(name, known, n=1)
    remedy = f"Did you mean {near[0]}?" if near else f"Known for {of}: {', '.join(known)}."
    return RecordError(shown, f"There is no column {shown or 'of that name'}.", remedy)


def _check(record: Record, cells: Mapping[str, str]) -> None:
    """What no single cell shows."""
    match record:
        case CustomerRecord():
            _check_customer(record, cells)
        case MeterRecord() if not record.facility and (record.begins_at or record.ends_at not in (UNSET, None)):
            raise RecordError("facility", "A period without a facility.", "Give the facility, or no period.")
        case MeterRecord() if record.facility and record.begins_at is None:
            raise RecordError("from", "The day of the installation is missing.", "Give it with the facility.")
    ends, begins = getattr(record, "ends_at", None), getattr(record, "begins_at", None)
    if isinstance(ends, datetime) and isinstance(begins, datetime) and ends < begins:
        raise RecordError("to", "It ends before it begins.", "Compare from and to.")


def _check_customer(record: CustomerRecord, cells: Mapping[str, str]) -> None:
    if record.kind is CustomerKind.PRIVATE and record.number.kind is NumberKind.ORGANISATION:
        raise RecordError("kind", "A private customer has no organisation number.", "Write legal, or the other number.")
    ten = record.number.digits[2:]
    for name, text in cells.items():
        if len(text) >= len(ten) and name != "number" and ten in _NOT_DIGITS.sub("", text):
            raise RecordError(name, "The customer's own number is in it.", "It stands in the column number alone.")
