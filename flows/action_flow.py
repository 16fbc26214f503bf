"""How every run begins: with the tag of its offer, and the way to its dashboard; and what ends it as refused."""

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

from flows.run_log import REFUSED, log_refusal
from infra.database.trouble import DatabaseTrouble
from infra.workspace import workspace_of
from optex.errors import OptexError
from tasks.dashboard import dashboard_url


def action_flow(name: str, run_name: str = "") -> Callable[[Callable[..., Awaitable[State]]], Any]:
    """A flow by which operations act. What cannot be taken as asked for ends Refused and changes nothing."""

    def decorate(body: Callable[..., Awaitable[State]]) -> Any:
        @wraps(body)
        async def run(*args: Any, **parameters: Any) -> State:
            try:
                await tag_run(flow_run.parameters["offer"])
                return log_refusal(await body(*args, **parameters))
            except DatabaseTrouble as error:  # no rule refuses it: it failed, and may be asked for again
                get_run_logger().error("%s", error)
                return Failed(message=str(error))
            except OptexError as error:
                return log_refusal(Failed(name=REFUSED, message=str(error)))

        return flow(name=name, flow_run_name=run_name or f"{name} {{offer}}", persist_result=False)(run)

    return decorate


async def tag_run(offer: str) -> None:
    """Begin the log of a run with the way to the dashboard of its offer, and tag it so that it is among its runs.

    UnknownWorkspace where there is no such offer. That Prefect does not answer keeps no run from its work.
    """
    workspace_of(offer)
    tag = f"offer:{offer}"
    try:
        async with get_client() as client:
            if flow_run.id and tag not in flow_run.tags:
                await client.update_flow_run(UUID(flow_run.id), tags={*flow_run.tags, tag})
            get_run_logger().info("Dashboard of %s: %s", offer, await dashboard_url(client, offer))
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("Prefect could not be told of the offer: %s", error)
