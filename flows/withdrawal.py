"""The right to withdraw what has not been accepted by the stated instant, April 28, 2003 for Alpha (§5, WDR-3)."""

from datetime import datetime

from prefect.states import Completed, State
from prefect.utilities.annotations import quote

from flows.stepping import step_flow
from optex.milestones import CANCEL, WITHDRAWAL_RIGHT
from tasks.book import record_withdrawal_right
from tasks.rules import judge_forms
from tasks.steps import due_step


@step_flow("withdrawal-right", step=WITHDRAWAL_RIGHT)
async def open_withdrawal_right(offer: str, version: int | None = None, at: datetime | None = None) -> State:
    """Tell everyone with a standing tender that it may be withdrawn until it is accepted."""
    async with due_step(offer, WITHDRAWAL_RIGHT, version, at) as step:
        if step.idle:
            return step.idle
        dossiers = step.book.dossiers()
        judgements = judge_forms(quote(dossiers), quote(step.state), step.at)
        cancel = step.book.step(CANCEL)
        outcome = record_withdrawal_right(
            quote(step), quote(dossiers), quote(judgements), cancel.message if cancel else ""
        )
    return Completed(message=outcome)
