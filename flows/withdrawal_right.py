"""The right to withdraw what has not been accepted by the stated instant, April 28, 2003 for Alpha (§5, WDR-3)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import CANCEL, WITHDRAWAL_RIGHT
from tasks.batches import in_batches
from tasks.due_step import DueStep
from tasks.offer_period import Withdrawing


@step_flow("withdrawal-right", step=WITHDRAWAL_RIGHT)
def open_withdrawal_right(step: DueStep) -> str | State:
    """Tell everyone with a standing tender that it may be withdrawn until it is accepted."""
    cancel = step.db.step(CANCEL)
    withdrawing = Withdrawing(step, cancel.message if cancel else "")
    in_batches(step, withdrawing.tell)
    return withdrawing.done()
