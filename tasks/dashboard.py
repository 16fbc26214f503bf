"""The dashboard of an offer in the Prefect UI: one page at one address, rewritten whenever something has happened."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings

from infra.status.files_differ import LARGE, files_differ
from infra.status.markdown import as_markdown, result_rows
from infra.status.offer_status import offer_status
from infra.workspace import Workspace, workspace_of
from optex.milestones import step_kind
from tasks.decorators import effect
from tasks.scheduled_runs import scheduled_runs

# So far ahead the list of runs to come looks: longer than any offer waits for its grant.
_AHEAD = 400 * 24 * 3600


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
    links["Runs to come"] = f"{ui_url()}/runs?type=span&seconds={_AHEAD}&tag=offer:{workspace.offer}"
    links["Runs of the past month"] = f"{ui_url()}/runs?type=span&seconds=-2592000&tag=offer:{workspace.offer}"
    page = as_markdown(status, links)
    await client.update_artifact(await _page(client, workspace.offer), ArtifactUpdate(data=page))


async def form_url(client: PrefectClient, deployment: str, **filled: Any) -> str:
    """The form of an act with what is known filled in; the list of all forms where that one is not deployed."""
    try:
        found = await client.read_deployment_by_name(f"{deployment}/{deployment}")
    except ObjectNotFound:
        return f"{ui_url()}/deployments"
    return f"{ui_url()}/deployments/deployment/{found.id}/run?parameters={quote(json.dumps(filled))}"


async def dashboard_url(client: PrefectClient, offer: str) -> str:
    """Where the dashboard of an offer is to be seen; its page is begun where there was none."""
    return f"{ui_url()}/artifacts/artifact/{await _page(client, offer)}"


async def _page(client: PrefectClient, offer: str) -> UUID:
    """The artifact of an offer: always the same one, for the UI shows under a key no page, but a list of versions."""
    mine = ArtifactFilter(key=ArtifactFilterKey(any_=[artifact_key(offer)]))
    for found in await client.read_artifacts(artifact_filter=mine, sort=ArtifactSort.ID_DESC, limit=1):
        return found.id
    fresh = ArtifactCreate(key=artifact_key(offer), type="markdown", description=f"Where {offer} stands", data="")
    return (await client.create_artifact(fresh)).id


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
