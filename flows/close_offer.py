"""The offer closes at its expiration: how every form stands is decided, by the instant of its receipt (§4, EXP-1)."""

from prefect import State

from flows.step import step_flow
from optex.milestones import CLOSE
from tasks.due_step import DueStep
from tasks.offer_period import record_close
from tasks.rules import review_forms


@step_flow("close", step=CLOSE)
def close_offer(step: DueStep) -> str | State:
    """Close the offer. Nothing is accepted yet: an extension may still re-open it until 8 a.m. (EXT-1)."""
    reviews = review_forms(step.db.holder_records(), step.state, step.at)
    return record_close(step, reviews)
