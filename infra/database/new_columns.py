"""Columns that a migration adds to a table or takes away, so that it is as a new database has it."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import inspect, text

from infra.database.audit_chain import chain_again

NewColumn = tuple[str, sa.types.TypeEngine[Any], str]
"""A column with its type, and what it holds in a row of then as SQL; "" where it may be empty."""


def add_columns(table: str, columns: Sequence[NewColumn]) -> None:
    """Add columns as the last of a table."""
    if op.get_bind().dialect.name == "sqlite":
        _make_again_with(table, columns)
    else:
        _add_in_place(table, columns)


def drop_columns(table: str, names: Sequence[str]) -> None:
    """Take columns of these names away again."""
    if op.get_bind().dialect.name == "sqlite":
        _make_again_without(table, names)
    else:
        for name in names:
            op.drop_column(table, name)


def _add_in_place(table: str, columns: Sequence[NewColumn]) -> None:
    bind = op.get_bind()
    guarded = table in ("audit", "decisions")
    if guarded:
        bind.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name, type_, fill in columns:
        op.add_column(table, sa.Column(name, type_))
        if fill:
            bind.exec_driver_sql(f"UPDATE {table} SET {name} = {fill}")
    if table == "audit":
        chain_again(bind)
    if guarded:
        bind.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for name, _, fill in columns:
        if fill:
            op.alter_column(table, name, nullable=False)


def _make_again_with(table: str, columns: Sequence[NewColumn]) -> None:
    """SQLite adds no column that may not be empty, and none in the place where a new database has it."""
    dialect = op.get_bind().dialect
    added = [f"\t{name} {type_.compile(dialect)}{' NOT NULL' if fill else ''}, " for name, type_, fill in columns]
    values = [fill or "NULL" for *_, fill in columns]
    _make_again(table, lambda lines: _before_constraints(lines, added), ", ".join(["*", *values]))


def _make_again_without(table: str, names: Sequence[str]) -> None:
    bind = op.get_bind()
    quote = bind.dialect.identifier_preparer.quote  # `on`, of the prices, is a word of SQL
    kept = [quote(str(each["name"])) for each in inspect(bind).get_columns(table) if each["name"] not in names]
    _make_again(table, lambda lines: [line for line in lines if line.split()[0] not in names], ", ".join(kept))


def _before_constraints(lines: list[str], added: list[str]) -> list[str]:
    first = next(n for n, line in enumerate(lines) if line.split()[0] == "CONSTRAINT")
    return [*lines[:first], *added, *lines[first:]]


def _make_again(table: str, changed: Callable[[list[str]], list[str]], values: str) -> None:
    bind = op.get_bind()
    query = text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :of AND sql IS NOT NULL")
    made = bind.execute(query, {"of": table}).all()
    [created] = [sql for kind, sql in made if kind == "table"]
    bind.exec_driver_sql(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table} ORDER BY rowid")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql("\n".join(changed([line for line in created.splitlines() if line.strip()])))
    bind.exec_driver_sql(f"INSERT INTO {table} SELECT {values} FROM kept ORDER BY rowid")
    bind.exec_driver_sql("DROP TABLE kept")
    if table == "audit" and "hash" in {column["name"] for column in inspect(bind).get_columns("audit")}:
        chain_again(bind)
    for kind, sql in made:
        if kind != "table":
            bind.exec_driver_sql(sql)
