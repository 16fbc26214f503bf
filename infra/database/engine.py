"""Engines and migrations: the same code on SQLite (one file in the offer's folder) and on PostgreSQL."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Date,
    Dialect,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from infra.database.tables import Instant, metadata
from infra.database.trouble import past_sqlalchemy, reason_of, translated
from infra.private import private_directory, private_file
from optex.errors import OptexError

MIGRATIONS = Path(__file__).parent / "migrations"
# By the names of their files, as Alembic takes a third of a second to import: 0001_what_it_does.py.
REVISIONS = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
HEAD = REVISIONS[-1]
# So many seconds a database waits for another who writes, and a server is waited for to let somebody in.
PATIENCE, CONNECTING = 60, 10
# pydantic's JSON is written five times as fast as the standard library's, and there is one with every notice.
_JSON = {"json_serializer": lambda value: to_json(value).decode(), "json_deserializer": from_json}
# What is written names people, and an error is read by others: it shows none of it.
_KIND: dict[str, Any] = {**_JSON, "hide_parameters": True}


def sqlite_url(path: Path) -> str:
    """The URL of a database in a file, whatever characters its path has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


@cache
def engine_for(url: str) -> Engine:
    """One engine a database and process, its schema brought up to date when first used.

    OptexError where the database cannot be had; its password is never told.
    """
    try:
        _refuse_emptied(make_url(url))
        engine = connect(url)
        migrate(engine)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise OptexError(f"OPTEX_DATABASE_URL: the database cannot be had: {reason_of(error)}") from error
    return engine


def _refuse_emptied(url: URL) -> None:
    """A file that has been without a byte for a while held books once: SQLite would begin new ones in it."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    file = Path(url.database)
    if file.exists() and file.stat().st_size == 0 and time.time() - file.stat().st_mtime > PATIENCE:
        raise OptexError(
            f"{file} is empty: whatever books were in it are gone. `optex restore` the last backup into a new folder; "
            "only if nothing of the offer was ever taken in, delete that file"
        )


def connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            private_directory(Path(parsed.database).parent)
        engine = create_engine(parsed, connect_args={"timeout": PATIENCE}, **_KIND)
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    else:
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if "connect_timeout" not in parsed.query:
            parsed = parsed.update_query_dict({"connect_timeout": str(CONNECTING)})
        engine = create_engine(parsed, pool_pre_ping=True, **_KIND)
        event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "handle_error", translated, retval=True)
    return engine


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    """As long as SQLite waits for another who writes, and not for ever; a statement of ours may take its time."""
    before, connection.autocommit = connection.autocommit, True
    connection.execute(f"SET lock_timeout = {PATIENCE * 1000}")
    connection.autocommit = before


def _make_private(_dialect: Any, _record: Any, opened: list[str], _options: Any) -> None:
    """Make the file before SQLite does, by whose mode it also makes the two of the write-ahead log.

    Where it cannot be made or written, SQLite itself says so: such a file may still be read.
    """
    if opened[0] != ":memory:":
        with suppress(OSError):
            private_file(Path(opened[0]))


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the transactions are ours to begin, see below
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # 64 MB: by itself it keeps two, and writes the rest back and forth.
    connection.execute("PRAGMA cache_size = -65536")


def _write_ahead(connection: Any) -> None:
    """Keep a write-ahead log; SQLite waits for nobody while a new file changes to one, however many open it at once."""
    last = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.02)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that starts by reading could not take it later without a deadlock."""
    reading = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(engine: Engine) -> None:
    """Make the schema, or bring an older one up to date; who only reads does not wait for one who writes.

    OptexError where the schema is of no version that this code knows: a newer one is not to be written into.
    """
    with engine.connect().execution_options(read_only=True) as connection:
        if schema_version(connection) == HEAD:
            return
    with _without_foreign_keys(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Workers that start at the same moment wait here for the one that migrates, then find it done.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('optex migrations'))"))
        version = schema_version(connection)
        if version == HEAD:
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        if version is None:
            metadata.create_all(connection, checkfirst=False)  # a table of that name is somebody else's: refused
            command.stamp(config, "head")
        else:
            command.upgrade(config, "head")


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """A transaction in which SQLite lets a table be made again that others refer to: it must be told before it begins.

    See "Making Other Kinds Of Table Schema Changes" in its documentation of ALTER TABLE.
    """
    with engine.connect() as connection:
        sqlite = connection.connection if connection.dialect.name == "sqlite" else None
        if sqlite is not None:
            sqlite.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if sqlite is not None:
                sqlite.cursor().execute("PRAGMA foreign_keys = ON")


def schema_version(connection: Connection) -> str | None:
    """The revision of the database's schema, one that this code knows; None where nothing was made yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and version not in REVISIONS:
        raise OptexError(
            f"OPTEX_DATABASE_URL: the database's schema is of revision {version!r}, and this optex knows none after "
            f"{HEAD!r}: a newer optex made it, or another program; nothing was changed"
        )
    return version


def bulk_insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]] | Iterable[dict[str, Any]]) -> int:
    """Write many rows at once, on PostgreSQL by COPY; every row must have the same keys. Returns how many.

    Past SQLAlchemy's own way to the driver, column by column, as that takes twice as long as the writing itself.
    """
    rows = list(rows)
    if not rows:
        return 0
    keys = tuple(rows[0])
    cells = itemgetter(*keys, keys[0])  # of one key alone it makes no tuple
    return insert_rows(connection, table, keys, [cells(row)[:-1] for row in rows])


def insert_rows(connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Write many rows at once, each with the cells of these columns. Returns how many."""
    if not rows:
        return 0
    dialect = connection.dialect
    if dialect.name != "sqlite" and len(rows) < 1000:
        connection.execute(insert(table), [dict(zip(keys, row, strict=True)) for row in rows])
        return len(rows)
    columns = [table.c[key] for key in keys]
    binds = [_bind(column, dialect) for column in columns]
    cells = zip(*rows, strict=True)
    bound = zip(*(map(bind, each) if bind else each for bind, each in zip(binds, cells, strict=True)), strict=True)
    names = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
    if dialect.name == "sqlite":
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(keys))})"
        connection.exec_driver_sql(statement, list(bound))
    else:
        with (
            past_sqlalchemy(connection),
            closing(connection.connection.cursor()) as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
        ):
            for row in bound:
                copy.write_row(row)
    return len(rows)


def count_anew(connection: Connection, *tables: Table) -> None:
    """Have PostgreSQL count what is in tables that were just filled, as by itself it does so a minute later.

    Of a table of which it knows nothing it may check each reference by the index on its offer: every row there is.
    One that another transaction has counted, and not ended, is left out: it would wait for that one's end.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {', '.join(table.name for table in tables)}")


def _bind(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How the driver wants the cells of a column; None where it wants them as they are."""
    if dialect.name == "sqlite" and isinstance(column.type, Date):
        # As SQLAlchemy has it, in a quarter of the time.
        return (lambda day: day and day.isoformat()) if column.nullable else date.isoformat
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    # Thousands of rows are written at one instant.
    return cache(bind) if bind and isinstance(column.type, Instant) else bind
