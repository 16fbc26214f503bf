"""Reruns by hand: any step again, at any time; it does what is due and says what it finds done."""

from prefect import State
from prefect.states import Completed

from flows.action_flow import action_flow
from flows.follow_up import followed_up
from flows.steps import Name, run_step
from infra.mail.delivery import deliver
from infra.mail.outbox import retry_refused
from infra.workspace import workspace_of
from optex.errors import OptexError
from optex.formatting import count
from optex.milestones import REMINDER, kind_name
from tasks.scheduled_runs import agree_with_plan


async def run_latest(offer: str, name: str) -> str:
    """Run the last version of a step and return what it says."""
    with workspace_of(offer).read() as db:
        step = db.step(name)
        reminders = [each.name for each in db.steps() if kind_name(each.name) == REMINDER]
    if step is None:
        raise OptexError(f"{offer} has no step {name}; its reminders are {', '.join(reminders) or 'none'}")
    state = await run_step(offer, step)
    if not state.is_completed():
        raise OptexError(f"{name} did not end well: {state.message}")
    return state.message or ""


@action_flow("rerun", "rerun {step} {offer}")
async def rerun(offer: str, step: Name, reminder: int = 10) -> State:
    """Run a step again: if it is due and not done it is done, else the run says what it finds. Always safe.

    Args:
        offer: The offer, by its name.
        step: The step.
        reminder: For a reminder: how many business days before the expiration.
    """
    message = await run_latest(offer, f"{REMINDER}-{reminder}" if step == REMINDER else step)
    return await followed_up(offer, Completed(message=message))


@action_flow("reschedule")
async def reschedule(offer: str) -> State:
    """Make Prefect's scheduled runs agree with the plan of the offer; it says what it added, moved and cancelled.

    Args:
        offer: The offer, by its name.
    """
    message = await agree_with_plan(offer)
    return await followed_up(offer, Completed(message=message or "The scheduled runs agree with the plan."))


@action_flow("send-unsent", "send unsent mail of {offer}")
async def send_unsent(offer: str, again: bool = False) -> State:
    """Send what is in the outbox and was not sent yet. Nothing is ever sent twice, but for what came back.

    Args:
        offer: The offer, by its name.
        again: Also try again what a mail server refused for good, or what came back, after you have mended the cause.
    """
    workspace = workspace_of(offer)
    if again:
        with workspace.write() as db:
            retry_refused(db)
    delivered = await deliver(workspace)
    with workspace.read() as reader:
        without = reader.unsendable()
    more = f"; {count(without, 'notice')} to holders without an e-mail address" if without else ""
    return await followed_up(offer, Completed(message=f"{delivered}{more}."))
