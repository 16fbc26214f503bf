"""The offer opens: whoever is eligible at commencement is told of it, with a statement of their options (§1, §4)."""

from datetime import datetime

from prefect.states import Completed, State
from prefect.utilities.annotations import quote

from flows.stepping import step_flow
from optex.milestones import OPEN
from tasks.book import record_opening
from tasks.rules import find_eligible
from tasks.steps import due_step


@step_flow("open", step=OPEN)
async def open_offer(offer: str, version: int | None = None, at: datetime | None = None) -> State:
    """Open the offer: decide who is eligible and write to each of them."""
    async with due_step(offer, OPEN, version, at) as step:
        if step.idle:
            return step.idle
        roll_call = find_eligible(quote(step.book.dossiers()), quote(step.state))
        outcome = record_opening(quote(step), quote(roll_call))
    return Completed(message=outcome)
