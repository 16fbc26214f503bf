"""Rows as they are kept, whatever somebody wrote into them by hand: nothing fails because of it.

SQLite keeps any text in any column.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import JSON, Column, ColumnElement, Dialect, String, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine

from infra.database.tables import Instant


def as_kept(columns: Iterable[Column[Any]]) -> list[ColumnElement[Any]]:
    """The columns for a query that reads what is no instant, or no JSON, as the text it is."""
    return [type_coerce(c, _AS_KEPT[type(c.type)]).label(c.name) if type(c.type) in _AS_KEPT else c for c in columns]


class _InstantAsKept(TypeDecorator[Any]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value
        if not isinstance(at, datetime):
            return at
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


class _JsonAsKept(TypeDecorator[Any]):
    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else JSON())

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        try:
            return from_json(value) if dialect.name == "sqlite" else value
        except (TypeError, ValueError):
            return value


_AS_KEPT: dict[type, TypeEngine[Any]] = {Instant: _InstantAsKept(), JSON: _JsonAsKept()}
