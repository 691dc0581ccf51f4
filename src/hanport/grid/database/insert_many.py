"""Inserts many alike rows at the speed of the driver: SQLAlchemy makes the statement, and each row goes by it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, insert

_FEW = 50


def insert_many(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, few: Insert | None = None
) -> None:
    """Insert rows that all have the same columns; those they leave out get their default. `few` is the statement for
    few rows, where it has been made already.
    """
    if not rows:
        return
    if few is not None and len(rows) < _FEW:
        connection.execute(few, rows)
        return
    names = list(rows[0])
    statement = insert(table).values({name: bindparam(name) for name in names})
    if len(rows) < _FEW:
        connection.execute(statement, rows)
        return
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect)
    order = names if compiled.positiontup is None else list(compiled.positiontup)
    columns = []
    for name in order:
        bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        columns.append([row[name] if bind is None else bind(row[name]) for row in rows])
    # One tuple a row for SQLite, one mapping a row for PostgreSQL.
    lines: Any = list(zip(*columns, strict=True))
    if compiled.positiontup is None:
        lines = [dict(zip(order, line, strict=True)) for line in lines]
    connection.exec_driver_sql(compiled.string, lines)
