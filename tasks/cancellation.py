"""Acceptance and cancellation in the books, with the letters to every holder concerned, in the step's transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from infra.database import tables as t
from infra.database.decision_batches import DecisionBatches
from infra.database.writer import DecisionEntry
from infra.handlers.deferrals import release_deferred
from infra.handlers.forms import decided_form, decided_tender, review_again
from infra.handlers.judged import Judged, Standing
from optex import batch, notices, pool
from optex.cancellation import Cancellation, Promise, TenderDecision
from optex.election import FormReview, as_decided
from optex.errors import Ruling
from optex.formatting import count
from optex.milestones import WITHDRAWAL_RIGHT, OfferSchedule, first_grant_day
from optex.option_reasons import balancing_issued
from optex.records import FormKind, FormStanding, HolderRecord, IssuedOption
from tasks.due_step import DueStep


class Cancelling:
    """Acceptance and cancellation at work: one act for everybody, all or nothing (§6, CAN-1)."""

    def __init__(self, step: DueStep) -> None:
        self._step, self._on = step, step.state.day(step.at)
        terms = step.state.terms
        self._not_before = first_grant_day(self._on, terms.waiting, terms.calendar)
        self._judged = Judged(step.db, step.state, step.at)
        step.db.update_offer(accepted_at=step.at, cancelled_on=self._on)
        self._schedule = step.db.state().schedule
        self._decided = DecisionBatches(step.db, step.at, "form", "tender", "option")
        self._too_late: set[str] = set()
        self._promised: set[str] = set()
        self._total = Counter[str]()

    def carry_out(self, records: Sequence[HolderRecord]) -> None:
        """Accept or reject what these holders tender, cancel, promise, and write to each of them."""
        step, on = self._step, self._on
        reviews, decisions, again = decide(step, self._judged, records)
        cancellations = batch.cancel_tenders(decisions, records, step.state, on)
        promises = batch.promise_all(cancellations, on, self._not_before)
        by_holder = {d.holder.holder_id: d for d in records}
        grants = {grant_id: grant for d in records for grant_id, grant in d.grants.items()}
        pool.check_balances(
            pool.imbalances(
                vesting=step.state.terms.plan.vesting,
                exchange=step.state.terms.exchange,
                grants=grants,
                cancellations=cancellations,
                promises=promises,
            )
        )
        too_late = _in_the_very_second(step, reviews)
        self._too_late |= too_late
        # Theirs are told of anew when all is decided, and recorded then.
        anew = again - too_late
        self._decided.add("form", (decided_form(each) for each in reviews if each.form.holder_id in anew))
        self._decided.add("tender", map(decided_tender, decisions))
        balancing = [c.balancing for c in cancellations if c.balancing]
        self._decided.add("option", map(_balancing, balancing))
        self._write(batch.elections(reviews), cancellations, balancing, promises)
        step.db.queue_notices(_acceptances(step, self._schedule, by_holder, cancellations, promises), step.at)
        step.db.queue_notices(_rejections(step, by_holder, reviews, decisions), step.at)
        self._promised.update(p.holder_id for p in promises)
        self._total.update(
            options=len(cancellations),
            shares=sum(c.shares for c in cancellations),
            promised=sum(p.shares for p in promises),
            balancing=len(balancing),
            rejected=sum(not decision.accepted for decision in decisions),
        )

    def _write(
        self,
        standing: Mapping[str, FormReview],
        cancellations: Sequence[Cancellation],
        balancing: Sequence[IssuedOption],
        promises: Sequence[Promise],
    ) -> None:
        db, state = self._step.db, self._step.state
        db.add_options("balancing", balancing)
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
                    "received_on": state.day(standing[p.holder_id].form.received_at),
                }
                for p in promises
            ],
        )

    def done(self) -> str:
        """Append what was decided, move the pool and the plan, and mark the step done."""
        step, db, on, total = self._step, self._step.db, self._on, self._total
        if self._too_late:
            review_again(db, self._too_late, step.at)
        self._decided.append()
        db.move_pool(pool.cancelled(on, total["shares"], total["promised"]))
        db.mark_moot("the tendered options were accepted before", WITHDRAWAL_RIGHT)
        unpromised = {each.holder_id for each in step.state.deferred} - self._promised
        released = release_deferred(db, unpromised, step.at, "No tendered option was accepted for exchange")
        # Done before the plan moves: were it run on a later day than planned, a new version of it would be scheduled.
        ratio = f"promised {count(total['promised'], 'new share')}; " if step.state.terms.exchange.ratio else ""
        outcome = step.done(
            f"Accepted and cancelled {count(total['options'], 'option')} for "
            f"{count(total['shares'], 'share')} of {count(len(self._promised), 'holder')}; {ratio}"
            f"{count(total['balancing'], 'balancing option')}; {count(total['rejected'], 'tender')} rejected"
            f"{f'. {released}' if released else ''}"
        )
        db.reschedule(step.at, f"superseded: the options were cancelled on {on}")
        return outcome


def decide(
    step: DueStep, judged: Judged, records: Sequence[HolderRecord]
) -> tuple[list[FormReview], list[TenderDecision], set[str]]:
    """How the forms of these holders stand at the acceptance, what is accepted of what they tender, and whose are new.

    What the close decided is not judged again, but where something has come since.
    """
    # As of the acceptance itself: what comes in its very second comes too late, whoever was first to key it in (WDR-3).
    state = replace(step.state, accepted_at=step.at)
    as_judged, _ = judged.of({d.holder.holder_id: d.forms for d in records if d.forms})
    reviews, again = list[FormReview](), set[str]()
    for d in records:
        known = _as_decided(d, as_judged.get(d.holder.holder_id, ()))
        if known is None:
            again.add(d.holder.holder_id)
        reviews += batch.review_all([d], state, step.at) if known is None else known
    return reviews, batch.decide_tenders(records, reviews, step.state, step.state.day(step.at)), again


def _as_decided(record: HolderRecord, standings: Sequence[Standing]) -> list[FormReview] | None:
    """How the forms of a holder stand as they were decided; None where they are to be judged again."""
    if len(standings) != len(record.forms):
        return None
    reviews = [
        as_decided(form, said.standing, Ruling(rule=said.rule, reason=said.reason), said.shares)
        for form, said in zip(record.forms, standings, strict=True)
    ]
    found = [each for each in reviews if each is not None]
    return found if len(found) == len(reviews) else None


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
    schedule: OfferSchedule,
    by_holder: dict[str, HolderRecord],
    cancellations: Sequence[Cancellation],
    promises: Sequence[Promise],
) -> Iterator[notices.Notice]:
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
