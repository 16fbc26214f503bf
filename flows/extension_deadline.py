"""The last instant for an extension: after it the offer stays closed, and acceptance may go on (§15, EXT-1)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import EXTENSION_DEADLINE
from tasks.due_step import DueStep


@step_flow("extension-deadline", step=EXTENSION_DEADLINE)
def pass_extension_deadline(step: DueStep) -> str | State:
    """Record that no extension was announced in time."""
    return step.done("No extension was announced in time: the offer stays closed.")
