"""Copies of hub.db: made while the hub runs, checked, and put back.

Each appears under its name only when it is whole.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from hanport.errors import ConfigError
from hanport.home.store.errors import StoreDamaged, StoreTooNew, as_store_error
from hanport.home.store.moments import from_ms, from_s
from hanport.home.store.rows import last_ms
from hanport.home.store.runs import Runs
from hanport.home.store.schema import MIGRATIONS

# 1 MiB of pages at a time: often enough for a progress bar, and the reader of a slow card is not starved.
_PAGES = 256
_SIDE_FILES = ("-wal", "-shm", "-journal")

Told = Callable[[float], None]  # hears how much of the work is done, 0 to 1


@dataclass(frozen=True, slots=True)
class Copy:
    """A whole copy: where, how large, and the time that it covers (aware, UTC), None where the store is empty."""

    path: Path
    size: int
    span: tuple[datetime, datetime] | None


def backup(source: Path, target: Path, told: Told = lambda done: None) -> Copy:
    """Copy the database as it is at one moment, whatever a hub writes meanwhile, and check the copy.

    Raises StoreError where it cannot be read or the copy is not sound, ConfigError where `target` cannot be written.
    """
    if not source.exists():
        raise ConfigError(f"There is no {source}.", "Has the hub run with this home.toml?")
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # it has password hashes
        try:
            _copy(source, part, told)
            span = check_copy(part)
            _sync(part)
            part.replace(target)
            _sync(target.parent)
        finally:
            _remove(part)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
    return Copy(target, target.stat().st_size, span)


def restore(source: Path, database: Path, at: datetime, told: Told = lambda done: None) -> Path | None:
    """Put a backup in the place of `database`, whose hub is stopped (hold the data_lock).

    The backup is checked first. What was there is kept beside it; gives its name, None where nothing was there.
    Sessions that were open when the backup was taken are over: whoever has logged out since stays logged out.
    Raises as `backup` does; then all is as it was.
    """
    arriving = database.with_name(database.name + ".restoring")
    backup(source, arriving, told)
    try:
        _end_sessions(arriving)
        kept = _set_aside(database, at)
        arriving.replace(database)
        _sync(database.parent)
    except OSError as error:
        raise ConfigError(f"{database} cannot be replaced ({error.strerror}).", "Check the folder's owner.") from error
    finally:
        _remove(arriving)
    return kept


def check_copy(path: Path) -> tuple[datetime, datetime] | None:
    """The span of a database file that is sound and of this program. Raises StoreError."""
    try:
        connection = apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY)
        try:
            version = int(str(connection.pragma("user_version")))
            if version > len(MIGRATIONS):
                raise StoreTooNew(f"{path} was written by a later hanport.", "Install that version or a later one.")
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if said != ["ok"] or not version or not {"run", "reading", "block", "quarter"} <= tables:
                reason = said[0] if said != ["ok"] else "it has not the tables of a hub"
                raise StoreDamaged(f"{path} is no sound copy of a hub ({reason}).", "Take another backup.")
            return span_of(connection)
        finally:
            connection.close()
    except apsw.Error as error:
        raise as_store_error(error, path) from error


def span_of(connection: apsw.Connection) -> tuple[datetime, datetime] | None:
    """The first and the last time that the store knows anything of, None where it is empty."""
    quarters = connection.execute("SELECT MIN(start_s), MAX(start_s) + 900 FROM quarter").fetchall()[0]
    times = [from_s(int(start_s)) for start_s in quarters if start_s is not None]
    for run in Runs(connection):
        end_ms = last_ms(connection, run)
        times += [from_ms(run.began_ms)] if end_ms is None else [from_ms(run.began_ms), from_ms(end_ms)]
    return (min(times), max(times)) if times else None


def _copy(source: Path, part: Path, told: Told) -> None:
    """All pages of the source as one read transaction sees them; the copy is one file without a log beside it."""
    try:
        origin = apsw.Connection(str(source), apsw.SQLITE_OPEN_READONLY)
        copy = apsw.Connection(str(part))
        try:
            # One transaction for the whole copy: else each write of the hub would make it begin again
            # (sqlite.org/c3ref/backup_finish.html, "Concurrent Usage of Database Handles").
            origin.execute("BEGIN")
            origin.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
            with copy.backup("main", origin, "main") as job:
                while not job.done:
                    job.step(_PAGES)
                    told(1 - job.remaining / max(1, job.page_count))
            origin.execute("ROLLBACK")
            copy.pragma("journal_mode", "delete")
        finally:
            copy.close(True)
            origin.close(True)
    except apsw.Error as error:
        failed = part if isinstance(error, apsw.FullError) else source
        raise as_store_error(error, failed) from error


def _end_sessions(path: Path) -> None:
    connection = apsw.Connection(str(path))
    try:
        connection.execute("DELETE FROM session")
    except apsw.Error as error:
        raise as_store_error(error, path) from error
    finally:
        connection.close(True)
    _sync(path)


def _set_aside(database: Path, at: datetime) -> Path | None:
    """Keep the present database under another name as it is, with the log that belongs to it; the log goes first:
    another database must never find it.
    """
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.before-restore-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    database.with_name(database.name + "-shm").unlink(missing_ok=True)  # SQLite makes it anew from the log
    for end in ("-wal", "-journal", ""):
        moved = database.with_name(database.name + end)
        if moved.exists():
            moved.replace(kept.with_name(kept.name + end))
    return kept


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for end in ("", *_SIDE_FILES):
        path.with_name(path.name + end).unlink(missing_ok=True)
