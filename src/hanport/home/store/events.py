"""What happened to the port, day by day, and small notes: changes for `Store.write`.

Each takes the writing connection first: `await store.write(lambda c: begin_event(c, "silence", at, {}))`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

import apsw
import msgspec

from hanport.home.store.moments import to_ms


class DayCounts(TypedDict, total=False):
    """What is counted of a day. The clock's offset is meter - hub; the last one that was given stands."""

    telegrams: int
    rejected: int
    silent_s: int
    clock_offset_ms: int | None


def begin_event(connection: apsw.Connection, kind: str, at: datetime, details: Mapping[str, Any] | None = None) -> int:
    """Something began; returns the event's id. `details` has to be JSON."""
    connection.execute(
        "INSERT INTO event (kind, began_ms, details) VALUES (?, ?, ?)", (kind, to_ms(at), _json(dict(details or {})))
    )
    return connection.last_insert_rowid()


def end_event(connection: apsw.Connection, event: int, at: datetime, details: Mapping[str, Any] | None = None) -> None:
    """It is over; what `details` says is added to what the event says already."""
    connection.execute(
        "UPDATE event SET ended_ms = ?, details = json_patch(details, ?) WHERE id = ?",
        (to_ms(at), _json(dict(details or {})), event),
    )


def put_note(connection: apsw.Connection, key: str, value: Any) -> None:
    """Remember a JSON value under a key; None forgets it."""
    if value is None:
        connection.execute("DELETE FROM note WHERE key = ?", (key,))
    else:
        connection.execute("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (key, _json(value)))


def count_port_day(connection: apsw.Connection, day: date, **counts: Unpack[DayCounts]) -> None:
    """Add to the counts of a local date."""
    connection.execute(
        """INSERT INTO port_day (day, telegrams, rejected, silent_s, clock_offset_ms)
        VALUES (:day, :telegrams, :rejected, :silent_s, :clock_offset_ms)
        ON CONFLICT (day) DO UPDATE SET telegrams = telegrams + excluded.telegrams,
          rejected = rejected + excluded.rejected, silent_s = silent_s + excluded.silent_s,
          clock_offset_ms = COALESCE(excluded.clock_offset_ms, clock_offset_ms)""",
        {"day": day.isoformat(), "telegrams": 0, "rejected": 0, "silent_s": 0, "clock_offset_ms": None, **counts},
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
