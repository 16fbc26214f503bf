"""What every step's flow has in common: its name in the Prefect UI, its retries, and that it sends what it queued."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import State

from infra.office import office_of
from optex.calendar import local_text
from tasks.dashboard import show_dashboard
from tasks.mail import send_notices
from tasks.schedule import agree_with_plan

Body = Callable[..., Awaitable[State]]
RETRIES = 3
RETRY_SECONDS = 20


def step_flow(name: str, *, step: str | None = None) -> Callable[[Body], Any]:
    """A flow for one step of an offer: its body decides and commits, then what it queued is sent.

    A failure rolls the step's transaction back, so that it may simply be run again.
    """

    def decorate(body: Body) -> Any:
        @wraps(body)
        async def run(*args: Any, **parameters: Any) -> State:
            state = await body(*args, **parameters)
            return state if state.name == "NothingToDo" else await _finish(flow_run.parameters["offer"], state)

        return flow(
            name=name,
            flow_run_name=partial(_run_name, step),
            retries=RETRIES,
            retry_delay_seconds=RETRY_SECONDS,
            persist_result=False,
        )(run)

    return decorate


async def _finish(offer: str, state: State) -> State:
    """Send what a step queued, and bring the schedule and the dashboard up to date; the step itself is committed.

    Mail that a server puts off is no failure of the step: it waits in the outbox for the watch.
    """
    sent = await send_notices(offer, return_state=True)
    if not sent.is_completed():
        state.message = f"{state.message} The mail waits in the outbox: {sent.message}"
    if not office_of(offer).virtual:
        await agree_with_plan(offer)
        await show_dashboard(offer)
    return state


def run_name(offer: str, step: str, due: Any, zone: Any) -> str:
    """How a run reads in the UI: close alpha-2003 · 2003-03-31 17:00 EST."""
    return f"{step} {offer} · {local_text(due, zone)}"


def _run_name(step: str | None) -> str:
    parameters = flow_run.parameters
    offer, name = parameters["offer"], step or parameters["name"]
    with office_of(offer).reading() as reader:
        found = reader.step(name, parameters.get("version"))
        zone = reader.state().terms.zone
    return run_name(offer, name, found.due, zone) if found else f"{name} {offer}"
