"""The deployments of prefect.yaml and the work pool, made on a Prefect server by its API.

`prefect --no-prompt deploy --all` makes the same deployments; this adds what the file cannot know: which offers there
are to choose from, and where their dashboards are.
"""

import inspect
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import yaml
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.callables import parameter_schema
from prefect.utilities.importtools import import_object

from flows.automating import automate, is_automated
from infra.shipped import shipped
from tasks.dashboard import dashboard_url

POOL = "optex"


async def deploy(client: PrefectClient, offers: Sequence[str]) -> None:
    """Make the work pool, every deployment and the automations, as they are for these offers."""
    with suppress(ObjectAlreadyExists):  # what operations have set on it, a pause or a limit, is theirs
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    dashboards = {offer: await dashboard_url(client, offer) for offer in offers}
    for entry in entries():
        await _deploy(client, entry, dashboards)
    await automate(client)


async def deploy_missing(client: PrefectClient, offers: Sequence[str]) -> bool:
    """Deploy anew where a deployment or an automation is missing, or a form does not know all of these offers.

    That is so after `prefect deploy --all`, whose file names no offer, and after something was deleted by hand. A
    deployment that names another entry point is of another version of optex, whose modules lay elsewhere: an offer runs
    for seven months, and is upgraded under way.
    """
    points = {entry["name"]: entry["entrypoint"] for entry in entries()}
    by_name = DeploymentFilter(name=DeploymentFilterName(any_=list(points)))
    found = await client.read_deployments(deployment_filter=by_name)
    fields = [(each.parameter_openapi_schema or {}).get("properties", {}).get("offer") for each in found]
    lists = [field.get("enum", []) for field in fields if field]
    complete = {each.name: each.entrypoint for each in found} == points and await is_automated(client)
    if complete and all(set(offers) <= set(known) for known in lists):
        return False
    known = sorted({offer for known in lists for offer in known})
    await deploy(client, list(dict.fromkeys([*known, *offers])))
    return True


def entries() -> list[dict[str, Any]]:
    """The deployments as prefect.yaml lists them."""
    return list(yaml.safe_load(shipped("prefect.yaml").read_text(encoding="utf-8"))["deployments"])


async def _deploy(client: PrefectClient, entry: dict[str, Any], dashboards: Mapping[str, str]) -> None:
    flow: Flow[..., Any] = import_object(entry["entrypoint"])
    schema = parameter_schema(flow).model_dump(exclude_unset=True)
    parameters: dict[str, Any] = {}
    offers = list(dashboards)
    if "offer" in schema["properties"] and offers:
        schema["properties"]["offer"]["enum"] = offers
        parameters = {"offer": offers[0]} if len(offers) == 1 else {}
    await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=entry["name"],
        entrypoint=entry["entrypoint"],
        work_pool_name=POOL,
        tags=entry["tags"],
        description=_description(flow, dashboards),
        parameters=parameters,
        parameter_openapi_schema=schema,
        schedules=[
            DeploymentScheduleCreate(
                schedule=IntervalSchedule(interval=timedelta(seconds=each["interval"])), active=True
            )
            for each in entry.get("schedules", ())
        ],
        pull_steps=[],
    )


def _description(flow: Flow[..., Any], dashboards: Mapping[str, str]) -> str:
    """What the deployment will do, from the flow's own words, and a link to each dashboard."""
    words = inspect.getdoc(flow.fn) or ""
    links = "\n".join(f"- [Dashboard of {offer}]({url})" for offer, url in dashboards.items())
    return f"{words.partition('Args:')[0].strip()}\n\n{links}".strip()
