"""On the morning of the grant date service is checked again: whose service is broken receives nothing (§2, ELG-2)."""

from prefect import State

from flows.step import step_flow
from optex.formatting import count
from optex.milestones import RECHECK
from tasks.due_step import DueStep
from tasks.regrant import open_holders, record_lapses


@step_flow("recheck-employment", step=RECHECK)
def recheck_employment(step: DueStep) -> str | State:
    """Let the promises lapse whose holders did not stay in service, and give their shares back to the pool."""
    if step.state.cancelled_on is None:
        return step.held("CAN-1", "nothing has been accepted and cancelled yet, so nothing is promised")
    lapsed = record_lapses(step)
    left = len(open_holders(step))
    return step.done(f"Service checked again: {count(left, 'promise')} to be kept. {lapsed}".strip())
