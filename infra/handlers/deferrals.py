"""Grants deferred for whoever takes part, in the books: promised in writing, or released when they need not wait."""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.pool import deferred_now, reserve_deferred
from infra.handlers.splits import apply_splits
from optex.actions import Defer
from optex.adjustment import Deferred
from optex.deferral_notices import deferral_released, deferred_promised
from optex.errors import Ruling
from optex.formatting import count, day, sentence


def defer(db: OfferWriter, action: Defer) -> str:
    """Reserve the shares of a deferred grant, and write to its holder where it is promised; that, in a sentence.

    The action is on record when this is called, so that the state has the deferred grant as its last.
    """
    reserve_deferred(db, action.at, action.shares)
    if not action.promise:
        return ""
    state = db.state()
    letter = deferred_promised(
        state.terms,
        state.schedule,
        db.holders([action.holder])[action.holder],
        state.deferred[-1],
        state.day(action.at),
        accepted=state.cancelled_on is not None,
    )
    db.queue_notices([letter], action.at)
    return "The holder is told."


def release_deferred(
    db: OfferWriter, holder_ids: Collection[str] | None, at: datetime, why: str, *, told: Collection[str] = ()
) -> str:
    """Release the grants deferred for these holders, or all of them, and tell each holder why; that, in a sentence.

    What was reserved for them is free again, and the Committee may make them at once. None after the grant, by which
    each was made or not. Another letter tells the holders who are `told`.
    Authority: §6, "If we accept options you tender in the offer, we will defer any grant" (LCK-1, PLN-1).
    """
    apply_splits(db, at)  # while what is released is still held
    state = db.state()
    mine = [each for each in state.deferred if holder_ids is None or each.holder_id in holder_ids]
    if not mine or state.granted_on is not None:
        return ""
    on = state.day(at)
    shares = {each.deferred_id: deferred_now(each, state) for each in mine}
    decided = {each.deferred_id: state.day(each.decided_at) for each in mine}
    entries = [_released(each, shares[each.deferred_id], decided[each.deferred_id], why) for each in mine]
    db.record_decisions("deferred", at, entries)
    db.move_pool([(on, "released", sum(shares.values()))])
    db.audit(at, "", [("deferred grant released", each.subject, "LCK-1", each.ruling.reason) for each in entries])
    holders = db.holders(each.holder_id for each in mine)
    letters = [
        deferral_released(
            state.terms,
            holders[each.holder_id],
            each,
            shares[each.deferred_id],
            decided[each.deferred_id],
            why,
            on,
        )
        for each in mine
        if each.holder_id not in told
    ]
    db.queue_notices(letters, at)
    of = count(sum(shares.values()), "share")
    return f"{count(len(mine), 'deferred grant')} for {of} released: the Committee may grant what it decided now."


def deferred_by_holder(db: OfferWriter, at: datetime) -> Counter[str]:
    """For how many shares, as adjusted, grants are deferred for each holder; none after the grant."""
    apply_splits(db, at)
    state = db.state()
    shares: Counter[str] = Counter()
    for each in state.deferred if state.granted_on is None else ():
        shares[each.holder_id] += deferred_now(each, state)
    return shares


def _released(deferred: Deferred, shares: int, decided_on: date, why: str) -> DecisionEntry:
    grant = f"{deferred.deferred_id}, the grant of {count(deferred.shares, 'share')} decided {day(decided_on)}"
    reason = f"{sentence(why)} {grant}, is not deferred any longer: the Committee may make it now."
    return DecisionEntry(
        subject=deferred.deferred_id,
        holder_id=deferred.holder_id,
        decision="released",
        ruling=Ruling(rule="LCK-1", reason=reason),
        shares=shares,
    )
