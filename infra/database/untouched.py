"""A database looked at as it is: nothing is made, migrated or written, and one that is silent is not waited for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from infra.database.engine import connect, sqlite_url
from infra.database.trouble import reason_of, translated, trouble_of
from optex.errors import OptexError

# So many seconds for a connection, and for an answer.
PATIENCE = 5


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None where the database is no file, OptexError where nothing can be told."""
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise OptexError(f"OPTEX_DATABASE_URL: {reason_of(error)}") from error
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


@contextmanager
def untouched(url: str) -> Iterator[Connection]:
    """A connection for reading to a database that is there, also while others write into it."""
    file = sqlite_file(url)
    if file is None:
        engine = connect(_impatient(make_url(url)))
    else:
        engine = create_engine(make_url(url), creator=lambda: _opened(file), poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "handle_error", translated, retval=True)
    try:
        with engine.connect().execution_options(read_only=True, postgresql_readonly=True) as connection:
            if file is None:
                connection.execute(text(f"SET statement_timeout = {PATIENCE * 1000}"))
            yield connection
    finally:
        engine.dispose()


def copy_of_books(file: Path, to: Path) -> None:
    """Copy an SQLite database as it is at one instant, without keeping anybody from writing into it meanwhile."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as books:
            books.execute("VACUUM INTO ?", [str(to)])
    except sqlite3.Error as error:
        why = trouble_of(error, sqlite_url(file)) or f"{file}: {error}"
        raise OptexError(f"the books cannot be copied: {why}") from error


def _opened(file: Path) -> sqlite3.Connection:
    """An SQLite file, for reading only.

    Merely to read, SQLite makes the files of a write-ahead log and leaves them behind, unless it is told that nobody
    writes: which is so where there is no such log.
    """
    alone = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{alone}", uri=True, timeout=PATIENCE)


def _impatient(url: URL) -> str:
    named = url if "connect_timeout" in url.query else url.update_query_dict({"connect_timeout": str(PATIENCE)})
    return named.render_as_string(hide_password=False)
