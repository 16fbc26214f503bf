"""What is unlawful to accept is not accepted, and told so: a jurisdiction is excluded, a form rejected (ELG-4)."""

from dataclasses import replace

from infra.database.writer import OfferWriter
from infra.handlers.eligibility import invite
from infra.handlers.forms import confirm_again, confirmations, review_again
from optex import batch
from optex.eligibility import lies_in, may_lie_in
from optex.exclusions import Exclude, Reject
from optex.formatting import count, first_few
from optex.notices import exclusion
from optex.state import OfferState


def exclude(db: OfferWriter, action: Exclude) -> str:
    """Carry out an exclusion: the terms as amended, tenders from there returned, every holder there told, as of now.

    The action is on record when this is called, so that the state has the jurisdiction excluded.
    """
    state, at, place = db.state(), db.takes_effect(action.at), action.jurisdiction
    version = db.row().version + 1
    db.update_offer(version=version)
    db.add_terms(version, state.terms, at, f"{place} excluded")
    residents = [holder.holder_id for holder in db.holders().values() if lies_in(holder.jurisdiction, place)]
    records = db.holder_records(residents)
    before = _without(state, place)
    standing = batch.tenders(batch.review_all(records, before, at))
    asked = batch.addressees(records, before, at) if state.opened_at else []
    concerned = {d.holder.holder_id for d in asked} | standing.keys()
    invite(db, residents, at)
    # The letter of the exclusion says of every form what a confirmation of it would.
    review_again(db, residents, at, confirm=False)
    told = db.queue_notices(
        (
            exclusion(
                state.terms,
                d.holder,
                version,
                place,
                action.reason,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                open_=at < state.terms.expires,
            )
            for d in records
            if d.holder.holder_id in concerned
        ),
        at,
    )
    returned = sum(map(len, standing.values()))
    fits = f"{count(len(residents), 'holder')} there" if residents else "It fits no holder on record"
    said = f"{fits}; {count(returned, 'tendered option')} returned; {count(told, 'holder')} told."
    return f"{said} {_unplaced(db, place)}".strip()


def reject(db: OfferWriter, action: Reject) -> str:
    """Carry out the rejection of a form, as of now: the holder is told, and of an earlier form that stands again too.

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


def _without(state: OfferState, place: str) -> OfferState:
    """The offer as it stood before a jurisdiction was excluded."""
    others = tuple(each for each in state.terms.excluded_jurisdictions if each != place)
    return replace(state, terms=state.terms.model_copy(update={"excluded_jurisdictions": others}))


def _unplaced(db: OfferWriter, place: str) -> str:
    """Of whom the record does not say whether they reside there."""
    unsure = [h.holder_id for h in db.holders().values() if may_lie_in(h.jurisdiction, place)]
    if not unsure:
        return ""
    return f"The record does not say of {count(len(unsure), 'holder')} whether they reside there: {first_few(unsure)}."
