"""The offer closes at its expiration: how every form stands is decided, by the instant of its receipt (§4, EXP-1)."""

from datetime import datetime

from prefect.states import Completed, State
from prefect.utilities.annotations import quote

from flows.stepping import step_flow
from optex.milestones import CLOSE
from tasks.book import record_close
from tasks.rules import judge_forms
from tasks.steps import due_step


@step_flow("close", step=CLOSE)
async def close_offer(offer: str, version: int | None = None, at: datetime | None = None) -> State:
    """Close the offer. Nothing is accepted yet: an extension may still re-open it until 8 a.m. (EXT-1)."""
    async with due_step(offer, CLOSE, version, at) as step:
        if step.idle:
            return step.idle
        judgements = judge_forms(quote(step.book.dossiers()), quote(step.state), step.at)
        outcome = record_close(quote(step), quote(judgements))
    return Completed(message=outcome)
