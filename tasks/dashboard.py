"""The dashboard of an offer in the Prefect UI: one page at one address, rewritten whenever something has happened."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

import yaml
from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey, DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings

from infra.outcomes import HELD, REFUSED
from infra.shipped import shipped
from infra.status.files_differ import LARGE, files_differ
from infra.status.markdown import as_markdown, result_rows
from infra.status.offer_status import offer_status
from infra.workspace import Workspace, workspace_of
from optex.milestones import step_kind
from tasks.decorators import effect
from tasks.scheduled_runs import scheduled_runs

# So far ahead the list of runs to come looks: longer than any offer waits for its grant.
_AHEAD, _MONTH = 400 * 24 * 3600, 30 * 24 * 3600
# The watch rewrites the page every three minutes; when it has missed some rounds the page is stale.
FRESH = timedelta(minutes=15)


@effect("dashboard of {offer}")
async def show_dashboard(offer: str) -> None:
    """Rewrite the page that shows where an offer stands, with links to its runs."""
    async with get_client() as client:
        await draw_dashboard(client, workspace_of(offer))


@effect("result of {step}")
async def show_result(offer: str, step: str) -> None:
    """What a step came to, as a table on the page of its run."""
    with workspace_of(offer).read() as db:
        status = offer_status(db, datetime.now(UTC))
    rows = result_rows(status, step)
    if rows:
        await acreate_table_artifact(key=f"{artifact_key(offer)}-{step}", table=rows, description=f"{step} of {offer}")


async def draw_dashboard(client: PrefectClient, workspace: Workspace) -> None:
    """Rewrite the page of an offer; what links to it goes on leading there."""
    with workspace.read() as db:
        status = replace(offer_status(db, datetime.now(UTC)), files_differ=files_differ(db, workspace.folder, LARGE))
    runs = await scheduled_runs(client, workspace.offer)
    links: dict[str, Any] = {f"{name}.v{version}": _run_url(found[-1].id) for (name, version), found in runs.items()}
    approve = partial(form_url, client, "approve", offer=workspace.offer)
    links |= {
        f"Approve: {step_kind(each.step).says}": await approve(step=each.step, digest=each.digest)
        for each in status.approvals
    }
    links |= {
        f"Approve: {each.step} {each.holder_id}": await approve(step=each.step, holder=each.holder_id)
        for each in status.compensations
        if each.approvable
    }
    links |= _lists_of_runs(workspace.offer)
    page = as_markdown(status, links, await _forms(client, workspace.offer), status.at + FRESH)
    mine, _ = await page_url(client, artifact_key(workspace.offer), f"Where {workspace.offer} stands")
    await client.update_artifact(mine, ArtifactUpdate(data=page))


def _lists_of_runs(offer: str) -> dict[str, str]:
    """What ran and what will, the latest first; a refusal is an answer, and no failure."""
    span = f"{ui_url()}/runs?type=span&tag=offer:{quote(offer)}&sort=START_TIME_DESC"
    month = f"{span}&seconds=-{_MONTH}"
    return {
        "Runs to come": f"{ui_url()}/runs?type=span&tag=offer:{quote(offer)}&sort=START_TIME_ASC&seconds={_AHEAD}",
        "Runs of the past month": month,
        "Failures": month + "".join(f"&state={name}" for name in ("Failed", "Crashed", "TimedOut", "Late")),
        HELD: f"{month}&state={HELD}",
        REFUSED: f"{month}&state={REFUSED}",
    }


async def _forms(client: PrefectClient, offer: str) -> dict[str, dict[str, str]]:
    """What a person can start, in the order of prefect.yaml: Prefect's own list of deployments goes from A to Z."""
    entries = yaml.safe_load(shipped("prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    by_name = DeploymentFilter(name=DeploymentFilterName(any_=[entry["name"] for entry in entries]))
    known = {each.name: each.id for each in await client.read_deployments(deployment_filter=by_name)}
    mine = quote(json.dumps({"offer": offer}))
    return {
        heading: {
            entry["name"]: f"{ui_url()}/deployments/deployment/{known[entry['name']]}/run?parameters={mine}"
            for entry in entries
            if tag in entry["tags"] and entry["name"] in known
        }
        for heading, tag in (("Run a step again", "optex:step"), ("Act on this offer", "optex:act"))
    }


async def form_url(client: PrefectClient, deployment: str, **filled: Any) -> str:
    """The form of an act with what is known filled in; the list of all forms where that one is not deployed."""
    try:
        found = await client.read_deployment_by_name(f"{deployment}/{deployment}")
    except ObjectNotFound:
        return f"{ui_url()}/deployments"
    return f"{ui_url()}/deployments/deployment/{found.id}/run?parameters={quote(json.dumps(filled))}"


async def dashboard_url(client: PrefectClient, offer: str) -> str:
    """Where the dashboard of an offer is to be seen; its page is begun where there was none."""
    _, url = await page_url(client, artifact_key(offer), f"Where {offer} stands")
    return url


async def page_url(client: PrefectClient, key: str, description: str) -> tuple[UUID, str]:
    """The artifact of a page that is rewritten, by its id and where it is to be seen; it is begun where there was none.

    Always the same one, for the UI shows under a key no page, but a list of versions.
    """
    mine = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    for found in await client.read_artifacts(artifact_filter=mine, sort=ArtifactSort.ID_DESC, limit=1):
        return found.id, f"{ui_url()}/artifacts/artifact/{found.id}"
    made = await client.create_artifact(ArtifactCreate(key=key, type="markdown", description=description, data=""))
    return made.id, f"{ui_url()}/artifacts/artifact/{made.id}"


def artifact_key(offer: str) -> str:
    """An artifact's key may hold lower-case letters, digits and dashes only."""
    return "offer-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in offer.lower()).strip("-")


def _run_url(run_id: object) -> str:
    return f"{ui_url()}/runs/flow-run/{run_id}"


def ui_url() -> str:
    """Where Prefect's UI is, without a slash at its end."""
    settings = get_current_settings()
    api = settings.api.url or ""
    return (settings.ui_url or api.removesuffix("/").removesuffix("/api")).removesuffix("/")
