"""The automations: operations hear of every step that failed, crashed or is late, without looking for it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect.automations import AutomationCore, EventTrigger, Posture, RunDeployment
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient
from prefect.events import ResourceSpecification
from prefect.events.actions import CallWebhook
from pydantic import SecretStr

from infra.settings import load_settings
from tasks.dashboard import ui_url
from tasks.stuck_runs import ACT, WATCH

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
