"""The outbox: notices are claimed by whoever sends them, and marked with the server's answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, update

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter


def claim(db: OfferWriter, by: str, now: datetime, stale: datetime, limit: int) -> list[Row[Any]]:
    """Take up to `limit` unsent notices that nobody holds, or another held since before `stale`, to send them.

    What was tried before waits for what was not: a recipient who is put off again and again keeps nobody waiting.
    """
    n, h = t.notices, t.holders
    free = (
        select(n.c.notice_id)
        .join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
        .where(n.c.offer == db.offer, n.c.sent_at.is_(None), n.c.refused.is_(False), h.c.email != "")
        .where(or_(n.c.claimed_at.is_(None), and_(n.c.claimed_at < stale, n.c.claimed_by != by)))
        .order_by(n.c.attempts, n.c.queued_at, n.c.notice_id)
        .limit(limit)
    )
    ids = list(db.connection.execute(free).scalars())
    mine = (n.c.offer == db.offer, n.c.notice_id.in_(ids))
    db.connection.execute(update(n).where(*mine).values(claimed_at=now, claimed_by=by, attempts=n.c.attempts + 1))
    query = select(n, h.c.name, h.c.email).join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
    return list(db.connection.execute(query.where(*mine).order_by(n.c.queued_at, n.c.notice_id)))


def mark(db: OfferWriter, marks: Iterable[dict[str, Any]]) -> None:
    """Mark notices with the server's answer: notice_id, sent_at (None: not accepted), message_id, answer, refused.

    What was refused for good is not tried again until a person asks for it.
    """
    rows = [{"key": row.pop("notice_id"), **row} for row in map(dict, marks)]
    if rows:
        n = t.notices
        values: dict[str, Any] = {
            column: bindparam(column) for column in ("sent_at", "message_id", "answer", "refused")
        }
        unsent = (n.c.offer == db.offer, n.c.notice_id == bindparam("key"), n.c.sent_at.is_(None))
        db.connection.execute(update(n).where(*unsent).values(**values), rows)


def waiting(db: OfferReader) -> int:
    """How many notices wait to be sent, to holders who have an e-mail address."""
    n, h = t.notices, t.holders
    query = (
        select(func.count())
        .select_from(n)
        .join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
        .where(n.c.offer == db.offer, n.c.sent_at.is_(None), n.c.refused.is_(False), h.c.email != "")
    )
    return db.connection.execute(query).scalar() or 0


def retry_refused(db: OfferWriter) -> int:
    """Let what was refused for good be tried again, after a person has looked at it."""
    n = t.notices
    mine = (n.c.offer == db.offer, n.c.sent_at.is_(None), n.c.refused.is_(True))
    return int(db.connection.execute(update(n).where(*mine).values(refused=False)).rowcount)


def readdress(db: OfferWriter, holder_id: str) -> int:
    """Let what was refused be tried at the holder's new address; returns how many letters now wait to go there.

    A claim that somebody holds is left alone: what is on its way just now must not go out twice.
    """
    n = t.notices
    unsent = (n.c.offer == db.offer, n.c.holder_id == holder_id, n.c.sent_at.is_(None), n.c.withdrawn_at.is_(None))
    values = {"refused": False, "claimed_at": None, "claimed_by": None}
    db.connection.execute(update(n).where(*unsent, n.c.refused.is_(True)).values(**values))
    return db.connection.execute(select(func.count()).select_from(n).where(*unsent)).scalar() or 0


def release_claims(db: OfferWriter, by: str) -> None:
    """Give back what was claimed and not sent, so that the next round may try at once."""
    n = t.notices
    mine = (n.c.offer == db.offer, n.c.claimed_by == by, n.c.sent_at.is_(None))
    db.connection.execute(update(n).where(*mine).values(claimed_at=None, claimed_by=None))
