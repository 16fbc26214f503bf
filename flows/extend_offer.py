"""The last instant for an extension: after it the offer stays closed, and acceptance may go on (§15, EXT-1)."""

from datetime import datetime

from prefect.states import Completed, State

from flows.stepping import step_flow
from optex.milestones import EXTENSION_DEADLINE
from tasks.steps import due_step


@step_flow("extension-deadline", step=EXTENSION_DEADLINE)
async def pass_extension_deadline(offer: str, version: int | None = None, at: datetime | None = None) -> State:
    """Record that no extension was announced in time."""
    async with due_step(offer, EXTENSION_DEADLINE, version, at) as step:
        if step.idle:
            return step.idle
        outcome = step.done("No extension was announced in time: the offer stays closed.")
    return Completed(message=outcome)
