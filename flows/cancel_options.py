"""Acceptance and cancellation, one act on the business day after expiration: all or nothing (§6, CAN-1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from prefect import State

from flows.step import step_flow
from optex.cancellation import TenderDecision
from optex.election import FormReview
from optex.formatting import count, local_text
from optex.milestones import CANCEL, first_grant_day, next_cancellation
from optex.records import HolderRecord
from tasks.at_stake import of_acceptance
from tasks.cancellation import record_cancellation
from tasks.due_step import DueStep, approval_digest, missing_approval
from tasks.postponement import tell_held, tell_put_off
from tasks.rules import cancel_options as cancel_tendered
from tasks.rules import decide_acceptance, promise_options, review_forms


@step_flow("cancel", step=CANCEL)
def cancel_options(step: DueStep) -> str | State:
    """Re-read service and withdrawals, accept, cancel, issue balancing options and promises, and write to everyone.

    Held while a condition of §7 stands asserted, which everyone is told, or until a required approval is given.
    """
    if step.state.accepted_at is not None:
        return step.moot(f"the tendered options were accepted and cancelled on {step.state.cancelled_on}")
    terms, on = step.state.terms, step.state.day(step.at)
    if step.state.conditions:
        *_, decisions = _decide(step)
        step.at_stake = of_acceptance(decisions)
        return step.held("CND-1", tell_held(step))
    if not terms.calendar.is_business_day(on):
        again = next_cancellation(terms, step.at)
        due = local_text(again, terms.zone)
        postponed = step.postponed(step.state.day(again), f"{on} is no business day: acceptance falls due {due}")
        tell_put_off(step, step.state.day(again))
        return postponed
    records, reviews, decisions = _decide(step)
    digest = approval_digest(on, ((d.tender.grant_id, d.tender.shares, d.accepted) for d in decisions))
    if missing := missing_approval(step, digest, _would_be(decisions, on)):
        step.at_stake = of_acceptance(decisions)
        return step.held("CAN-1", missing, digest)
    cancellations = cancel_tendered(decisions, records, step.state, on)
    promises = promise_options(cancellations, on, first_grant_day(on, terms.waiting, terms.calendar))
    return record_cancellation(step, records, reviews, decisions, cancellations, promises)


def _decide(step: DueStep) -> tuple[list[HolderRecord], list[FormReview], list[TenderDecision]]:
    """What would be accepted now, and on which records and forms."""
    records = step.db.holder_records()
    # As of the acceptance itself: what comes in its very second comes too late, whoever was first to key it in (WDR-3).
    reviews = review_forms(records, replace(step.state, accepted_at=step.at), step.at)
    return records, reviews, decide_acceptance(records, reviews, step.state, step.state.day(step.at))


def _would_be(decisions: Sequence[TenderDecision], on: date) -> str:
    """What a person is asked to approve, in counts and totals."""
    accepted = [decision.tender for decision in decisions if decision.accepted]
    return (
        f"{sum(tender.shares for tender in accepted):,} option shares would be cancelled on {on}, "
        f"{count(len(accepted), 'option')} of {count(len({tender.holder_id for tender in accepted}), 'holder')}; "
        f"{count(len(decisions) - len(accepted), 'tender')} rejected"
    )
