"""The plan's pool of shares in the database: what is available, and what actions do to it (PLN-1)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from optex import pool
from optex.adjustment import Split, ratio, scaled_total
from optex.errors import Ruling
from optex.formatting import count, day
from optex.state import OfferState


def available(db: OfferReader) -> int:
    """How many shares the plan can still grant."""
    rows = db.rows(t.pool, t.pool.c.position.desc())
    return int(rows[0].available_after) if rows else 0


def reserve_deferred(db: OfferWriter, at: datetime, shares: int) -> None:
    """Reserve the shares of a deferred grant (LCK-1, PLN-1)."""
    db.move_pool(pool.deferred(db.state().day(at), shares))


def apply_splits(db: OfferWriter, at: datetime) -> date:
    """Scale the pool by every split that has come and was not followed yet (ADJ-1, PLN-1).

    Returns the day through which splits count by now, at the latest the grant date.
    """
    state = db.state()
    through = min(state.day(at), _counted_until(state))
    due = sorted((each for each in state.splits if each.on <= through), key=lambda each: each.on)
    if due:
        times = Counter(row.on for row in db.rows(t.pool) if row.event == "split")
        followed: list[Split] = []
        new: list[Split] = []
        for each in due:
            (followed if times[each.on] else new).append(each)
            times[each.on] -= 1
        holdings = _holdings(db) if new else []
        for each in new:
            _follow(db, state, holdings, followed, each)
            followed.append(each)
            db.record_decisions("adjustment", at, _adjusted(db, state, followed, each))
    return through


def _counted_until(state: OfferState) -> date:
    """The last day whose splits count: that of the grant, which has none while it is held, or of its prohibition."""
    if state.prohibited_at is not None:
        return state.day(state.prohibited_at)
    return date.max if state.holds else state.schedule.grant_on


def positions(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> Counter[str]:
    """What takes up shares of the plan on account of these holders: outstanding, exercised, reserved for promises.

    As adjusted by the splits that have come, each of which is followed first.
    """
    through, state = apply_splits(db, at), db.state()
    by = ratio([each for each in state.splits if each.on <= through], state.cancelled_on or date.max, date.max)
    closed = {row.subject for row in db.latest_decisions("promise").values() if row.decision in ("lapsed", "voided")}
    cancelled = {
        row.grant_id: row.shares
        for holder_id in holder_ids
        for row in db.rows_about(holder_id, t.cancellations)
        if row.voided_on is None
    }
    held: Counter[str] = Counter()
    for grant in db.grants(holder_ids):
        gone = cancelled.get(grant.grant_id, 0)
        held["outstanding"] += pool.reserve([grant.remaining - gone], by)
        held["exercised"] += pool.reserve([grant.exercised], by)
        held["reserved"] += 0 if f"P-{grant.holder_id}" in closed else pool.reserve([gone], by)
    return held


def restate_pool(db: OfferWriter, before: Counter[str], holder_ids: Collection[str], at: datetime) -> None:
    """Post what a correction has changed of the positions of these holders, each as an entry of its own (PLN-1).

    None once the new options are granted where a promise was kept: what was reserved has become theirs.
    """
    after, on = positions(db, holder_ids, at), db.state().day(at)
    db.move_pool(pool.restated(on, before, after))


def _follow(db: OfferWriter, state: OfferState, holdings: Sequence[int], before: Sequence[Split], new: Split) -> None:
    """Scale what is authorized, outstanding, exercised and reserved by one more split.

    A deferred grant is counted in the shares of the day it was decided, everything else in those of the cancellation.
    """
    since, after = state.cancelled_on or date.max, [*before, new]
    movements = pool.split(
        new.on,
        state.terms.plan.shares_authorized,
        holdings,
        before=ratio(before, since, date.max),
        after=ratio(after, since, date.max),
    )
    more = _deferred(state, after) - _deferred(state, before)
    db.move_pool((on, event, shares - more) for on, event, shares in movements)


def _adjusted(db: OfferReader, state: OfferState, followed: Sequence[Split], new: Split) -> Iterator[DecisionEntry]:
    """What each open promise, and each deferred grant decided before the split, has become by it (ADJ-1)."""
    shares: dict[str, int] = defaultdict(int)
    for row in db.rows(t.cancellations):
        if row.voided_on is not None:
            continue
        shares[row.holder_id] += scaled_total(row.shares, ratio(followed, row.cancelled_on, date.max))
    for each in db.open_promises():
        yield _adjustment(f"promise {each.promise_id}", each.promise_id, each.holder_id, shares[each.holder_id], new)
    for held in state.deferred:
        decided_on = state.day(held.decided_at)
        if decided_on < new.on:
            left = scaled_total(held.shares, ratio(followed, decided_on, date.max))
            yield _adjustment(f"the deferred grant {held.deferred_id}", held.deferred_id, held.holder_id, left, new)


def _adjustment(what: str, subject: str, holder_id: str, shares: int, split: Split) -> DecisionEntry:
    reason = f"A {split.new}-for-{split.old} split of {day(split.on)} adjusted {what}: it is now for"
    ruling = Ruling(rule="ADJ-1", reason=f"{reason} {count(shares, 'share')}.")
    return DecisionEntry(subject=subject, holder_id=holder_id, decision="adjusted", ruling=ruling, shares=shares)


def _holdings(db: OfferReader) -> list[int]:
    """Everything that takes up shares of the plan, deferred grants aside: option by option, and promise by promise."""
    lapsed = {row.subject for row in db.latest_decisions("promise").values() if row.decision == "lapsed"}
    cancelled = {row.grant_id: row for row in db.rows(t.cancellations) if row.voided_on is None}
    holdings = [row.shares for row in cancelled.values() if f"P-{row.holder_id}" not in lapsed]
    for grant in db.grants():
        gone = cancelled[grant.grant_id].shares if grant.grant_id in cancelled else 0
        holdings += [grant.exercised, grant.remaining - gone]
    return holdings


def _deferred(state: OfferState, splits: Iterable[Split]) -> int:
    """The shares that deferred grants come to after these splits."""
    splits = tuple(splits)
    return sum(
        scaled_total(each.shares, ratio(splits, state.day(each.decided_at), date.max)) for each in state.deferred
    )
