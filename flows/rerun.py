"""Reruns by hand: any step again, at any time; it does what is due and says what it finds done."""

from typing import Annotated

from prefect import State
from prefect.states import Completed
from pydantic import Field

from flows.action_flow import action_flow
from flows.follow_up import followed_up
from flows.form_fields import Person, person
from flows.steps import Name, run_step
from infra.mail.delivery import deliver
from infra.mail.outbox import retry_refused
from infra.workspace import workspace_of
from optex.errors import OptexError
from optex.formatting import count
from optex.milestones import REMINDER, kind_name, rule_of
from optex.steps import Step
from tasks.scheduled_runs import agree_with_plan


def _asked(offer: str, by: str, what: str, subject: str, rule: str) -> None:
    """Put on record who had it done by hand; what it finds to do is on record as ever."""
    workspace = workspace_of(offer)
    with workspace.write() as db:
        db.audit(workspace.now(None), person(by), [(what, subject, rule, "by hand")])


def latest(offer: str, name: str) -> Step:
    """The last version of a step; OptexError where the offer has none of that name."""
    with workspace_of(offer).read() as db:
        step = db.step(name)
        reminders = [each.name for each in db.steps() if kind_name(each.name) == REMINDER]
    if step is None:
        raise OptexError(f"{offer} has no step {name}; its reminders are {', '.join(reminders) or 'none'}")
    return step


async def run_latest(offer: str, name: str) -> str:
    """Run the last version of a step and return what it says."""
    state = await run_step(offer, latest(offer, name))
    if not state.is_completed():
        raise OptexError(f"{name} did not end well: {state.message}")
    return state.message or ""


@action_flow("rerun", "rerun {step} {offer}")
async def rerun(offer: str, step: Name, by: Person, reminder: Annotated[int, Field(ge=1)] = 10) -> State:
    """Run a step again: if it is due and not done it is done, else the run says what it finds. Always safe.

    Args:
        offer: The offer, by its name.
        step: The step.
        by: Who runs it again: your full name.
        reminder: For a reminder: how many business days before the expiration.
    """
    name = f"{REMINDER}-{reminder}" if step == REMINDER else step
    latest(offer, name)
    _asked(offer, by, "step run again", name, rule_of(name))
    message = await run_latest(offer, name)
    return await followed_up(offer, Completed(message=message))


@action_flow("reschedule")
async def reschedule(offer: str, by: Person) -> State:
    """Make Prefect's scheduled runs agree with the plan of the offer; it says what it added, moved and cancelled.

    Args:
        offer: The offer, by its name.
        by: Who has it done: your full name.
    """
    _asked(offer, by, "runs scheduled", "", "")
    message = await agree_with_plan(offer)
    return await followed_up(offer, Completed(message=message or "The scheduled runs agree with the plan."))


@action_flow("send-unsent", "send unsent mail of {offer}")
async def send_unsent(offer: str, by: Person, again: bool = False) -> State:
    """Send what is in the outbox and was not sent yet. Nothing is ever sent twice, but for what came back.

    Args:
        offer: The offer, by its name.
        by: Who has it done: your full name.
        again: Also try again what a mail server refused for good, or what came back, after you have mended the cause.
    """
    workspace = workspace_of(offer)
    _asked(offer, by, "mail sent", "", "")
    if again:
        with workspace.write() as db:
            retry_refused(db)
    delivered = await deliver(workspace)
    with workspace.read() as reader:
        without = reader.unsendable()
    more = f"; {count(without, 'notice')} to holders without an e-mail address" if without else ""
    return await followed_up(offer, Completed(message=f"{delivered}{more}."))
