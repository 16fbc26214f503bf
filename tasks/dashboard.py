"""The dashboard of an offer in the Prefect UI: one artifact, rewritten whenever something has happened."""

from datetime import UTC, datetime
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.settings import get_current_settings

from infra.dashboard import as_markdown
from infra.office import office_of
from infra.standing import standing_of
from tasks.schedule import alarms


@task(name="dashboard", task_run_name="dashboard of {offer}", cache_policy=NO_CACHE, tags=["effect"])
async def show_dashboard(offer: str) -> None:
    """Rewrite the artifact that shows where an offer stands, with links to its runs."""
    with office_of(offer).reading() as reader:
        standing = standing_of(reader, datetime.now(UTC))
    async with get_client() as client:
        runs = await alarms(client, offer)
    links = {f"{name}.v{version}": _run_url(found[-1].id) for (name, version), found in runs.items()}
    await acreate_markdown_artifact(
        key=dashboard_key(offer), markdown=as_markdown(standing, links), description=f"Where {offer} stands"
    )


@task(name="result table", task_run_name="result of {step}", cache_policy=NO_CACHE, tags=["effect"])
async def show_result(offer: str, step: str, rows: list[dict[str, Any]]) -> None:
    """The result of a step as a table of its own."""
    await acreate_table_artifact(key=f"{dashboard_key(offer)}-{step}", table=rows, description=f"{step} of {offer}")


def dashboard_key(offer: str) -> str:
    """An artifact's key may hold lower-case letters, digits and dashes only."""
    return "offer-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in offer.lower()).strip("-")


def dashboard_url(offer: str) -> str:
    return f"{_ui()}/artifacts/key/{dashboard_key(offer)}"


def _run_url(run_id: object) -> str:
    return f"{_ui()}/runs/flow-run/{run_id}"


def _ui() -> str:
    settings = get_current_settings()
    api = settings.api.url or ""
    return (settings.ui_url or api.removesuffix("/").removesuffix("/api")).removesuffix("/")
