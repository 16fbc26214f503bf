"""What the record, corrected after the acceptance, would have decided otherwise: an alarm, and nothing is undone."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from optex import batch
from optex.corrections import CorrectGrant
from optex.election import FormReview
from optex.eligibility import may_be_accepted
from optex.errors import Ruling
from optex.formatting import count
from optex.records import HolderRecord
from optex.state import OfferState

KIND, OTHERWISE, AGREES = "otherwise", "otherwise", "agrees"


def report_otherwise(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> str:
    """Put on record what the record of these holders would now decide otherwise; what that is, in sentences.

    Acceptance is one act for everybody, so that nothing of it is undone by the program; a form or tender of which the
    record agrees again is no alarm any more. Whoever was not in service is matter for a voiding (REC-4).
    """
    state = db.state()
    if state.accepted_at is None:
        return ""
    found = {entry.subject: entry for d in db.holder_records(holder_ids) for entry in _otherwise(db, d, state)}
    before = {
        subject: row
        for subject, row in db.latest_decisions(KIND).items()
        if row.holder_id in set(holder_ids) and row.decision == OTHERWISE
    }
    agrees = [_agrees(row) for subject, row in before.items() if subject not in found]
    fresh = db.record_decisions(KIND, at, [*found.values(), *agrees])
    new = [entry for entry in fresh if entry.decision == OTHERWISE]
    db.audit(at, "", [("decided otherwise", each.subject, "REC-3", each.ruling.reason) for each in new])
    return " ".join(each.ruling.reason for each in new)


def otherwise(db: OfferReader) -> list[Row[Any]]:
    """What the record as it now stands would have decided otherwise, by form and grant."""
    return [row for row in db.latest_decisions(KIND).values() if row.decision == OTHERWISE]


def _agrees(row: Row[Any]) -> DecisionEntry:
    ruling = Ruling(rule="REC-3", reason="The record agrees again with what was decided.")
    return DecisionEntry(subject=row.subject, holder_id=row.holder_id, decision=AGREES, ruling=ruling)


def _otherwise(db: OfferReader, d: HolderRecord, state: OfferState) -> Iterator[DecisionEntry]:
    assert state.accepted_at is not None
    tendered = _as_tendered(db, d, state)
    reviews = batch.review_all([tendered], state, state.accepted_at)
    for review in reviews:
        yield from _form(db, review)
    yield from _tenders(db, d, tendered, reviews, state)


def _form(db: OfferReader, review: FormReview) -> Iterator[DecisionEntry]:
    form_id = review.form.form_id
    row = db.latest_decisions("form", [form_id]).get(form_id)
    if row is not None and row.decision != review.standing:
        would, did = f"form {form_id} is {review.standing}", f"it was decided {row.decision}"
        yield _entry(form_id, review.form.holder_id, would, did, review.ruling)


def _tenders(
    db: OfferReader, d: HolderRecord, tendered: HolderRecord, reviews: list[FormReview], state: OfferState
) -> Iterator[DecisionEntry]:
    holder_id, cancelled_on = d.holder.holder_id, state.cancelled_on
    assert cancelled_on is not None
    decided = batch.decide_tenders([tendered], reviews, state, cancelled_on)
    standing = batch.elections(reviews).get(holder_id)
    received_on = state.day(standing.form.received_at) if standing else cancelled_on
    if may_be_accepted(d.service_periods, received_on=received_on, cancelled_on=cancelled_on, terms=state.terms):
        return
    accepted = {
        each.tender.grant_id: min(each.tender.shares, d.grants[each.tender.grant_id].remaining)
        for each in decided
        if each.accepted
    }
    cancelled = {row.grant_id: row.shares for row in db.rows_about(holder_id, t.cancellations) if row.voided_on is None}
    why = {each.tender.grant_id: each.ruling for each in decided if not each.accepted}
    for grant_id in sorted(accepted.keys() | cancelled.keys()):
        would, did = accepted.get(grant_id, 0), cancelled.get(grant_id, 0)
        if would != did:
            some = count(would, "share") if would else "none"
            said = f"{some} of {grant_id} would have been accepted"
            yield _entry(grant_id, holder_id, said, f"{did:,} were" if did else "none were", why.get(grant_id))


def _entry(subject: str, holder_id: str, would: str, did: str, why: Ruling | None) -> DecisionEntry:
    because = f" ({why.reason.rstrip('.')})" if why else ""
    reason = f"By the record as it now stands {would}{because}; {did}, and nothing is undone."
    ruling = Ruling(rule="REC-3", reason=reason)
    return DecisionEntry(subject=subject, holder_id=holder_id, decision=OTHERWISE, ruling=ruling)


def _as_tendered(db: OfferReader, d: HolderRecord, state: OfferState) -> HolderRecord:
    """The record with the grants as they were at the acceptance, where that was restated: it has been decided again."""
    cancelled = {row.grant_id for row in db.rows_about(d.holder.holder_id, t.cancellations)}
    told: dict[str, dict[str, int]] = {}
    for each in db.recorded_actions(CorrectGrant.verb):
        action = each.action
        assert isinstance(action, CorrectGrant)
        if each.accepted and action.grant in cancelled and state.accepted_at and action.at > state.accepted_at:
            for column in {"shares", "exercised"} & (action.was or {}).keys():
                told.setdefault(action.grant, {}).setdefault(column, int((action.was or {})[column]))
    grants = {
        key: replace(grant, shares=was.get("shares", grant.shares), exercised=was.get("exercised", grant.exercised))
        for key, grant in d.grants.items()
        for was in [told.get(key, {})]
    }
    return replace(d, grants=grants)
