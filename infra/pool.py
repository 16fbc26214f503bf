"""The plan's pool of shares in the books: what is available, and what facts do to it (PLN-1)."""

from datetime import date
from fractions import Fraction

from infra import tables as t
from infra.reading import Reader
from infra.store import Book
from optex import ledger
from optex.adjustment import Deferred, ratio, scaled_total
from optex.state import Fact, OfferState


def available(book: Reader) -> int:
    """How many shares the plan can still grant."""
    rows = book.rows(t.pool, t.pool.c.position.desc())
    return int(rows[0].available_after) if rows else 0


def reserve_deferred(book: Book, fact: Fact) -> str:
    """Reserve the shares of the grant deferred last, as scaled by a split that is announced already (LCK-1, PLN-1)."""
    state = book.state()
    book.move_pool(ledger.deferred(state.day(fact.at), _reserved(state.deferred[-1], state)))
    return ""


def release_deferred(book: Book, fact: Fact) -> None:
    """Give back what was reserved for deferred grants that will not be made (LCK-1, PLN-1)."""
    state = book.state()
    if state.deferred:
        book.move_pool([(state.day(fact.at), "released", sum(_reserved(each, state) for each in state.deferred))])


def split(book: Book, fact: Fact) -> str:
    """Scale the pool by a split: what is authorized, outstanding, exercised and reserved (ADJ-1, PLN-1).

    A deferred grant is counted in the shares of the day it was decided, everything else in those before any split.
    """
    state = book.state()
    on, last = date.fromisoformat(fact.data["on"]), Fraction(fact.data["new"], fact.data["old"])
    after = ratio(state.splits, date.min, date.max)
    lapsed = {row.subject for row in book.latest_decisions("promise").values() if row.decision == "lapsed"}
    cancelled = {row.grant_id: row for row in book.rows(t.cancellations)}
    holdings = [row.shares for row in cancelled.values() if f"P-{row.holder_id}" not in lapsed]
    for grant in book.grants():
        gone = cancelled[grant.grant_id].shares if grant.grant_id in cancelled else 0
        holdings += [grant.exercised, grant.remaining - gone]
    movements = ledger.split(on, state.terms.plan.shares_authorized, holdings, before=after / last, after=after)
    more = sum(_growth(each, state, last) for each in state.deferred)
    book.move_pool((day, event, shares - more) for day, event, shares in movements)
    return ""


def _reserved(deferred: Deferred, state: OfferState) -> int:
    """What the pool holds for a deferred grant: the pool follows a split when it is recorded, not on its day."""
    return scaled_total(deferred.shares, ratio(state.splits, state.day(deferred.decided_at), date.max))


def _growth(deferred: Deferred, state: OfferState, last: Fraction) -> int:
    """By how many shares the last split changes what is reserved for a deferred grant."""
    by = ratio(state.splits, state.day(deferred.decided_at), date.max)
    return scaled_total(deferred.shares, by) - scaled_total(deferred.shares, by / last)
