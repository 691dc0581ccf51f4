"""Opens the database: SQLite (one file) or PostgreSQL, by its address.

SQLite runs in WAL mode with full durability. Builds before 3.51.3 can lose a commit when two connections write or
checkpoint at nearly the same time (https://www.sqlite.org/changes.html), so a fixed build is used where there is one
(`pysqlite3`); with an older one a lock beside the file lets only one process in, and readers never write.
"""

import importlib
import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from hanport.errors import ConfigError

FIXED = (3, 51, 3)
_BUSY_S = 30


def connect(address: str) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`. Raises ConfigError."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise ConfigError(
            "The database's address cannot be read.", "Write sqlite:///grid.db or postgresql://..."
        ) from None
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url.database or ":memory:")
        case "postgresql":
            # Each statement sees what was committed before it; rows that decide are locked.
            return create_engine(
                url.set(drivername="postgresql+psycopg"),
                isolation_level="READ COMMITTED",
                pool_pre_ping=True,
                pool_size=10,
            )
        case other:
            raise ConfigError(f"{other} is no database of this service.", "Choose sqlite or postgresql.")


def sqlite_module() -> ModuleType:
    """The SQLite to use: a fixed build where one is installed."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def _sqlite(path: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", module=sqlite_module(), connect_args={"timeout": _BUSY_S, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the transaction begins where SQLAlchemy says, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
