"""Asking for the rows of many keys at once: the keys go to the database as one parameter, however many they are."""

from collections.abc import Iterable
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, bindparam, func, select


def among(connection: Connection, column: Any, keys: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of these keys.

    What is found by such a column is sorted here where its order is that of the table's own key: told to order by it,
    SQLite walks through the whole table by that key rather than look up these few.
    """
    wanted = sorted(set(keys))
    if connection.dialect.name == "sqlite":
        each = func.json_each(bindparam(None, to_json(wanted).decode(), unique=True)).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(each.c.value))
        return found
    return cast("ColumnElement[bool]", column == any_(bindparam(None, wanted, type_=ARRAY(Text), unique=True)))
