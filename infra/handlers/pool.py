"""The plan's pool of shares in the database: what is available, and what actions do to it (PLN-1)."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers.exchanged import promised_for
from optex import pool
from optex.adjustment import Deferred, Split, scaled_total, since, together
from optex.state import OfferState


def available(db: OfferReader) -> int:
    """How many shares the plan can still grant."""
    rows = db.rows(t.pool, t.pool.c.position.desc())
    return int(rows[0].available_after) if rows else 0


def reserve_deferred(db: OfferWriter, at: datetime, shares: int) -> None:
    """Reserve the shares of a deferred grant (LCK-1, PLN-1)."""
    db.move_pool(pool.deferred(db.state().day(at), shares))


def follow_split(db: OfferWriter, split: Split) -> OfferState:
    """Scale what is authorized, outstanding, exercised and reserved by one more split; the offer as it is after it.

    That is how the database knows that a split was carried out.
    """
    before = db.state()
    counted = before.followed | {split.on}
    earlier = before.followed_before | (frozenset() if before.cancelled_on else {split.on})
    after = replace(before, followed=counted, followed_before=earlier)
    db.move_pool(pool.split(split.on, before=_left(db, before), after=_left(db, after)))
    return after


def _left(db: OfferReader, state: OfferState) -> int:
    """What the holdings leave of the pool after the splits that were carried out."""
    holdings = _cancelled_and_kept(db, state) if state.cancelled_on else _told(db, state)
    by = together([*state.grant_splits, *state.followed_splits])
    return pool.available(state.terms.plan.shares_authorized, by, holdings) - deferred_shares(state)


def positions(db: OfferReader, holder_ids: Collection[str]) -> Counter[str]:
    """What takes up shares of the plan on account of these holders: outstanding, exercised, reserved for promises.

    As adjusted by the splits that were carried out.
    """
    splits = db.state().followed_splits
    closed = {row.subject for row in db.latest_decisions("promise").values() if row.decision in ("lapsed", "voided")}
    rows = [
        row for holder_id in holder_ids for row in db.rows_about(holder_id, t.cancellations) if row.voided_on is None
    ]
    cancelled, promised = {row.grant_id: row.shares for row in rows}, promised_for(db, db.state(), rows)
    held: Counter[str] = Counter()
    for grant in db.grants(holder_ids):
        gone, by = cancelled.get(grant.grant_id, 0), since(grant.granted_on, splits)
        held["outstanding"] += pool.reserve([grant.remaining - gone], by)
        held["exercised"] += pool.reserve([grant.exercised], by)
        held["reserved"] += (
            0 if f"P-{grant.holder_id}" in closed else pool.reserve([promised.get(grant.grant_id, 0)], by)
        )
    return held


def restate_pool(db: OfferWriter, before: Counter[str], holder_ids: Collection[str], at: datetime) -> None:
    """Post what a correction has changed of the positions of these holders, each as an entry of its own (PLN-1).

    None once the new options are granted where a promise was kept: what was reserved has become theirs.
    """
    after, on = positions(db, holder_ids), db.state().day(at)
    db.move_pool(pool.restated(on, before, after))


def _told(db: OfferReader, state: OfferState) -> Iterator[pool.Holding]:
    """Everything that takes up shares of the plan before the acceptance, in the shares of the day of its grant."""
    for holder_ids in db.batches():
        for grant in db.grants_as_told(holder_ids):
            by = since(grant.granted_on, state.grant_splits)
            yield from ((grant.exercised, by), (grant.remaining, by))


def _cancelled_and_kept(db: OfferReader, state: OfferState) -> Iterator[pool.Holding]:
    """Everything that takes up shares of the plan after it, deferred grants aside: by option, and by promise."""
    lapsed, splits = {row.promise_id for row in db.lapsed_promises()}, together(state.followed_splits)
    for holder_ids in db.batches():
        rows = db.rows_of(t.cancellations, holder_ids)
        cancelled = {row.grant_id: row for row in rows if row.voided_on is None}
        promised = promised_for(db, state, cancelled.values())
        yield from (
            (promised[row.grant_id], splits) for row in cancelled.values() if f"P-{row.holder_id}" not in lapsed
        )
        for grant in db.grants(holder_ids):
            gone = cancelled[grant.grant_id].shares if grant.grant_id in cancelled else 0
            by = since(grant.granted_on, state.followed_splits)
            yield from ((grant.exercised, by), (grant.remaining - gone, by))


def deferred_shares(state: OfferState) -> int:
    """The shares that deferred grants come to by now, each counted in those of the day on which it was decided."""
    return sum(deferred_now(each, state) for each in state.deferred)


def deferred_now(each: Deferred, state: OfferState) -> int:
    """What a deferred grant comes to after the splits that were carried out since it was decided (ADJ-1, LCK-1)."""
    carried_out = [*state.grant_splits, *state.followed_splits]
    return scaled_total(each.shares, since(state.day(each.decided_at), carried_out))
