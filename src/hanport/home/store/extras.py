"""Rows of a telegram that have no field of Reading, kept when they change, at most once in a quarter of an hour each.

A gas meter's state or a serial number takes next to no room that way; a value that is another in every telegram (a
power factor) is sampled. The newest of all is always in `Live`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import apsw

from hanport.home.store.ledger import QUARTER_MS
from hanport.home.store.moments import from_ms
from hanport.port.fields import CLOCK
from hanport.port.values import Register


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """What a row said last: its number in plain decimals or its text, and since when."""

    obis: str
    value: str | None
    unit: str | None
    at: datetime


class Extras:
    """The writer's memory of what each row said last."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT obis, run, MAX(at_ms), value, unit FROM extra GROUP BY obis, run")
        self._last = {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}

    def add(self, run: int, at_ms: int, registers: Iterable[Register]) -> None:
        """Keep what is new."""
        for register in registers:
            value, unit = said(register), register.unit
            last = self._last.get((register.obis, run))
            if register.obis in CLOCK or value is None or (last and (value, unit) == last[1:]):
                continue
            if last is None or at_ms // QUARTER_MS > last[0] // QUARTER_MS:
                self._last[register.obis, run] = (at_ms, value, unit)
                self._connection.execute(
                    "INSERT OR REPLACE INTO extra (obis, run, at_ms, value, unit) VALUES (?, ?, ?, ?, ?)",
                    (register.obis, run, at_ms, value, unit),
                )


def said(register: Register) -> str | None:
    """What a row says, as text."""
    if register.value is not None:
        return f"{register.value:f}"
    return register.text if register.raw is None else ",".join(register.raw)


def read_extras(connection: apsw.Connection) -> list[ExtraRow]:
    """The last of each code."""
    rows = connection.execute("SELECT obis, value, unit, MAX(at_ms) FROM extra GROUP BY obis ORDER BY obis")
    return [ExtraRow(row[0], row[1], row[2], from_ms(row[3])) for row in rows]
