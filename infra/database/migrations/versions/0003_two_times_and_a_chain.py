"""two times of everything, evidence, and the audit as a chain"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import inspect, text

from infra.database import tables as t
from infra.database.audit_chain import chain_again
from infra.database.vouching import VOUCHED, older, rows_by_entry
from infra.database.writer import OfferWriter

revision = "0003"
down_revision = "0002"

# The new columns with their types, what each holds in a row of then ("" where it may be empty), by table.
INSTANT, TEXT, DATE, INTEGER = sa.DateTime(timezone=True), sa.Text(), sa.Date(), sa.Integer()
COLUMNS: dict[str, list[tuple[str, sa.types.TypeEngine[Any], str]]] = {
    "forms": [("after_deadline", INSTANT, ""), ("recorded_by", TEXT, "''"), ("evidence", TEXT, "''")],
    "actions": [("recorded_at", INSTANT, "at"), ("after_deadline", INSTANT, ""), ("entry", INTEGER, "0")],
    "decisions": [("entry", INTEGER, "0")],
    "cancellations": [("voided_on", DATE, "")],
    "issued_options": [("ended_on", DATE, "")],
    "notices": [("send_after", INSTANT, ""), ("withdrawn_at", INSTANT, "")],
    "audit": [("recorded_at", INSTANT, "at"), ("evidence", TEXT, "''"), ("hash", sa.String(64), "''")],
}


# What the database itself keeps from being changed from now on.
GUARDED = (t.actions, t.evidence)


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        if op.get_bind().dialect.name == "sqlite":
            _make_again_with(table, {name: (type_, fill) for name, type_, fill in columns})
        else:
            _add_in_place(table, {name: (type_, fill) for name, type_, fill in columns})
    op.create_table(
        "evidence",
        sa.Column("offer", _key(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("offer", "sha256", name="pk_evidence"),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name="fk_evidence_offers"),
    )
    _vouch_for_older_rows()
    for guarded in GUARDED:
        t.refuse_changes(guarded, op.get_bind())


def _vouch_for_older_rows() -> None:
    bind = op.get_bind()
    for offer, at in bind.execute(sa.select(t.audit.c.offer, sa.func.max(t.audit.c.at)).group_by(t.audit.c.offer)):
        db = OfferWriter(bind, offer)
        found = {what: [row for _, rows in rows_by_entry(bind, offer, what) for row in rows] for what in VOUCHED}
        db.audit(at, "", [older(what, rows) for what, rows in found.items() if rows])


def _key() -> sa.types.TypeEngine[str]:
    return sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


Columns = Mapping[str, tuple[sa.types.TypeEngine[Any], str]]


def downgrade() -> None:
    for guarded in GUARDED:
        if op.get_bind().dialect.name == "sqlite":
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER {guarded.name}_no_{act}")
        else:
            op.execute(f"DROP TRIGGER {guarded.name}_append_only ON {guarded.name}")
            op.execute(f"DROP FUNCTION {guarded.name}_append_only()")
    op.drop_table("evidence")
    for table, columns in COLUMNS.items():
        names = [name for name, _, _ in columns]
        if op.get_bind().dialect.name == "sqlite":
            _make_again_without(table, names)
        else:
            for name in names:
                op.drop_column(table, name)


def _add_in_place(table: str, columns: Columns) -> None:
    bind = op.get_bind()
    guarded = table in ("audit", "decisions")
    if guarded:
        bind.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name, (type_, fill) in columns.items():
        op.add_column(table, sa.Column(name, type_))
        if fill:
            bind.exec_driver_sql(f"UPDATE {table} SET {name} = {fill}")
    if table == "audit":
        chain_again(bind)
    if guarded:
        bind.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for name, (_, fill) in columns.items():
        if fill:
            op.alter_column(table, name, nullable=False)


def _make_again_with(table: str, columns: Columns) -> None:
    """SQLite adds no column that may not be empty, and none in the place where a new database has it."""
    dialect = op.get_bind().dialect
    added = [
        f"\t{name} {type_.compile(dialect)}{' NOT NULL' if fill else ''}, " for name, (type_, fill) in columns.items()
    ]
    values = [fill or "NULL" for _, fill in columns.values()]
    _make_again(table, lambda lines: _before_constraints(lines, added), ", ".join(["*", *values]))


def _make_again_without(table: str, names: Sequence[str]) -> None:
    kept = [str(column["name"]) for column in inspect(op.get_bind()).get_columns(table) if column["name"] not in names]
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
