"""The events of the port and the small notes, on their way into the store: in order, once, and bounded."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import apsw
import msgspec

from hanport.home.store.events import begin_event, end_event, put_note
from hanport.home.store.moments import to_ms

Change = Callable[[apsw.Connection], None]

# A month of silences on a disk that is full; beyond that the oldest are forgotten.
KEPT_CHANGES = 1_000


@dataclass(slots=True)
class Entry:
    """An event that was begun. `id` is None until it is stored; `earlier`: it was begun by an earlier run."""

    kind: str
    began_at: datetime
    details: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
    earlier: bool = False


class Journal:
    """Takes changes at once and keeps them until they are stored. The entries are used by one writer, in order."""

    def __init__(self) -> None:
        self._changes: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self._notes: dict[str, Any] = {}
        self._open: dict[str, Entry] = {}

    def go_on_with(self, entry: Entry) -> None:
        """An event of an earlier run that still lasts."""
        entry.earlier = True
        self._open[entry.kind] = entry

    def open(self, kind: str) -> Entry | None:
        """The event of that kind that lasts now."""
        return self._open.get(kind)

    def begin(self, kind: str, at: datetime, details: Mapping[str, Any] | None = None) -> Entry:
        """It begins, unless it has begun already."""
        entry = self._open.get(kind)
        if entry is None:
            entry = self._open[kind] = Entry(kind, at, dict(details or {}))
            self._changes.append(partial(_begin, entry, at, dict(entry.details)))
        return entry

    def end(self, kind: str, at: datetime, details: Mapping[str, Any] | None = None) -> Entry | None:
        """It ends, if it has begun; the entry with all its details."""
        entry = self._open.pop(kind, None)
        if entry is not None:
            added = dict(details or {})
            entry.details |= added
            self._changes.append(partial(_end, entry, at, added))
        return entry

    def add(self, kind: str, details: Mapping[str, Any]) -> None:
        """Something more is known of what lasts."""
        entry = self._open.get(kind)
        if entry is not None:
            entry.details |= details
            self._changes.append(partial(_add, entry, dict(details)))

    def happened(self, kind: str, began: datetime, ended: datetime, details: Mapping[str, Any]) -> None:
        """It was, and is over."""
        entry = Entry(kind, began)
        self._changes.append(partial(_begin, entry, began, dict(details)))
        self._changes.append(partial(_end, entry, ended, {}))

    def note(self, key: str, value: Any) -> None:
        """Remember it under that key; the last one counts."""
        self._notes[key] = value

    def moved(self, by: timedelta) -> None:
        """The hub's clock was set by so much: what began by that clock began so much later or earlier."""
        for entry in self._open.values():
            if entry.earlier:
                continue
            entry.began_at += by
            self._changes.append(partial(_move, entry, entry.began_at))

    def __len__(self) -> int:
        """How many changes wait."""
        return len(self._changes) + len(self._notes)

    def waiting(self) -> tuple[tuple[Change, ...], dict[str, Any]]:
        """The changes and notes that have to be stored now."""
        return tuple(self._changes), dict(self._notes)

    def stored(self, changes: tuple[Change, ...], notes: Mapping[str, Any]) -> None:
        """They are durable."""
        done = set(map(id, changes))
        self._changes = deque((each for each in self._changes if id(each) not in done), maxlen=KEPT_CHANGES)
        for key, value in notes.items():
            if self._notes.get(key) is value:
                del self._notes[key]


def write_all(connection: apsw.Connection, changes: tuple[Change, ...], notes: Mapping[str, Any]) -> None:
    """Store changes and notes, in one transaction of the caller's."""
    for change in changes:
        change(connection)
    for key, value in notes.items():
        put_note(connection, key, value)


def _begin(entry: Entry, at: datetime, details: Mapping[str, Any], connection: apsw.Connection) -> None:
    entry.id = begin_event(connection, entry.kind, at, details)


def _end(entry: Entry, at: datetime, details: Mapping[str, Any], connection: apsw.Connection) -> None:
    if entry.id is not None:  # its beginning was forgotten where too many changes had to wait
        end_event(connection, entry.id, at, details)


def _add(entry: Entry, details: Mapping[str, Any], connection: apsw.Connection) -> None:
    if entry.id is not None:
        patch = msgspec.json.encode(details).decode()
        connection.execute("UPDATE event SET details = json_patch(details, ?) WHERE id = ?", (patch, entry.id))


def _move(entry: Entry, at: datetime, connection: apsw.Connection) -> None:
    if entry.id is not None:
        connection.execute("UPDATE event SET began_ms = ? WHERE id = ?", (to_ms(at), entry.id))
