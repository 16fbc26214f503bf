"""What the company announces to every eligible holder: an extension, an amendment, the termination."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from infra.database.decision_batches import DecisionBatches
from infra.database.in_turn import in_turn
from infra.database.queued import Queued
from infra.database.writer import OfferWriter
from infra.handlers.deferrals import release_deferred
from infra.handlers.eligibility import invite
from infra.handlers.forms import decided_form, decided_tender, review_again
from optex import batch, cancellation
from optex.action import Action
from optex.actions import Amend, ConditionWaive, Terminate
from optex.amended_terms import changed_terms
from optex.amendments import notice_days
from optex.errors import Ruling
from optex.formatting import count, local_text
from optex.milestones import CLOSE
from optex.notices import amendment, extension, termination
from optex.open_days import reaches_thirty_days
from optex.records import HolderRecord
from optex.state import CONDITIONS, OfferState
from optex.steps import StepStatus
from optex.terms import Terms
from optex.warnings import iso_modification

_NO_OPTION = Ruling(rule="AMD-1", reason="You hold no option that the amended offer is for.")


def extended(db: OfferWriter, action: Action, to: datetime, announced_at: datetime) -> str:
    """Carry out an extension: new terms and steps, forms judged anew, everyone told with the tally (EXT-2).

    The action is on record when this is called, so that the state has the new expiration.
    """
    zone = db.state().terms.zone
    closed = db.step(CLOSE)
    moved = db.reschedule(
        action.at, f"superseded by the extension to {local_text(to, zone)}, announced {local_text(announced_at, zone)}"
    )
    state = db.state()
    version = db.row().version
    db.add_terms(version, state.terms, action.at, f"extended to {local_text(to, zone)}")
    if closed is not None and closed.status is StepStatus.DONE:
        detail = f"what the close of {local_text(closed.due, zone)} had decided is superseded"
        db.audit(action.at, action.by, [("close superseded", closed.label, "EXT-2", detail)])
    review_again(db, None, action.at)
    previous = _previous(db, state)
    told = _tell_extension(db, state, version, previous, announced_at, action)
    noted = _past_thirty_days(db, state, previous)
    return f"{count(len(moved.added), 'step')} moved; {told.told()}.{noted}"


def amended(db: OfferWriter, action: Amend) -> str:
    """Carry out an amendment, its terms and the extension made with it, and tell everyone (AMD-1).

    The action is on record when this is called, so that the state has the amended terms.
    """
    before = db.all_terms()[-1]
    said = extended(db, action, action.extend_to, action.at) if action.extend_to else ""
    if action.terms:
        said = said or _in_force(db, action)
        for records in in_turn(db, forms=False):
            invite(db, [d.holder.holder_id for d in records], action.at)
    days = notice_days(action.change, action.percent, action.immaterial, db.state().terms.material_days)
    told = _tell_amendment(db, action, action.change, action.percent, action.reason, days, before)
    return f"{said} {told.told(how='told of the amendment')}.".strip()


def _in_force(db: OfferWriter, action: Amend) -> str:
    """Make the steps and every form agree with the amended terms, which are a version of their own (AMD-1)."""
    state = db.state()
    said = f"Amendment No. {state.amendments}"
    moved = db.reschedule(action.at, f"superseded by {said}")
    if not moved.added:  # terms that move no date are a version all the same
        db.update_offer(version=db.row().version + 1)
    db.add_terms(db.row().version, state.terms, action.at, said)
    stand = review_again(db, None, action.at)
    return f"{count(len(moved.added), 'step')} moved. {stand}".strip()


def waived(db: OfferWriter, action: ConditionWaive) -> str:
    """Tell everyone that a condition is waived, which amends the offer (AMD-1, CND-1)."""
    days = 0 if action.immaterial else db.state().terms.material_days
    told = _tell_amendment(db, action, "waiver", None, CONDITIONS[action.number], days)
    return f"{told.told(how='told of the waiver')}."


def _tell_amendment(
    db: OfferWriter,
    action: Action,
    change: str,
    percent: Decimal | None,
    reason: str,
    days: int,
    before: Terms | None = None,
) -> Queued:
    """Tell whom the offer is made to, and whom it was made to by the terms `before` the amendment."""
    state = db.state()
    tally = _tendered(db, state, action.at)
    schedule, told = state.schedule, db.recorded_actions(action.verb)[-1]
    late = (action.announced, told.recorded_at) if told.after_deadline else None
    was = replace(state, terms=before.extended(state.terms.expires)) if before else state
    changed = list(changed_terms(was.terms, state.terms))
    letters = (
        amendment(
            state.terms,
            d.holder,
            state.amendments,
            change,
            percent,
            reason,
            schedule,
            tally,
            days,
            late,
            changed,
            no_more,
        )
        for records in in_turn(db, forms=False)
        for d, no_more in _made_to(records, was, state, action.at)
    )
    return db.queue_notices(letters, action.at)


def _tendered(db: OfferWriter, state: OfferState, at: datetime) -> int:
    """For how many option shares tenders stand, of all holders."""
    return sum(batch.tendered_shares(batch.review_all(records, state, at)) for records in in_turn(db))


def _made_to(
    records: list[HolderRecord], was: OfferState, state: OfferState, at: datetime
) -> Iterator[tuple[HolderRecord, Ruling | None]]:
    """Whom the offer is made to; and whom it was made to on the terms before and is no more, with the reason."""
    now = {d.holder.holder_id for d in batch.addressees(records, state, at)}
    before = {d.holder.holder_id for d in batch.addressees(records, was, at)} - now
    refused = {d.holder.holder_id: ruling for d, ruling in batch.eligibility(records, state)} if before else {}
    for d in records:
        if d.holder.holder_id in now:
            yield d, None
        elif d.holder.holder_id in before:
            yield d, refused.get(d.holder.holder_id) or _NO_OPTION


def terminated(db: OfferWriter, action: Terminate) -> str:
    """Carry out the termination: every tender returned, every step moot, every holder told (CND-2).

    Whoever gets a tender back is told, in service or not; what was reserved for deferred grants is free again.
    """
    db.update_offer(terminated_at=action.at)
    state = db.state()
    decided, returned, told = DecisionBatches(db, action.at, "form", "tender"), 0, Queued(0)
    for records in in_turn(db):
        reviews = batch.review_all(records, state, action.at)
        standing = batch.tenders(reviews)
        decisions = [decision for each in standing.values() for decision in cancellation.returned(each)]
        decided.add("form", map(decided_form, reviews))  # what came at this very instant came too late
        decided.add("tender", map(decided_tender, decisions))
        returned += len(decisions)
        # Whoever has not been told of the offer need not be told that it has ended.
        invited = batch.addressees(records, state, action.at) if state.opened_at is not None else []
        concerned = {d.holder.holder_id for d in invited} | standing.keys()
        letters = (
            termination(
                state.terms,
                d.holder,
                action.reason,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                action.events or (),
            )
            for d in records
            if d.holder.holder_id in concerned
        )
        told = told.plus(db.queue_notices(letters, action.at))
    decided.append()
    db.mark_moot("the offer was terminated")
    released = release_deferred(db, None, action.at, "The exchange offer was terminated")
    return f"{count(returned, 'tendered option')} returned; {told.told()}. {released}".strip()


def _tell_extension(
    db: OfferWriter, state: OfferState, version: int, previous: datetime, announced_at: datetime, action: Action
) -> Queued:
    at, told = action.at, db.recorded_actions(action.verb)[-1]
    recorded_at = told.recorded_at if told.after_deadline else None
    if state.opened_at is None:  # whoever has not been told of the offer yet is told by the letter that opens it
        return Queued(0)
    tally, queued = _tendered(db, state, at), Queued(0)
    for records in in_turn(db):
        invited = batch.addressees(records, state, at)
        standing = batch.tenders(batch.review_all(invited, state, at))
        letters = (
            extension(
                state.terms,
                state.schedule,
                d.holder,
                version,
                previous,
                announced_at,
                tally,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                recorded_at,
            )
            for d in invited
        )
        queued = queued.plus(db.queue_notices(letters, at))
    return queued


def _past_thirty_days(db: OfferWriter, state: OfferState, previous: datetime) -> str:
    """What is to be known of ISOs, where it is this extension by which the offer is open for thirty days (ISO-1)."""
    if not reaches_thirty_days(state.terms.extended(previous), state.terms):
        return ""
    grants = (grant for records in in_turn(db, forms=False) for d in records for grant in d.grants.values())
    return "".join(f" Warning: {each.rule}: {each.message}." for each in iso_modification(state.terms, grants))


def _previous(db: OfferWriter, state: OfferState) -> datetime:
    """When the offer would have expired before the extension that is now on record."""
    earlier = [terms.expires for terms in db.all_terms() if terms.expires < state.terms.expires]
    return max(earlier)
