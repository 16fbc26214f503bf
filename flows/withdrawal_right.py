"""The right to withdraw what has not been accepted by the stated instant, April 28, 2003 for Alpha (§5, WDR-3)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import CANCEL, WITHDRAWAL_RIGHT
from tasks.due_step import DueStep
from tasks.offer_period import record_withdrawal_right
from tasks.rules import review_forms


@step_flow("withdrawal-right", step=WITHDRAWAL_RIGHT)
def open_withdrawal_right(step: DueStep) -> str | State:
    """Tell everyone with a standing tender that it may be withdrawn until it is accepted."""
    records = step.db.holder_records()
    reviews = review_forms(records, step.state, step.at)
    cancel = step.db.step(CANCEL)
    return record_withdrawal_right(step, records, reviews, cancel.message if cancel else "")
