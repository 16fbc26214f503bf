"""The offer opens: whoever is eligible at commencement is told of it, with a statement of their options (§1, §4)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import OPEN
from tasks.batches import in_batches
from tasks.due_step import DueStep
from tasks.offer_period import Opening


@step_flow("open", step=OPEN)
def open_offer(step: DueStep) -> str | State:
    """Open the offer: decide who is eligible and write to each of them."""
    opening = Opening(step)
    in_batches(step, opening.invite, forms=False)
    return opening.done()
