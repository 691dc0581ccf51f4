"""hub.db as one writing connection sees it: opened, brought up to date, and changed in whole transactions.

Write-ahead log with every commit synced: what was committed survives a power cut. Only this connection writes and
checkpoints; all others are read-only (SQLite's race of two checkpointers cannot happen, facts/dependencies.md 0.1).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from hanport.home.store.errors import StoreForbidden, StoreTooNew, as_store_error
from hanport.home.store.schema import MIGRATIONS

BUSY_MS = 2000


class Database:
    """The file and its one writing connection, to be used by one thread at a time."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self.path = path
        self.connection = connection
        self.closed = False

    @contextmanager
    def errors(self) -> Iterator[None]:
        """What SQLite refuses becomes a StoreError; an open transaction is rolled back first."""
        try:
            yield
        except apsw.Error as error:
            self.rollback()
            raise as_store_error(error, self.path) from error
        except BaseException:
            self.rollback()
            raise

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """One change, whole or not at all, durable when the block ends. Raises StoreError."""
        with self.errors():
            self.begin()
            yield self.connection
            self.connection.execute("COMMIT")

    def begin(self) -> None:
        """Open a transaction where none is open."""
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make durable what was changed since `begin`. Raises StoreError; then nothing of it has happened."""
        with self.errors():
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was changed since `begin`."""
        if self.closed or not self.connection.in_transaction:
            return
        try:
            self.connection.execute("ROLLBACK")
        except apsw.Error:  # the disk is gone: SQLite takes the change back when it next opens the file
            self._let_go()

    def close(self) -> None:
        """Close the file; its log is folded into it. What was not committed is forgotten."""
        self.rollback()
        self._let_go()

    def _let_go(self) -> None:
        if not self.closed:
            self.closed = True
            with suppress(apsw.Error):  # the log could not be folded in: it stays beside the file, as after a crash
                self.connection.close(True)


def open_database(path: Path, *, vfs: str | None = None) -> Database:
    """Open hub.db, made for its owner's eyes alone where there is none, and bring it up to date. Raises StoreError."""
    try:
        path.touch(mode=0o600, exist_ok=True)  # SQLite gives its log the same permissions
    except OSError as error:
        raise StoreForbidden(
            f"{path} cannot be opened ({error.strerror}).", "Check the folder and its owner."
        ) from error
    try:
        connection = _open(path, vfs)
    except apsw.Error as error:
        raise as_store_error(error, path) from error
    database = Database(path, connection)
    try:
        _set_up(database)
    except BaseException:
        database.close()
        raise
    return database


def _open(path: Path, vfs: str | None) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    return apsw.Connection(str(path), flags, vfs) if vfs else apsw.Connection(str(path), flags)


def _set_up(database: Database) -> None:
    connection = database.connection
    with database.errors():
        connection.set_busy_timeout(BUSY_MS)
        version = int(str(connection.pragma("user_version")))
        if version > len(MIGRATIONS):
            raise StoreTooNew(
                f"{database.path} was written by a later hanport.", "Install that version or a later one."
            )
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.pragma("foreign_keys", True)
        connection.pragma("journal_size_limit", 16 << 20)
    for number in range(version, len(MIGRATIONS)):
        with database.transaction():
            connection.execute(MIGRATIONS[number])
            connection.pragma("user_version", number + 1)
    with database.errors(), suppress(apsw.FullError, apsw.BusyError):  # the log itself is synced before all else
        # What is found in the log after a crash or a failed sync may not be on the disk yet, although it can be read.
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
