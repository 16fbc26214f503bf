"""The deployments of prefect.yaml, the work pool and the automations, made on a Prefect server by its API.

`prefect --no-prompt deploy --all` makes the same deployments; this adds what the file cannot know: which offers there
are to choose from, and where their dashboards are.
"""

import inspect
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect import Flow
from prefect.automations import AutomationCore, EventTrigger, Posture, RunDeployment
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import ResourceSpecification
from prefect.events.actions import CallWebhook
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.utilities.importtools import import_object

from infra.settings import load_settings
from tasks.dashboard import dashboard_url
from tasks.schedule import ALARM

POOL = "optex"
ALERT = "alert/alert"


async def deploy(client: PrefectClient, offers: Sequence[str], *, only_missing: bool = False) -> None:
    """Make the work pool, every deployment and the automations; with `only_missing` only where there are none yet."""
    if only_missing and await _deployed(client):
        return
    await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
    for entry in entries():
        await _deploy(client, entry, offers)
    await _automate(client)


def entries() -> list[dict[str, Any]]:
    """The deployments as prefect.yaml lists them."""
    file = Path(str(files("flows"))).parent / "prefect.yaml"
    return list(yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"])


async def _deployed(client: PrefectClient) -> bool:
    try:
        await client.read_deployment_by_name(ALERT)
    except ObjectNotFound:
        return False
    return True


async def _deploy(client: PrefectClient, entry: dict[str, Any], offers: Sequence[str]) -> UUID:
    flow: Flow[..., Any] = import_object(entry["entrypoint"])
    schema = parameter_schema(flow).model_dump(exclude_unset=True)
    parameters: dict[str, Any] = {}
    if "offer" in schema["properties"] and offers:
        schema["properties"]["offer"]["enum"] = list(offers)
        parameters = {"offer": offers[0]} if len(offers) == 1 else {}
    return await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=entry["name"],
        entrypoint=entry["entrypoint"],
        work_pool_name=POOL,
        tags=entry["tags"],
        description=_description(flow, offers),
        parameters=parameters,
        parameter_openapi_schema=schema,
        schedules=[
            {"schedule": IntervalSchedule(interval=timedelta(seconds=each["interval"])), "active": True}
            for each in entry.get("schedules", ())
        ],
        concurrency_limit=(entry.get("concurrency_limit") or {}).get("limit"),
        pull_steps=[],
    )


def _description(flow: Flow[..., Any], offers: Sequence[str]) -> str:
    """What the deployment will do, from the flow's own words, and a link to each dashboard."""
    words = inspect.getdoc(flow.fn) or ""
    links = "\n".join(f"- [Dashboard of {offer}]({dashboard_url(offer)})" for offer in offers)
    return f"{words.partition('Args:')[0].strip()}\n\n{links}".strip()


async def _automate(client: PrefectClient) -> None:
    """Failed, crashed and late runs of steps call the webhook and start the alert, which has none of their tags."""
    alert = await client.read_deployment_by_name(ALERT)
    actions: list[Any] = [
        RunDeployment(
            source="selected",
            deployment_id=alert.id,
            parameters={
                name: {"template": template, "__prefect_kind": "jinja"}
                for name, template in {
                    "run": "{{ flow_run.name }}",
                    "state": "{{ flow_run.state.name }}",
                    "link": "{{ flow_run|ui_url }}",
                    "message": "{{ flow_run.state.message or '' }}",
                }.items()
            },
        )
    ]
    webhook = load_settings().ops_webhook
    if webhook:
        actions.append(CallWebhook(block_document_id=await _webhook(webhook), payload=_PAYLOAD))
    for existing in await client.read_automations():
        if existing.name == _NAME:
            await client.delete_automation(existing.id)
    automation = AutomationCore(
        name=_NAME,
        description="Operations are told of every step that failed, crashed or is late.",
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{state}" for state in ("Failed", "Crashed", "TimedOut", "Late")},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(
                {"prefect.resource.id": f"prefect.tag.{ALARM}", "prefect.resource.role": "tag"}
            ),
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=actions,
    )
    await client.create_automation(automation)


_NAME = "optex: tell operations"
_PAYLOAD = (
    '{"text": "{{ flow_run.name }} is {{ flow_run.state.name }}: {{ flow_run|ui_url }}", '
    '"run": "{{ flow_run.name }}", "state": "{{ flow_run.state.name }}", "link": "{{ flow_run|ui_url }}"}'
)


async def _webhook(url: str) -> UUID:
    """The block that holds the address of the webhook, which may be a secret."""
    from prefect.blocks.webhook import Webhook

    block = Webhook(url=url, method="POST", allow_private_urls=True)
    return await block.save("optex-operations", overwrite=True)
