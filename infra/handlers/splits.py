"""A split carried out once its day has come: the pool, every option and promise, the forms, and the letters (ADJ-1).

Whoever works on an offer lets the splits that have come be carried out first, so that all of it is in one kind of
shares; the watch does so on the day itself.
"""

import pickle
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from infra.database import tables as t
from infra.database.decision_batches import DecisionBatches
from infra.database.queued import Queued
from infra.database.reader import OfferReader
from infra.database.scratch import Place, Scratch
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.exchanged import promised_for
from infra.handlers.forms import review_again
from infra.handlers.pool import deferred_now, follow_split
from optex import batch
from optex.adjusted_holdings import AdjustedHolding, Holding
from optex.adjustment import Split, scaled_price, scaled_total, since, together
from optex.calendar import instant
from optex.election import FormReview
from optex.formatting import count
from optex.notices import Notice, split_adjusted
from optex.records import Grant, Holder
from optex.state import OfferState


def apply_splits(db: OfferWriter, at: datetime) -> date:
    """Carry out every split that has come and was not carried out yet; the day through which splits are carried out."""
    for split in _due(db.state(), at):
        _carry_out(db, split, at)
    return db.state().followed_through


def next_split(db: OfferReader) -> datetime | None:
    """When the next split that is announced ahead is to be carried out: in the morning of its day."""
    state = db.state()
    waiting = _waiting(state)
    return instant(waiting[0].on, state.terms.open_at, state.terms.zone) if waiting else None


def _due(state: OfferState, at: datetime) -> list[Split]:
    return [split for split in _waiting(state) if split.on <= state.day(at)]


def _waiting(state: OfferState) -> list[Split]:
    """The splits that are not carried out and still count."""
    last = _last_day(state)
    waiting = [split for split in state.told_splits if split.on <= last and split.on not in state.followed]
    return sorted(waiting, key=lambda split: split.on)


def _last_day(state: OfferState) -> date:
    """The last day whose splits count: that of the grant, which has none while it is held, or of its prohibition."""
    if state.terminated_at is not None:
        return date.min
    if state.prohibited_at is not None:
        return state.day(state.prohibited_at)
    return date.max if state.cancelled_on is None or state.holds else state.schedule.grant_on


def _carry_out(db: OfferWriter, split: Split, at: datetime) -> None:
    """Adjust everything by one split, and tell everyone whose options or promise it adjusts, once the offer has opened.

    Forms are judged again, each in the shares of the day on which it was signed. What everybody held before is put
    aside, of so many holders at a time.
    """
    scratch, places = Scratch(), list[Place]()
    for some in db.batches():
        places.append(scratch.put(pickle.dumps(_before(db, split, some, at))))
    follow_split(db, split)
    decided, adjusted, told = DecisionBatches(db, at, "adjustment"), 0, Queued(0)
    for place in places:
        before: _Before = pickle.loads(scratch.get(place))
        found = _adjusted(db, split, before)
        decided.add("adjustment", map(_decided, found))
        adjusted += len(found)
        if db.state().opened_at is not None:
            told = told.plus(_tell(db, split, found, before, at))
    decided.append()
    said = f"{count(adjusted, 'holding')} adjusted by the {split.named}"
    if db.state().opened_at is not None:
        said += f"; {told.told()}"
    db.audit(at, "", [("split carried out", split.on.isoformat(), "ADJ-1", said)])
    if db.state().cancelled_on is None:
        review_again(db, None, at)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    """What some holders held before a split, and which election of each stood."""

    holder_ids: list[str]
    held: list[Holding]
    stood: dict[str, FormReview]


def _before(db: OfferReader, split: Split, holder_ids: list[str], at: datetime) -> _Before:
    held = [each for each in _holdings(db, split, holder_ids) if each.shares]
    return _Before(holder_ids=holder_ids, held=held, stood=_standing(db, holder_ids, at))


def _adjusted(db: OfferReader, split: Split, before: _Before) -> list[AdjustedHolding]:
    """What the split, carried out by now, has made of what some held."""
    now = {each.subject: each for each in _holdings(db, split, before.holder_ids)}
    return [AdjustedHolding(split=split, was=each, became=now[each.subject]) for each in before.held]


def _tell(db: OfferWriter, split: Split, found: Sequence[AdjustedHolding], before: _Before, at: datetime) -> Queued:
    state, mine = db.state(), defaultdict[str, list[AdjustedHolding]](list)
    for each in found:
        mine[each.was.holder_id].append(each)
    holders = db.holders(mine)
    stood, stands = before.stood, _standing(db, before.holder_ids, at)
    return db.queue_notices(
        (_letter(state, holders[key], split, mine[key], stood.get(key), stands.get(key)) for key in sorted(mine)), at
    )


def _letter(
    state: OfferState,
    holder: Holder,
    split: Split,
    adjusted: Sequence[AdjustedHolding],
    stood: FormReview | None,
    stands: FormReview | None,
) -> Notice:
    same = stood is not None and stands is not None and stood.form.form_id == stands.form.form_id
    now = {tender.grant_id: tender.shares for tender in stands.tenders} if stands is not None else {}
    was = stood.tenders if stood is not None and same else ()
    tendered = [(tender.grant_id, tender.shares, now.get(tender.grant_id, 0)) for tender in was]
    return split_adjusted(state, holder, split, adjusted, tendered, unseated=stood is not None and not same)


def _standing(db: OfferReader, holder_ids: Collection[str], at: datetime) -> dict[str, FormReview]:
    """The election of each of these holders that stands while nothing is accepted."""
    state = db.state()
    if state.cancelled_on is not None:
        return {}
    return batch.elections(batch.review_all(db.holder_records(holder_ids), state, at))


def _holdings(db: OfferReader, split: Split, holder_ids: Collection[str]) -> Iterator[Holding]:
    """What a split adjusts of these holders: the options, until new ones are granted, what is promised and deferred.

    Each as the splits carried out so far have made it.
    """
    state = db.state()
    cancelled = [row for row in db.rows_of(t.cancellations, holder_ids) if row.voided_on is None]
    if state.granted_on is None:
        yield from _options(db.grants(holder_ids), cancelled, state, split)
        for held in state.deferred:
            if held.holder_id in holder_ids and state.day(held.decided_at) < split.on:
                yield Holding(
                    subject=held.deferred_id,
                    holder_id=held.holder_id,
                    what="the deferred grant",
                    shares=deferred_now(held, state),
                )
    by, shares = together(state.followed_splits), defaultdict[str, int](int)
    promised = promised_for(db, state, cancelled)
    for row in cancelled:
        shares[row.holder_id] += scaled_total(promised[row.grant_id], by)
    for each in db.open_promises(holder_ids):
        yield Holding(subject=each.promise_id, holder_id=each.holder_id, what="promise", shares=shares[each.holder_id])


def _options(
    grants: Iterable[Grant], cancelled: Iterable[Row[Any]], state: OfferState, split: Split
) -> Iterator[Holding]:
    """The options outstanding: once something is cancelled, the rest of it, the balancing option, beside the others."""
    gone = {row.grant_id: row.shares for row in cancelled}
    for grant in grants:
        by = since(grant.granted_on, state.followed_splits)
        left = scaled_total(grant.remaining - gone.get(grant.grant_id, 0), by)
        if grant.granted_on < split.on <= grant.expires_on:
            yield Holding(
                subject=f"{grant.grant_id}-B" if grant.grant_id in gone else grant.grant_id,
                holder_id=grant.holder_id,
                what="balancing option" if grant.grant_id in gone else "option",
                shares=left,
                price=scaled_price(grant.price, by),
                exercised=scaled_total(grant.exercised, by) if grant.grant_id not in gone else 0,
            )


def _decided(each: AdjustedHolding) -> DecisionEntry:
    return DecisionEntry(
        subject=each.was.subject,
        holder_id=each.was.holder_id,
        decision="adjusted",
        ruling=each.ruling,
        shares=each.became.shares,
    )
