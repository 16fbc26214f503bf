"""What the record, corrected after the acceptance, would have decided otherwise: it stays, and a person settles it.

Acceptance is one act for everybody (CAN-1). Whoever was not in service is no matter of this: that is voided (REC-4).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import get_args

from infra.database import tables as t
from infra.database.reader import OfferReader
from optex import batch
from optex.actions import EndService, ServiceSet
from optex.adjustment import adjusted_by
from optex.contradictions import DECIDED, Contradiction
from optex.correction import Correction
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectService
from optex.election import FormReview
from optex.eligibility import may_be_accepted
from optex.formatting import count
from optex.records import HolderRecord
from optex.state import OfferState

OfService = CorrectService | ServiceSet | EndService
Fact = CorrectHolder | CorrectGrant | CorrectForm | OfService
Told = list[Fact]


def decided_otherwise(
    db: OfferReader, state: OfferState, holder_ids: Collection[str] | None
) -> Iterator[Contradiction]:
    """What of these holders, or of all, would not have been accepted by the record as it now is, or would have been.

    Only those are looked at of whom something was told after the acceptance: of the others nothing has changed.
    """
    told = _since_acceptance(db, state)
    concerned = _holders(db, told)
    wanted = sorted(concerned if holder_ids is None else concerned & set(holder_ids))
    for d in db.holder_records(wanted) if wanted else ():
        yield from _of_holder(db, d, told, state)


def _since_acceptance(db: OfferReader, state: OfferState) -> Told:
    return [
        each.action
        for each in db.recorded_actions(*(kind.verb for kind in get_args(Fact)))
        if each.accepted
        and state.accepted_at
        and each.recorded_at > state.accepted_at
        and isinstance(each.action, Fact)
    ]


def _holders(db: OfferReader, told: Told) -> set[str]:
    """Whom the corrections are about, also whose a form or a grant was before."""
    was = [each.was for each in told if isinstance(each, Correction) and each.was]
    found = {cells["holder_id"] for cells in was if "holder_id" in cells}
    found |= {
        each.holder for each in told if isinstance(each, CorrectHolder | CorrectService | ServiceSet | EndService)
    }
    found |= {db.holder_of_form(each.form) or "" for each in told if isinstance(each, CorrectForm)}
    grants = {each.grant for each in told if isinstance(each, CorrectGrant)}
    return found | {grant.holder_id for grant in (db.grants() if grants else ()) if grant.grant_id in grants}


def _of_holder(db: OfferReader, d: HolderRecord, told: Told, state: OfferState) -> Iterator[Contradiction]:
    holder_id, cancelled_on, accepted_at = d.holder.holder_id, state.cancelled_on, state.accepted_at
    assert cancelled_on is not None
    assert accepted_at is not None
    tendered = _as_tendered(db, state, d, told)
    reviews = batch.review_all([tendered], state, accepted_at)
    standing = batch.elections(reviews).get(holder_id)
    received_on = state.day(standing.form.received_at) if standing else cancelled_on
    if may_be_accepted(d.service_periods, received_on=received_on, cancelled_on=cancelled_on, terms=state.terms):
        return
    decided = batch.decide_tenders([tendered], reviews, state, cancelled_on)
    why = {each.tender.grant_id: each.ruling.reason for each in decided if not each.accepted}
    would = {each.tender.grant_id: each.tender.shares for each in decided if each.accepted}
    cancelled = db.rows_about(holder_id, t.cancellations)
    did = {row.grant_id: row.shares for row in cancelled if row.voided_on is None}
    voided = {row.grant_id for row in cancelled if row.voided_on is not None}  # that is a contradiction of its own
    otherwise = _forms(db, reviews)
    for grant_id in sorted((would.keys() | did.keys()) - voided):
        left = min(would.get(grant_id, 0), d.grants[grant_id].remaining)
        if left != did.get(grant_id, 0):
            because = [why[grant_id].rstrip(".")] if grant_id in why else otherwise
            yield _contradiction(grant_id, holder_id, left, did.get(grant_id, 0), because)


def _forms(db: OfferReader, reviews: list[FormReview]) -> list[str]:
    """The forms that stand otherwise than they did at the acceptance."""
    decided = db.latest_decisions("form", [review.form.form_id for review in reviews])
    return [
        f"form {review.form.form_id} would be {review.standing} ({review.ruling.reason.rstrip('.')})"
        for review in reviews
        if review.form.form_id in decided and decided[review.form.form_id].decision != review.standing
    ]


def _contradiction(grant_id: str, holder_id: str, would: int, did: int, because: list[str]) -> Contradiction:
    accepted = f"{count(would, 'share') if would else 'nothing'} of {grant_id} would have been accepted"
    why = f": {'; '.join(because)}" if because else ""
    reason = f"By the record as it now stands {accepted}, and not {f'{did:,}' if did else 'nothing'}{why}."
    return Contradiction(kind=DECIDED, grant_id=grant_id, holder_id=holder_id, reason=reason)


def as_tendered(db: OfferReader, state: OfferState, records: Sequence[HolderRecord]) -> list[HolderRecord]:
    """The records with the grants of what was accepted as they were then, whatever was corrected of them since."""
    told = _since_acceptance(db, state)
    concerned = _holders(db, told)
    return [_as_tendered(db, state, d, told) if d.holder.holder_id in concerned else d for d in records]


def _as_tendered(db: OfferReader, state: OfferState, d: HolderRecord, told: Told) -> HolderRecord:
    """The record with the grants as they were at the acceptance, where that was restated: it has been decided again."""
    cancelled = {row.grant_id for row in db.rows_about(d.holder.holder_id, t.cancellations)}
    before: dict[str, dict[str, int]] = {}
    for each in told:
        if isinstance(each, CorrectGrant) and each.grant in cancelled and each.was:
            for column in {"shares", "exercised"} & each.was.keys():
                before.setdefault(each.grant, {}).setdefault(column, int(each.was[column]))
    grants = {
        key: replace(
            grant,
            shares=was.get("shares", grant.shares),
            exercised=was.get("exercised", grant.exercised),
            vesting=(),  # it may sum to other shares by now, and to judge a tender it is not needed
        )
        if was
        else grant
        for key, grant in d.told_grants.items()
        for was in [before.get(key, {})]
    }
    splits, vesting = state.grant_splits, state.terms.plan.vesting
    return replace(
        d, grants={key: adjusted_by(grant, splits, vesting) for key, grant in grants.items()}, as_told=grants
    )
