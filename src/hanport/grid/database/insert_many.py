"""Inserts many alike rows at the speed of the driver: by COPY into PostgreSQL, by one statement into SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection, Insert, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError

_FEW = 50


def insert_many(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, few: Insert | None = None
) -> None:
    """Insert rows that all have the same columns; those they leave out get their default. `few` is the statement for
    few rows, where it has been made already.
    """
    if not rows:
        return
    if len(rows) < _FEW:
        connection.execute(insert(table) if few is None else few, rows)
        return
    statement = insert(table).values({name: bindparam(name) for name in rows[0]})
    compiled = statement.compile(dialect=connection.dialect)
    names = list(compiled.positiontup or rows[0])
    lines = zip(*(_bound(connection, table, name, rows) for name in names), strict=True)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, lines)
    else:
        connection.exec_driver_sql(compiled.string, list(lines))


def _bound(connection: Connection, table: Table, name: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """A column of the rows, as the driver takes it."""
    bind = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return [row[name] if bind is None else bind(row[name]) for row in rows]


def _copy(connection: Connection, table: Table, names: Sequence[str], lines: Iterable[tuple[Any, ...]]) -> None:
    """Raises SQLAlchemy's errors, as all statements do."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    quoted = connection.dialect.identifier_preparer
    into = f"{quoted.format_table(table)} ({', '.join(map(quoted.quote, names))})"
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
            for line in lines:
                copy.write_row(line)
    except psycopg.Error as error:
        wrapped = DBAPIError.instance("COPY", None, error, psycopg.Error, hide_parameters=True)
        raise wrapped from None
