"""Engines and migrations: the same code on SQLite (one file in the offer's folder) and on PostgreSQL."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, inspect, make_url, text

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0001"


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


@cache
def engine_for(url: str) -> Engine:
    """One engine a database and process, its schema brought up to date when first used."""
    engine = connect(url)
    migrate(engine)
    return engine


def connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 60})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the transactions are ours to begin, see below
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that starts by reading could not take it later without a deadlock."""
    reading = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; nothing happens where it is."""
    with engine.begin() as connection:
        if _version(connection) == HEAD:
            return
        if connection.dialect.name == "postgresql":
            # Workers that start at the same moment wait here for the one that migrates, then find it done.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('optex migrations'))"))
            if _version(connection) == HEAD:
                return
        # Alembic takes a third of a second to import: only when there is something to do.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def bulk_insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]] | Iterable[dict[str, Any]]) -> int:
    """Write many rows at once, on PostgreSQL by COPY; every row must have the same keys. Returns how many."""
    rows = list(rows)
    if not rows:
        return 0
    if connection.dialect.name != "postgresql" or len(rows) < 1000:
        connection.execute(insert(table), rows)
        return len(rows)
    columns = [table.c[key] for key in rows[0]]
    bind = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    names = ", ".join(connection.dialect.identifier_preparer.format_column(column) for column in columns)
    cursor = connection.connection.cursor()
    keys = list(rows[0])
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([b(row[k]) if b else row[k] for b, k in zip(bind, keys, strict=True)])
    cursor.close()
    return len(rows)
