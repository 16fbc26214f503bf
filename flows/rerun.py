"""Reruns by hand: any step again, at any time; it does what is due and says what it finds done."""

from prefect import flow
from prefect.states import Completed, State

from flows.steps import Name, run_step
from infra.delivery import deliver
from infra.office import office_of
from infra.outbox import retry_refused
from optex.wording import count
from tasks.dashboard import show_dashboard
from tasks.schedule import agree_with_plan


async def run_latest(offer: str, name: str) -> str:
    """Run the last version of a step and return what it says."""
    with office_of(offer).reading() as reader:
        step = reader.step(name)
    if step is None:
        return f"The offer has no step {name}."
    state = await run_step(offer, step)
    if state.is_failed() or state.is_crashed():
        await state.result(raise_on_failure=True)
    return state.message or ""


@flow(name="rerun", flow_run_name="rerun {step} {offer}", persist_result=False)
async def rerun(offer: str, step: Name, reminder: int = 10) -> State:
    """Run a step again: if it is due and not done it is done, else the run says what it finds. Always safe.

    Args:
        offer: The offer, by its name.
        step: The step.
        reminder: For a reminder: how many business days before the expiration.
    """
    message = await run_latest(offer, f"reminder-{reminder}" if step == "reminder" else step)
    scheduled = await agree_with_plan(offer)
    await show_dashboard(offer)
    return Completed(message=" ".join(filter(None, (message, scheduled))))


@flow(name="reschedule", flow_run_name="reschedule {offer}", persist_result=False)
async def reschedule(offer: str) -> State:
    """Make Prefect's scheduled runs agree with the plan of the offer; it says what it added, moved and cancelled.

    Args:
        offer: The offer, by its name.
    """
    message = await agree_with_plan(offer)
    await show_dashboard(offer)
    return Completed(message=message or "The scheduled runs agree with the plan.")


@flow(name="send-unsent", flow_run_name="send unsent mail of {offer}", persist_result=False)
async def send_unsent(offer: str, again: bool = False) -> State:
    """Send what is in the outbox and was not sent yet. Nothing is ever sent twice.

    Args:
        offer: The offer, by its name.
        again: Also try again what a mail server refused for good, after you have mended the cause.
    """
    office = office_of(offer)
    if again:
        with office.book() as book:
            retry_refused(book)
    delivered = await deliver(office)
    with office.reading() as reader:
        without = reader.unsendable()
    more = f"; {count(without, 'notice')} to holders without an e-mail address" if without else ""
    return Completed(message=f"{delivered}{more}")
