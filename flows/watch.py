"""The watch, every few minutes: what was missed is found and set right. Correctness never rests on the scheduler."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from prefect import State, flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.deployments import deploy_missing
from flows.form_lists import refresh_lists
from flows.steps import run_step, stays_held
from infra.database.trouble import DatabaseTrouble
from infra.handlers.promises import lapse_promises
from infra.handlers.splits import apply_splits
from infra.mail.delivery import deliver
from infra.mail.ops_alerts import alert_operations
from infra.mail.smtp import MailError
from infra.outcomes import HELD, NOTHING_TO_DO
from infra.status.attention import mark_reported, unreported, unreported_clock
from infra.workspace import Workspace, all_workspaces, left_out
from optex.errors import OptexError
from tasks.dashboard import draw_dashboard
from tasks.quiet_rounds import forget_quiet_rounds
from tasks.scheduled_runs import sync_runs
from tasks.stuck_runs import crash_lost_actions, crash_stuck_runs

Part = Callable[[Workspace, datetime], Awaitable[Iterable[str]]]
# Longer than this no round may last: the next one begins where it was.
LONGEST = 15 * 60
# So long it sends mail that was left over, for each offer; the next round goes on with what is left then.
_MAIL = 90.0


@flow(name="watch", flow_run_name="watch", timeout_seconds=LONGEST, persist_result=False)
async def watch() -> State:
    """Look after every offer: late, crashed, stuck, deleted or cancelled runs, held steps, lapses, unsent mail.

    What it set right is in the state message, in one line; nothing where all is well, and then its run is deleted by
    the next round. One trouble does not keep it from the rest: it fails at the end.
    """
    said, failed = [], left_out()
    for workspace in all_workspaces():
        done, wrong = await check_offer(workspace)
        said += [f"{workspace.offer}: {sentence}" for sentence in done]
        failed += [f"{workspace.offer}: {sentence}" for sentence in wrong]
    async with get_client() as client:
        said += await crash_lost_actions(client, datetime.now(UTC))
        if await deploy_missing(client, [workspace.offer for workspace in all_workspaces()]):
            said.append("Deployments and alerts were missing or knew not every offer: made anew.")
        await refresh_lists(client)
        await forget_quiet_rounds(client, UUID(flow_run.id) if flow_run.id else None)
    if failed:
        return Failed(message=" ".join([*failed, *said]))
    return Completed(message=" ".join(said) or None)


async def check_offer(workspace: Workspace) -> tuple[list[str], list[str]]:
    """Set right what is wrong with one offer; what that was, and what could not be set right."""
    now = datetime.now(UTC)
    said: list[str] = []
    failed: list[str] = []
    parts: list[Part] = [_splits, _lapses, _stuck, _held, _missed, _alarms, _unsent, _dashboard]
    for part in parts:
        try:
            said += [sentence for sentence in await part(workspace, now) if sentence]
        except DatabaseTrouble as error:  # without its books nothing else can be done for the offer
            get_run_logger().error("%s: %s", workspace.offer, error)
            return said, [*failed, str(error)]
        except Exception as error:  # one trouble, whatever it is, must not keep the watch from the rest
            get_run_logger().exception("%s: %s", workspace.offer, part.__name__.strip("_"))
            failed.append(f"{part.__name__.strip('_')}: {type(error).__name__}: {error}")
    return said, failed


async def _splits(workspace: Workspace, now: datetime) -> Iterable[str]:
    with workspace.write() as db:
        before = db.state().followed
        apply_splits(db, now.replace(microsecond=0))
        state = db.state()
        return [f"The {each.named} is carried out." for each in state.told_splits if each.on in state.followed - before]


async def _lapses(workspace: Workspace, now: datetime) -> Iterable[str]:
    with workspace.write() as db:
        return [lapse_promises(db, db.state().day(now), now.replace(microsecond=0))]


async def _stuck(workspace: Workspace, now: datetime) -> Iterable[str]:
    async with get_client() as client:
        return await crash_stuck_runs(client, workspace, now)


async def _missed(workspace: Workspace, _now: datetime) -> Iterable[str]:
    async with get_client() as client:
        return [str(await sync_runs(client, workspace))]


async def _held(workspace: Workspace, _now: datetime) -> Iterable[str]:
    """Let each held step see whether it may go on."""
    with workspace.read() as db:
        held = db.held_steps()
    said = []
    for step in held:
        if await stays_held(workspace.offer, step):  # a run of it each time would bury what happened
            continue
        state = await run_step(workspace.offer, step)
        if not state.is_completed():
            raise OptexError(f"{step.name} could not go on: {state.message}")
        if state.name not in (HELD, NOTHING_TO_DO):
            said.append(f"{step.name} went on: {state.message}")
    return said


async def _alarms(workspace: Workspace, now: datetime) -> Iterable[str]:
    """What somebody must see to, such as a confirmation due tomorrow and not sent (CNF-1): told by mail, once."""
    with workspace.read() as reader:
        new = unreported(reader, now) | unreported_clock(reader, now)
    said = []
    for about, entries in new.items():
        await alert_operations(workspace, about, "\n".join(sentence for *_, sentence in entries))
        with workspace.write() as db:  # only now: an alarm of which nobody has heard is raised again
            mark_reported(db, entries, now.replace(microsecond=0))
        more = f" and {len(entries) - 1:,} more like this" if len(entries) > 1 else ""
        said.append(f"{entries[0][-1]}{more}.")
    return said


async def _unsent(workspace: Workspace, _now: datetime) -> Iterable[str]:
    try:
        delivered = await deliver(workspace, _MAIL)
    except MailError as error:
        get_run_logger().error("%s: %s", workspace.offer, error)
        return [f"the mail waits: {error}"]
    return [f"{delivered}."] if delivered.sent or delivered.refused or delivered.put_off else []


async def _dashboard(workspace: Workspace, _now: datetime) -> Iterable[str]:
    async with get_client() as client:
        await draw_dashboard(client, workspace)
    return []
