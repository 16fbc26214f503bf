"""What is unlawful to accept is not accepted, and told so: a jurisdiction is excluded, a form rejected (ELG-4)."""

from dataclasses import replace
from datetime import datetime

from infra.database.writer import OfferWriter
from infra.handlers.eligibility import invite
from infra.handlers.forms import confirm_again, confirmations, review_again
from optex import batch
from optex.eligibility import lies_in, may_lie_in
from optex.exclusions import Exclude, Reject
from optex.formatting import count, first_few
from optex.notices import exclusion
from optex.records import HolderRecord
from optex.state import OfferState


def exclude(db: OfferWriter, action: Exclude) -> str:
    """Carry out an exclusion, or take it back: the terms as amended, forms judged anew, every holder there told.

    The action is on record when this is called, so that the state has it; it is decided as of now.
    """
    after, at, place = db.state(), db.takes_effect(action.at), action.jurisdiction
    excluded = {"excluded_jurisdictions": db.all_terms()[-1].excluded_jurisdictions}
    before = replace(after, terms=after.terms.model_copy(update=excluded))
    version = db.row().version + 1
    db.update_offer(version=version)
    db.add_terms(version, after.terms, at, action.label(after))
    records = db.holder_records(_residents(db, place))
    # While it is excluded nothing of theirs stands tendered: what did before, or what does again.
    admitted = after if action.remove else before
    standing = batch.tenders(batch.review_all(records, admitted, at))
    concerned = _addressees(records, admitted, at) | standing.keys()
    invite(db, [d.holder.holder_id for d in records], at)
    # The letter of an exclusion says of every form what a confirmation of it would.
    review_again(db, [d.holder.holder_id for d in records], at, confirm=action.remove)
    told = db.queue_notices(
        (
            exclusion(
                after.terms,
                d.holder,
                version,
                place,
                action.reason,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                open_=at < after.terms.expires,
                removed=action.remove,
            )
            for d in records
            if d.holder.holder_id in concerned
        ),
        at,
    )
    fits = f"{count(len(records), 'holder')} there" if records else "It fits no holder on record"
    returned = count(sum(map(len, standing.values())), "option")
    options = f"{returned} tendered again" if action.remove else f"{returned} returned"
    return f"{fits}; {options}; {told.told()}. {_unplaced(db, place)}".strip()


def reject(db: OfferWriter, action: Reject) -> str:
    """Carry out the rejection of a form, as of now: the holder is told, and an earlier proper form stands again.

    The action is on record when this is called, so that the state has the form rejected.
    """
    holder_id, at = db.holder_of_form(action.form), db.takes_effect(action.at)
    assert holder_id is not None, "a form that is not on record has been refused"
    confirmed = confirmations(db, action.form)
    review_again(db, [holder_id], at)
    if confirmed == confirmations(db, action.form):
        confirm_again(db, action.form, at, first=False)
    standing = batch.elections(batch.review_all(db.holder_records([holder_id]), db.state(), at)).get(holder_id)
    if standing is None:
        return "The holder is told; nothing of the holder's stands tendered."
    tendered = count(sum(tender.shares for tender in standing.tenders), "share")
    return f"The holder is told; form {standing.form.form_id} stands, with {tendered}."


def _residents(db: OfferWriter, place: str) -> list[str]:
    return [holder.holder_id for holder in db.holders().values() if lies_in(holder.jurisdiction, place)]


def _addressees(records: list[HolderRecord], state: OfferState, at: datetime) -> set[str]:
    """Whom the offer is, or was, made to: nobody before it has opened."""
    found = batch.addressees(records, state, at) if state.opened_at else []
    return {d.holder.holder_id for d in found}


def _unplaced(db: OfferWriter, place: str) -> str:
    """Of whom the record does not say whether they reside there."""
    unsure = [h.holder_id for h in db.holders().values() if may_lie_in(h.jurisdiction, place)]
    if not unsure:
        return ""
    return f"The record does not say of {count(len(unsure), 'holder')} whether they reside there: {first_few(unsure)}."
