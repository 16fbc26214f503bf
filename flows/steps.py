"""Which flow does which step."""

from datetime import datetime
from typing import Any, Literal

from prefect import State

from flows.cancel_options import cancel_options
from flows.close_offer import close_offer
from flows.extend_offer import pass_extension_deadline
from flows.open_offer import open_offer
from flows.recheck_employment import recheck_employment
from flows.regrant import regrant
from flows.remind import remind
from flows.stepping import StepFlow
from flows.withdrawal import open_withdrawal_right
from optex.milestones import (
    CANCEL,
    CLOSE,
    EXTENSION_DEADLINE,
    OPEN,
    RECHECK,
    REGRANT,
    WITHDRAWAL_RIGHT,
    kind_of,
)
from optex.schedule import Step

Name = Literal[
    "open",
    "reminder",
    "close",
    "extension-deadline",
    "cancel",
    "withdrawal-right",
    "recheck-employment",
    "regrant",
]

FLOWS: dict[str, StepFlow] = {
    OPEN: open_offer,
    "reminder": remind,
    CLOSE: close_offer,
    EXTENSION_DEADLINE: pass_extension_deadline,
    CANCEL: cancel_options,
    WITHDRAWAL_RIGHT: open_withdrawal_right,
    RECHECK: recheck_employment,
    REGRANT: regrant,
}


def parameters_of(offer: str, step: Step) -> dict[str, Any]:
    """The parameters with which a step's flow is called; a reminder is told which one it is."""
    named = {"name": step.name} if kind_of(step.name) == "reminder" else {}
    return {"offer": offer, "version": step.version, **named}


async def run_step(offer: str, step: Step, at: datetime | None = None) -> State:
    """Run the flow of a step and return its final state."""
    return await FLOWS[kind_of(step.name)](**parameters_of(offer, step), at=at, return_state=True)
