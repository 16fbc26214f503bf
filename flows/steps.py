"""Which flow does which step."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from prefect import State

from flows.cancel_options import cancel_options
from flows.close_offer import close_offer
from flows.extension_deadline import pass_extension_deadline
from flows.open_offer import open_offer
from flows.recheck_employment import recheck_employment
from flows.regrant import regrant
from flows.remind import remind
from flows.step import StepFlow
from flows.withdrawal_right import open_withdrawal_right
from infra.outcomes import HELD
from optex.milestones import STEPS, kind_name
from optex.steps import Step
from tasks.due_step import due_step
from tasks.scheduled_runs import parameters_of

_IN_ORDER = (
    open_offer,
    remind,
    close_offer,
    pass_extension_deadline,
    cancel_options,
    open_withdrawal_right,
    recheck_employment,
    regrant,
)
_STEP_OF = {kind.flow: kind.name for kind in STEPS}

FLOWS: dict[str, StepFlow] = {_STEP_OF[flow.name]: flow for flow in _IN_ORDER}

# The form of `rerun` offers just these to choose from, which a type checker cannot know.
if TYPE_CHECKING:
    Name = str
else:
    Name = Literal[tuple(FLOWS)]


async def run_step(offer: str, step: Step, at: datetime | None = None) -> State:
    """Run the flow of a step and return its final state."""
    return await FLOWS[kind_name(step.name)](**parameters_of(offer, step), at=at, return_state=True)


class _Seen(Exception):
    """Ends the transaction of a look, so that nothing of it is kept."""


async def stays_held(offer: str, held: Step) -> bool:
    """Whether a held step would be held again for the same reason: looked at without a run, and nothing is written."""
    state: str | State = ""
    try:
        async with due_step(offer, held.name, held.version, None) as step:
            state = step.idle or FLOWS[kind_name(held.name)].body(step)
            raise _Seen
    except _Seen:
        return isinstance(state, State) and (state.name, state.message) == (HELD, f"{HELD}: {held.message}")
