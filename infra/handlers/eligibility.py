"""Who may tender, as it is decided at the opening, and again when the record of somebody is told or corrected."""

from collections.abc import Collection
from datetime import datetime

from infra.database.writer import DecisionEntry, OfferWriter
from optex import batch, notices
from optex.eligibility import grants_in_offer, in_offer
from optex.eligible import all_left_out
from optex.errors import Ruling
from optex.option_reasons import may_be_tendered
from optex.records import HolderRecord
from optex.terms import Terms


def decided_eligibility(record: HolderRecord, refused: Ruling | None, terms: Terms) -> DecisionEntry:
    """Whether a holder may tender, as it is appended to the decisions (ELG-1, ELG-4)."""
    ruling = refused or Ruling(rule="ELG-1", reason="In service on the day the offer commenced: may tender.")
    holder_id = record.holder.holder_id
    return DecisionEntry(
        subject=holder_id,
        holder_id=holder_id,
        decision="ineligible" if refused else "eligible",
        ruling=ruling,
        remarks=() if refused else _remarks(record, terms),
    )


def _remarks(record: HolderRecord, terms: Terms) -> tuple[Ruling, ...]:
    """What the holder may tender, and why not the other options that were outstanding at the commencement (ELG-5)."""
    out = all_left_out(record.told_grants, terms)
    others = [out[key] for key, grant in record.grants.items() if key in out and in_offer(grant, terms)]
    return may_be_tendered(list(grants_in_offer(record, terms).values()), terms), *others


def invite(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> None:
    """Decide again who of these may tender, once the offer has opened; who now may is made the offer (§1, ELG-1)."""
    state = db.state()
    if state.opened_at is None or state.over:
        return
    roll_call = batch.eligibility(db.holder_records(holder_ids), state)
    db.record_decisions("eligibility", at, [decided_eligibility(d, refused, state.terms) for d, refused in roll_call])
    if at < state.terms.expires:
        eligible = [d for d, refused in roll_call if refused is None]
        letters = (
            notices.offer_opened(state.terms, state.schedule, d.holder, grants_in_offer(d, state.terms).values())
            for d in eligible
        )
        db.queue_notices(letters, at)
