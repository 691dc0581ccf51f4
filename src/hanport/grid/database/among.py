"""A condition that a column is one of many values, as one parameter: thousands of them are slow to compile."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

_FEW = 20


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values: numbers, texts or bytes."""
    if len(values) <= _FEW:
        return column.in_(values)
    if connection.dialect.name == "postgresql":
        return column == func.any(bindparam(None, list(values), type_=ARRAY(column.type)))
    if isinstance(column.type, LargeBinary):
        return column.in_(values)  # JSON has no bytes
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(each.c.value))
