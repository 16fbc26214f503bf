"""The deployments of prefect.yaml and the work pool, made on a Prefect server by its API.

`prefect --no-prompt deploy --all` makes the same deployments; this adds what the file cannot know: which offers there
are to choose from, and where their dashboards are.
"""

import inspect
import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import yaml
from prefect import Flow
from prefect.automations import AutomationCore, EventTrigger, Posture, RunDeployment
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import ResourceSpecification
from prefect.events.actions import CallWebhook
from prefect.utilities.importtools import import_object
from pydantic import SecretStr

from flows.form_lists import lists_of, with_lists
from flows.form_schema import form_schema
from flows.serve.processes import ORPHAN_MARK
from flows.work_pool import make_work_pool
from infra.prefect_env import POOL
from infra.settings import load_settings
from infra.shipped import shipped
from infra.workspace import all_workspaces
from tasks.dashboard import dashboard_url, ui_url
from tasks.stuck_runs import ACT, WATCH


async def deploy(client: PrefectClient, offers: Sequence[str]) -> None:
    """Make the work pool, every deployment and the automations, as they are for these offers."""
    await make_work_pool(client, load_settings().work_pool_type)
    dashboards = {offer: await dashboard_url(client, offer) for offer in offers}
    known = all_workspaces()
    # Whoever knows not every offer of the server has no whole lists: then what is chosen is typed.
    lists = lists_of(known) if {each.offer for each in known} == set(offers) else {}
    for entry in entries():
        await _deploy(client, entry, dashboards, lists)
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


async def _deploy(
    client: PrefectClient, entry: dict[str, Any], dashboards: Mapping[str, str], lists: Mapping[str, Sequence[str]]
) -> None:
    flow: Flow[..., Any] = import_object(entry["entrypoint"])
    schema = with_lists(form_schema(flow), lists)
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
        job_variables=_job_variables(),
    )


def _job_variables() -> dict[str, Any]:
    """How a run is started where `optex serve` runs it: at once, by this very Python.

    Prefect would first start another Python, which looks for the code of the run, and finds it installed.
    """
    if ORPHAN_MARK not in os.environ:
        return {}
    return {"command": shlex.join([sys.executable, "-m", "flows.serve.run"])}


def _description(flow: Flow[..., Any], dashboards: Mapping[str, str]) -> str:
    """What the deployment will do, from the flow's own words, and a link to each dashboard."""
    words = inspect.getdoc(flow.fn) or ""
    links = "\n".join(f"- [Dashboard of {offer}]({url})" for offer, url in dashboards.items())
    return f"{words.partition('Args:')[0].strip()}\n\n{links}".strip()


ALERT = "alert/alert"
STEP = "optex:step"
_TROUBLE = {"Failed", "Crashed", "TimedOut", "Late"}
_PREFIX = "optex: "
# Not by the filter `ui_url`: a process with the background services alone does not know it, and no alert would start.
_LINK = "/runs/flow-run/{{ flow_run.id|string }}"
_PARAMETERS = {
    "run": "{{ flow_run.name }}",
    "state": "{{ flow_run.state.name }}",
    "message": "{{ flow_run.state.message or '' }}",
}
_PAYLOAD = (
    '{"text": "{{ flow_run.name }} is {{ flow_run.state.name }}: LINK", '
    '"run": "{{ flow_run.name }}", "state": "{{ flow_run.state.name }}", "link": "LINK"}'
)


async def automate(client: PrefectClient) -> None:
    """Make the automations anew. The alert which they start has none of the tags by which they are started."""
    actions = await _actions(client)
    for existing in await client.read_automations():
        if existing.name.startswith(_PREFIX):
            await client.delete_automation(existing.id)
    for name, description, trigger in _triggers():
        automation = AutomationCore(name=_PREFIX + name, description=description, trigger=trigger, actions=actions)
        await client.create_automation(automation)


async def is_automated(client: PrefectClient) -> bool:
    """Whether the server has each of our automations, and each once: two who made them at once have made two."""
    names = sorted(each.name for each in await client.read_automations() if each.name.startswith(_PREFIX))
    return names == sorted(_PREFIX + name for name, _, _ in _triggers())


def _triggers() -> Iterable[tuple[str, str, EventTrigger]]:
    """Each automation by its name, what it says of itself, and when it acts."""
    yield (
        "a step needs a look",
        "Mails operations when the run of a step has failed, crashed, or is late.",
        _when(STEP, _TROUBLE),
    )
    yield (
        "an act needs a look",
        "Mails operations when an act has failed, crashed, or is late: look whether it is recorded. A refusal is none.",
        _when(ACT, _TROUBLE),
    )
    yield (
        "the watch fails",
        "Mails operations when the watch has failed or was late three times in half an hour.",
        _when(WATCH, _TROUBLE, threshold=3, within=timedelta(minutes=30)),
    )


def _when(tag: str, states: set[str], threshold: int = 1, within: timedelta = timedelta(0)) -> EventTrigger:
    """When a run with that tag comes into one of the states; each run by itself where once is enough."""
    return EventTrigger(
        expect={f"prefect.flow-run.{state}" for state in states},
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        match_related=ResourceSpecification(
            {"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"}
        ),
        for_each={"prefect.resource.id"} if threshold == 1 else set(),
        posture=Posture.Reactive,
        threshold=threshold,
        within=within,
    )


async def _actions(client: PrefectClient) -> list[Any]:
    alert = await client.read_deployment_by_name(ALERT)
    link = ui_url() + _LINK
    said = {**_PARAMETERS, "link": link}
    parameters = {name: {"template": text, "__prefect_kind": "jinja"} for name, text in said.items()}
    actions: list[Any] = [
        RunDeployment(source="selected", deployment_id=alert.id, parameters=parameters, job_variables=None)
    ]
    if webhook := load_settings().ops_webhook:
        actions.append(CallWebhook(block_document_id=await _webhook(webhook), payload=_PAYLOAD.replace("LINK", link)))
    return actions


async def _webhook(url: str) -> UUID:
    """The block that holds the address of the webhook, which may be a secret."""
    block = Webhook(url=SecretStr(url), method="POST", allow_private_urls=True)
    saved: UUID = await block.save("optex-operations", overwrite=True)
    return saved
