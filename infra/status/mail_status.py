"""What is still owed to holders by mail: confirmations due, letters unsent or refused, who has no address."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, func, not_, or_, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.mail.outbox import held_back, last_trouble, oldest_waiting, unmailed, waiting
from infra.status.document import Instant
from optex.formatting import count, first_few
from optex.milestones import alarm_from, confirmation_due, last_day_to_confirm
from optex.terms import Terms

_LISTED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmationDue:
    """A form not confirmed yet: an `alarm` from the last business day but one, `overdue` after the last."""

    form_id: str
    holder_id: str
    received_at: Instant
    due: Instant
    last_day: date
    alarm: bool
    overdue: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedMail:
    """A letter that the mail server refused for good, and what it answered."""

    notice_id: str
    holder_id: str
    kind: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WithoutAddress:
    """A holder to whom the offer is made and who has no e-mail address: every letter must go on paper.

    One to whom every letter so far was delivered is settled, and not among them until the next letter.
    """

    holder_id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BouncedMail:
    """A letter that was sent and came back, when that was told, and why."""

    notice_id: str
    holder_id: str
    kind: str
    at: Instant
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToBePrinted:
    """A holder whom no mail reaches with so many letters, which must go on paper, and why."""

    holder_id: str
    name: str
    letters: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailStatus:
    """What became of the letters: told is who was `sent` one, or had it delivered on paper, and it did not bounce.

    `not_reached` are those holders to be told on paper whom not one letter has told yet.
    """

    sent: int
    delivered_on_paper: int
    bounced: tuple[BouncedMail, ...]
    to_be_printed: tuple[ToBePrinted, ...]
    not_reached: tuple[ToBePrinted, ...]
    confirmations: tuple[ConfirmationDue, ...]
    unsent: int
    unsent_since: Instant | None
    unsent_why: str
    held_back: int
    held_back_until: Instant | None
    refused: tuple[RefusedMail, ...]
    without_address: tuple[WithoutAddress, ...]


def mail_status(db: OfferReader, terms: Terms, eligible: Set[str], at: datetime) -> MailStatus:
    h = t.holders.c
    held, until = held_back(db, after=at)
    bare = select(h.holder_id, h.name).where(h.offer == db.offer, h.email == "").order_by(h.holder_id)
    sent, delivered = told(db)
    printed = tuple(to_be_printed(db, at))
    settled = _had_paper(db) - {each.holder_id for each in printed}
    return MailStatus(
        sent=sent,
        delivered_on_paper=delivered,
        bounced=tuple(bounced_mail(db)),
        to_be_printed=printed,
        not_reached=not_reached(db, printed),
        confirmations=tuple(confirmations_due(db, terms, at)),
        unsent=waiting(db, at),
        unsent_since=oldest_waiting(db, at),
        unsent_why=last_trouble(db, at),
        held_back=held,
        held_back_until=until,
        refused=tuple(refused_mail(db)),
        without_address=tuple(
            WithoutAddress(holder_id=row.holder_id, name=row.name)
            for row in db.connection.execute(bare)
            if row.holder_id in eligible - settled
        ),
    )


def _had_paper(db: OfferReader) -> set[str]:
    """Who was handed or posted a letter."""
    n = t.notices.c
    query = select(n.holder_id).distinct().where(n.offer == db.offer, n.delivered_on.is_not(None))
    return set(db.connection.execute(query).scalars())


def told(db: OfferReader) -> tuple[int, int]:
    """How many letters reached their holders by mail, as far as is known, and how many on paper."""
    n = t.notices.c
    by_mail = func.count().filter(n.delivered_on.is_(None), n.sent_at.is_not(None))
    query = select(by_mail, func.count(n.delivered_on)).where(n.offer == db.offer, n.bounced_at.is_(None))
    sent, delivered = db.connection.execute(query).one()
    return sent, delivered


def bounced_mail(db: OfferReader) -> list[BouncedMail]:
    """The letters that came back, and were neither sent again nor delivered on paper since."""
    n = t.notices.c
    query = select(n.notice_id, n.holder_id, n.kind, n.bounced_at, n.bounce_reason)
    query = query.where(n.offer == db.offer, n.bounced_at.is_not(None), n.withdrawn_at.is_(None))
    return [
        BouncedMail(
            notice_id=row.notice_id,
            holder_id=row.holder_id,
            kind=row.kind,
            at=row.bounced_at,
            reason=row.bounce_reason or "",
        )
        for row in db.connection.execute(query.order_by(n.bounced_at, n.notice_id))
    ]


def to_be_printed(db: OfferReader, at: datetime) -> list[ToBePrinted]:
    """The holders whom no mail reaches with some letter, and how many of theirs that are: `optex letters --unsent`."""
    n = t.notices.c
    found = unmailed(db, at, n.holder_id, n.answer, n.bounced_at, n.bounce_reason)
    return [
        ToBePrinted(holder_id=holder_id, name=rows[0].name, letters=len(rows), why=_why_printed(rows))
        for holder_id, letters in groupby(found, key=lambda row: str(row.holder_id))
        if (rows := list(letters))
    ]


def not_reached(db: OfferReader, printed: Iterable[ToBePrinted]) -> tuple[ToBePrinted, ...]:
    """Of the holders whom no mail reaches with some letter those whom none has reached yet, on paper neither."""
    n = t.notices.c
    arrived = and_(or_(n.sent_at.is_not(None), n.delivered_on.is_not(None)), n.bounced_at.is_(None))
    query = select(n.holder_id).distinct().where(n.offer == db.offer, arrived)
    reached = set(db.connection.execute(query).scalars())
    return tuple(each for each in printed if each.holder_id not in reached)


def _why_printed(rows: Sequence[Row[Any]]) -> str:
    if not rows[0].email:
        return "no e-mail address"
    last = rows[-1]
    if last.bounced_at is not None:
        return f"came back: {last.bounce_reason}" if last.bounce_reason else "came back"
    return f"refused: {last.answer}" if last.answer else "refused"


def not_gone(found: Sequence[ToBePrinted]) -> str:
    """Which letters could not go by mail, by holder and why, in a sentence; "" where all went."""
    if not found:
        return ""
    who = [f"{each.holder_id} {each.name} ({count(each.letters, 'letter')}: {each.why})" for each in found]
    return f"{count(sum(each.letters for each in found), 'letter')} could not go by mail: {first_few(who, _LISTED)}."


def refused_mail(db: OfferReader) -> list[RefusedMail]:
    """The letters that the mail server refused for good: they are not tried again by themselves."""
    n = t.notices.c
    query = select(n.notice_id, n.holder_id, n.kind, n.answer).where(
        n.offer == db.offer, n.sent_at.is_(None), n.attempts >= 0, n.refused.is_(True), n.withdrawn_at.is_(None)
    )
    return [
        RefusedMail(notice_id=row.notice_id, holder_id=row.holder_id, kind=row.kind, answer=row.answer or "")
        for row in db.connection.execute(query.order_by(n.notice_id))
    ]


def confirmations_due(db: OfferReader, terms: Terms, at: datetime) -> list[ConfirmationDue]:
    """The forms whose Confirmation of Receipt has not been sent, the most urgent first (§6, CNF-1)."""
    n, f, h = t.notices.c, t.forms.c, t.holders.c
    its_holder = and_(h.offer == f.offer, h.holder_id == f.holder_id)
    its_letter = and_(n.offer == f.offer, n.notice_id == "confirmation:" + f.form_id)
    arrived = and_(n.bounced_at.is_(None), or_(n.sent_at.is_not(None), n.delivered_on.is_not(None)))
    query = (
        select(f.form_id, f.holder_id, f.received_at, h.email, n.notice_id, n.refused, n.bounced_at)
        .join(t.holders, its_holder)
        .outerjoin(t.notices, its_letter)
        .where(f.offer == db.offer, or_(n.notice_id.is_(None), not_(arrived)))
    )
    found = []
    for row in db.connection.execute(query):
        due = confirmation_due(row.received_at, terms)
        found.append(
            ConfirmationDue(
                form_id=row.form_id,
                holder_id=row.holder_id,
                received_at=row.received_at,
                due=due,
                last_day=last_day_to_confirm(row.received_at, terms),
                alarm=at >= alarm_from(row.received_at, terms),
                overdue=at >= due,
                why=_why(row),
            )
        )
    return sorted(found, key=lambda each: (each.due, each.received_at, each.form_id))


def _why(letter: Any) -> str:
    if letter.notice_id is None:
        return "no confirmation has been written"
    if letter.bounced_at is not None:
        return "it was sent and came back"
    if not letter.email:
        return "the holder has no e-mail address: confirm on paper"
    return "the mail server refused it" if letter.refused else "it waits to be sent"
