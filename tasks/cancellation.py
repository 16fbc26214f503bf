"""Acceptance and cancellation in the books, with the letters to every holder concerned, in the step's transaction."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from infra.database import tables as t
from infra.database.writer import DecisionEntry
from infra.handlers.deferrals import release_deferred
from infra.handlers.forms import decided_form, decided_tender, review_again
from optex import batch, notices, pool
from optex.cancellation import Cancellation, Promise, TenderDecision
from optex.election import FormReview
from optex.errors import Ruling
from optex.formatting import count
from optex.milestones import WITHDRAWAL_RIGHT
from optex.option_reasons import balancing_issued
from optex.records import FormKind, FormStanding, HolderRecord, IssuedOption
from tasks.decorators import effect
from tasks.due_step import DueStep


@effect("accept, cancel, promise and write to every holder concerned")
def record_cancellation(
    step: DueStep,
    records: Sequence[HolderRecord],
    reviews: Sequence[FormReview],
    decisions: Sequence[TenderDecision],
    cancellations: Sequence[Cancellation],
    promises: Sequence[Promise],
) -> str:
    """Acceptance and cancellation are one act, all or nothing (§6, CAN-1)."""
    db, on = step.db, step.state.day(step.at)
    by_holder = {d.holder.holder_id: d for d in records}
    grants = {grant_id: grant for d in records for grant_id, grant in d.grants.items()}
    pool.check_balances(
        pool.imbalances(
            vesting=step.state.terms.plan.vesting, grants=grants, cancellations=cancellations, promises=promises
        )
    )
    standing = batch.elections(reviews)
    db.update_offer(accepted_at=step.at, cancelled_on=on)
    if too_late := _in_the_very_second(step, reviews):
        review_again(db, too_late, step.at)
    db.record_decisions("form", step.at, map(decided_form, reviews))
    db.record_decisions("tender", step.at, map(decided_tender, decisions))
    balancing = [c.balancing for c in cancellations if c.balancing]
    db.add_options("balancing", balancing)
    db.record_decisions("option", step.at, map(_balancing, balancing))
    db.add(t.cancellations, map(_cancellation_row, cancellations))
    db.add(
        t.promises,
        [
            {
                "promise_id": p.promise_id,
                "holder_id": p.holder_id,
                "shares": p.shares,
                "issued_on": p.issued_on,
                "not_before": p.not_before,
                "received_on": step.state.day(standing[p.holder_id].form.received_at),
            }
            for p in promises
        ],
    )
    db.move_pool(pool.cancelled(on, cancellations))
    db.mark_moot("the tendered options were accepted before", WITHDRAWAL_RIGHT)
    unpromised = {each.holder_id for each in step.state.deferred} - {p.holder_id for p in promises}
    released = release_deferred(db, unpromised, step.at, "No tendered option was accepted for exchange")
    rejected = sum(not decision.accepted for decision in decisions)
    # Done before the plan moves: were it run on a later day than planned, a new version of it would be scheduled.
    outcome = step.done(
        f"Accepted and cancelled {count(len(cancellations), 'option')} for "
        f"{count(sum(c.shares for c in cancellations), 'share')} of {count(len(promises), 'holder')}; "
        f"{count(len(balancing), 'balancing option')}; {count(rejected, 'tender')} rejected"
        f"{f'. {released}' if released else ''}"
    )
    db.reschedule(step.at, f"superseded: the options were cancelled on {on}")
    db.queue_notices(_acceptances(step, by_holder, cancellations, promises), step.at)
    db.queue_notices(_rejections(step, by_holder, reviews, decisions), step.at)
    return outcome


def _in_the_very_second(step: DueStep, reviews: Sequence[FormReview]) -> set[str]:
    """Who sent a form, or was let off a defect, in the second of the acceptance: it was told that it counts."""
    waived = {waiver.form_id for waiver in step.state.waivers if waiver.at == step.at}
    everyone = any(waiver.all_holders for waiver in step.state.waivers if waiver.at == step.at)
    return {
        each.form.holder_id
        for each in reviews
        if each.form.received_at == step.at or each.form.form_id in waived or (everyone and each.defects)
    }


def _cancellation_row(each: Cancellation) -> dict[str, Any]:
    return {
        "grant_id": each.grant_id,
        "holder_id": each.holder_id,
        "shares": each.shares,
        "cancelled_on": each.cancelled_on,
        "balancing_grant_id": each.balancing.grant_id if each.balancing else None,
    }


def _balancing(option: IssuedOption) -> DecisionEntry:
    return DecisionEntry(
        subject=option.grant_id,
        holder_id=option.holder_id,
        decision="balancing",
        ruling=balancing_issued(option),
        shares=option.shares,
    )


def _acceptances(
    step: DueStep,
    by_holder: dict[str, HolderRecord],
    cancellations: Sequence[Cancellation],
    promises: Sequence[Promise],
) -> Iterator[notices.Notice]:
    schedule = step.db.state().schedule
    mine = {holder_id: list(each) for holder_id, each in groupby(cancellations, key=lambda c: c.holder_id)}
    for promise in promises:
        d = by_holder[promise.holder_id]
        own = mine[promise.holder_id]
        yield notices.acceptance_and_promise(
            step.state.terms,
            schedule,
            d.holder,
            own,
            promise,
            d.grants,
            successor=step.state.successor,
            held="; ".join(step.state.holds),
        )


def _rejections(
    step: DueStep,
    by_holder: dict[str, HolderRecord],
    reviews: Sequence[FormReview],
    decisions: Sequence[TenderDecision],
) -> list[notices.Notice]:
    """Whose tender is rejected is told why; so is whoever sent forms of which none was proper and in time."""
    rejected: dict[str, list[tuple[str, int, Ruling]]] = {}
    for decision in decisions:
        if not decision.accepted:
            told = (decision.tender.grant_id, decision.tender.shares, decision.ruling)
            rejected.setdefault(decision.tender.holder_id, []).append(told)
    for holder_id, review in _never_proper(reviews).items():
        grants = by_holder[holder_id].grants
        lines = [(line.grant_id, line.shares, review.ruling) for line in review.form.lines if line.grant_id in grants]
        if lines:
            rejected[holder_id] = lines
    return [
        notices.rejection(
            step.state.terms,
            by_holder[holder_id].holder,
            lines,
            by_holder[holder_id].grants,
            step.state.day(step.at),
        )
        for holder_id, lines in rejected.items()
    ]


def _never_proper(reviews: Sequence[FormReview]) -> dict[str, FormReview]:
    """The last failed election of each holder of whom none stands, unless the holder gave notice to reject after it."""
    last: dict[str, FormReview] = {}
    standing: dict[str, FormReview] = {}
    for review in sorted(reviews, key=lambda each: each.form.received_at):
        holder_id, election = review.form.holder_id, review.form.kind is FormKind.ELECTION
        if review.standing is FormStanding.EFFECTIVE:
            standing[holder_id] = review
        elif election and review.standing in (FormStanding.DEFECTIVE, FormStanding.LATE):
            last[holder_id] = review
    return {holder_id: failed for holder_id, failed in last.items() if not _silenced(failed, standing.get(holder_id))}


def _silenced(failed: FormReview, standing: FormReview | None) -> bool:
    """Whether another form says what became of a failed election: one that stands, or a notice received after it."""
    if standing is None or standing.form.kind is FormKind.ELECTION:
        return standing is not None
    return standing.form.received_at >= failed.form.received_at
