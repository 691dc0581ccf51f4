"""The one writer of the store: what its thread runs. Synchronous, to be used by one thread at a time."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import apsw

from hanport.home.config import StoreTable
from hanport.home.store.blocks import DAY_MS, SINGLE_MS, pack_step, thin_step
from hanport.home.store.database import Database, open_database
from hanport.home.store.disk import check_space
from hanport.home.store.entry import Entry, make_entry
from hanport.home.store.errors import StoreUnreadable
from hanport.home.store.extras import Extras
from hanport.home.store.schema import HOUR_MS
from hanport.home.store.series import Outcome, Series
from hanport.home.values import MeterIdentity, Sample
from hanport.port.values import Reading, Register

T = TypeVar("T")

__all__ = ["Outcome", "Store"]


class _Item(NamedTuple):
    """A reading in hand."""

    entry: Entry
    meter: MeterIdentity
    extras: tuple[Register, ...]

    @property
    def heard_ms(self) -> int:
        return self.entry.at_ms if self.entry.received_ms is None else self.entry.received_ms


class Store:
    """hub.db for writing.

    With `commit_every_s` 0 each reading is durable when `append` returns. Otherwise readings are committed together,
    when that much time has passed by their times of receipt, or with `flush`; until then readers do not see them, and
    a crash loses them. Raises StoreError from every call; where its `retry` is True the same call may be made again.
    """

    def __init__(
        self,
        path: Path,
        *,
        commit_every_s: float = 0.0,
        vfs: str | None = None,
        settings: StoreTable | None = None,
    ) -> None:
        self.path = path
        self._commit_every_ms = commit_every_s * 1000
        self._vfs = vfs
        self._settings = settings or StoreTable()
        self._database: Database | None = open_database(path, vfs=vfs)
        self._series: Series | None = None
        self._extras: Extras | None = None
        self._pending: list[_Item] = []
        self._untidy = True

    def configure(self, settings: StoreTable) -> None:
        """From now on by these settings."""
        self._settings = settings
        self._commit_every_ms = settings.commit_every_s * 1000

    @property
    def pending(self) -> int:
        """How many readings wait for their commit."""
        return len(self._pending)

    @property
    def flush_in_s(self) -> float | None:
        """How long what was appended may still wait for `flush`, counted from now. None where nothing waits."""
        return self._commit_every_ms / 1000 if self._pending else None

    def append(self, sample: Sample) -> Outcome:
        """Store what was heard."""
        return self.append_reading(
            sample.at, sample.reading, sample.meter, received_at=sample.received_at, extras=sample.extras
        )

    def append_reading(
        self,
        at: datetime,
        reading: Reading,
        meter: MeterIdentity,
        *,
        received_at: datetime | None = None,
        extras: tuple[Register, ...] = (),
    ) -> Outcome:
        """Store a reading under the instant `at`. The same one again is a duplicate and changes nothing.

        One without `received_at` is history: where it is older than the newest, it was not the clock that was set back.
        """
        check_space(self.path, self._settings)
        item = _Item(make_entry(at, received_at, reading), meter, extras)
        return self._change(lambda: self._add(item))

    def flush(self) -> None:
        """Make durable all that was appended."""
        if self._pending:
            self._change(self._commit)

    @property
    def untidy(self) -> bool:
        """Whether `tidy` may have something to do."""
        return self._untidy and not self._pending

    def tidy(self) -> bool:
        """One small step of what can wait: old readings packed, or thinned. False where nothing is left to do."""
        if not self.untidy:
            return False
        self._untidy = False  # also where it fails: it is tried again after the next hour
        self._untidy = self.series(self._tidy)
        return self._untidy

    def write(self, change: Callable[[apsw.Connection], T]) -> T:
        """Any other change, whole or not at all, durable on return. What was appended becomes durable with it."""

        def act() -> T:
            result = change(self._ready().connection)
            self._commit()
            return result

        return self._change(act)

    def series(self, act: Callable[[Series], T]) -> T:
        """A change of many readings at once (store/bulk.py), durable on return."""

        check_space(self.path, self._settings)

        def act_and_commit() -> T:
            result = act(self._current())
            self._commit()
            return result

        return self._change(act_and_commit)

    def close(self) -> None:
        """Make durable what was appended, and close the file."""
        try:
            self.flush()
        finally:
            self._drop()

    def _tidy(self, series: Series) -> bool:
        if series.head is None:
            return False
        now_ms, keep_days = series.head.last_ms, self._settings.keep_readings_days
        if pack_step(series.connection, series.runs, now_ms - SINGLE_MS):
            return True
        return keep_days > 0 and thin_step(series.connection, series.runs, now_ms - keep_days * DAY_MS)

    def _change(self, act: Callable[[], T]) -> T:
        """Run one change in the open transaction; when it fails, all that was not committed is prepared anew."""
        kept = len(self._pending)
        database = self._ready()
        try:
            with database.errors():
                if not database.connection.in_transaction:
                    database.begin()
                    for item in self._pending:
                        self._put(item)
                return act()
        except BaseException as error:
            del self._pending[kept:]
            self._series = self._extras = None
            if isinstance(error, StoreUnreadable) or database.closed:
                self._drop()
            raise

    def _add(self, item: _Item) -> Outcome:
        outcome = self._put(item)
        self._pending.append(item)
        if abs(item.heard_ms - self._pending[0].heard_ms) >= self._commit_every_ms:
            self._commit()
        return outcome

    def _put(self, item: _Item) -> Outcome:
        series = self._current()
        hour = series.head and series.head.last_ms // HOUR_MS
        outcome = series.add(item.entry, item.meter, live=item.entry.received_ms is not None)
        head = series.head
        self._untidy |= outcome is not Outcome.STORED or hour != item.entry.at_ms // HOUR_MS
        if item.extras and head is not None and outcome is not Outcome.DUPLICATE:
            self._extras = self._extras or Extras(series.connection)
            self._extras.add(head.run.id, item.entry.at_ms, item.extras)
        return outcome

    def _commit(self) -> None:
        self._ready().connection.execute("COMMIT")
        self._pending.clear()

    def _current(self) -> Series:
        if self._series is None:
            self._series = Series(self._ready().connection)
        return self._series

    def _ready(self) -> Database:
        if self._database is None:
            self._database = open_database(self.path, vfs=self._vfs)
        return self._database

    def _drop(self) -> None:
        """Close the file; it is opened again when it is needed."""
        database, self._database, self._series, self._extras = self._database, None, None, None
        if database is not None:
            database.close()
