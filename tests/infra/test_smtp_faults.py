"""What a mail server may do wrong, in a table: what the outbox and operations say, what goes next, and how often."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from infra.database.engine import engine_for
from infra.doctor.mail import check_mail
from infra.mail.delivery import send_queued
from infra.mail.smtp import NO_ANSWER, MailError
from infra.status.attention import attention
from infra.status.offer_status import offer_status
from infra.workspace import Workspace
from optex.formatting import count
from tests.infra.relay import CONTENT, CUT, GREETING, HALF, HANG, SLOWLY, TAKES_AND_CUTS, Fault, Relay, Said
from tests.infra.test_delivery import outbox_of, workspace_with

ANN, BO, CY = "ann@example.com", "bo@x.example", "cy@x.example"
"""To whom letters wait, in this order."""
SENT = "250 2.0.0 Queued"
SILENT = "the server did not answer in time"
LOST = "the connection was lost: Unexpected EOF received"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def workspace(database_url, folder, tmp_path) -> Iterator[Workspace]:
    """An office with a letter to each of the three."""
    yield (found := workspace_with(database_url, folder, tmp_path, (BO, CY)))
    found.engine.dispose()
    engine_for.cache_clear()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault; what the run says, the outbox row of each letter, and the doctor; and how often each letter was taken,
    when the server is well again and another round has been."""

    what: str
    fault: Fault
    says: str
    answers: tuple[str, str, str]
    taken: tuple[int, int, int] = (1, 1, 1)
    told: tuple[str, ...] = ()
    doctor: str = "ok"
    settings: Mapping[str, float] = field(default_factory=dict)
    features: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.what


def at(verb: str, answer: str, *, recipient: str = "", first: int = 10**9) -> Fault:
    """The answer to a command, to one recipient or all, the first so many times."""

    def fault(said: Said) -> str | None:
        meant = said.verb == verb and recipient in ("", said.recipient) and said.times <= first
        return answer if meant else None

    return fault


def waiting(letters: int, why: str) -> tuple[str, ...]:
    return (f"{count(letters, 'letter')} written and not sent yet, the oldest since TODAY ({why}).",)


def refused(*letters: str) -> tuple[str, ...]:
    told = ", ".join(f"offer-opened to {each}" for each in letters)
    return (f"{count(len(letters), 'letter')} refused: {told}.",)


def nobody(what: str, answer: str, *, verb: str = "", fault: Fault | None = None, doctor: str = "ok") -> Row:
    """A fault that keeps every letter back, and that all of them answer with."""
    return Row(
        what=what,
        fault=fault or at(verb, answer),
        says=f"0 notices sent, 3 put off ({answer})",
        answers=(answer,) * 3,
        told=waiting(3, answer),
        doctor=doctor,
    )


def closed(what: str, verb: str, does: str, why: str) -> Row:
    """A fault before any letter can be brought: the doctor sees it, too."""
    return nobody(what, f"RELAY takes no mail now: {why}", fault=at(verb, does), doctor="stop")


def one(what: str, fault: Fault, answer: str, taken: int = 1) -> Row:
    """A fault that keeps back the letter to Bo; the two others go."""
    return Row(
        what=what,
        fault=fault,
        says=f"2 notices sent, 1 put off ({answer})",
        answers=(SENT, answer, SENT),
        told=waiting(1, answer),
        taken=(1, taken, 1),
    )


def never(what: str, fault: Fault, answer: str) -> Row:
    """A fault for which the letter to Bo waits for a person; the two others go."""
    return Row(
        what=what,
        fault=fault,
        says=f"Mail: 2 notices sent, 1 refused ({answer}).",
        answers=(SENT, answer, SENT),
        told=refused(f"M00 ({answer})"),
        taken=(1, 0, 1),
    )


def nothing(what: str, fault: Fault, answer: str = SENT, **settings: float) -> Row:
    """A fault that keeps nobody back."""
    return Row(what=what, fault=fault, says="", answers=(answer,) * 3, settings=settings)


TABLE = [
    nobody(
        "greylisting: each is put off when it is new, and taken when it comes again",
        "451 4.7.1 Greylisted",
        fault=lambda said: "451 4.7.1 Greylisted" if said.verb == "RCPT" and said.for_recipient == 1 else None,
    ),
    nobody("greylisting after the letter", "450 4.2.0 Greylisted", verb=CONTENT),
    nothing("421 in the middle: another connection is opened", at("RCPT", "421 4.3.2 Closing", first=1)),
    nothing("421 instead of taking the letter", at(CONTENT, "421 4.3.2 Closing", first=1)),
    nobody("421 every time: the server is left alone", "421 4.3.2 Closing", verb="RCPT"),
    never("one unknown recipient", at("RCPT", "550 5.1.1 No such user", recipient=BO), "550 5.1.1 No such user"),
    never("one letter refused when handed over", at(CONTENT, "554 5.6.0 Not this", recipient=BO), "554 5.6.0 Not this"),
    never("one letter too big, said at the end", at(CONTENT, "552 5.3.4 Too big", recipient=BO), "552 5.3.4 Too big"),
    Row(
        what="all letters too big, said when they are announced",
        fault=lambda said: "552 5.3.4 Too big" if said.verb == "MAIL" and "size=" in said.line.lower() else None,
        says="Mail: 0 notices sent, 3 refused (552 5.3.4 Too big).",
        answers=("552 5.3.4 Too big",) * 3,
        told=refused("H1 (552 5.3.4 Too big)", "M00 (552 5.3.4 Too big)", "M01 (552 5.3.4 Too big)"),
        taken=(0, 0, 0),
        features=("SIZE 1000",),
    ),
    nobody("the sender refused: no holder's fault", "553 5.7.1 Not your address", verb="MAIL"),
    nobody("a login wanted first: no holder's fault", "530 5.7.0 Authentication required", verb="RCPT"),
    nobody("too busy for any letter", "451 4.3.1 Insufficient system storage", verb="MAIL"),
    closed("no greeting", GREETING, HANG, "Timed out waiting for server ready message"),
    closed("a greeting of refusal", GREETING, "554 5.3.2 No service", "554 5.3.2 No service"),
    closed("too many connections already", GREETING, "421 4.7.0 Too many", "421 4.7.0 Too many"),
    closed("silence after EHLO", "EHLO", HANG, "Timed out waiting for server response"),
    nobody("silence after MAIL", SILENT, fault=at("MAIL", HANG)),
    one("silence to one recipient", at("RCPT", HANG, recipient=BO), SILENT),
    one("silence when one letter was handed over", at(CONTENT, HANG, recipient=BO), NO_ANSWER),
    nobody("the connection cut at every letter", LOST, fault=at("RCPT", CUT)),
    nobody("the connection cut when half of a letter was sent", NO_ANSWER, fault=at(HALF, CUT)),
    one(
        "one taken, and cut before it is said: it goes twice",
        at(CONTENT, TAKES_AND_CUTS, recipient=BO),
        NO_ANSWER,
        2,
    ),
    nothing(
        "one letter a connection",
        lambda said: CUT if said.verb == "MAIL" and said.on_connection > 1 else None,
    ),
    nothing("letters taken slowly: that is waited for", at(CONTENT, SLOWLY), acceptance=30.0),
    one("babble in place of an answer", at("RCPT", "what now", recipient=BO), "Malformed SMTP response line: what now"),
    one("babble when one letter was handed over", at(CONTENT, "what now", recipient=BO), NO_ANSWER),
    nothing(
        "an answer that nobody can read: the letter was taken all the same",
        at(CONTENT, "250 2.0.0 re\xe7u \x00\x1b[31m\x85 merci"),
        "250 2.0.0 re u [31m merci",
    ),
]


def said_by_a_round(workspace: Workspace) -> str:
    """What the state message of a run has of its mail; "" where all of it went."""
    try:
        return asyncio.run(send_queued(workspace))
    except MailError as error:
        return str(error)


def answers(workspace: Workspace) -> list[str | None]:
    rows = outbox_of(workspace)
    return [rows[who].answer for who in ("H1", "M00", "M01")]


def told(workspace: Workspace) -> list[str]:
    """What status and dashboard say of letters that did not go."""
    with workspace.read() as db:
        said = list(attention(offer_status(db, datetime.now(UTC))))
    mail = [each for each in said if "not sent yet" in each or " refused" in each]
    return [re.sub(r"since [-\d]+ [\d:]+ \w+", "since TODAY", each) for each in mail]


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_fault_of_the_mail_server(workspace, row: Row):
    """Run, outbox, status and doctor say what is wrong; with the server well again all goes, and nothing twice."""
    relay = Relay(fault=row.fault, features=row.features)
    with relay.serving(**row.settings) as smtp:
        here, where = replace(workspace, smtp=smtp), f"{smtp.host}:{smtp.port}"
        expected = [each.replace("RELAY", where) for each in row.answers]
        assert row.says.replace("RELAY", where) == said_by_a_round(here)
        assert expected == answers(here)
        assert [each.replace("RELAY", where) for each in row.told] == told(here)
        assert row.doctor == check_mail(here, patience=0.5).level
        relay.fault = lambda said: None
        for _ in range(2):
            said_by_a_round(here)
    sent = {row.holder_id: row.message_id for row in outbox_of(here).values()}
    assert row.taken == tuple(relay.taken[sent[who] or "none"] for who in ("H1", "M00", "M01"))
    assert sum(row.taken) == relay.taken.total()
