"""The schedule as projection: Prefect's scheduled runs are made to agree with the steps in the books, never otherwise.

One run per pending step, created one after the other, under a key that holds the step's version.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Scheduled

from infra.workspace import Workspace, workspace_of
from optex.formatting import local_text
from optex.milestones import REMINDER, kind_name, step_kind
from optex.steps import Step, StepStatus, blocking_step, latest
from tasks.decorators import effect
from tasks.held_runs import end_held_runs

ALARM = "optex:alarm"
# A run that somebody paused rings no more: what holds a step is a condition, a hold or an approval, never a pause.
_AT_WORK = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
# A run that is tried once more, or that a worker has in hand, is let alone: it says itself what it finds done.
_RETRIED = ("AwaitingRetry", "Retrying")
# So much later than its instant a run may still ring; one that somebody put off further is as good as cancelled.
_PUT_OFF = timedelta(minutes=2)
# After a second failure a step rests before it is tried again, each time twice as long.
_REST, _LONGEST_REST = timedelta(minutes=3), timedelta(hours=1)
_PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncResult:
    """What had to change so that the scheduled runs agree with the steps."""

    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{word} {', '.join(names)}" for word, names in self.parts() if names]
        return f"Scheduled runs: {'; '.join(said)}." if said else ""

    def parts(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return ("added", self.added), ("moved", self.moved), ("cancelled", self.cancelled)


@effect("schedule of {offer}")
async def agree_with_plan(offer: str) -> str:
    """Make the scheduled runs agree with the pending steps; says what it added, moved and cancelled."""
    async with get_client() as client:
        return str(await sync_runs(client, workspace_of(offer)))


async def sync_runs(client: PrefectClient, workspace: Workspace) -> SyncResult:
    """Schedule every pending step that no run is waiting for, and cancel the runs of steps that are not pending."""
    now = datetime.now(UTC)
    await end_held_runs(client, workspace)
    # The runs first: whoever changes the plan meanwhile makes runs of versions that we do not know, and keeps them.
    runs = await scheduled_runs(client, workspace.offer)
    with workspace.read() as db:
        steps, zone = db.steps(), db.first_terms().zone
    last = latest(steps)
    added: list[str] = []
    moved: list[str] = []
    cancelled: list[str] = []
    for step in sorted(last.values(), key=lambda step: step.due):
        mine = runs.get((step.name, step.version), [])
        if (
            step.status is StepStatus.PENDING
            and not any(_will_run(run, step, now) for run in mine)
            and not _backing_off(mine, now)
            # One that has rung already is rung again when the step before it is done.
            and not (mine and step.due <= now and blocking_step(step, steps))
        ):
            name = run_name(workspace.offer, step.name, step.due, zone)
            # What fell due before anybody could schedule it is not late, of which an alarm would be raised: it rings
            # now, each a blink after the one before it.
            rings = max(step.due, now + timedelta(milliseconds=len(added) + len(moved)))
            await _schedule(client, workspace.offer, step, rings, name, 1 + max(map(_attempt, mine), default=-1))
            earlier = any(each.name == step.name and each.version < step.version for each in steps)
            (moved if earlier else added).append(step.name)
    waiting = {(step.name, step.version) for step in last.values() if step.waiting}
    told = {(step.name, step.version): step for step in steps}
    for key, mine in runs.items():
        for run in mine:
            if key not in waiting and run.state_type is StateType.SCHEDULED and run.state_name not in _RETRIED:
                await client.set_flow_run_state(run.id, Cancelled(message=_why(told.get(key))), force=True)
                if key[0] not in moved:
                    cancelled.append(key[0])
    return SyncResult(added=tuple(added), moved=tuple(moved), cancelled=tuple(cancelled))


async def scheduled_runs(client: PrefectClient, offer: str) -> dict[tuple[str, int], list[FlowRun]]:
    """Every run that was ever scheduled for a step of an offer, by step and version."""
    tagged = FlowRunFilter(tags=FlowRunFilterTags(all_=[ALARM, f"offer:{offer}"]))
    found: dict[tuple[str, int], list[FlowRun]] = defaultdict(list)
    offset = 0
    while page := await client.read_flow_runs(
        flow_run_filter=tagged, limit=_PAGE, offset=offset, sort=FlowRunSort.EXPECTED_START_TIME_ASC
    ):
        for run in page:
            tags = dict(tag.split(":", 1) for tag in run.tags if ":" in tag)
            if "step" in tags and tags.get("version", "").isdigit():
                found[tags["step"], int(tags["version"])].append(run)
        offset += len(page)
    return found


def _will_run(run: FlowRun, step: Step, now: datetime) -> bool:
    """Whether a run is at work on a step, or will be when the step falls due."""
    if run.state_type is StateType.SCHEDULED:
        planned = run.next_scheduled_start_time or run.expected_start_time
        return planned is None or planned <= max(step.due, now) + _PUT_OFF
    return run.state_type in _AT_WORK


def _backing_off(runs: Iterable[FlowRun], now: datetime) -> bool:
    """Whether a step has failed so often that it is not tried again at once."""
    ended = (StateType.FAILED, StateType.CRASHED)
    failed = [run.state.timestamp for run in runs if run.state and run.state_type in ended]
    if len(failed) < 2:
        return False
    rest: timedelta = _REST * 2 ** (len(failed) - 2)
    return now < max(failed) + min(rest, _LONGEST_REST)


def _why(step: Step | None) -> str:
    """Why the run of a step is cancelled."""
    if step is None:
        return "the offer has no such step"
    if step.status is StepStatus.DONE:
        return f"the step is done already: {step.message}"
    return step.message or "the step is no longer pending"


async def _schedule(client: PrefectClient, offer: str, step: Step, rings: datetime, name: str, attempt: int) -> None:
    flow = step_kind(step.name).flow
    deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
    await client.create_flow_run_from_deployment(
        UUID(str(deployment.id)),
        parameters=parameters_of(offer, step),
        state=Scheduled(scheduled_time=rings, message=f"Due {step.due:%Y-%m-%d %H:%M} UTC by the plan of the offer"),
        name=name,
        tags=["optex", ALARM, f"offer:{offer}", f"step:{step.name}", f"version:{step.version}"],
        idempotency_key=f"{offer}/{step.name}/v{step.version}/{attempt}",
    )


def _attempt(run: FlowRun) -> int:
    """Which attempt at its step a run is, by its key: counting the runs would use a key again after one was deleted."""
    return int((run.idempotency_key or "").rpartition("/")[2] or 0)


def parameters_of(offer: str, step: Step) -> dict[str, Any]:
    """The parameters with which a step's flow is called; a reminder is told which one it is."""
    named = {"name": step.name} if kind_name(step.name) == REMINDER else {}
    return {"offer": offer, "version": step.version, **named}


def run_name(offer: str, step: str, due: datetime, zone: tzinfo) -> str:
    """How a run reads in the UI: close alpha-2003 · 2003-03-31 17:00 EST."""
    return f"{step} {offer} · {local_text(due, zone)}"


def in_full(projected: SyncResult) -> str:
    """What `optex schedule` prints: what was added, moved and cancelled, none of it left unsaid."""
    return ", ".join(
        f"{word} {len(names)}" + (f" ({', '.join(names)})" if names else "") for word, names in projected.parts()
    )
