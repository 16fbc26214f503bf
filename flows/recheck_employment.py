"""On the morning of the grant date service is checked again: whose service is broken receives nothing (§2, ELG-2)."""

from datetime import datetime

from prefect.states import Completed, State
from prefect.utilities.annotations import quote

from flows.stepping import step_flow
from infra.books.lapses import open_promises
from optex.milestones import RECHECK
from optex.wording import count
from tasks.granting import record_lapses
from tasks.steps import due_step


@step_flow("recheck-employment", step=RECHECK)
async def recheck_employment(offer: str, version: int | None = None, at: datetime | None = None) -> State:
    """Let the promises lapse whose holders did not stay in service, and give their shares back to the pool."""
    async with due_step(offer, RECHECK, version, at) as step:
        if step.idle:
            return step.idle
        if step.state.cancelled_on is None:
            return step.held("CAN-1", "nothing has been accepted and cancelled yet, so nothing is promised")
        lapsed = record_lapses(quote(step))
        left = len(open_promises(step.book, step.state))
        outcome = step.done(f"Service checked again: {count(left, 'promise')} to be kept. {lapsed}".strip())
    return Completed(message=outcome)
