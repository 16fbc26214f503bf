"""What every step's flow has in common: its name in the Prefect UI, its retries, and that it sends what it queued."""

import inspect
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from prefect import Flow, State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.action_flow import log_dashboard, tag_run
from flows.follow_up import followed_up, shown
from flows.run_log import log_outcome
from infra.outcomes import HELD, NOTHING_TO_DO
from infra.workspace import workspace_of
from optex.errors import OptexError
from optex.milestones import rule_of
from tasks.dashboard import show_result
from tasks.due_step import DueStep, StepOutOfOrder, due_step, nothing_to_do
from tasks.held_runs import paused
from tasks.run_page import show_step
from tasks.scheduled_runs import run_name

Body = Callable[[DueStep], str | State]
RETRIES = 3
RETRY_SECONDS = 20
# What the form in the UI says of the parameters that every step has.
_HELP = """

Args:
    offer: The offer, by its name.
    name: Which reminder, such as reminder-10.
    version: Which version of the step: an extension makes new ones. Leave it empty for the one that stands.
    at: For simulations, which have a clock of their own. Leave it empty.
"""


class StepFlow(Flow[..., Coroutine[Any, Any, State]]):
    """The flow of one step; `body` is what it does with the step it holds, and needs no Prefect."""

    def __init__(self, body: Body, name: str, step: str | None) -> None:
        async def run(offer: str, version: int | None = None, at: datetime | None = None) -> State:
            return await _run(body, offer, step or "", version, at)

        async def run_named(offer: str, name: str, version: int | None = None, at: datetime | None = None) -> State:
            return await _run(body, offer, name, version, at)

        made = run if step else run_named
        made.__module__, made.__name__, made.__qualname__ = body.__module__, body.__name__, body.__qualname__
        made.__doc__ = inspect.cleandoc(body.__doc__ or "") + _HELP
        super().__init__(
            made,
            name=name,
            flow_run_name=partial(_run_name, step),
            retries=RETRIES,
            retry_delay_seconds=RETRY_SECONDS,
            persist_result=False,
        )
        self.body = body


def step_flow(name: str, *, step: str | None = None) -> Callable[[Body], StepFlow]:
    """A flow for one step of an offer: its body decides and writes in one transaction, then what it queued is sent.

    A failure rolls the transaction back, so that the step may simply be run again.
    """
    return lambda body: StepFlow(body, name, step)


async def _run(body: Body, offer: str, name: str, version: int | None, at: datetime | None) -> State:
    """Run a step; only a simulation says at which instant. An error is raised: Prefect retries no flow but by that."""
    if at is not None:
        return await _act(body, offer, name, version, at)
    workspace_of(offer)
    await tag_run(offer, f"step:{name}")
    try:
        return await _act(body, offer, name, version, None)
    finally:
        await log_dashboard(offer)


async def _act(body: Body, offer: str, name: str, version: int | None, at: datetime | None) -> State:
    real = at is None
    by_itself = real and flow_run.parent_flow_run_id is None
    shows: DueStep | None = None
    try:
        async with due_step(offer, name, version, at) as step:
            shows = step
            outcome = step.idle or body(step)
    except StepOutOfOrder as error:
        if not by_itself:
            raise
        # A worker has few slots: who waited in vain must not keep out what it waits for, nor the watch.
        outcome = nothing_to_do(f"{error}, and is rung again after it")
    state = Completed(message=outcome) if isinstance(outcome, str) else outcome
    log_outcome(f"{name} of {offer}", rule_of(name), state)
    if state.name == NOTHING_TO_DO and not by_itself:
        return state
    if real and state.name != NOTHING_TO_DO:
        await show_result(offer, name)
    # A run by itself is finished also where it found nothing to do: what another one left undone when it was killed is
    # done then.
    state = await followed_up(offer, state)
    if real and shows is not None:
        await shown(show_step(shows, str(state.name), state.message or "", shows.held_by or rule_of(name)))
    return paused(state) if by_itself and state.name == HELD else state


def _run_name(step: str | None) -> str:
    parameters = flow_run.parameters
    offer, name = parameters["offer"], step or parameters["name"]
    try:
        with workspace_of(offer).read() as db:
            found = db.step(name, parameters.get("version"))
            zone = db.first_terms().zone
    except OptexError:  # the run itself will say what is wrong
        found = None
    return run_name(offer, name, found.due, zone) if found else f"{name} {offer}"
