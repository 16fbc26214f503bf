"""The books of a backup looked through, in a copy that is thrown away afterwards."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from infra.backup.manifest import BooksInBackup
from infra.database.audit_check import first_broken
from infra.database.engine import connect, migrate, schema_version, sqlite_url
from infra.database.reader import OfferReader
from infra.database.trouble import DatabaseTrouble, reason_of
from infra.database.writer import open_reader
from infra.mail import outbox
from optex.errors import OptexError


@dataclass(frozen=True, kw_only=True, slots=True)
class ExaminedBooks:
    """How books stand; served at that instant, `unsent` letters would go out and the steps `due` be done."""

    books: BooksInBackup
    unsent: int
    due: tuple[str, ...]


def examined(books: Path, offer: str, at: datetime) -> ExaminedBooks:
    """The books in a file, every page of it and the chain of the audit; OptexError where the database is damaged.

    Books of an older schema are brought up to date for it, in a copy: the file itself stays as it is.
    """
    with tempfile.TemporaryDirectory(prefix=".optex-", dir=books.parent) as place:
        copy = Path(place) / "copy.db"
        shutil.copyfile(books, copy)
        try:
            _require_whole(copy)
            engine = connect(sqlite_url(copy))
            try:
                with engine.connect().execution_options(read_only=True) as connection:
                    revision = schema_version(connection)
                migrate(engine)
                with open_reader(engine, offer) as db:
                    head, broken = db.audit_head(), _broken(db)
                    unsent = outbox.waiting(db, at) + outbox.held_back(db, at)[0]
                    due = tuple(step.name for step in db.steps() if step.waiting and step.due <= at)
            finally:
                engine.dispose()
        except (sqlite3.Error, SQLAlchemyError, DatabaseTrouble) as error:
            raise OptexError(f"the books are damaged: {reason_of(error)}") from error
    found = BooksInBackup(revision=revision or "", entries=head.entries, head=head.hash, broken=broken)
    return ExaminedBooks(books=found, unsent=unsent, due=due)


def _require_whole(file: Path) -> None:
    with closing(sqlite3.connect(file)) as books:
        found = [row for (row,) in books.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise OptexError(f"the books are damaged: {found[0]}")


def _broken(db: OfferReader) -> str:
    try:
        broken = first_broken(db)
    except (SQLAlchemyError, ValueError, TypeError, ArithmeticError) as error:  # as no optex wrote it
        return f"it cannot be read any more: {reason_of(error)}"
    return f"entry {broken.position:,} is {broken.fault}: {broken.action}, {broken.subject}" if broken else ""
