"""What an offer came to, in numbers and in shares: the same sums for the dashboard, the report and a play."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from optex.compensations import REINSTATED


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """How many of something, and for how many shares together."""

    number: int = 0
    shares: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(number=self.number + other.number, shares=self.shares + other.shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the offer came to so far; promises in the new shares as promised, new options as granted."""

    cancelled: Total
    balancing: Total
    promised: Total
    lapsed: Total
    regranted: Total
    deferred_granted: Total
    voided: Total
    rescinded: Total


def totals_of(db: OfferReader) -> Totals:
    """What was cancelled, promised and granted so far; what was voided of it, or rescinded, apart."""
    o, c = t.issued_options.c, t.cancellations.c
    new, standing = o.kind == "new", o.ended_on.is_(None)
    promises = promises_by_outcome(db)
    return Totals(
        cancelled=_total(db, t.cancellations, c.voided_on.is_(None)),
        balancing=_total(db, t.issued_options, o.kind == "balancing", standing),
        promised=sum((total for outcome, total in promises.items() if outcome != "voided"), Total()),
        lapsed=promises["lapsed"],
        regranted=_total(db, t.issued_options, new, standing, o.from_grant_id != ""),
        deferred_granted=_total(db, t.issued_options, new, standing, o.from_grant_id == ""),
        voided=_total(db, t.cancellations, c.voided_on.is_not(None)),
        rescinded=_total(db, t.issued_options, new, o.ended_on.is_not(None)),
    )


def promises_by_outcome(db: OfferReader) -> defaultdict[str, Total]:
    """The promises by what became of them, `open` where nothing has yet."""
    p, d = t.promises.c, t.decisions.c
    ended = {row.subject: row.decision for row in db.each_latest_decision("promise", d.decision)}
    found: defaultdict[str, Total] = defaultdict(Total)
    for promise in db.each_row(select(p.promise_id, p.shares).where(p.offer == db.offer)):
        outcome = ended.get(promise.promise_id, REINSTATED)
        found["open" if outcome == REINSTATED else outcome] += Total(number=1, shares=promise.shares)
    return found


def tendered(db: OfferReader) -> Total:
    """The tenders that were decided, accepted or rejected."""
    shares = [row.shares for row in db.each_latest_decision("tender", t.decisions.c.shares)]
    return Total(number=len(shares), shares=sum(shares))


def letters(db: OfferReader) -> tuple[int, int]:
    """How many letters were written, but for those taken back before they went out, and how many of them sent."""
    n = t.notices.c
    not_bounced = func.count(n.sent_at).filter(n.bounced_at.is_(None))
    query = select(func.count(), not_bounced).where(
        n.offer == db.offer, or_(n.withdrawn_at.is_(None), n.sent_at.is_not(None))
    )
    written, sent = db.connection.execute(query).one()
    return written, sent


def _total(db: OfferReader, table: Any, *where: Any) -> Total:
    query = select(func.count(), func.sum(table.c.shares)).where(table.c.offer == db.offer, *where)
    number, shares = db.connection.execute(query).one()
    return Total(number=number, shares=int(shares or 0))
