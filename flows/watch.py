"""The watch, every few minutes: what was missed is found and set right. Correctness never rests on the scheduler."""

from datetime import UTC, datetime

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.states import Completed, State

from flows.steps import run_step
from infra.alerting import tell_operations
from infra.confirmations import confirmation_alarms
from infra.delivery import deliver
from infra.lapses import lapse
from infra.mail import MailError
from infra.office import Office, offices
from optex.schedule import Status
from tasks.dashboard import show_dashboard
from tasks.schedule import free_the_stuck, project


@flow(name="watch", flow_run_name="watch", persist_result=False)
async def watch() -> State:
    """Look after every offer: late, crashed, stuck, deleted or cancelled runs, held steps, lapses, unsent mail.

    What it set right is in the state message, in one line; nothing where all is well.
    """
    said = []
    for office in offices():
        done = await look_after(office)
        said += [f"{office.offer}: {sentence}" for sentence in done]
    return Completed(message=" ".join(said) or "All is well.")


async def look_after(office: Office) -> list[str]:
    """Set right what is wrong with one offer, and say what that was."""
    now = datetime.now(UTC)
    said = []
    with office.book() as book:
        said.append(lapse(book, book.state().day(now), now.replace(microsecond=0)))
    async with get_client() as client:
        said += await free_the_stuck(client, office, now)
        said.append(str(await project(client, office)))
    said += await _held(office)
    said += await _overdue_confirmations(office, now)
    said.append(await _unsent(office))
    said = [sentence for sentence in said if sentence]
    await show_dashboard(office.offer)
    return said


async def _held(office: Office) -> list[str]:
    """Let each held step see whether it may go on."""
    with office.reading() as reader:
        held = [step for step in reader.steps() if step.status is Status.HELD and reader.step(step.name) == step]
    said = []
    for step in held:
        state = await run_step(office.offer, step)
        if state.name not in ("Held", "NothingToDo"):
            said.append(f"{step.name} went on: {state.message}")
    return said


async def _overdue_confirmations(office: Office, now: datetime) -> list[str]:
    """A confirmation that is due tomorrow and not sent raises an alarm (CNF-1)."""
    with office.book() as book:
        new = confirmation_alarms(book, now)
    for sentence in new:
        await tell_operations(office, "a Confirmation of Receipt is due", sentence)
    return new


async def _unsent(office: Office) -> str:
    try:
        delivered = await deliver(office)
    except MailError as error:
        get_run_logger().error("%s: %s", office.offer, error)
        return f"the mail waits: {error}"
    return f"{delivered}." if delivered.sent or delivered.refused or delivered.put_off else ""
