"""Acceptance and cancellation, one act on the business day after expiration: all or nothing (§6, CAN-1)."""

from collections import Counter

from prefect import State

from flows.step import step_flow
from infra.handlers.judged import Judged
from optex.formatting import count, local_text
from optex.milestones import CANCEL, next_cancellation
from optex.records import HolderRecord
from tasks.at_stake import AtStake
from tasks.batches import in_batches
from tasks.cancellation import Cancelling, decide
from tasks.due_step import DueStep, missing_approval, needs_approval
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
        step.at_stake = _would_be(step)[0].rows
        return step.held("CND-1", tell_held(step))
    if not terms.calendar.is_business_day(on):
        again = next_cancellation(terms, step.at)
        due = local_text(again, terms.zone)
        postponed = step.postponed(step.state.day(again), f"{on} is no business day: acceptance falls due {due}")
        tell_put_off(step, step.state.day(again))
        return postponed
    if needs_approval(step):
        at_stake, told = _would_be(step)
        digest = at_stake.digest
        if missing := missing_approval(step, digest, told):
            step.at_stake = at_stake.rows
            return step.held("CAN-1", missing, digest)
    cancelling = Cancelling(step)
    in_batches(step, cancelling.carry_out)
    return cancelling.done()


def _would_be(step: DueStep) -> tuple[AtStake, str]:
    """What would be accepted now and what not, and what a person is asked to approve of it, in counts and totals."""
    on = step.state.day(step.at)
    at_stake, total = AtStake(on), Counter[str]()
    judged = Judged(step.db, step.state, step.at)

    def decided(records: list[HolderRecord]) -> None:
        _, decisions, _ = decide(step, judged, records)
        at_stake.accepted(decisions)
        accepted = [each.tender for each in decisions if each.accepted]
        total.update(
            options=len(accepted),
            shares=sum(tender.shares for tender in accepted),
            holders=len({tender.holder_id for tender in accepted}),
            rejected=len(decisions) - len(accepted),
        )

    in_batches(step, decided, doing="decide")
    return at_stake, (
        f"{total['shares']:,} option shares would be cancelled on {on}, {count(total['options'], 'option')} of "
        f"{count(total['holders'], 'holder')}; {count(total['rejected'], 'tender')} rejected"
    )
