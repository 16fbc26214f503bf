"""The books with which a rehearsal's Prefect begins are made once for each version, whole or not at all."""

import sqlite3
import sys
from contextlib import closing

import pytest

from flows.prefect_books import BOOKS, begin_with_empty_books, keep_empty_books


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The home of a server, in an installation that has kept no books yet."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    for each in ("venv", "first", "second"):
        (tmp_path / each).mkdir()
    return lambda name: tmp_path / name


def migrated(home):
    with closing(sqlite3.connect(home / BOOKS)) as books, books:
        books.execute("CREATE TABLE flow_run (name TEXT)")


def tables(home):
    with closing(sqlite3.connect(home / BOOKS)) as books:
        return [name for (name,) in books.execute("SELECT name FROM sqlite_master")]


def test_the_second_server_begins_with_the_books_of_the_first(home):
    begin_with_empty_books(home("first"))
    assert not (home("first") / BOOKS).exists()
    migrated(home("first"))
    keep_empty_books(home("first"))
    begin_with_empty_books(home("second"))
    assert ["flow_run"] == tables(home("second"))


def test_what_the_first_writes_later_is_not_in_them(home):
    migrated(home("first"))
    keep_empty_books(home("first"))
    with closing(sqlite3.connect(home("first") / BOOKS)) as books, books:
        books.execute("CREATE TABLE written_later (name TEXT)")
    keep_empty_books(home("first"))
    begin_with_empty_books(home("second"))
    assert ["flow_run"] == tables(home("second"))


def test_damaged_books_are_not_begun_with(home):
    """Cut in the middle, as by a disk that was full: the server makes its own, as the first did."""
    migrated(home("first"))
    keep_empty_books(home("first"))
    [kept] = (home("venv") / "var").iterdir()
    kept.write_bytes(kept.read_bytes()[:4096])
    begin_with_empty_books(home("second"))
    assert not (home("second") / BOOKS).exists()


def test_an_installation_that_cannot_be_written_keeps_none(home):
    """As one that somebody else installed: here a file stands where the directory would be."""
    (home("venv") / "var").write_text("")
    migrated(home("first"))
    keep_empty_books(home("first"))
    begin_with_empty_books(home("second"))
    assert not (home("second") / BOOKS).exists()
