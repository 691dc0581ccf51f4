"""A database on PostgreSQL for one test after the other: to empty it takes a tenth of the time of making a new one.

What stood in it when it was new comes back after each test; one whose tables a test has changed is thrown away.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection, sql

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
    SELECT md5(string_agg(concat_ws('.', relname, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)),
           (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""
_WRITTEN = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
_COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


class SpareDatabase:
    """`make` makes the database at the address anew, with all its tables."""

    def __init__(self, address: str, make: Callable[[str], None]) -> None:
        self.address = address
        self._make = make
        self._shape: object = None
        self._rows: dict[str, bytes] = {}
        self._counters: list[tuple[str, int]] = []

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Its address, while nobody else has it."""
        if self._shape is None:
            self._make(self.address)
            with psycopg.connect(self.address) as connection:
                self._remember(connection)
        try:
            yield self.address
        finally:
            with psycopg.connect(self.address) as connection:
                connection.execute(_END_OTHERS)
                if connection.execute(_SHAPE).fetchone() == self._shape:
                    self._restore(connection)
                else:
                    self._shape = None

    def _remember(self, connection: Connection) -> None:
        self._shape = connection.execute(_SHAPE).fetchone()
        self._counters = connection.execute(_COUNTERS).fetchall()
        for (table,) in connection.execute(_WRITTEN).fetchall():
            with connection.cursor().copy(_copying(table, "TO STDOUT")) as copy:
                self._rows[table] = b"".join(map(bytes, copy))

    def _restore(self, connection: Connection) -> None:
        connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
        written = [table for (table,) in connection.execute(_WRITTEN).fetchall()]
        if written:
            tables = sql.SQL(", ").join(map(sql.Identifier, written))
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        for table, rows in self._rows.items():
            with connection.cursor().copy(_copying(table, "FROM STDIN")) as copy:
                copy.write(rows)
        for name, value in self._counters:
            connection.execute("SELECT setval(%s::regclass, %s)", (name, value))


def _copying(table: str, way: str) -> sql.Composed:
    return sql.SQL("COPY {} " + way).format(sql.Identifier(table))
