"""What the store knows, for pages, shares and exports: a read-only connection of one thread."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

import apsw
import msgspec

from hanport.home.store import lines
from hanport.home.store.errors import StoreForbidden, as_store_error
from hanport.home.store.extras import ExtraRow, read_extras
from hanport.home.store.ledger import Grade
from hanport.home.store.lines import Line
from hanport.home.store.moments import from_ms, from_s, to_ms
from hanport.home.store.rows import Columns, fetch, last_ms
from hanport.home.store.runs import MeterRow, Runs, read_meters
from hanport.home.store.schema import BLOCK_COLUMNS, HOUR_MS
from hanport.home.values import Quality, Quarter

__all__ = ["Columns", "Energy", "EventRow", "ExtraRow", "Line", "MeterRow", "PortDayRow", "Reader"]

_BUSY_MS = 2000

# One statement a span: a join over all spans took thrice as long.
_ENERGY = """SELECT SUM(import_wh), SUM(export_wh), MAX(quality), COUNT(*) FROM quarter
WHERE start_s >= ? AND start_s < ?"""


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy between two edges, in whole Wh, from `quarters` quarters that are known.

    Everything is None where nothing is known. `quality` is that of the worst quarter.
    """

    start: datetime
    end: datetime
    import_wh: int | None
    export_wh: int | None
    quality: Quality | None
    quarters: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened. `ended` is None while it lasts."""

    id: int
    kind: str
    began: datetime
    ended: datetime | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PortDayRow:
    """How the port did on a local date. The clock's offset is meter - hub."""

    day: date
    telegrams: int
    rejected: int
    silent_s: int
    clock_offset_ms: int | None


class Reader:
    """A read-only view. Close it, or use it in a `with` block. Raises StoreError from every call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            raise StoreForbidden(f"There is no {path}.", "The hub makes it when it first runs.")
        with self._errors():
            self.connection = apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY)
            self.connection.set_busy_timeout(_BUSY_MS)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close(True)

    def span(self) -> tuple[datetime, datetime] | None:
        """The times of the first and the last reading that were ever stored. None where there are none."""
        with self._snapshot() as connection:
            runs = list(Runs(connection))
            ends = [run.ended_ms if run.ended_ms is not None else last_ms(connection, run) for run in runs]
        known = [end for end in ends if end is not None]
        return (from_ms(min(run.began_ms for run in runs)), from_ms(max(known))) if known else None

    def meters(self) -> list[MeterRow]:
        """All meters that were read here, the first one first."""
        with self._snapshot() as connection:
            return read_meters(connection)

    def quarters(self, begin: datetime, end: datetime) -> list[Quarter]:
        """The known quarters that start from `begin` on and before `end`."""
        with self._snapshot() as connection:
            rows = connection.execute(
                "SELECT start_s, import_wh, export_wh, quality FROM quarter "
                "WHERE start_s >= ? AND start_s < ? ORDER BY start_s",
                (_up_s(begin), _up_s(end)),
            )
            return [Quarter(from_s(row[0]), row[1], row[2], Grade(row[3]).quality) for row in rows]

    def energy(self, edges: Sequence[datetime]) -> list[Energy]:
        """The energy between each edge and the next. A quarter belongs where it starts."""
        with self._snapshot() as connection:
            return [
                _energy(start, end, connection.execute(_ENERGY, (_up_s(start), _up_s(end))).get)
                for start, end in pairwise(edges)
            ]

    def line(self, begin: datetime, end: datetime, *, points: int = 1500) -> Line:
        """What flowed from `begin` on and before `end`, in about `points` periods at most (see `Line`)."""
        with self._snapshot() as connection:
            return lines.draw(connection, Runs(connection), (to_ms(begin), to_ms(end)), points)

    def readings(self, begin: datetime, end: datetime) -> Iterator[Columns]:
        """Every reading with all its columns (BLOCK_COLUMNS), at most an hour of them at a time, run by run."""
        with self._errors():
            runs = Runs(self.connection).covering(to_ms(begin), to_ms(end))
        for run in runs:
            at_ms: int | None = max(to_ms(begin), run.began_ms)
            while at_ms is not None and at_ms < to_ms(end):
                behind_ms = (at_ms // HOUR_MS + 1) * HOUR_MS
                with self._snapshot() as connection:
                    columns = fetch(connection, run.id, at_ms, min(behind_ms, to_ms(end)), BLOCK_COLUMNS)
                    at_ms = lines.next_ms(connection, run.id, behind_ms)
                if len(columns):
                    yield columns

    def extras(self) -> list[ExtraRow]:
        """What the rows without a field of Reading said last."""
        with self._snapshot() as connection:
            return read_extras(connection)

    def events(self, begin: datetime, end: datetime, kinds: Sequence[str] | None = None) -> list[EventRow]:
        """What happened in that span (also what began before and was not over), the latest first."""
        chosen = "" if kinds is None else f"AND kind IN ({', '.join('?' * len(kinds))})"
        with self._snapshot() as connection:
            rows = connection.execute(
                "SELECT id, kind, began_ms, ended_ms, details FROM event WHERE began_ms < ? "
                f"AND IFNULL(ended_ms, {1 << 62}) >= ? {chosen} ORDER BY began_ms DESC, id DESC",
                (to_ms(end), to_ms(begin), *(kinds or ())),
            )
            return [_event(row) for row in rows]

    def port_days(self, begin: date, end: date) -> list[PortDayRow]:
        """The days from `begin` on and before `end`."""
        with self._snapshot() as connection:
            rows = connection.execute(
                "SELECT day, telegrams, rejected, silent_s, clock_offset_ms FROM port_day "
                "WHERE day >= ? AND day < ? ORDER BY day",
                (begin.isoformat(), end.isoformat()),
            )
            return [PortDayRow(date.fromisoformat(row[0]), *row[1:]) for row in rows]

    def note(self, key: str) -> Any:
        """The JSON value that was put under a key. None where there is none."""
        with self._snapshot() as connection:
            text = connection.execute("SELECT value FROM note WHERE key = ?", (key,)).get
            return None if text is None else msgspec.json.decode(str(text))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise as_store_error(error, self.path) from error

    @contextmanager
    def _snapshot(self) -> Iterator[apsw.Connection]:
        """All that is asked within it is of one moment."""
        with self._errors():
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("COMMIT")


def _energy(start: datetime, end: datetime, row: tuple[Any, ...]) -> Energy:
    import_wh, export_wh, grade, count = row
    return Energy(start, end, import_wh, export_wh, None if grade is None else Grade(grade).quality, count)


def _event(row: tuple[Any, ...]) -> EventRow:
    ended = None if row[3] is None else from_ms(row[3])
    return EventRow(row[0], row[1], from_ms(row[2]), ended, msgspec.json.decode(row[4]))


def _up_s(at: datetime) -> int:
    """The first whole second that is not before an instant."""
    return -(-to_ms(at) // 1000)
