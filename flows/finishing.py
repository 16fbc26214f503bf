"""How every run ends: what was queued is sent, and the schedule and the dashboard follow."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from uuid import UUID

import httpx
from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Failed, State

from infra.office import office_of
from optex.errors import OptexError
from tasks.dashboard import dashboard_url, show_dashboard
from tasks.mail import send_notices
from tasks.schedule import agree_with_plan


def act_flow(name: str, run_name: str = "") -> Callable[[Callable[..., Awaitable[State]]], Any]:
    """A flow by which operations act. What cannot be taken as asked for ends Refused and changes nothing."""

    def decorate(body: Callable[..., Awaitable[State]]) -> Any:
        @wraps(body)
        async def run(*args: Any, **parameters: Any) -> State:
            try:
                await introduce(flow_run.parameters["offer"])
                return await body(*args, **parameters)
            except OptexError as error:
                return Failed(name="Refused", message=str(error))

        return flow(name=name, flow_run_name=run_name or f"{name} {{offer}}", persist_result=False)(run)

    return decorate


async def finish(offer: str, state: State) -> State:
    """Send what was queued, and bring the schedule and the dashboard up to date; what was decided is committed.

    So trouble here is no failure: it is said, and `watch` goes on with it.
    """
    said = [await _or_why(send_notices(offer), "The mail waits in the outbox")]
    if not office_of(offer).virtual:
        said.append(await _or_why(agree_with_plan(offer), "Not scheduled yet"))
        said.append(await _or_why(show_dashboard(offer), "The dashboard is as it was"))
    if more := " ".join(filter(None, said)):
        state.message = f"{(state.message or '').rstrip('.')}. {more}"
    return state


async def _or_why(part: Awaitable[str | None], trouble: str) -> str | None:
    try:
        return await part
    except Exception as error:  # what was recorded stands, whatever keeps the world from hearing of it
        return f"{trouble}: {error or type(error).__name__}"


async def introduce(offer: str) -> None:
    """Begin the log of a run with the way to the dashboard of its offer, and tag it so that it is among its runs.

    UnknownOffice where there is no such offer. That Prefect does not answer keeps no run from its work.
    """
    office_of(offer)
    tag = f"offer:{offer}"
    try:
        async with get_client() as client:
            if flow_run.id and tag not in flow_run.tags:
                await client.update_flow_run(UUID(flow_run.id), tags={*flow_run.tags, tag})
            get_run_logger().info("Dashboard of %s: %s", offer, await dashboard_url(client, offer))
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("Prefect could not be told of the offer: %s", error)
