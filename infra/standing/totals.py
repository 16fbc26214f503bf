"""What an offer came to, in numbers and in shares: the same sums for the dashboard, the report and a play."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from infra.books import tables as t
from infra.books.reading import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """How many of something, and for how many shares together."""

    number: int = 0
    shares: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the offer came to so far; promises in shares as cancelled, new options as granted."""

    cancelled: Total
    balancing: Total
    promised: Total
    lapsed: Total
    regranted: Total
    deferred_granted: Total


def totals_of(book: Reader) -> Totals:
    """What was cancelled, promised and granted so far."""
    o = t.options.c
    new = o.kind == "new"
    promises = promises_by_outcome(book)
    return Totals(
        cancelled=_total(book, t.cancellations),
        balancing=_total(book, t.options, o.kind == "balancing"),
        promised=together(promises.values()),
        lapsed=promises.get("lapsed", Total()),
        regranted=_total(book, t.options, new, o.from_grant_id != ""),
        deferred_granted=_total(book, t.options, new, o.from_grant_id == ""),
    )


def promises_by_outcome(book: Reader) -> Mapping[str, Total]:
    """The promises by what became of them, `open` where nothing has yet."""
    ended = book.latest_decisions("promise")
    shares: dict[str, list[int]] = defaultdict(list)
    for promise in book.rows(t.promises):
        end = ended.get(promise.promise_id)
        shares[end.decision if end else "open"].append(promise.shares)
    return {outcome: Total(number=len(each), shares=sum(each)) for outcome, each in shares.items()}


def tendered(book: Reader) -> Total:
    """The tenders that were decided, accepted or rejected."""
    decided = book.latest_decisions("tender").values()
    return Total(number=len(decided), shares=sum(row.shares for row in decided))


def letters(book: Reader) -> tuple[int, int]:
    """How many letters were written, and how many of them sent."""
    n = t.notices.c
    query = select(func.count(), func.count(n.sent_at)).where(n.offer == book.offer)
    written, sent = book.connection.execute(query).one()
    return written, sent


def together(totals: Iterable[Total]) -> Total:
    each = list(totals)
    return Total(number=sum(one.number for one in each), shares=sum(one.shares for one in each))


def _total(book: Reader, table: Any, *where: Any) -> Total:
    query = select(func.count(), func.sum(table.c.shares)).where(table.c.offer == book.offer, *where)
    number, shares = book.connection.execute(query).one()
    return Total(number=number, shares=int(shares or 0))
