"""The empty books with which a Prefect server begins: their migrations take seconds, and are run once for a version."""

import contextlib
import os
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

BOOKS = "prefect.db"


def begin_with_empty_books(home: Path) -> None:
    """Give a new server the books that an earlier one began with, where this installation has kept them."""
    if _is_whole(_kept()):
        _copy(_kept(), home / BOOKS)


def keep_empty_books(home: Path) -> None:
    """Keep the books of a server that has just begun, for those to come; where that cannot be, they make their own."""
    if _kept().exists():
        return
    mine = _kept().with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError, sqlite3.Error):
        _kept().parent.mkdir(exist_ok=True)
        _copy(home / BOOKS, mine)
        mine.replace(_kept())


def _kept() -> Path:
    """In the directory of the installation, with which it goes when Prefect does."""
    return Path(sys.prefix) / "var" / f"prefect-{version('prefect')}.db"


def _is_whole(books: Path) -> bool:
    if not books.exists():
        return False
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(books)) as opened:
        return bool(opened.execute("PRAGMA quick_check").fetchone() == ("ok",))
    return False


def _copy(source: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as read, contextlib.closing(sqlite3.connect(target)) as written:
        read.backup(written)
