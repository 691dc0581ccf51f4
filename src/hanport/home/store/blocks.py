"""Readings packed by the hour, once they are two weeks old, and thinned where the user wants that; in small steps."""

import apsw
import msgspec
import numpy as np
from numpy.typing import NDArray

from hanport.home.store.events import put_note
from hanport.home.store.ledger import QUARTER_MS
from hanport.home.store.packing import NONE, pack
from hanport.home.store.rows import REGISTERS, Columns, fetch
from hanport.home.store.runs import Runs
from hanport.home.store.schema import BLOCK_COLUMNS, HOUR_MS

DAY_MS = 24 * HOUR_MS
# So long readings stay as single rows, which are quick to write and to read.
SINGLE_MS = 14 * DAY_MS

_THINNED = "thinned_before_ms"


def put_block(connection: apsw.Connection, run: int, columns: Columns) -> None:
    """Write an hour of a run (all BLOCK_COLUMNS, one reading or more) as a block, in the place of one that is there."""
    at_ms = columns["at_ms"]
    connection.execute(
        "INSERT OR REPLACE INTO block (run, began_ms, ended_ms, readings, data) VALUES (?, ?, ?, ?, ?)",
        (run, int(at_ms[0]) // HOUR_MS * HOUR_MS, int(at_ms[-1]), len(columns), pack(columns.data)),
    )


def pack_step(connection: apsw.Connection, runs: Runs, edge_ms: int) -> bool:
    """Pack the single rows of one hour that has ended by `edge_ms`. False where there are none."""
    for run in runs:
        oldest = connection.execute("SELECT MIN(at_ms) FROM reading WHERE run = ?", (run.id,)).get
        if oldest is None or int(oldest) // HOUR_MS * HOUR_MS + HOUR_MS > edge_ms:
            continue
        hour_ms = int(oldest) // HOUR_MS * HOUR_MS
        columns = fetch(connection, run.id, hour_ms, hour_ms + HOUR_MS, BLOCK_COLUMNS)
        put_block(connection, run.id, thin(columns) if hour_ms < thinned_before_ms(connection) else columns)
        connection.execute(
            "DELETE FROM reading WHERE run = ? AND at_ms >= ? AND at_ms < ?", (run.id, hour_ms, hour_ms + HOUR_MS)
        )
        return True
    return False


def thin_step(connection: apsw.Connection, runs: Runs, edge_ms: int) -> bool:
    """Thin the blocks of one hour that has ended by `edge_ms`. False where none is left to be thinned."""
    done_ms = thinned_before_ms(connection)
    found = [
        connection.execute("SELECT MIN(began_ms) FROM block WHERE run = ? AND began_ms >= ?", (run.id, done_ms)).get
        for run in runs
    ]
    hour_ms = min((int(began) for began in found if began is not None), default=edge_ms)
    if hour_ms + HOUR_MS > edge_ms:
        return False
    for run in runs.covering(hour_ms, hour_ms + HOUR_MS):
        columns = fetch(connection, run.id, hour_ms, hour_ms + HOUR_MS, BLOCK_COLUMNS)
        if len(columns):
            put_block(connection, run.id, thin(columns))
            connection.execute(
                "DELETE FROM reading WHERE run = ? AND at_ms >= ? AND at_ms < ?", (run.id, hour_ms, hour_ms + HOUR_MS)
            )
    put_note(connection, _THINNED, hour_ms + HOUR_MS)
    return True


def thinned_before_ms(connection: apsw.Connection) -> int:
    """Readings before this instant have been thinned."""
    text = connection.execute("SELECT value FROM note WHERE key = ?", (_THINNED,)).get
    return 0 if text is None else int(msgspec.json.decode(str(text)))


def thin_again(connection: apsw.Connection, from_ms: int) -> None:
    """Readings were put in from that instant on: look at them again when it comes to thinning."""
    if from_ms < thinned_before_ms(connection):
        put_note(connection, _THINNED, from_ms // HOUR_MS * HOUR_MS)


def thin(columns: Columns) -> Columns:
    """The first and the last state of each register in each quarter, and the first and the last reading.

    With these the ledger comes out the same as with all readings: a state at a boundary is made of its neighbours.
    """
    quarters = columns["at_ms"] // QUARTER_MS
    keep = np.zeros(len(columns), np.bool_)
    keep[[0, -1]] = True
    for name in REGISTERS:
        known = np.flatnonzero(columns[name] != NONE)
        keep[known[_ends(quarters[known])]] = True
    return columns.take(keep)


def _ends(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of sorted numbers are the first or the last of their kind."""
    steps = np.diff(numbers) != 0
    return np.concatenate([[True], steps]) | np.concatenate([steps, [True]]) if len(numbers) else np.empty(0, np.bool_)
