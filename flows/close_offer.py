"""The offer closes at its expiration: how every form stands is decided, by the instant of its receipt (§4, EXP-1)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import CLOSE
from tasks.batches import batch_by_batch
from tasks.due_step import DueStep
from tasks.offer_period import Closing


@step_flow("close", step=CLOSE)
def close_offer(step: DueStep) -> str | State:
    """Close the offer. Nothing is accepted yet: an extension may still re-open it until 8 a.m. (EXT-1)."""
    closing = Closing(step)
    batch_by_batch(step, closing.review, step.db.holder_ids())
    return closing.done()
