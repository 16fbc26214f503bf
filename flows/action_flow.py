"""How every run begins and ends: tagged with its offer, refused or not, with its page and the way to the dashboard."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from uuid import UUID

import httpx
from prefect import State, flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Failed

from flows.follow_up import shown
from flows.run_log import refused
from infra.database.trouble import DatabaseTrouble
from infra.workspace import workspace_of
from optex.errors import OptexError, Refused
from tasks.dashboard import dashboard_url
from tasks.run_page import show_act


def action_flow(name: str, run_name: str = "") -> Callable[[Callable[..., Awaitable[State]]], Any]:
    """A flow by which operations act. What cannot be taken as asked for ends Refused and changes nothing."""

    def decorate(body: Callable[..., Awaitable[State]]) -> Any:
        @wraps(body)
        async def run(*args: Any, **parameters: Any) -> State:
            asked = flow_run.parameters
            offer, rule = asked["offer"], ""
            try:
                workspace_of(offer)
            except OptexError as error:
                return refused(error)
            await tag_run(offer)
            try:
                state = await body(*args, **parameters)
            except DatabaseTrouble as error:  # no rule refuses it: it failed, and may be asked for again
                get_run_logger().error("%s", error)
                return Failed(message=str(error))
            except OptexError as error:
                state = refused(error)
                rule = error.ruling.rule if isinstance(error, Refused) else ""
            await shown(show_act(offer, name, str(state.name), state.message or "", rule, asked))
            await log_dashboard(offer)
            return state

        return flow(name=name, flow_run_name=run_name or f"{name} {{offer}}", persist_result=False)(run)

    return decorate


async def tag_run(offer: str, *more: str) -> None:
    """Tag a run so that it is among those of its offer. That Prefect does not answer keeps no run from its work."""
    wanted = {f"offer:{offer}", *more}
    try:
        async with get_client() as client:
            if flow_run.id and not wanted <= set(flow_run.tags):
                await client.update_flow_run(UUID(flow_run.id), tags={*flow_run.tags, *wanted})
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("Prefect could not be told of the offer: %s", error)


async def log_dashboard(offer: str) -> None:
    """The way to the dashboard, after what was decided: that is to be read first on the page of a run."""
    try:
        async with get_client() as client:
            get_run_logger().info("Dashboard of %s: %s", offer, await dashboard_url(client, offer))
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("Prefect could not say where the dashboard is: %s", error)
