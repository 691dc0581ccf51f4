"""Many rows at once: found by their keys, compared with what was told, written in few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET
from sqlalchemy import Column, Connection, Row, Select, Table, bindparam, select, update

from hanport.grid.database.among import among
from hanport.grid.database.insert_many import insert_many

_BATCH = 5000


def found(connection: Connection, chosen: Select[Any], column: Column[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
    """The chosen rows whose column is one of the keys."""
    wanted = list(dict.fromkeys(keys))
    for begin in range(0, len(wanted), _BATCH):
        yield from connection.execute(chosen.where(among(connection, column, wanted[begin : begin + _BATCH]))).all()


def by_key(connection: Connection, column: Column[Any], keys: Iterable[Any]) -> dict[Any, Row[Any]]:
    """Whole rows by a column that is unique."""
    table, name = column.table, column.name
    return {getattr(row, name): row for row in found(connection, select(table), column, keys)}


def ids_of(connection: Connection, column: Column[Any], keys: Iterable[Any]) -> dict[Any, int]:
    """The ids of rows by a column that is unique."""
    chosen: Select[Any] = select(column.label("key"), column.table.c.id.label("id"))
    return {row.key: row.id for row in found(connection, chosen, column, keys)}


def names_of(connection: Connection, column: Column[Any], ids: Iterable[int]) -> dict[int, Any]:
    """A column of rows by their ids."""
    chosen: Select[Any] = select(column.table.c.id.label("id"), column.label("name"))
    return {row.id: row.name for row in found(connection, chosen, column.table.c.id, ids)}


def differing(stored: Row[Any], told: Mapping[str, object]) -> dict[str, object]:
    """The columns in which what was told differs from what is stored. What is UNSET was not told."""
    return {name: value for name, value in told.items() if value is not UNSET and getattr(stored, name) != value}


def given(told: Mapping[str, object]) -> dict[str, object]:
    """The columns that were told."""
    return {name: value for name, value in told.items() if value is not UNSET}


def add(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows; columns that a row leaves out get their default."""
    for alike in _alike(rows).values():
        insert_many(connection, table, alike)


def change(connection: Connection, table: Table, changes: Mapping[int, dict[str, object]]) -> None:
    """Update rows by their id."""
    rows = [{f"new_{name}": value for name, value in new.items()} | {"the_id": at} for at, new in changes.items()]
    for names, alike in _alike(rows).items():
        values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names if name != "the_id"}
        connection.execute(update(table).where(table.c.id == bindparam("the_id")).values(values), alike)


def _alike(rows: Sequence[dict[str, object]]) -> dict[tuple[str, ...], list[dict[str, object]]]:
    """Rows with the same columns together."""
    groups: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row)].append(row)
    return groups
