"""The ledger and the rollups of a span made anew from its raw readings: the law that the short way must agree with.

The ledger of a span is the sum, over the runs, of each chain of register states (ledger.py); where a run took on the
registers of the run before it (the clock was set back), the difference between them is booked where the new run
begins; where a meter was exchanged or a register stepped back, the quarters on both sides are marked as estimated.
"""

from collections.abc import Iterator
from typing import NamedTuple

import apsw
import numpy as np

from hanport.home.store.ledger import QUARTER_MS, Grade, Point, Share, spread_chain
from hanport.home.store.packing import NONE, Integers
from hanport.home.store.periods import drop_period, put_days, put_periods
from hanport.home.store.rollup import NEEDED, roll_up, rows
from hanport.home.store.rows import REGISTERS, Columns, fetch, fetch_all, first_known, last_known
from hanport.home.store.runs import Run, Runs, Why
from hanport.home.store.schema import HOUR_MS, QUARTER_S, ROLLUPS

_BOOK = {
    register: f"""INSERT INTO quarter (start_s, import_wh, export_wh, quality) VALUES (?, {values}, ?)
    ON CONFLICT (start_s) DO UPDATE SET {change}, quality = MAX(quality, excluded.quality)"""
    for register, values, change in (
        (0, "?, NULL", "import_wh = import_wh + excluded.import_wh"),
        (1, "0, ?", "export_wh = IFNULL(export_wh, 0) + excluded.export_wh"),
    )
}
_MARK = """INSERT INTO quarter (start_s, import_wh, export_wh, quality) VALUES (?, 0, NULL, ?)
ON CONFLICT (start_s) DO UPDATE SET quality = MAX(quality, excluded.quality)"""


class Span(NamedTuple):
    """From `begin_ms` on and before `end_ms`."""

    begin_ms: int
    end_ms: int

    def widened(self, period_ms: int) -> "Span":
        """To whole periods."""
        return Span(self.begin_ms // period_ms * period_ms, -(-self.end_ms // period_ms) * period_ms)


def book(connection: apsw.Connection, register: int, share: Share) -> None:
    """Add a share to a register's (0 import, 1 export) quarter."""
    connection.execute(_BOOK[register], (share.quarter * QUARTER_S, share.wh, share.grade))


def mark(connection: apsw.Connection, at_ms: int) -> None:
    """The quarter of that instant is only estimated."""
    connection.execute(_MARK, (at_ms // QUARTER_MS * QUARTER_S, Grade.ESTIMATED))


def link(earlier: Point, later: Point) -> Share:
    """What was used while the clock was set back: all of it where the new run begins."""
    return Share(later.at_ms // QUARTER_MS, later.wh - earlier.wh, Grade.INTERPOLATED)


def taken_on(connection: apsw.Connection, runs: Runs, run: Run, register: int) -> Point | None:
    """The register state that a run took on from the runs before it, where it did."""
    before = runs.continues(run)
    while before is not None:
        known = last_known(connection, before, register)
        if known is not None:
            return known
        before = runs.continues(before)
    return None


def rebuild_ledger(connection: apsw.Connection, runs: Runs, span: Span) -> None:
    """Make the quarters anew that the span touches."""
    span = span.widened(QUARTER_MS)
    connection.execute(
        "DELETE FROM quarter WHERE start_s >= ? AND start_s < ?", (span.begin_ms // 1000, span.end_ms // 1000)
    )
    quarters = range(span.begin_ms // QUARTER_MS, span.end_ms // QUARTER_MS)
    for run in runs.covering(*span):
        columns = fetch(connection, run.id, *span, ("at_ms", *REGISTERS))
        for register in (0, 1):
            if run.known & 1 << register:
                chain = _chain(connection, run, register, columns, span)
                shares = [*spread_chain(*chain).shares(), *_link(connection, runs, run, register)]
                values = [(s.quarter * QUARTER_S, s.wh, int(s.grade)) for s in shares if s.quarter in quarters]
                connection.executemany(_BOOK[register], values)
    for at_ms in _doubtful(connection, runs):
        if at_ms // QUARTER_MS in quarters:
            mark(connection, at_ms)


def _chain(
    connection: apsw.Connection, run: Run, register: int, columns: Columns, span: Span
) -> tuple[Integers, Integers]:
    """The states of a register in the span, the last one before it and the first one after it."""
    columns = columns.take(columns[REGISTERS[register]] != NONE)
    before = last_known(connection, run, register, span.begin_ms)
    after = first_known(connection, run, register, span.end_ms - 1)
    ends = [np.array([point] if point else [], np.int64).reshape(-1, 2).T for point in (before, after)]
    at_ms, wh = np.concatenate([ends[0], columns.data[[0, register + 1]], ends[1]], axis=1)
    return at_ms, wh


def _link(connection: apsw.Connection, runs: Runs, run: Run, register: int) -> Iterator[Share]:
    """What a run took on from the one before it."""
    if run.why is Why.CLOCK:
        earlier, later = taken_on(connection, runs, run, register), first_known(connection, run, register)
        if earlier and later:
            yield link(earlier, later)


def _doubtful(connection: apsw.Connection, runs: Runs) -> Iterator[int]:
    """Where the ledger is only estimated: both sides of each break between two series."""
    for run in runs:
        if run.why in (Why.METER, Why.REGISTER):
            yield run.began_ms
            before = runs[run.after] if run.after is not None else None
            if before is not None and before.ended_ms is not None:
                yield before.ended_ms


def rebuild_rollups(connection: apsw.Connection, runs: Runs, span: Span, *, open_ms: int) -> None:
    """Make the rollups anew of the hours that the span touches, but for the periods that `open_ms` lies in."""
    columns = fetch_all(connection, runs, span.widened(HOUR_MS), NEEDED)
    if len(columns):
        for table, period_s in ROLLUPS.items():
            open_s = open_ms // 1000 // period_s * period_s
            made = rows(*roll_up(columns, period_s))
            put_periods(connection, table, [row for row in made if row[0] != open_s])
            drop_period(connection, table, open_ms)
        put_days(connection, *span, open_ms=open_ms)


def close_rollups(connection: apsw.Connection, runs: Runs, before_ms: int, at_ms: int) -> None:
    """The newest reading is now at `at_ms` and was at `before_ms`: write the periods that have ended by that.

    The period that it is in now has no row: one that is there from before the clock was set back goes.
    """
    for table, period_s in ROLLUPS.items():
        period_ms = period_s * 1000
        start_ms = before_ms // period_ms * period_ms
        if at_ms // period_ms * period_ms == start_ms:
            return
        columns = fetch_all(connection, runs, (start_ms, start_ms + period_ms), NEEDED)
        put_periods(connection, table, rows(*roll_up(columns, period_s)))
        drop_period(connection, table, at_ms)
    put_days(connection, before_ms, before_ms + 1, open_ms=at_ms)
