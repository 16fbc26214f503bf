"""What a round holds no other sends: as long as the round lives, and no longer."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from infra.database import engine as engines
from infra.database import tables as t
from infra.database.engine import engine_for
from infra.mail import claims, outbox
from infra.mail.claims import STALE
from infra.mail.delivery import DeliveryReport, deliver
from tests.infra.test_delivery import outbox_of, send, serving, workspace_with

TEN = datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.fixture
def workspace(database_url, folder, tmp_path):
    """An office with letters to five holders who have an address."""
    yield workspace_with(database_url, folder, tmp_path, tuple(f"m{n}@x.example" for n in range(4)))
    engine_for(database_url).dispose()
    engine_for.cache_clear()


class SlowServer:
    """Takes a letter when it is told so, and keeps the recipients of those that it took."""

    def __init__(self) -> None:
        self.brought = threading.Event()
        self.answers = threading.Event()
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope):
        self.brought.set()
        while not self.answers.is_set():
            await asyncio.sleep(0.01)
        self.taken[envelope.rcpt_tos[0]] += 1
        return "250 2.0.0 Queued"


def test_a_round_holds_its_letters_as_long_as_it_lives(workspace):
    """Claimed at ten and renewed every four minutes until 10:40, nobody else has them; then they are free."""

    def second_claims(at: datetime) -> int:
        with workspace.write() as db:
            return len(outbox.claim(db, "second", at, at - STALE, 10))

    with workspace.write() as db:
        assert 5 == len(outbox.claim(db, "first", TEN, TEN - STALE, 10))
    for minutes in range(4, 44, 4):
        assert 0 == second_claims(TEN + timedelta(minutes=minutes))
        with workspace.write() as db:
            assert 5 == outbox.renew(db, "first", TEN + timedelta(minutes=minutes))
    assert 0 == second_claims(TEN + timedelta(minutes=45))
    assert 5 == second_claims(TEN + timedelta(minutes=45, seconds=1))
    with workspace.write() as db:
        assert 0 == outbox.renew(db, "first", TEN + timedelta(minutes=46))


def while_it_waits(
    workspace, monkeypatch, meanwhile: Callable[[], object], renewed_after: float = 0.01
) -> tuple[DeliveryReport, SlowServer]:
    """The report of a round whose server is slow to take a letter, while something else is done; and the server."""
    monkeypatch.setattr(claims, "RENEWED_AFTER", renewed_after)
    server = SlowServer()

    async def both() -> DeliveryReport:
        with serving(server) as smtp:
            round_ = asyncio.create_task(deliver(replace(workspace, smtp=replace(smtp, connections=1))))
            await asyncio.to_thread(server.brought.wait, 60)
            await asyncio.to_thread(meanwhile)
            server.answers.set()
            return await round_

    return asyncio.run(both()), server


def set_claims(workspace, **values) -> None:
    with workspace.write() as db:
        db.connection.execute(update(t.notices).where(t.notices.c.claimed_at.is_not(None)).values(**values))


def until(workspace, holds: Callable[..., bool]) -> None:
    began = datetime.now(UTC)
    while not all(holds(row) for row in outbox_of(workspace).values() if row.claimed_at is not None):
        assert datetime.now(UTC) - began < timedelta(minutes=2), "it is never renewed"


def test_a_second_round_beside_a_slow_one_sends_nothing_twice(workspace, monkeypatch):
    """A quarter of an hour into a round that lives, a second one finds nothing to send; every letter arrives once."""
    second = []

    def quarter_of_an_hour_later():
        earlier = datetime.now(UTC) - timedelta(minutes=15)
        set_claims(workspace, claimed_at=earlier)
        until(workspace, lambda row: row.claimed_at > earlier + STALE)
        second.append(send(workspace))

    first, server = while_it_waits(workspace, monkeypatch, quarter_of_an_hour_later)
    assert ([DeliveryReport()], DeliveryReport(sent=5)) == (second, first)
    assert [1] * 5 == list(server.taken.values())


def test_a_round_that_was_taken_over_sends_no_more(workspace, monkeypatch):
    """As after a night asleep: the letter under way is marked; what is another's it neither sends nor marks."""

    commits = []

    def taken_over():
        set_claims(workspace, claimed_by="another")
        event.listen(workspace.engine, "commit", commits.append)
        while len(commits) < 2:  # it has tried to renew since
            pass

    first, server = while_it_waits(workspace, monkeypatch, taken_over)
    why = "another round has taken over the letters of this one"
    assert DeliveryReport(sent=1, put_off=4, why=why) == first
    assert 1 == server.taken.total()
    rest = [row for row in outbox_of(workspace).values() if row.claimed_at is not None and row.sent_at is None]
    assert [("another", None)] * 4 == [(row.claimed_by, row.answer) for row in rest]


def test_a_round_that_cannot_renew_takes_no_letter_up(workspace, monkeypatch):
    """The database takes nothing for more than a minute: the letter under way is the last one."""

    def two_minutes_pass():
        monkeypatch.setattr(claims, "DOUBTFUL", -timedelta(seconds=1))

    first, server = while_it_waits(workspace, monkeypatch, two_minutes_pass, renewed_after=3600.0)
    assert (1, 4) == (first.sent, first.put_off)
    assert 1 == server.taken.total()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_sent_is_marked_though_the_database_is_locked(database_url, folder, tmp_path, monkeypatch):
    """Somebody else has it when the round is to mark: it tries until the lock is gone, and sends nothing twice."""
    monkeypatch.setattr(engines, "PATIENCE", 0.01)
    workspace = workspace_with(database_url, folder, tmp_path, ())
    somebody = sqlite3.connect(workspace.engine.url.database, isolation_level=None, check_same_thread=False)
    monkeypatch.setattr(claims, "PAUSES", [1.0, 2.0, 3.0])
    paused = []

    def pause(seconds):
        paused.append(seconds)
        if seconds == 2.0:
            somebody.execute("ROLLBACK")

    monkeypatch.setattr(claims, "sleep", pause)
    server = SlowServer()
    server.answers.set()
    original = server.handle_DATA

    async def locked(*args):
        somebody.execute("BEGIN IMMEDIATE")
        return await original(*args)

    server.handle_DATA = locked
    with serving(server) as smtp:
        assert DeliveryReport(sent=1) == send(workspace, smtp)
        assert [1.0, 2.0] == paused
        assert DeliveryReport() == send(workspace, smtp)
    somebody.close()
    workspace.engine.dispose()
    engine_for.cache_clear()
