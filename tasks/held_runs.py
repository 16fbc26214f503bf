"""The run of a held step: paused in plain sight, and ended when the step is not held any more."""

from prefect import State
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateDetails, StateType
from prefect.runtime import deployment
from prefect.states import Cancelled, Completed

from infra.database.reader import OfferReader
from infra.outcomes import HELD
from infra.workspace import Workspace
from optex.steps import Step, StepStatus


def paused(held: State) -> State:
    """The state of a run whose step is held: not green. Resumed by hand it rings again, and looks whether it may go on.

    It is the last act of its process: nothing waits in it, and what lets the step go on is on record, not in the pause.
    """
    resumable = StateDetails(pause_reschedule=bool(deployment.id))
    return State(type=StateType.PAUSED, name=HELD, message=held.message, state_details=resumable)


async def end_held_runs(client: PrefectClient, workspace: Workspace) -> None:
    """End every paused run of an offer whose step is not held any more, with what became of it."""
    found = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[f"offer:{workspace.offer}"]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])),
    )
    runs = [run for run in await client.read_flow_runs(flow_run_filter=found) if run.state_name == HELD]
    if not runs:
        return
    with workspace.read() as db:
        steps = [_step_of(run, db) for run in runs]
    for run, step in zip(runs, steps, strict=True):
        if step is not None and step.status is not StepStatus.HELD:
            await client.set_flow_run_state(run.id, _ended(step), force=True)


def _step_of(run: FlowRun, db: OfferReader) -> Step | None:
    """The step of a run, by its tags, and the version that it was called for."""
    name = next((tag.removeprefix("step:") for tag in run.tags if tag.startswith("step:")), "")
    return db.step(name, run.parameters.get("version")) if name else None


def _ended(step: Step) -> State:
    if step.status is StepStatus.DONE:
        return Completed(message=f"Was held, and went on: {step.message}")
    return Cancelled(message=f"Was held, and is {step.status.value}: {step.message}")
