"""New and empty databases for a benchmark: SQLite in a folder, or a PostgreSQL started for it and gone afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.database.engine import sqlite_url
from tests import postgres


@dataclass(frozen=True)
class Databases:
    """A function from a name to the URL of a new database; `postmaster` is the process of the server, 0 without one."""

    new: Callable[[str], str]
    postmaster: int = 0

    def __call__(self, name: str) -> str:
        return self.new(name)


@contextmanager
def databases(folder: Path, postgresql: bool) -> Iterator[Databases]:
    """New databases of one kind or the other."""
    if postgresql:
        with postgres.running(folder / "pg") as server:
            yield Databases(server.new_database, int((folder / "pg" / "postmaster.pid").read_text().split()[0]))
    else:
        yield Databases(lambda name: sqlite_url(folder / f"{name}.db"))
