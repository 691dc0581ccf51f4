"""Whether all that the store says still follows from its readings: the file, its blocks, the ledger and the rollups.

The ledger is made anew in temporary tables of the same names, which SQLite finds before those of the file, so that the
very same code that keeps the ledger proves it, nothing is written, and the hub may run meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import apsw

from hanport.home.store.blocks import thinned_before_ms
from hanport.home.store.errors import StoreError, as_store_error
from hanport.home.store.ledger import Grade
from hanport.home.store.moments import from_s
from hanport.home.store.packing import PackingError, unpack
from hanport.home.store.periods import PERIODS
from hanport.home.store.reader import Reader
from hanport.home.store.rebuild import Span, rebuild_ledger, rebuild_rollups
from hanport.home.store.rows import last_ms
from hanport.home.store.runs import Run, Runs
from hanport.home.store.schema import HOUR_MS, MIGRATIONS
from hanport.home.store.series import Series
from hanport.home.store.writer import Store

_WINDOW_MS = 10 * 24 * HOUR_MS
_SHOWN = 5

Told = Callable[[float], None]  # hears how much of the work is done, 0 to 1


class Part(StrEnum):
    """What is looked at."""

    FILE = "file"
    BLOCKS = "blocks"
    LEDGER = "ledger"
    ROLLUPS = "rollups"


# What --repair makes anew; the rest comes back with a backup only.
REPAIRABLE = frozenset((Part.LEDGER, Part.ROLLUPS))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a part does: how many things were looked at, how many are wrong, and the first of them in words."""

    part: Part
    looked_at: int
    wrong: int
    examples: tuple[str, ...] = ()
    imported: int = 0  # quarters that come from another program's energies: no readings prove them

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def check(path: Path, told: Told = lambda done: None) -> tuple[Verdict, ...]:
    """Look at everything. Raises StoreError where the file cannot be read at all."""
    with Reader(path) as reader:
        try:
            if int(str(reader.connection.pragma("user_version"))) < len(MIGRATIONS):
                raise StoreError(f"{path} was written by an earlier hanport.", "Start the hub once.")
            sound = _file(reader.connection)
            if not sound.well:
                return (sound,)
            blocks = _blocks(reader.connection)
            if not blocks.well:
                return (sound, blocks)
            return (sound, blocks, *_ledger_and_rollups(reader.connection, told))
        except apsw.Error as error:
            raise as_store_error(error, path) from error


def repair(path: Path, told: Told = lambda done: None) -> None:
    """Make the ledger and the rollups anew where there are readings; what was imported without readings stays.

    The hub must be stopped (hold the data_lock). Raises StoreError.
    """
    store = Store(path)
    try:
        spans = store.series(lambda series: [*_spans(series.connection, series.runs)])
        for number, span in enumerate(spans):
            store.series(_Renewal(span))
            told((number + 1) / len(spans))
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Renewal:
    """The ledger and rollups of one span made anew."""

    span: Span

    def __call__(self, series: Series) -> None:
        rebuild_ledger(series.connection, series.runs, self.span)
        begin_ms = max(self.span.begin_ms, _up(thinned_before_ms(series.connection)))
        if begin_ms < self.span.end_ms:
            span = Span(begin_ms, self.span.end_ms)
            for table, period_s in PERIODS.items():  # of periods whose readings are gone nothing would be made anew
                bounds = (begin_ms // 1000 // period_s * period_s, self.span.end_ms // 1000)
                series.connection.execute(f"DELETE FROM {table} WHERE start_s >= ? AND start_s < ?", bounds)
            rebuild_rollups(series.connection, series.runs, span, open_ms=_newest(series.connection, series.runs))


def _file(connection: apsw.Connection) -> Verdict:
    said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(100)")]
    said += [f"{table}: a row points to nothing" for table, *_ in connection.execute("PRAGMA foreign_key_check")]
    wrong = [words for words in said if words != "ok"]
    return Verdict(Part.FILE, 1, len(wrong), tuple(wrong[:_SHOWN]))


def _blocks(connection: apsw.Connection) -> Verdict:
    count, wrong = 0, []
    last: tuple[int, int] = (-(1 << 62), 0)
    query = """SELECT run, began_ms, ended_ms, readings, data FROM block
        WHERE (run, began_ms) > (?, ?) ORDER BY run, began_ms LIMIT 200"""
    found: list[tuple[Any, ...]]
    while found := connection.execute(query, last).fetchall():
        for run, began_ms, ended_ms, readings, data in found:
            count += readings
            try:
                at_ms = unpack(bytes(data), (0,))[0]
                good = len(at_ms) == readings and began_ms <= at_ms[0] <= at_ms[-1] == ended_ms < began_ms + HOUR_MS
            except PackingError:
                good = False
            if not good:
                wrong.append(f"the readings of {from_s(began_ms // 1000):%Y-%m-%d %H} h UTC (run {run})")
        last = (found[-1][0], found[-1][1])
    count += int(connection.execute("SELECT COUNT(*) FROM reading").get)
    return Verdict(Part.BLOCKS, count, len(wrong), tuple(wrong[:_SHOWN]))


def _ledger_and_rollups(connection: apsw.Connection, told: Told) -> tuple[Verdict, Verdict]:
    for table in ("quarter", *PERIODS):
        made = str(connection.execute("SELECT sql FROM main.sqlite_master WHERE name = ?", (table,)).get)
        connection.execute(made.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
    ledger, rollups = _Tally(), _Tally()
    newest_s = int(str(connection.execute("SELECT IFNULL(MAX(start_s), 0) FROM main.quarter").get))
    windows = list(_windows(connection))
    for number, window in enumerate(windows):
        connection.execute("BEGIN")  # the hub may write: both sides are of one moment
        try:
            _compare(connection, window, ledger, rollups)
        finally:
            connection.execute("COMMIT")
        told((number + 1) / len(windows))
    imported = ledger.imported + _outside(connection, windows, newest_s)
    return (
        Verdict(Part.LEDGER, ledger.looked_at, ledger.wrong, tuple(ledger.examples), imported),
        Verdict(Part.ROLLUPS, rollups.looked_at, rollups.wrong, tuple(rollups.examples)),
    )


@dataclass(slots=True)
class _Tally:
    """What was compared so far."""

    looked_at: int = 0
    wrong: int = 0
    imported: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        """Something is wrong."""
        self.wrong += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(words)


def _compare(connection: apsw.Connection, window: Span, ledger: _Tally, rollups: _Tally) -> None:
    runs = Runs(connection)
    rebuild_ledger(connection, runs, window)
    _compare_ledger(connection, runs, window, ledger)
    connection.execute("DELETE FROM temp.quarter")
    begin_ms = max(window.begin_ms, _up(thinned_before_ms(connection)))
    if begin_ms < window.end_ms:
        newest = _newest(connection, runs)
        rebuild_rollups(connection, runs, Span(begin_ms, window.end_ms), open_ms=newest)
        for table, period_s in PERIODS.items():
            first_s = -(-begin_ms // 1000 // period_s) * period_s  # the first whole one
            where = f"WHERE start_s >= {first_s} AND start_s < {window.end_ms // 1000}"
            where += f" AND start_s != {_open_s(newest, period_s)}"
            _compare_rollup(connection, table, where, rollups)
            connection.execute(f"DELETE FROM temp.{table}")


def _compare_ledger(connection: apsw.Connection, runs: Runs, window: Span, tally: _Tally) -> None:
    tally.looked_at += int(connection.execute("SELECT COUNT(*) FROM temp.quarter").get)
    rows: list[tuple[Any, ...]] = connection.execute(
        """SELECT start_s, m.import_wh, m.export_wh, m.quality, t.import_wh, t.export_wh, t.quality
        FROM (SELECT * FROM main.quarter WHERE start_s >= ?1 AND start_s < ?2) m
        FULL JOIN temp.quarter t USING (start_s)
        WHERE (m.import_wh, m.export_wh, m.quality) IS NOT (t.import_wh, t.export_wh, t.quality)""",
        (window.begin_ms // 1000, window.end_ms // 1000),
    ).fetchall()
    for start_s, *numbers in rows:
        at: int = start_s
        near = runs.covering(at * 1000, at * 1000 + 900_000)
        if numbers[3] is None and not any(_has_quarter(connection, run, at) for run in near):
            tally.imported += 1  # it came from another program's energies
            continue
        tally.add(f"{from_s(at):%Y-%m-%d %H:%M} UTC: stored {_said(numbers[:3])}; by the readings {_said(numbers[3:])}")


def _outside(connection: apsw.Connection, windows: Sequence[Span], newest_s: int) -> int:
    """How many quarters up to `newest_s` are stored where there are no readings. What is younger, the hub has written
    meanwhile.
    """
    begins = [0, *(window.end_ms for window in windows)]
    ends = [*(window.begin_ms for window in windows), (newest_s + 1) * 1000]
    query = "SELECT COUNT(*) FROM main.quarter WHERE start_s >= ? AND start_s < ?"
    spans = [(begin // 1000, end // 1000) for begin, end in zip(begins, ends, strict=True)]
    return sum(int(str(connection.execute(query, span).get)) for span in spans)


def _said(numbers: Sequence[Any]) -> str:
    """A quarter in words."""
    wh, export_wh, grade = numbers
    if wh is None:
        return "nothing"
    exported = "" if export_wh is None else f", {export_wh} Wh exported"
    return f"{wh} Wh{exported}, {Grade(grade).quality}"


def _open_s(newest_ms: int, period_s: int) -> int:
    """The start of the period that goes on yet."""
    return newest_ms // 1000 // period_s * period_s


def _compare_rollup(connection: apsw.Connection, table: str, where: str, tally: _Tally) -> None:
    """Both ways, so that rows that are missing and rows that are too many are found."""
    tally.looked_at += int(connection.execute(f"SELECT COUNT(*) FROM main.{table} {where}").get)
    one, other = f"SELECT * FROM main.{table} {where}", f"SELECT * FROM temp.{table} {where}"
    wrong = {row[0] for pair in ((one, other), (other, one)) for row in connection.execute(" EXCEPT ".join(pair))}
    for start_s in sorted(wrong):
        tally.add(f"{table} of {from_s(start_s):%Y-%m-%d %H:%M} UTC")


def _has_quarter(connection: apsw.Connection, run: Run, start_s: int) -> bool:
    """Whether a quarter lies between the first and the last reading of a run."""
    end_ms = last_ms(connection, run) or run.began_ms
    return run.began_ms < (start_s + 900) * 1000 and end_ms > start_s * 1000


def _windows(connection: apsw.Connection) -> Iterator[Span]:
    """Ten days each, where there are readings."""
    seen: set[int] = set()
    for span in _spans(connection, Runs(connection)):
        seen |= {*range(span.begin_ms // _WINDOW_MS, -(-span.end_ms // _WINDOW_MS))}
    for number in sorted(seen):
        yield Span(number * _WINDOW_MS, (number + 1) * _WINDOW_MS)


def _spans(connection: apsw.Connection, runs: Runs) -> Iterator[Span]:
    """Where runs have readings, ten days at a time."""
    for run in runs:
        end_ms = (last_ms(connection, run) or run.began_ms) + 1
        for begin_ms in range(run.began_ms // _WINDOW_MS * _WINDOW_MS, end_ms, _WINDOW_MS):
            yield Span(max(begin_ms, run.began_ms), min(begin_ms + _WINDOW_MS, end_ms))


def _newest(connection: apsw.Connection, runs: Runs) -> int:
    """The time of the current run's last reading: the periods that it lies in are open yet."""
    run = runs.last()
    return 0 if run is None else last_ms(connection, run) or run.began_ms


def _up(at_ms: int) -> int:
    """The first whole hour that is not before an instant."""
    return -(-at_ms // HOUR_MS) * HOUR_MS
