"""Delivery: what is in the outbox is claimed, sent over kept connections, and marked with the server's answer."""

import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import quote
from functools import partial
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import Row

from infra.mail import outbox
from infra.mail.claims import Claims
from infra.mail.enclosures import enclosures
from infra.mail.message import compose, mailbox, message_id
from infra.mail.pool import SmtpPool
from infra.mail.render import render
from infra.mail.sink import Sink
from infra.mail.smtp import MailError, OutgoingMessage, SendResult, SendStatus, Unsendable
from infra.workspace import Workspace
from optex.formatting import count
from optex.terms import Terms

# So many letters a killed round may have sent and not marked: they go out again, with the same Message-IDs.
BATCH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """What became of a round: accepted by the server, refused for good, or put off; `why` is the last trouble.

    `left` were not tried, because the time of the round was over.
    """

    sent: int = 0
    refused: int = 0
    put_off: int = 0
    left: int = 0
    why: str = ""

    def __str__(self) -> str:
        said = [f"{count(self.sent, 'notice')} sent"]
        said += [f"{self.refused:,} refused"] if self.refused else []
        said += [f"{self.put_off:,} put off"] if self.put_off else []
        said += [f"{self.left:,} left for the next round"] if self.left else []
        return ", ".join(said) + (f" ({self.why})" if self.why else "")


class NotAllDelivered(MailError):
    """The server put some notices off; they stay in the outbox for the next round."""

    def __init__(self, delivered: DeliveryReport) -> None:
        super().__init__(str(delivered))
        self.delivered = delivered


async def deliver(workspace: Workspace, seconds: float = math.inf, at: datetime | None = None) -> DeliveryReport:
    """Send every unsent notice of an offer once; after so many seconds what is left waits for the next round.

    In a simulation each is sent at the instant it was queued; one that is held back, when it is `at` that instant.
    """
    if not _waiting(workspace, at):
        return DeliveryReport()
    with workspace.read() as reader:
        terms = reader.state().terms
    async with _post(workspace) as post, Claims(workspace) as claims:
        round_ = _Round(workspace, terms, post, claims, at, time.monotonic() + seconds)
        try:
            await post.send(round_.claimed(), round_.more)
        finally:  # also when it is broken off: what the server has taken must not go out again
            round_.settle()
    left = _waiting(workspace, at) if round_.timed_out else 0
    return replace(round_.report, left=left)


class _Round:
    """What a round has claimed and not marked yet, and what became of the rest."""

    def __init__(
        self,
        workspace: Workspace,
        terms: Terms,
        post: SmtpPool,
        claims: Claims,
        at: datetime | None,
        until: float,
    ) -> None:
        self._workspace, self._terms, self._post, self._claims = workspace, terms, post, claims
        self._at, self._until = at, until
        self._rows: dict[str, Row[Any]] = {}
        self.report = DeliveryReport()
        self.timed_out = False

    def claimed(self) -> list[OutgoingMessage]:
        rows = self._claims.take(BATCH, _until(self._workspace, self._at))
        self._rows |= {row.notice_id: row for row in rows}
        return _letters(rows, self._workspace, self._terms, self._claims)

    def more(self) -> list[OutgoingMessage]:
        """Mark what became of the last letters, and claim the next; none where the server takes none, or time is up."""
        outcomes, rows = self.settle()
        if outcomes and _takes_nothing(rows, outcomes):
            return []
        self.timed_out = time.monotonic() > self._until
        return [] if self.timed_out else self.claimed()

    def settle(self) -> tuple[list[SendResult], list[Row[Any]]]:
        """Mark what became of letters since the last time, and count it."""
        ended = [each for each in self._rows if each in self._post.outcomes]
        rows = [self._rows.pop(each) for each in ended]
        outcomes = [_known(row, self._post.outcomes[row.notice_id]) for row in rows]
        if outcomes:
            self._claims.mark(_marks(self._workspace, rows, outcomes, self._terms))
        before = self.report
        statuses = Counter(each.status for each in outcomes)
        untaken = [each.answer for each in outcomes if each.status is not SendStatus.ACCEPTED]
        self.report = DeliveryReport(
            sent=before.sent + statuses[SendStatus.ACCEPTED],
            refused=before.refused + statuses[SendStatus.REFUSED],
            put_off=before.put_off + statuses[SendStatus.LATER] + statuses[SendStatus.UNCERTAIN],
            why=untaken[-1] if untaken else before.why,
        )
        return outcomes, rows


def _known(row: Row[Any], outcome: SendResult) -> SendResult:
    """What is known of a letter: one that may have arrived goes once more; if it still may have, a person decides."""
    if outcome.status is SendStatus.UNCERTAIN and row.answer == outcome.answer:
        return replace(outcome, status=SendStatus.REFUSED, answer=f"twice {outcome.answer}")
    return outcome


def _takes_nothing(rows: Sequence[Row[Any]], outcomes: Sequence[SendResult]) -> bool:
    """Whether the server is to be left alone: it is out of reach, or puts off all, not each because it is new to it."""
    first = {row.notice_id for row in rows if row.attempts == 1}
    not_taken = (SendStatus.LATER, SendStatus.UNCERTAIN)
    return all(each.status in not_taken and not (each.alone and each.notice_id in first) for each in outcomes)


async def send_queued(workspace: Workspace, seconds: float = math.inf, at: datetime | None = None) -> str:
    """Deliver, and say what somebody should know of it; Undelivered where the server put some notices off."""
    delivered = await deliver(workspace, seconds, at)
    if delivered.put_off:
        raise NotAllDelivered(delivered)
    return f"Mail: {delivered}." if delivered.refused or delivered.left else ""


@asynccontextmanager
async def _post(workspace: Workspace) -> AsyncIterator[SmtpPool]:
    """The way the mail leaves; without a server it goes to a sink of our own and is kept as files."""
    if workspace.smtp is not None:
        async with SmtpPool(workspace.smtp) as post:
            yield post
    else:
        async with Sink(workspace.mail_dir) as sink, SmtpPool(sink.smtp) as post:
            yield post


def _until(workspace: Workspace, at: datetime | None) -> datetime | None:
    """The instant by which a notice that is held back must be due to be sent; None where none of them is."""
    return at if workspace.simulated else datetime.now(UTC)


def _waiting(workspace: Workspace, at: datetime | None) -> int:
    with workspace.read() as db:
        return outbox.waiting(db, _until(workspace, at))


def _sender(workspace: Workspace, terms: Terms) -> str:
    return workspace.mail_from or f'"{quote(terms.contact.name)}" <{terms.contact.email}>'


def _letters(rows: Sequence[Row[Any]], workspace: Workspace, terms: Terms, claims: Claims) -> list[OutgoingMessage]:
    _, address = mailbox(_sender(workspace, terms))
    return [
        OutgoingMessage(
            notice_id=row.notice_id,
            sender=address,
            recipient=row.email,
            compose=partial(_composed, row, workspace, terms, claims),
        )
        for row in rows
    ]


def _composed(row: Row[Any], workspace: Workspace, terms: Terms, claims: Claims) -> bytes:
    """A notice as a message; Unsendable or BadAddress where it cannot be written, or SMTP cannot carry its address.

    ClaimLost where it may be another round's by now.
    """
    claims.check()
    try:
        text, html = render(row.kind, row.data, workspace.templates)
        enclosed = enclosures(row.kind, row.data, workspace.templates)
    except TemplateError as error:
        raise Unsendable(f"the template {row.kind}.j2: {error}") from error
    sender = _sender(workspace, terms)
    _, address = mailbox(sender)
    return compose(
        sender=sender,
        to_name=row.name,
        to_email=row.email,
        subject=row.subject,
        text=text,
        html=html,
        message_id=message_id(row.offer, row.notice_id, address.rpartition("@")[2]),
        date=_queued(row),
        kind=row.kind,
        reply_to="" if address == terms.contact.email else terms.contact.email,
        enclosed=enclosed,
    )


def _queued(row: Row[Any]) -> datetime:
    """When a notice was to go out: when it was queued, or as long as it was held back."""
    queued: datetime = row.queued_at
    return max(queued, row.send_after or queued)


def _marks(
    workspace: Workspace, rows: Sequence[Row[Any]], outcomes: Sequence[SendResult], terms: Terms
) -> list[dict[str, Any]]:
    _, address = mailbox(_sender(workspace, terms))
    domain = address.rpartition("@")[2]
    by_id = {row.notice_id: row for row in rows}
    now = datetime.now(UTC).replace(microsecond=0)
    marks = []
    for outcome in outcomes:
        row = by_id[outcome.notice_id]
        accepted = outcome.status is SendStatus.ACCEPTED
        marks.append(
            {
                "notice_id": outcome.notice_id,
                "sent_at": (_queued(row) if workspace.simulated else now) if accepted else None,
                "message_id": message_id(row.offer, row.notice_id, domain) if accepted else None,
                "answer": outcome.answer,
                "refused": outcome.status is SendStatus.REFUSED,
            }
        )
    return marks
