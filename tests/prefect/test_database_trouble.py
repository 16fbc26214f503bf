"""What a run says whose database does not work: the line that everybody reads, and nothing of what was written."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from prefect.utilities.importtools import import_object

from flows.steps import FLOWS
from flows.watch import watch
from infra.database import engine as engines
from infra.database.engine import engine_for
from tasks.scheduled_runs import parameters_of
from tests.offers import local


@pytest.fixture
def due(new_offer):
    """An offer whose acceptance is due."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.play(until="2003-04-01T08:30:00")


@pytest.fixture
def locked(due, monkeypatch):
    """Its books, kept locked by another program for longer than is waited for, here a second."""
    monkeypatch.setattr(engines, "PATIENCE", 1)
    engine_for.cache_clear()
    with closing(sqlite3.connect(due.out / ".optex" / "optex.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
    engine_for.cache_clear()


def run(played, retries):
    with played.workspace() as workspace:
        with workspace.read() as db:
            step = db.step("cancel")
        flow = FLOWS["cancel"].with_options(retries=retries, retry_delay_seconds=0)
        return asyncio.run(
            flow(**parameters_of(workspace.offer, step), at=local("2003-04-01T09:00:00"), return_state=True)
        )


def test_a_step_says_in_one_line_why_it_failed(due, locked):
    """Every retry met the same: the file, the trouble and what to do, and no statement; then it is done."""
    state = run(due, retries=1)
    assert ("Failed", 1) == (state.name, len(state.message.splitlines()))
    assert "optex.db is kept locked by another program that writes (database is locked): end that" in state.message
    assert "SQL" not in state.message
    locked.execute("ROLLBACK")
    assert run(due, retries=0).message.startswith("Accepted and cancelled 1 option for 1,000 shares")


def test_an_act_that_fails_for_the_database_is_not_refused(due, locked, monkeypatch):
    """No rule forbids it: it is Failed, with the same line; asked for again it is recorded."""
    monkeypatch.setenv("OPTEX_OFFERS", str(due.out))

    def correct():
        correct_holder = import_object("flows.actions.correct_holder")
        stated = {"holder": "H1", "email": "ann@new.example", "reason": "A slip.", "by": "Ruth Counsel"}
        return asyncio.run(correct_holder(offer="alpha-2003", **stated, return_state=True))

    state = correct()
    assert ("Failed", True) == (state.name, "optex.db is kept locked by another program" in state.message)
    locked.execute("ROLLBACK")
    assert "Completed" == correct().name


def test_the_watch_says_once_which_books_are_damaged(due, monkeypatch):
    """Not once for each of its parts, and without keeping it from the other offers."""
    engine_for.cache_clear()
    books = due.out / ".optex" / "optex.db"
    with closing(sqlite3.connect(books)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    books.write_bytes(b"\x55" * 8192 + books.read_bytes()[8192:])
    monkeypatch.setenv("OPTEX_OFFERS", str(due.out))
    state = asyncio.run(watch(return_state=True))
    assert ("Failed", 1) == (state.name, state.message.count("optex.db is damaged (")), state.message
    engine_for.cache_clear()
