"""What became of the letters of each kind: a holder is told when one has arrived, and not when it was written."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from infra.database import tables as t
from infra.database.reader import OfferReader


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterCount:
    """Of the letters of one kind how many were written, sent, delivered on paper, came back, and wait."""

    kind: str
    written: int
    sent: int
    on_paper: int
    came_back: int

    @property
    def waiting(self) -> int:
        return self.written - self.sent - self.on_paper - self.came_back


def letter_counts(db: OfferReader) -> tuple[LetterCount, ...]:
    """The letters by kind, in the order in which the first of each was written; without those taken back unsent."""
    n = t.notices.c
    arrived = n.bounced_at.is_(None)
    query = select(
        n.kind,
        func.count(),
        func.count().filter(arrived, n.delivered_on.is_(None), n.sent_at.is_not(None)),
        func.count().filter(arrived, n.delivered_on.is_not(None)),
        func.count().filter(n.bounced_at.is_not(None)),
    ).where(n.offer == db.offer, or_(n.withdrawn_at.is_(None), and_(n.sent_at.is_not(None), arrived)))
    rows = db.connection.execute(query.group_by(n.kind).order_by(func.min(n.queued_at), n.kind))
    return tuple(
        LetterCount(kind=kind, written=written, sent=sent, on_paper=on_paper, came_back=back)
        for kind, written, sent, on_paper, back in rows
    )
