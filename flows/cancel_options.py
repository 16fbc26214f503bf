"""Acceptance and cancellation, one act on the business day after expiration: all or nothing (§6, CAN-1)."""

from collections.abc import Sequence
from datetime import date

from prefect import State

from flows.step import step_flow
from optex.cancellation import TenderDecision
from optex.formatting import count, local_text
from optex.milestones import CANCEL, next_cancellation
from tasks.at_stake import of_acceptance
from tasks.batches import in_batches
from tasks.cancellation import Cancelling, decide
from tasks.due_step import DueStep, approval_digest, missing_approval, needs_approval
from tasks.postponement import tell_held, tell_put_off


@step_flow("cancel", step=CANCEL)
def cancel_options(step: DueStep) -> str | State:
    """Re-read service and withdrawals, accept, cancel, issue balancing options and promises, and write to everyone.

    Held while a condition of §7 stands asserted, which everyone is told, or until a required approval is given.
    """
    if step.state.accepted_at is not None:
        return step.moot(f"the tendered options were accepted and cancelled on {step.state.cancelled_on}")
    terms, on = step.state.terms, step.state.day(step.at)
    if step.state.conditions:
        step.at_stake = of_acceptance(_decided(step))
        return step.held("CND-1", tell_held(step))
    if not terms.calendar.is_business_day(on):
        again = next_cancellation(terms, step.at)
        due = local_text(again, terms.zone)
        postponed = step.postponed(step.state.day(again), f"{on} is no business day: acceptance falls due {due}")
        tell_put_off(step, step.state.day(again))
        return postponed
    if needs_approval(step):
        decisions = _decided(step)
        digest = approval_digest(on, ((d.tender.grant_id, d.tender.shares, d.accepted) for d in decisions))
        if missing := missing_approval(step, digest, _would_be(decisions, on)):
            step.at_stake = of_acceptance(decisions)
            return step.held("CAN-1", missing, digest)
    cancelling = Cancelling(step)
    in_batches(step, cancelling.carry_out)
    return cancelling.done()


def _decided(step: DueStep) -> list[TenderDecision]:
    """What would be accepted now, and what not."""
    decisions: list[TenderDecision] = []
    in_batches(step, lambda records: decisions.extend(decide(step, records)[1]), doing="decide")
    return decisions


def _would_be(decisions: Sequence[TenderDecision], on: date) -> str:
    """What a person is asked to approve, in counts and totals."""
    accepted = [decision.tender for decision in decisions if decision.accepted]
    return (
        f"{sum(tender.shares for tender in accepted):,} option shares would be cancelled on {on}, "
        f"{count(len(accepted), 'option')} of {count(len({tender.holder_id for tender in accepted}), 'holder')}; "
        f"{count(len(decisions) - len(accepted), 'tender')} rejected"
    )
