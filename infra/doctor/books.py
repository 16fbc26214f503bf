"""The database: whether it answers, of which schema it is, and what its clock says."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from infra.database import tables as t
from infra.database.clock import server_clock
from infra.database.engine import HEAD, schema_version
from infra.database.trouble import DatabaseTrouble, damage_in, named, reason_of
from infra.database.untouched import sqlite_file, untouched
from infra.doctor.clock import ahead_of_us
from infra.doctor.finding import Finding, advice, ok, stop
from infra.workspace import Workspace
from optex.errors import OptexError


@dataclass(frozen=True, kw_only=True, slots=True)
class BooksFound:
    """What was found of the books; their server's clock, and the last entry on record, are so many seconds ahead."""

    findings: tuple[Finding, ...]
    clock: float | None = None
    record: float | None = None


def check_books(workspace: Workspace) -> BooksFound:
    """Whether the database can be read, and this optex knows its schema; nothing is made or brought up to date."""
    try:
        file = sqlite_file(workspace.database_url)
        if file is not None and not file.exists():
            said = f"{file} is not there yet"
            return BooksFound(findings=(advice("database", said, "optex serve takes the offer in and makes it"),))
        with untouched(workspace.database_url) as connection:
            return _looked_into(connection, workspace)
    except DatabaseTrouble as error:
        return BooksFound(findings=(stop("database", error.said, error.do),))
    except OptexError as error:
        return BooksFound(findings=(stop("database", str(error), "is it written as SQLAlchemy has it?"),))
    except (SQLAlchemyError, ImportError, ValueError) as error:
        problem = f"{named(workspace.database_url)} cannot be had: {reason_of(error)}"
        return BooksFound(findings=(stop("database", problem, "is OPTEX_DATABASE_URL right, and is the server up?"),))


def _looked_into(connection: Connection, workspace: Workspace) -> BooksFound:
    server = server_clock(connection)
    clock = ahead_of_us(server) if server else None
    answers = ok("database", f"{named(workspace.database_url)} answers")
    if damage := damage_in(connection):
        raise damage
    try:
        version = schema_version(connection)
    except DatabaseTrouble:
        raise
    except OptexError as error:
        problem = str(error).removeprefix("OPTEX_DATABASE_URL: the ")
        return BooksFound(findings=(answers, stop("schema", problem, "install the newest optex")), clock=clock)
    last = connection.execute(select(func.max(t.audit.c.recorded_at))).scalar() if version == HEAD else None
    findings = (answers, *_schema(connection, workspace.offer, version))
    return BooksFound(findings=findings, clock=clock, record=ahead_of_us(last) if last else None)


def _schema(connection: Connection, offer: str, version: str | None) -> Iterator[Finding]:
    if version is None:
        yield advice("schema", "none yet", "optex serve takes the offer in and makes it")
    elif version != HEAD:
        yield advice("schema", f"{version}, an older one", f"back up, then the next optex serve brings it to {HEAD}")
    else:
        yield ok("schema", f"{version}, the newest")
        if connection.execute(select(t.offers.c.offer).where(t.offers.c.offer == offer)).first() is None:
            yield advice("offer", f"{offer} is not on record yet", "optex serve takes it in")
        else:
            yield ok("offer", f"{offer} is on record")
