"""New and empty databases for a benchmark: SQLite in a folder, or a PostgreSQL started for it and gone afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.database.engine import sqlite_url
from tests import postgres


@contextmanager
def databases(folder: Path, postgresql: bool) -> Iterator[Callable[[str], str]]:
    """A function from a name to the URL of a new database."""
    if postgresql:
        with postgres.running(folder / "pg") as server:
            yield server.new_database
    else:
        yield lambda name: sqlite_url(folder / f"{name}.db")
