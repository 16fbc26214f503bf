"""What is in the outbox goes out once by real SMTP, whatever servers and senders do in between."""

import asyncio
import email
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Row, select, update

from infra.database import tables as t
from infra.database.engine import engine_for
from infra.folder.arrivals import ArrivalQueue
from infra.handlers.intake import load_folder
from infra.mail import delivery, outbox
from infra.mail.claims import STALE
from infra.mail.delivery import DeliveryReport, deliver
from infra.mail.message import message_id
from infra.mail.smtp import NO_ANSWER, SmtpSettings, WrongSettings
from infra.workspace import Workspace
from optex import notices

AT = datetime(2003, 3, 3, 14, tzinfo=UTC)


class Server:
    """A mail server that answers as the recipient's name tells it to, and keeps the Message-IDs of what it took."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        self.patient = False  # whether it takes now what it put off before
        self.kills = 0
        self.takes = 10**9  # so many letters, and then it leaves whoever brings one without an answer
        self.hanging = False

    async def handle_RCPT(self, server, session, envelope, recipient, options):
        if recipient.startswith("nobody") and not self.patient:
            return "550 5.1.1 No such user"
        if recipient.startswith("busy") and not self.patient:
            return "451 4.7.1 Greylisted, try again"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        [recipient] = envelope.rcpt_tos
        self.takes -= 1
        if self.takes < 0:
            self.hanging = True
            await asyncio.sleep(60)
        self.taken[recipient, email.message_from_bytes(envelope.content)["Message-ID"]] += 1
        if self.kills:
            os.kill(self.kills, signal.SIGKILL)
        if recipient.startswith("once") and not self.patient:
            self.patient = True
            server.transport.abort()
        return "250 2.0.0 Queued"


@contextmanager
def serving(handler: Server) -> Iterator[SmtpSettings]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield SmtpSettings(host="127.0.0.1", port=port, tls="none", timeout=5.0)
    finally:
        controller.stop()


@pytest.fixture
def workspace(database_url, folder, tmp_path) -> Iterator[Workspace]:
    """The office of the good folder, whose holders H1 and H2 are told that the offer has opened; H2 has no e-mail."""
    yield (found := workspace_with(database_url, folder, tmp_path, ()))
    found.engine.dispose()
    engine_for.cache_clear()


def workspace_with(database_url, folder, tmp_path, more: tuple[str, ...]) -> Workspace:
    """An office with a notice queued for each holder; `more` are the addresses of others."""
    folder.add("holders.csv", *(f"M{n:02},Mo {n},{address},US," for n, address in enumerate(more)))
    offer = folder.read()
    workspace = Workspace(offer="alpha-2003", database_url=database_url, mail_dir=tmp_path / "mail")
    load_folder(workspace.engine, offer, AT)
    with workspace.write() as db:
        state = db.state()
        told = (notices.offer_opened(state.terms, state.schedule, holder, offer.grants[:1]) for holder in offer.holders)
        db.queue_notices(told, AT)
    return workspace


@pytest.fixture
def new_workspace(database_url, folder, tmp_path):
    """An office for H1, H2, and the holders of some more addresses."""
    yield lambda *more: workspace_with(database_url, folder, tmp_path, more)
    engine_for(database_url).dispose()
    engine_for.cache_clear()


def send(workspace: Workspace, smtp: SmtpSettings | None = None) -> DeliveryReport:
    return asyncio.run(deliver(replace(workspace, smtp=smtp)))


def outbox_of(workspace: Workspace) -> dict[str, Row[Any]]:
    with workspace.read() as db:
        return {row.holder_id: row for row in db.rows(t.notices)}


def test_a_notice_is_sent_once_and_marked_with_the_answer(workspace):
    """What was sent bears the instant, the Message-ID of the letter and the server's answer, and is not sent again."""
    assert DeliveryReport(sent=1) == send(workspace)
    [letter] = workspace.mail_dir.glob("*.eml")
    row = outbox_of(workspace)["H1"]
    assert email.message_from_bytes(letter.read_bytes())["Message-ID"] == row.message_id
    assert (True, False, 1) == (row.answer.startswith("250 2.0.0 Kept as"), row.refused, row.attempts)
    assert abs(row.sent_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert DeliveryReport() == send(workspace)
    assert [letter] == list(workspace.mail_dir.glob("*.eml"))


def test_a_holder_without_an_address_stays_in_plain_sight(workspace):
    """A notice to a holder without an e-mail address stays queued, and is counted."""
    send(workspace)
    row = outbox_of(workspace)["H2"]
    assert (None, False, 0) == (row.sent_at, row.refused, row.attempts)
    with workspace.read() as reader:
        assert (1, 0) == (reader.unsendable(), outbox.waiting(reader))


def hold_back(workspace: Workspace, until: datetime) -> None:
    with workspace.write() as db:
        db.connection.execute(update(t.notices).values(send_after=until))


def test_a_notice_that_is_held_back_is_sent_when_its_instant_has_come(workspace):
    """Until tomorrow it waits, and counts as neither late nor unsent; held back until yesterday it is sent."""
    now = datetime.now(UTC)
    hold_back(workspace, now + timedelta(days=1))
    assert DeliveryReport() == send(workspace)
    with workspace.read() as reader:
        assert (0, None) == (outbox.waiting(reader, now), outbox.oldest_waiting(reader, now))
        assert (1, now + timedelta(days=1)) == outbox.held_back(reader, after=now)
    hold_back(workspace, now - timedelta(days=1))
    assert DeliveryReport(sent=1) == send(workspace)
    with workspace.read() as reader:
        assert (0, None) == outbox.held_back(reader, after=now)


def test_a_notice_that_was_withdrawn_is_never_sent(workspace):
    """What it says was taken back before it went out: it is counted nowhere, and its row stays."""
    row, now = outbox_of(workspace)["H1"], datetime.now(UTC)
    with workspace.write() as db:
        outbox.withdraw(db, [row.notice_id], AT)
    assert DeliveryReport() == send(workspace)
    with workspace.read() as reader:
        assert 0 == outbox.waiting(reader, now)
    assert (None, AT) == (outbox_of(workspace)["H1"].sent_at, outbox_of(workspace)["H1"].withdrawn_at)


def test_a_simulation_sends_at_the_instant_of_its_own_clock(workspace, folder):
    """On a virtual clock a notice is sent when it was queued."""
    queued = outbox_of(workspace)["H1"].queued_at
    send(replace(workspace, arrivals=ArrivalQueue(folder.read())))
    assert queued == outbox_of(workspace)["H1"].sent_at


def test_what_is_refused_for_good_waits_for_a_person(new_workspace):
    """A recipient refused for good is not tried again until a person asks for it; the others are sent."""
    workspace, server = new_workspace("nobody@x.example", "mo@x.example"), Server()
    with serving(server) as smtp:
        assert DeliveryReport(sent=2, refused=1, why="550 5.1.1 No such user") == send(workspace, smtp)
        server.patient = True
        assert DeliveryReport() == send(workspace, smtp)
        row = outbox_of(workspace)["M00"]
        assert (True, None, None, "550 5.1.1 No such user") == (row.refused, row.sent_at, row.message_id, row.answer)
        with workspace.write() as db:
            assert 1 == outbox.retry_refused(db)
        assert DeliveryReport(sent=1) == send(workspace, smtp)
    assert {1} == set(server.taken.values())


def test_an_address_that_smtp_cannot_carry_is_refused_here(new_workspace):
    """A letter to an address of older books is refused before it is sent, with the reason; the others go out."""
    workspace = new_workspace("zoe@x.example")
    with workspace.write() as db:
        mine = (t.holders.c.offer == db.offer, t.holders.c.holder_id == "M00")
        db.connection.execute(update(t.holders).where(*mine).values(email="zoë@x.example"))
    delivered = send(workspace)
    assert (1, 1) == (delivered.sent, delivered.refused)
    row = outbox_of(workspace)["M00"]
    assert (True, "'zoë@x.example' is not an e-mail address that a letter can be sent to") == (row.refused, row.answer)


def test_what_is_put_off_is_tried_next_time(new_workspace, monkeypatch):
    """Who is put off is tried once a round, and keeps nobody waiting who stands behind in the outbox."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    workspace, server = new_workspace("busy@x.example", *(f"mo{n}@x.example" for n in range(5))), Server()
    with serving(server) as smtp:
        assert DeliveryReport(sent=6, put_off=1, why="451 4.7.1 Greylisted, try again") == send(workspace, smtp)
        assert DeliveryReport(put_off=1, why="451 4.7.1 Greylisted, try again") == send(workspace, smtp)
        assert 2 == outbox_of(workspace)["M00"].attempts
        server.patient = True
        assert DeliveryReport(sent=1) == send(workspace, smtp)
    assert {1} == set(server.taken.values())


def test_put_off_in_a_simulation_too(new_workspace, folder):
    """On a virtual clock, where no claim is waited for, a notice that is put off is tried once a round as well."""
    workspace, server = new_workspace("busy@x.example"), Server()
    workspace = replace(workspace, arrivals=ArrivalQueue(folder.read()))
    with serving(server) as smtp:
        delivered = send(workspace, smtp)
    assert (1, 1) == (delivered.sent, delivered.put_off)
    assert 1 == outbox_of(workspace)["M00"].attempts


def test_a_server_that_takes_nothing_is_left_alone(new_workspace, monkeypatch):
    """Where nothing at all goes out the round ends, and what had not been tried is not counted as tried."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    workspace = new_workspace(*(f"mo{n}@x.example" for n in range(5)))
    with socket.create_server(("127.0.0.1", 0)) as nobody_answers:
        port = nobody_answers.getsockname()[1]
    delivered = send(workspace, SmtpSettings(host="127.0.0.1", port=port, tls="none", timeout=5.0))
    assert (0, 2) == (delivered.sent, delivered.put_off)
    assert [0, 0, 0, 0, 0, 1, 1] == sorted(row.attempts for row in outbox_of(workspace).values())
    assert DeliveryReport(sent=6) == send(workspace)


def test_a_letter_cut_off_when_it_was_handed_over_goes_again_in_the_next_round(new_workspace):
    """Nobody knows whether it arrived: it goes once more with the same Message-ID, and all others arrive once."""
    workspace, server = new_workspace("once@x.example", *(f"mo{n}@x.example" for n in range(5))), Server()
    with serving(server) as smtp:
        assert DeliveryReport(sent=6, put_off=1, why=NO_ANSWER) == send(workspace, smtp)
        assert DeliveryReport(sent=1) == send(workspace, smtp)
    assert 7 == len(server.taken)
    assert {1: 6, 2: 1} == Counter(server.taken.values())


def test_wrong_settings_are_told_and_nothing_is_held(workspace):
    """With settings that cannot work nothing is sent, and the notices are free for the next sender at once."""
    with serving(Server()) as smtp, pytest.raises(WrongSettings, match=r"STARTTLS|starttls"):
        send(workspace, replace(smtp, tls="starttls"))
    row = outbox_of(workspace)["H1"]
    assert (None, None) == (row.claimed_at, row.sent_at)
    assert DeliveryReport(sent=1) == send(workspace)


def test_what_another_sender_has_claimed_is_left_to_it(workspace):
    """A notice that is being sent is not sent by another; a claim left by a sender that died is taken over."""
    now = datetime.now(UTC)
    with workspace.write() as db:
        [mine] = outbox.claim(db, "first", now, now - STALE, 10)
        assert [] == outbox.claim(db, "second", now, now - STALE, 10)
        later = now + STALE
        assert [] == outbox.claim(db, "second", later, later - STALE, 10)
        later += timedelta(seconds=1)
        [taken_over] = outbox.claim(db, "second", later, later - STALE, 10)
    assert ("H1", mine.notice_id) == (taken_over.holder_id, taken_over.notice_id)
    assert (1, 2) == (mine.attempts, taken_over.attempts)


def test_two_senders_at_once_send_everything_once(new_workspace, monkeypatch):
    """Two who deliver at the same time share the work, and no letter goes out twice."""
    monkeypatch.setattr(delivery, "BATCH", 3)
    workspace, server = new_workspace(*(f"mo{n}@x.example" for n in range(20))), Server()
    with serving(server) as smtp, ThreadPoolExecutor(2) as senders:
        delivered = list(senders.map(lambda _: send(workspace, smtp), range(2)))
    assert 21 == sum(each.sent for each in delivered)
    assert 21 == len(server.taken)
    assert {1} == set(server.taken.values())


SENDER = """
import asyncio, sys
from pathlib import Path
from typing import Any
from infra.mail.delivery import deliver
from infra.mail.smtp import SmtpSettings
from infra.workspace import Workspace
smtp = SmtpSettings(host="127.0.0.1", port=int(sys.argv[2]), tls="none")
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(deliver(Workspace(offer="alpha-2003", database_url=sys.argv[1], mail_dir=Path("."), smtp=smtp)))
"""


def test_a_round_that_is_broken_off_sends_nothing_again(new_workspace):
    """Stopped by a person or a time limit: what the server has taken is marked, only a letter on its way goes anew."""
    server = Server()
    server.takes = 5
    workspace = new_workspace(*(f"m{n}@example.com" for n in range(20)))

    async def break_off(smtp):
        round_ = asyncio.create_task(deliver(replace(workspace, smtp=replace(smtp, connections=1))))
        while not server.hanging:
            await asyncio.sleep(0.01)
        round_.cancel()
        await asyncio.gather(round_, return_exceptions=True)

    with serving(server) as smtp:
        asyncio.run(break_off(smtp))
        marked = sum(row.sent_at is not None for row in outbox_of(workspace).values())
        server.takes = 100
        rest = send(workspace, smtp)
    assert 5 == marked
    assert 21 - marked == rest.sent
    assert {1} == set(server.taken.values())


def test_a_round_ends_after_its_time(new_workspace, monkeypatch):
    """What is left then waits for the next round, and is counted."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    server = Server()
    workspace = new_workspace("m0@example.com", "m1@example.com", "m2@example.com")
    with serving(server) as smtp:
        assert DeliveryReport(sent=2, left=2) == asyncio.run(deliver(replace(workspace, smtp=smtp), seconds=0))
        assert DeliveryReport(sent=2) == send(workspace, smtp)


def test_a_letter_that_cannot_be_written_keeps_no_other_waiting(new_workspace, tmp_path):
    """A mistake in a template of the offer's own is the answer of its letters, and an alarm; the rest goes out."""
    workspace = replace(new_workspace(), templates=tmp_path / "templates")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "offer-opened.j2").write_text("{{ nothing_of_that_name }}")
    with workspace.write() as db:
        [holder] = [each for each in db.holders().values() if each.holder_id == "H1"]
        db.queue_notices([notices.termination(db.state().terms, holder, "merger", [], {})], AT)
    with serving(Server()) as smtp:
        assert DeliveryReport(sent=1, refused=1, why="") == replace(send(workspace, smtp), why="")
    with workspace.read() as reader:
        answers = {row.kind: row.answer for row in reader.rows(t.notices) if row.holder_id == "H1"}
    where = "(templates/offer-opened.j2, line 1)"
    assert f"the template offer-opened.j2: 'nothing_of_that_name' is undefined {where}" == answers["offer-opened"]


def test_a_sender_that_dies_between_sending_and_marking(workspace):
    """Killed after the server had the letter and before it was marked: it arrives again with the same Message-ID."""
    server = Server()
    with serving(server) as smtp:
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, workspace.database_url, str(smtp.port)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        server.kills = sender.pid
        sender.communicate(b"go\n", timeout=60)
        assert -signal.SIGKILL == sender.returncode
        server.kills = 0
        assert DeliveryReport() == send(workspace, smtp)
        with workspace.write() as db:  # a quarter of an hour passes
            row = db.connection.execute(select(t.notices.c.claimed_at).where(t.notices.c.holder_id == "H1")).one()
            earlier = row.claimed_at - STALE
            db.connection.execute(update(t.notices).values(claimed_at=earlier))
        assert DeliveryReport(sent=1) == send(workspace, smtp)
    expected = message_id("alpha-2003", "offer-opened:H1", "example.com")
    assert {("ann@example.com", expected): 2} == server.taken


def test_a_contact_may_have_any_name(folder, database_url, tmp_path):
    """Quotes and a backslash in it change neither the address that letters come from nor the name."""
    name = 'James "Jim" P\\.'
    (folder / "offer.toml").write_text(folder.text("offer.toml").replace('"Options"', f"'{name}'"))
    workspace = workspace_with(database_url, folder, tmp_path, ())
    assert DeliveryReport(sent=1) == send(workspace)
    [letter] = workspace.mail_dir.glob("*.eml")
    sender = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)["From"].addresses[0]
    assert (name, "options@example.com") == (sender.display_name, sender.addr_spec)
    workspace.engine.dispose()
    engine_for.cache_clear()
