"""Rounds of the watch that found all well: the last one shows that it looks, those before it leave no run behind."""

from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from infra.outcomes import HELD, NOTHING_TO_DO
from tasks.stuck_runs import WATCH

# What a held step says to the watch that asks whether it may go on.
_WAITS = (HELD, NOTHING_TO_DO)


async def forget_quiet_rounds(client: PrefectClient, but: UUID | None) -> None:
    """Delete the rounds that ended well with nothing to say, but for this one, and their runs of steps that wait.

    Whatever said, set right or failed anything stays. Hundreds that are left from before go in some rounds.
    """
    ended = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED]))
    rounds = FlowRunFilter(state=ended, tags=FlowRunFilterTags(all_=[WATCH]))
    newest = await client.read_flow_runs(flow_run_filter=rounds, sort=FlowRunSort.EXPECTED_START_TIME_DESC)
    quiet = [run for run in newest if run.id != but and run.state and not run.state.message]
    if not quiet:
        return
    below = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id for run in quiet]))
    waiting = [run for run in await client.read_flow_runs(flow_run_filter=below) if run.state_name in _WAITS]
    for run in (*waiting, *quiet):
        with suppress(ObjectNotFound):  # another round, of another worker, was at it
            await client.delete_flow_run(run.id)
