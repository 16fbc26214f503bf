"""What every step's flow has in common: its name in the Prefect UI, its retries, and that it sends what it queued."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from functools import partial, wraps
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import State

from flows.finishing import finish, introduce
from infra.office import office_of
from optex.calendar import local_text
from optex.errors import OptexError
from optex.schedule import Status, Step, turn
from tasks.dashboard import show_result

Body = Callable[..., Awaitable[State]]
RETRIES = 3
RETRY_SECONDS = 20
# What the form in the UI says of the parameters that every step has.
_HELP = """

Args:
    offer: The offer, by its name.
    name: Which reminder, such as reminder-10.
    version: Which version of the step: an extension makes new ones. Leave it empty for the one that stands.
    at: For simulations, which have a clock of their own. Leave it empty.
"""


def step_flow(name: str, *, step: str | None = None) -> Callable[[Body], Any]:
    """A flow for one step of an offer: its body decides and commits, then what it queued is sent.

    A failure rolls the step's transaction back, so that it may simply be run again.
    """

    def decorate(body: Body) -> Any:
        @wraps(body)
        async def run(*args: Any, **parameters: Any) -> State:
            if _virtual(flow_run.parameters["offer"]):
                state = await body(*args, **parameters)
                return state if state.name == "NothingToDo" else await finish(flow_run.parameters["offer"], state)
            return await _run(partial(body, *args, **parameters), step)

        run.__doc__ = inspect.cleandoc(body.__doc__ or "") + _HELP
        return flow(
            name=name,
            flow_run_name=partial(_run_name, step),
            retries=RETRIES,
            retry_delay_seconds=RETRY_SECONDS,
            persist_result=False,
        )(run)

    return decorate


async def _run(body: Callable[[], Awaitable[State]], step: str | None) -> State:
    """Run a step of a real offer. An error is raised and not returned: Prefect retries no flow but one that raises."""
    offer, name = flow_run.parameters["offer"], step or flow_run.parameters["name"]
    await introduce(offer)
    if flow_run.parent_flow_run_id is None:
        await _earlier_first(offer, name, flow_run.parameters.get("version"))
    state = await body()
    if state.name == "NothingToDo":
        # A run by itself is finished all the same: what another one left undone when it was killed is done then.
        return state if flow_run.parent_flow_run_id else await finish(offer, state)
    await show_result(offer, name)
    return await finish(offer, state)


async def _earlier_first(offer: str, name: str, version: int | None) -> None:
    """Run what fell due before and was not done: after a while without a worker all alarms ring at the same time.

    Each of these runs says for itself what became of it; whatever that is, this step does not depend on it.
    """
    from flows.steps import run_step  # which imports the flows, and they this

    now = office_of(offer).clock(None)
    with office_of(offer).reading() as reader:
        mine, steps = reader.step(name, version), reader.steps()
    if mine is None:
        raise OptexError(f"{offer} has no step {name}" + (f" of version {version}" if version else ""))
    for each in sorted(steps, key=turn):
        if each.status is Status.PENDING and each.due <= now and turn(each) < turn(mine) and _still(offer, each):
            await run_step(offer, each)


def _still(offer: str, step: Step) -> bool:
    """Whether a step waits even now: its own alarm rings at the same time."""
    with office_of(offer).reading() as reader:
        return reader.step(step.name, step.version) == step


def run_name(offer: str, step: str, due: datetime, zone: tzinfo) -> str:
    """How a run reads in the UI: close alpha-2003 · 2003-03-31 17:00 EST."""
    return f"{step} {offer} · {local_text(due, zone)}"


def _run_name(step: str | None) -> str:
    parameters = flow_run.parameters
    offer, name = parameters["offer"], step or parameters["name"]
    try:
        with office_of(offer).reading() as reader:
            found = reader.step(name, parameters.get("version"))
            zone = reader.first_terms().zone
    except OptexError:  # the run itself will say what is wrong
        found = None
    return run_name(offer, name, found.due, zone) if found else f"{name} {offer}"


def _virtual(offer: str) -> bool:
    try:
        return office_of(offer).virtual
    except OptexError:
        return False
