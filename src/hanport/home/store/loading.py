"""Pieces of a file into the store: readings, energies and billed hours. The same piece again changes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

import apsw
import numpy as np

from hanport.errors import ConfigError
from hanport.home.store.beside import Put, put_beside
from hanport.home.store.bulk import import_columns
from hanport.home.store.csv_columns import Billed, Energies, Integers, Piece, Readings
from hanport.home.store.ledger import Grade, Point
from hanport.home.store.moments import from_ms
from hanport.home.store.packing import NONE
from hanport.home.store.rows import first_known, last_known
from hanport.home.store.runs import same_meter
from hanport.home.store.schema import HOUR_MS, QUARTER_S
from hanport.home.store.series import Series
from hanport.home.store.writer import Store

A = TypeVar("A")
T = TypeVar("T")


class _Tried(Exception):
    """A change's result, thrown so that the change is rolled back."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


class TrialStore(Store):
    """A store in which each change is made, told, and taken back."""

    def write(self, change: Callable[[apsw.Connection], T]) -> T:
        return self._tried(super().write, change)

    def series(self, act: Callable[[Series], T]) -> T:
        return self._tried(super().series, act)

    def _tried(self, run: Callable[[Callable[[A], object]], object], change: Callable[[A], T]) -> T:
        def act(argument: A) -> object:
            raise _Tried(change(argument))

        try:
            run(act)
        except _Tried as tried:
            return cast(T, tried.result)
        raise AssertionError("a trial came to an end")


@dataclass(slots=True)
class Loaded:
    """What has been put in: rows that are new, rows that the store had, and the time that the file covers."""

    stored: int = 0
    present: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def rows(self) -> int:
        """All rows that could be used."""
        return self.stored + self.present


class Loader:
    """Puts pieces into a store, each whole."""

    def __init__(self, store: Store, *, most_w: int | None = None) -> None:
        """`most_w`: more than that on average is not drawn between a register of the pieces and one of the store."""
        self._store = store
        self._most_w = most_w
        self.loaded = Loaded()

    def load(self, pieces: Iterable[Piece]) -> Loaded:
        """Put all pieces in. Raises StoreError, and ConfigError for registers that cannot be those of the hub's
        meter; the pieces before are in then.
        """
        for piece in pieces:
            match piece:
                case Readings(at_ms=at_ms):
                    self._count(self._put_readings(piece), at_ms)
                case Energies(span_s=span_s, start_s=start_s):
                    put = self._store.write(partial(_put_energies, piece))
                    self._count(put, np.append(start_s, start_s[-1:] + span_s) * 1000)
                case Billed(start_s=start_s):
                    put = self._store.write(partial(_put_billed, piece))
                    self._count(put, np.append(start_s, start_s[-1:] + HOUR_MS // 1000) * 1000)
        return self.loaded

    def _count(self, put: Put, at_ms: Integers) -> None:
        loaded = self.loaded
        loaded.stored += put.stored
        loaded.present += put.present
        if len(at_ms):
            first, last = from_ms(int(at_ms.min())), from_ms(int(at_ms.max()))
            loaded.first = first if loaded.first is None else min(first, loaded.first)
            loaded.last = last if loaded.last is None else max(last, loaded.last)

    def _put_readings(self, piece: Readings) -> Put:
        if not len(piece.at_ms):
            return Put(0, 0)
        if self._store.series(partial(_belongs_beside, piece)):
            return self._store.series(partial(_put_beside, piece))
        if self._most_w is not None:
            self._store.series(partial(_check_joints, piece, self._most_w))
        imported = import_columns(self._store, piece.at_ms, piece.columns, piece.meter)
        return Put(imported.stored, imported.duplicates)


def _belongs_beside(piece: Readings, series: Series) -> bool:
    """Whether readings are of another meter than the hub's own, and do not follow on it as an exchanged one does."""
    head = series.head
    if head is None or same_meter(head.meter.identity, piece.meter):
        return False
    return piece.foreign or int(piece.at_ms[0]) <= head.last_ms


def _check_joints(piece: Readings, most_w: int, series: Series) -> None:
    """Raises ConfigError where the register before or behind cannot be of the same meter."""
    wh = piece.columns.get("energy_import_wh", piece.at_ms[:0])
    known = np.flatnonzero(wh != NONE)
    if not len(known):
        return
    first, last = (Point(int(piece.at_ms[row]), int(wh[row])) for row in (known[0], known[-1]))
    runs = series.runs_of(piece.meter)
    before = [last_known(series.connection, run, 0, first.at_ms) for run in runs]
    behind = [first_known(series.connection, run, 0, last.at_ms) for run in runs]
    joints = [(max(point for point in before if point), first)] if any(before) else []
    joints += [(last, min(point for point in behind if point))] if any(behind) else []
    for one, other in joints:
        used_wh, most_wh = other.wh - one.wh, 1000 + (other.at_ms - one.at_ms) * most_w // HOUR_MS
        if not 0 <= used_wh <= most_wh:
            raise ConfigError(
                f"The registers cannot be those of the hub's meter: {one.wh / 1000:,.3f} kWh at "
                f"{from_ms(one.at_ms):%Y-%m-%d %H:%M} UTC, and {other.wh / 1000:,.3f} kWh at "
                f"{from_ms(other.at_ms):%Y-%m-%d %H:%M} UTC.",
                "Leave --same-meter out; the unit may be another (--unit), or a sum that is no register.",
            )


def _put_beside(piece: Readings, series: Series) -> Put:
    return put_beside(series, piece.meter, piece.at_ms, piece.columns)


def _put_energies(piece: Energies, connection: apsw.Connection) -> Put:
    """Energies into quarters of which nothing is known. An hour gives each of its quarters a fourth, to the Wh."""
    rows = _quarters(piece)
    before = connection.total_changes()
    connection.executemany(
        "INSERT OR IGNORE INTO quarter (start_s, import_wh, export_wh, quality) VALUES (?, ?, ?, ?)", rows
    )
    stored = connection.total_changes() - before
    each = max(1, piece.span_s // QUARTER_S)
    usable = len(rows) // each
    return Put(-(-stored // each), usable - -(-stored // each))


def _put_billed(piece: Billed, connection: apsw.Connection) -> Put:
    """Hours of the network company; what it corrects later replaces what it said before."""
    rows = [
        (start, *(None if value == NONE else value for value in values))
        for start, *values in zip(
            piece.start_s.tolist(), piece.import_wh.tolist(), piece.export_wh.tolist(), strict=True
        )
    ]
    before = connection.total_changes()
    connection.executemany(
        """INSERT INTO billed_hour (start_s, import_wh, export_wh) VALUES (?, ?, ?)
        ON CONFLICT (start_s) DO UPDATE SET import_wh = IFNULL(excluded.import_wh, import_wh),
          export_wh = IFNULL(excluded.export_wh, export_wh)
        WHERE IFNULL(excluded.import_wh, import_wh) IS NOT import_wh
          OR IFNULL(excluded.export_wh, export_wh) IS NOT export_wh""",
        rows,
    )
    stored = connection.total_changes() - before
    return Put(stored, len(rows) - stored)


def _quarters(piece: Energies) -> list[tuple[int, int, int | None, int]]:
    """The quarters of energies whose import is known, the earliest first."""
    known = piece.import_wh != NONE
    columns = [column[known].tolist() for column in (piece.start_s, piece.import_wh, piece.export_wh, piece.quality)]
    rows = sorted(zip(*columns, strict=True))
    count, rest = divmod(piece.span_s, QUARTER_S)
    if rest:
        return _gathered(rows, piece.span_s)
    return [
        (
            start + part * QUARTER_S,
            _share(wh, part, count) or 0,
            _share(export_wh, part, count),
            max(grade, int(count > 1)),
        )
        for start, wh, export_wh, grade in rows
        if start % QUARTER_S == 0
        for part in range(count)
    ]


def _share(wh: int, part: int, count: int) -> int | None:
    """A part of an energy; the parts sum up to it."""
    return None if wh == NONE else wh * (part + 1) // count - wh * part // count


def _gathered(rows: list[tuple[int, int, int, int]], span_s: int) -> list[tuple[int, int, int | None, int]]:
    """Energies of less than a quarter: those quarters of which all are known."""
    parts: dict[int, list[tuple[int, int, int, int]]] = {}
    for row in rows:
        parts.setdefault(row[0] // QUARTER_S * QUARTER_S, []).append(row)
    return [
        (
            start,
            sum(row[1] for row in found),
            None if any(row[2] == NONE for row in found) else sum(row[2] for row in found),
            max(Grade.MEASURED, *(row[3] for row in found)),
        )
        for start, found in parts.items()
        if len(found) * span_s == QUARTER_S
    ]
