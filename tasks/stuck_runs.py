"""Runs that a worker left behind when it was lost: nothing in Prefect itself ever ends them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from prefect import State
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Cancelled, Completed, Crashed, Scheduled

from infra.workspace import Workspace
from tasks.scheduled_runs import scheduled_runs

WATCH = "optex:watch"
ACT = "optex:act"
ALERTING = "optex:alert"
PATIENCE = {
    StateType.PENDING: timedelta(minutes=3),
    StateType.CANCELLING: timedelta(minutes=3),
    StateType.RUNNING: timedelta(minutes=20),
}


async def crash_stuck_runs(client: PrefectClient, workspace: Workspace, now: datetime) -> list[str]:
    """End runs that never end by themselves: as crashed where their step still waits, so that it is scheduled anew.

    Says which those were. Where the step was done before the run was lost, the run is completed.
    """
    with workspace.read() as db:
        steps = {(step.name, step.version): step for step in db.steps()}
    freed = []
    for key, runs in (await scheduled_runs(client, workspace.offer)).items():
        for run in runs:
            if run.state and _is_lost(run, now):
                lost = f"{run.state.name} since {run.state.timestamp:%H:%M} UTC without an end: its worker is gone"
                waits = key in steps and steps[key].waiting
                said = steps[key].message if key in steps else ""
                state: State = Crashed(message=lost) if waits else Completed(message=f"{said} (The run was {lost}.)")
                await client.set_flow_run_state(run.id, state, force=True)
                freed += [f"{key[0]} was stuck in {run.state.name}."] if waits else []
    return freed


async def crash_lost_actions(client: PrefectClient, now: datetime) -> list[str]:
    """End the acts and alerts that a lost worker left behind, as crashed; an automation tells operations of an act."""
    unfinished = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(PATIENCE)))
    freed = []
    for tag in (ACT, ALERTING):
        tagged = FlowRunFilter(state=unfinished, tags=FlowRunFilterTags(all_=[tag]))
        for run in await client.read_flow_runs(flow_run_filter=tagged):
            if _is_lost(run, now):
                lost = f"{run.state_name} without an end: its worker is gone. Look whether it was recorded."
                await client.set_flow_run_state(run.id, Crashed(message=lost), force=True)
                freed.append(f"{run.name} was lost.")
    return freed


def _is_lost(run: FlowRun, now: datetime) -> bool:
    """Whether a run is in its state for longer than any worker that is alive would leave it there."""
    limit = PATIENCE.get(run.state_type) if run.state_type else None
    return bool(limit and run.state and now - run.state.timestamp.astimezone(UTC) > limit)


async def restart_runs(client: PrefectClient, pool: str) -> None:
    """Run again what a worker was at when it was lost. For when it is certain that no worker of the pool is left.

    The same run is started once more, as by Retry: whatever was recorded before, it finds recorded.
    """
    for run in await _left(client, pool):
        if run.state_type is StateType.CANCELLING:
            state: State = Cancelled(message="its worker ended before it could say so")
        elif WATCH in run.tags or run.parent_task_run_id is not None:
            state = Crashed(message="its worker ended; another run does the work")
        else:
            state = Scheduled(message="Run again: the worker ended before the run did")
        await client.set_flow_run_state(run.id, state, force=True)


async def _left(client: PrefectClient, pool: str) -> Iterable[FlowRun]:
    unfinished = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(PATIENCE)))
    mine = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=unfinished), work_pool_filter=mine)
    if not runs:
        return runs
    below = FlowRunFilter(
        state=unfinished, parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id for run in runs])
    )
    return [*await client.read_flow_runs(flow_run_filter=below), *runs]
