"""What the company announces to every eligible holder: an extension, an amendment, the termination."""

from datetime import datetime

from infra.database.queued import Queued
from infra.database.writer import OfferWriter
from infra.handlers.deferrals import release_deferred
from infra.handlers.forms import decided_form, decided_tender, review_again
from optex import batch, cancellation
from optex.action import Action
from optex.actions import Amend, Terminate
from optex.formatting import count, local_text
from optex.milestones import CLOSE
from optex.notices import amendment, extension, termination
from optex.state import OfferState
from optex.steps import StepStatus


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
    told = _tell_extension(db, state, version, _previous(db, state), announced_at, action)
    return f"{count(len(moved.added), 'step')} moved; {told.told()}."


def amended(db: OfferWriter, action: Amend) -> str:
    """Carry out an amendment, with the extension made with it, and tell everyone (AMD-1)."""
    said = extended(db, action, action.extend_to, action.at) if action.extend_to else ""
    state = db.state()
    records = db.holder_records()
    tally = batch.tendered_shares(batch.review_all(records, state, action.at))
    told = db.queue_notices(
        (
            amendment(
                state.terms,
                d.holder,
                state.amendments,
                action.change,
                action.percent,
                action.reason,
                state.schedule,
                tally,
            )
            for d in batch.addressees(records, state, action.at)
        ),
        action.at,
    )
    return f"{said} {told.told(how='told of the amendment')}.".strip()


def terminated(db: OfferWriter, action: Terminate) -> str:
    """Carry out the termination: every tender returned, every step moot, every holder told (CND-2).

    Whoever gets a tender back is told, in service or not; what was reserved for deferred grants is free again.
    """
    db.update_offer(terminated_at=action.at)
    state = db.state()
    records = db.holder_records()
    reviews = batch.review_all(records, state, action.at)
    standing = batch.tenders(reviews)
    decisions = [decision for each in standing.values() for decision in cancellation.returned(each)]
    db.record_decisions("form", action.at, map(decided_form, reviews))  # what came at this very instant came too late
    db.record_decisions("tender", action.at, [decided_tender(decision) for decision in decisions])
    db.mark_moot("the offer was terminated")
    released = release_deferred(db, None, action.at, "The exchange offer was terminated")
    concerned = {d.holder.holder_id for d in batch.addressees(records, state, action.at)} | standing.keys()
    told = db.queue_notices(
        (
            termination(state.terms, d.holder, action.reason, standing.get(d.holder.holder_id, ()), d.grants)
            for d in records
            if d.holder.holder_id in concerned
        ),
        action.at,
    )
    return f"{count(len(decisions), 'tendered option')} returned; {told.told()}. {released}".strip()


def _tell_extension(
    db: OfferWriter, state: OfferState, version: int, previous: datetime, announced_at: datetime, action: Action
) -> Queued:
    at, told = action.at, db.recorded_actions(action.verb)[-1]
    recorded_at = told.recorded_at if told.after_deadline else None
    records = db.holder_records()
    reviews = batch.review_all(records, state, at)
    standing, tally = batch.tenders(reviews), batch.tendered_shares(reviews)
    return db.queue_notices(
        (
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
            for d in batch.addressees(records, state, at)
        ),
        at,
    )


def _previous(db: OfferWriter, state: OfferState) -> datetime:
    """When the offer would have expired before the extension that is now on record."""
    earlier = [terms.expires for terms in db.all_terms() if terms.expires < state.terms.expires]
    return max(earlier)
