"""The schedule as projection: Prefect's scheduled runs are made to agree with the steps in the books, never otherwise.

One run per pending step, created one after the other, under a key that holds the step's version.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed, Scheduled

from infra.office import Office, office_of
from optex.calendar import local_text
from optex.milestones import kind_of
from optex.schedule import Status, Step

ALARM = "optex:alarm"
NOT_STARTED = (StateType.SCHEDULED, StateType.PENDING)
LIVE = (*NOT_STARTED, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING)
STUCK_PENDING = timedelta(minutes=3)
STUCK_RUNNING = timedelta(minutes=20)
_PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Projected:
    """What had to change so that the scheduled runs agree with the steps."""

    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{word} {', '.join(names)}" for word, names in self.parts() if names]
        return f"Scheduled runs: {'; '.join(said)}." if said else ""

    def parts(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return ("added", self.added), ("moved", self.moved), ("cancelled", self.cancelled)


@task(name="agree with the plan", task_run_name="schedule of {offer}", cache_policy=NO_CACHE, tags=["effect"])
async def agree_with_plan(offer: str) -> str:
    """Make the scheduled runs agree with the pending steps; says what it added, moved and cancelled."""
    async with get_client() as client:
        return str(await project(client, office_of(offer)))


async def project(client: PrefectClient, office: Office) -> Projected:
    """Schedule every pending step that no run is waiting for, and cancel the runs of steps that are not pending."""
    with office.reading() as reader:
        steps, zone = reader.steps(), reader.first_terms().zone
    last = {step.name: step for step in sorted(steps, key=lambda step: step.version)}
    runs = await alarms(client, office.offer)
    added, moved, cancelled = [], [], []
    for step in sorted(last.values(), key=lambda step: step.due):
        mine = runs.get((step.name, step.version), [])
        if step.status is Status.PENDING and not any(run.state_type in LIVE for run in mine):
            name = f"{step.name} {office.offer} · {local_text(step.due, zone)}"
            await _schedule(client, office.offer, step, name, len(mine))
            earlier = any(each.name == step.name and each.version < step.version for each in steps)
            (moved if earlier else added).append(step.name)
    waiting = {(step.name, step.version) for step in last.values() if step.waiting}
    told = {(step.name, step.version): step.message for step in steps}
    for key, mine in runs.items():
        for run in mine:
            if key not in waiting and run.state_type in NOT_STARTED:
                message = told.get(key) or "the step is no longer pending"
                await client.set_flow_run_state(run.id, Cancelled(message=message), force=True)
                if key[0] not in moved:
                    cancelled.append(key[0])
    return Projected(added=tuple(added), moved=tuple(moved), cancelled=tuple(cancelled))


async def alarms(client: PrefectClient, offer: str) -> dict[tuple[str, int], list[FlowRun]]:
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


async def free_the_stuck(client: PrefectClient, office: Office, now: datetime) -> list[str]:
    """Mark runs as crashed that a dead worker left pending or running, while their step still waits; says which."""
    with office.reading() as reader:
        waiting = {(step.name, step.version) for step in reader.steps() if step.waiting}
    freed = []
    for key, runs in (await alarms(client, office.offer)).items():
        for run in runs:
            limit = {StateType.PENDING: STUCK_PENDING, StateType.RUNNING: STUCK_RUNNING}.get(run.state_type)
            if key in waiting and limit and run.state and now - run.state.timestamp.astimezone(UTC) > limit:
                message = f"{run.state.name} since {run.state.timestamp:%H:%M} UTC without an end: its worker is gone"
                await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
                freed.append(f"{key[0]} was stuck in {run.state.name}")
    return freed


async def _schedule(client: PrefectClient, offer: str, step: Step, name: str, attempt: int) -> None:
    deployment = await client.read_deployment_by_name(f"{_flow_of(step)}/{_flow_of(step)}")
    named = {"name": step.name} if kind_of(step.name) == "reminder" else {}
    await client.create_flow_run_from_deployment(
        UUID(str(deployment.id)),
        parameters={"offer": offer, "version": step.version, **named},
        state=Scheduled(scheduled_time=step.due, message=f"Due {step.due:%Y-%m-%d %H:%M} UTC by the plan of the offer"),
        name=name,
        tags=["optex", ALARM, f"offer:{offer}", f"step:{step.name}", f"version:{step.version}"],
        idempotency_key=f"{offer}/{step.name}/v{step.version}/{attempt}",
    )


def _flow_of(step: Step) -> str:
    kind = kind_of(step.name)
    return "remind" if kind == "reminder" else kind


def in_full(projected: Projected) -> str:
    """What `optex schedule` prints: what was added, moved and cancelled, none of it left unsaid."""
    return ", ".join(
        f"{word} {len(names)}" + (f" ({', '.join(names)})" if names else "") for word, names in projected.parts()
    )
