"""Opens the database: SQLite (one file) or PostgreSQL, by its address.

SQLite runs in WAL mode with full durability. Builds before 3.51.3 can lose a commit when two connections write or
checkpoint at nearly the same time (https://www.sqlite.org/changes.html), so a fixed build is used where there is one
(`pysqlite3`); with an older one a lock beside the file lets only one process in, and readers never write.
"""

import fcntl
import importlib
import os
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from hanport.errors import ConfigError

FIXED = (3, 51, 3)
_BUSY_S = 30
# secure_delete: what is erased is written over, and does not stay in free pages.
# A cache of 64 MB: a large import would else write its pages to the disk again and again before the commit.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "secure_delete=ON",
    "cache_size=-65536",
)


class DatabaseInUse(ConfigError):
    """Another program holds the file, and this SQLite may not share it."""


def connect(address: str, sqlite: ModuleType | None = None) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`; `sqlite` is the build to use.

    Raises ConfigError, and DatabaseInUse where an older SQLite would share its file with another program.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise ConfigError(
            "The database's address cannot be read.", "Write sqlite:///grid.db or postgresql://..."
        ) from None
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(Path(url.database or ""), sqlite or sqlite_module())
        case "postgresql":
            # Each statement sees what was committed before it; rows that decide are locked.
            return create_engine(
                url.set(drivername="postgresql+psycopg"),
                isolation_level="READ COMMITTED",
                pool_pre_ping=True,
                pool_size=10,
                hide_parameters=True,
            )
        case other:
            raise ConfigError(f"{other} is no database of this service.", "Choose sqlite or postgresql.")


def sqlite_module() -> ModuleType:
    """The SQLite to use: a fixed build where one is installed."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def _sqlite(path: Path, module: ModuleType) -> Engine:
    held = _prepare_file(path, is_shared=module.sqlite_version_info >= FIXED)
    engine = create_engine(
        f"sqlite:///{path}",
        module=module,
        connect_args={"timeout": _BUSY_S, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the transaction begins where SQLAlchemy says, below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    if held is not None:
        event.listen(engine, "engine_disposed", lambda _: os.close(held), once=True)
    return engine


def _prepare_file(path: Path, *, is_shared: bool) -> int | None:
    """Make the file, for its owner's eyes alone. Unless it may be shared, hold the lock: gives its descriptor."""
    if path.is_dir() or path.name == ":memory:":
        raise ConfigError(f"{path} is no file.", "Write sqlite:///PATH of a file, as sqlite:///grid.db.")
    try:
        # A file that is there is never opened here: closing it again would free SQLite's own locks on it.
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return None if is_shared else _lock(path.with_name(path.name + ".lock"))
    except OSError as error:
        remedy = "Make its folder, or correct [database] address."
        raise ConfigError(f"The database {path} cannot be opened ({error.strerror}).", remedy) from error


def _lock(path: Path) -> int:
    """Hold it, by the system's own lock, until the descriptor is closed or the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise DatabaseInUse(
            f"The database is in use (process {holder}), and this SQLite is too old to share it.",
            "Stop that process first; or use PostgreSQL, or install pysqlite3.",
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
