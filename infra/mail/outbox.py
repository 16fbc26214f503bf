"""The outbox: notices are claimed by whoever sends them, and marked with the server's answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, or_, select, update

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter


def claim(
    db: OfferWriter, by: str, now: datetime, stale: datetime, limit: int, until: datetime | None = None
) -> list[Row[Any]]:
    """Take up to `limit` unsent notices that nobody holds, or another held since before `stale`, to send them.

    Of those that are held back only what may go out by `until`, none where that is None.
    What was tried before waits for what was not: a recipient who is put off again and again keeps nobody waiting.
    """
    n, h = t.notices, t.holders
    free = (
        select(n.c.notice_id)
        .join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
        .where(*_sendable(db), _due(until))
        .where(or_(n.c.claimed_at.is_(None), and_(n.c.claimed_at < stale, n.c.claimed_by != by)))
        .order_by(n.c.attempts, n.c.queued_at, n.c.notice_id)
        .limit(limit)
    )
    ids = list(db.connection.execute(free).scalars())
    mine = (n.c.offer == db.offer, n.c.notice_id.in_(ids))
    db.connection.execute(update(n).where(*mine).values(claimed_at=now, claimed_by=by, attempts=n.c.attempts + 1))
    query = select(n, h.c.name, h.c.email).join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
    return list(db.connection.execute(query.where(*mine).order_by(n.c.queued_at, n.c.notice_id)))


def renew(db: OfferWriter, by: str, now: datetime) -> int:
    """Hold what was claimed and not sent from now on; how many these are: what another took over is not among them."""
    n = t.notices
    mine = (n.c.offer == db.offer, n.c.claimed_by == by, n.c.sent_at.is_(None))
    return int(db.connection.execute(update(n).where(*mine).values(claimed_at=now)).rowcount)


def mark(db: OfferWriter, marks: Iterable[dict[str, Any]], by: str = "") -> None:
    """Mark notices with the server's answer: notice_id, sent_at (None: not accepted), message_id, answer, refused.

    What was refused for good is not tried again until a person asks for it. Of what is no longer claimed by whoever
    marks it, only that it was sent is marked.
    """
    rows = [{"key": row.pop("notice_id"), **row} for row in map(dict, marks)]
    n = t.notices
    values: dict[str, Any] = {column: bindparam(column) for column in ("sent_at", "message_id", "answer", "refused")}
    unsent = (n.c.offer == db.offer, n.c.notice_id == bindparam("key"), n.c.sent_at.is_(None))
    sent, kept = [row for row in rows if row["sent_at"]], [row for row in rows if not row["sent_at"]]
    if sent:
        db.connection.execute(update(n).where(*unsent).values(**values), sent)
    if kept:
        held = [n.c.claimed_by == by] if by else []
        db.connection.execute(update(n).where(*unsent, *held).values(**values), kept)


def waiting(db: OfferReader, until: datetime | None = None) -> int:
    """How many notices wait to be sent by an instant, to holders who have an e-mail address."""
    return db.connection.execute(_unsent(db, func.count()).where(_due(until))).scalar() or 0


def held_back(db: OfferReader, after: datetime | None = None) -> tuple[int, datetime | None]:
    """How many notices are held back, at all or after an instant, and when the first of them may go out."""
    n = t.notices.c
    query = _unsent(db, func.count(), func.min(n.send_after)).where(n.send_after.is_not(None))
    number, first = db.connection.execute(query if after is None else query.where(n.send_after > after)).one()
    return number, first


def oldest_waiting(db: OfferReader, until: datetime | None) -> datetime | None:
    """Since when the oldest of the notices that wait to be sent has been due."""
    due = func.min(func.coalesce(t.notices.c.send_after, t.notices.c.queued_at))
    return db.connection.execute(_unsent(db, due).where(_due(until))).scalar()


def last_trouble(db: OfferReader, until: datetime | None) -> str:
    """Why the last of the notices that wait to be sent was not taken; "" where none was brought to a server yet."""
    n = t.notices.c
    # One that was taken before, and came back, has the answer of then.
    query = _unsent(db, n.answer).where(_due(until), n.answer.is_not(None), n.message_id.is_(None))
    query = query.order_by(n.attempts.desc(), n.notice_id)
    return db.connection.execute(query.limit(1)).scalar() or ""


def printable(db: OfferReader, at: datetime) -> list[Row[Any]]:
    """The notices that may be printed, with their holder's name, by holder in order of time.

    What is held back beyond `at`, or was taken back before it reached anybody, is not among them.
    """
    n = t.notices.c
    reached = or_(n.withdrawn_at.is_(None), n.sent_at.is_not(None), n.delivered_on.is_not(None))
    return _by_holder(db, at, reached, t.notices)


def unmailed(db: OfferReader, at: datetime, *columns: Any) -> list[Row[Any]]:
    """Those of them that no mail brings: no e-mail address, refused, or come back, and not delivered on paper."""
    n, h = t.notices.c, t.holders.c
    undelivered = and_(n.sent_at.is_(None), n.delivered_on.is_(None), or_(h.email == "", n.refused.is_(True)))
    which = and_(n.withdrawn_at.is_(None), or_(n.bounced_at.is_not(None), undelivered))
    return _by_holder(db, at, which, *(columns or (t.notices,)))


def _by_holder(db: OfferReader, at: datetime, which: Any, *columns: Any) -> list[Row[Any]]:
    n, h = t.notices, t.holders
    mine = and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id)
    query = select(*columns, h.c.name, h.c.email).select_from(n).join(h, mine)
    query = query.where(n.c.offer == db.offer, _due(at), which)
    return list(db.connection.execute(query.order_by(n.c.holder_id, n.c.queued_at, n.c.notice_id)))


def withdraw(db: OfferWriter, notice_ids: Iterable[str], at: datetime) -> None:
    """Send these notices no more: what they say was taken back before they went out."""
    n = t.notices
    mine = (n.c.offer == db.offer, n.c.notice_id.in_(list(notice_ids)))
    undelivered = (n.c.sent_at.is_(None), n.c.delivered_on.is_(None))
    db.connection.execute(update(n).where(*mine, *undelivered).values(withdrawn_at=at))


def _unsent(db: OfferReader, *columns: Any) -> Any:
    """A query of the notices that can be sent and were not."""
    n, h = t.notices, t.holders
    mine = and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id)
    return select(*columns).select_from(n).join(h, mine).where(*_sendable(db))


def _sendable(db: OfferReader) -> tuple[Any, ...]:
    n, h = t.notices.c, t.holders.c
    # Asked for attempts, which all have, SQLite looks in the index of what is unsent, and not through all letters.
    unsent = (n.offer == db.offer, n.sent_at.is_(None), n.attempts >= 0)
    return *unsent, n.delivered_on.is_(None), n.withdrawn_at.is_(None), n.refused.is_(False), h.email != ""


def _due(until: datetime | None) -> Any:
    n = t.notices.c
    return n.send_after.is_(None) if until is None else or_(n.send_after.is_(None), n.send_after <= until)


def retry_refused(db: OfferWriter) -> int:
    """Let what was refused for good, or came back, be tried again, after a person has looked at it."""
    return _try_again(db)


def readdress(db: OfferWriter, holder_id: str, at: datetime) -> int:
    """Let what did not arrive be tried at the holder's new address from now on; how many letters now wait to go there.

    A claim that somebody holds is left alone: what is on its way just now must not go out twice.
    """
    n = t.notices.c
    mine = n.holder_id == holder_id
    _try_again(db, mine)
    unsent = (n.offer == db.offer, mine, n.sent_at.is_(None), n.delivered_on.is_(None), n.withdrawn_at.is_(None))
    return _not_before(db, at, *unsent)


def send_again(db: OfferWriter, notice_ids: Iterable[str], at: datetime) -> int:
    """Let these notices go out again from now on, as far as they were refused or came back."""
    mine = t.notices.c.notice_id.in_(list(notice_ids))
    _try_again(db, mine)
    return _not_before(db, at, t.notices.c.offer == db.offer, mine, t.notices.c.sent_at.is_(None))


def _not_before(db: OfferWriter, at: datetime, *which: Any) -> int:
    """Date letters that go to another address by when they go there; how many they are."""
    n = t.notices
    later = case((n.c.send_after > at, n.c.send_after), else_=at)
    return int(db.connection.execute(update(n).where(*which).values(send_after=later)).rowcount)


def _try_again(db: OfferWriter, *which: Any) -> int:
    """Make these notices unsent again that were refused or came back; that they did is in the actions and the audit."""
    n = t.notices
    failed = or_(and_(n.c.sent_at.is_(None), n.c.refused.is_(True)), n.c.bounced_at.is_not(None))
    mine = (n.c.offer == db.offer, n.c.withdrawn_at.is_(None), failed, *which)
    cleared = dict.fromkeys(("sent_at", "delivered_on", "delivered_how", "bounced_at", "bounce_reason"))
    unclaimed = {"claimed_at": None, "claimed_by": None}
    return int(db.connection.execute(update(n).where(*mine).values(refused=False, **cleared, **unclaimed)).rowcount)


def release_claims(db: OfferWriter, by: str) -> None:
    """Give back what was claimed and not sent, so that the next round may try at once."""
    n = t.notices
    mine = (n.c.offer == db.offer, n.c.claimed_by == by, n.c.sent_at.is_(None))
    db.connection.execute(update(n).where(*mine).values(claimed_at=None, claimed_by=None))
