"""What keeps a database from its work, told in one line that says what to do; never with the statement or its values.

A transaction that it breaks off is undone whole, so that whatever was at work is simply done again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from optex.errors import OptexError


class DatabaseTrouble(OptexError):
    """The database does not do what it is asked: what is wrong with it, and what to do."""

    def __init__(self, said: str, do: str) -> None:
        super().__init__(f"{said}: {do}")
        self.said, self.do = said, do


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    what: str
    do: str


_AGAIN = ", and run it again: nothing is half done"
_READ_ONLY = _Kind(
    what="takes no writes",
    do=f"make its file and directory writable for this user, or name a server that is not read-only{_AGAIN}",
)
_BUSY = _Kind(what="is kept locked by another program that writes", do=f"end that program or wait for it{_AGAIN}")
_FULL = _Kind(what="has no room left on its disk", do=f"make room there{_AGAIN}")
_DAMAGED = _Kind(
    what="is damaged",
    do="stop `optex serve`, keep the file for whoever looks into it, and `optex restore` the last backup elsewhere",
)
_CLOSED = _Kind(
    what="cannot be opened", do=f"see that its directory is there, and that this user may write in it{_AGAIN}"
)
_DISK = _Kind(what="cannot be read from its disk, or written to it", do=f"see whether that is full or broken{_AGAIN}")
_LOST = _Kind(
    what="does not answer",
    do=f"see that the server is up, and its address, user and password right in OPTEX_DATABASE_URL{_AGAIN}",
)
_FORBIDDEN = _Kind(what="does not let this user in", do=f"grant the user of OPTEX_DATABASE_URL what it needs{_AGAIN}")

_SQLITE = {
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_IOERR: _DISK,
}
# By the codes of PostgreSQL (its appendix A), whole or by their class; a server that is gone gives none at all.
_POSTGRESQL = {
    "25006": _READ_ONLY,
    "55P03": _BUSY, "40P01": _BUSY, "57014": _BUSY,
    "53100": _FULL,
    "XX001": _DAMAGED, "XX002": _DAMAGED,
    "58030": _DISK,
    "42501": _FORBIDDEN, "28": _FORBIDDEN,
    "08": _LOST, "53": _LOST, "57": _LOST, "3D": _LOST,
}  # fmt: skip


def reason_of(error: object) -> str:
    """What the database itself says of an error, in one line; its password is not in it."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def named(url: URL | str) -> str:
    """A database as it may be told: without any secret, of which there may be some in its query too."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database)
    host = parsed.host or parsed.query.get("host") or "this machine"
    return f"{parsed.get_backend_name()} database {parsed.database} on {host}"


def trouble_of(error: BaseException | None, where: URL | str) -> DatabaseTrouble | None:
    """What an error of a database's driver says of the database; None where it is no trouble of the database itself."""
    kind = _sqlite_kind(error) if isinstance(error, sqlite3.Error) else _postgresql_kind(error)
    if kind is None:
        return None
    assert error is not None
    return DatabaseTrouble(f"{named(where)} {kind.what} ({reason_of(error)})", kind.do)


def damage_in(connection: Connection) -> DatabaseTrouble | None:
    """The first fault that SQLite finds in any page of its file; a server looks after its own."""
    if connection.dialect.name != "sqlite":
        return None
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    where = named(connection.engine.url)
    return None if found == "ok" else DatabaseTrouble(f"{where} {_DAMAGED.what} ({reason_of(found)})", _DAMAGED.do)


def translated(context: ExceptionContext) -> DatabaseTrouble | None:
    """Whatever a connection meets as trouble of the database, for SQLAlchemy to raise instead of its own error."""
    if context.is_pre_ping or not isinstance(context.sqlalchemy_exception, DBAPIError) or context.engine is None:
        return None
    return trouble_of(context.original_exception, context.engine.url)


@contextmanager
def past_sqlalchemy(connection: Connection) -> Iterator[None]:
    """What is asked of the driver itself meets the same troubles, which are told in the same words."""
    try:
        yield
    except Exception as error:  # whatever it is goes on its way, told in other words where it is a trouble
        if trouble := trouble_of(error, connection.engine.url):
            raise trouble from error
        raise


def _sqlite_kind(error: sqlite3.Error) -> _Kind | None:
    # Of the extended codes the last byte is the primary one; what Python itself raises has none.
    return _SQLITE.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)


def _postgresql_kind(error: Any) -> _Kind | None:
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _LOST if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
