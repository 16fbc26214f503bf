"""What the front page of the UI leads to: the dashboard of the only offer, or a page that leads to each of several."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.settings import get_current_settings

from infra.prefect_env import FRONT
from infra.status.markdown_text import linked
from tasks.dashboard import dashboard_url, page_url


async def make_front_page(client: PrefectClient, offers: Sequence[str]) -> None:
    """Say where the front page leads, which is the same address until Prefect's books are lost."""
    dashboards = {offer: await dashboard_url(client, offer) for offer in offers}
    leads_to = next(iter(dashboards.values()), "")
    if len(dashboards) > 1:
        page, leads_to = await page_url(client, "offers", "The offers that are served here")
        links = "\n".join(f"- {linked(offer, url)}" for offer, url in dashboards.items())
        await client.update_artifact(page, ArtifactUpdate(data=f"# Offers\n\n{links}\n"))
    (get_current_settings().home / FRONT).write_text(urlsplit(leads_to).path, encoding="utf-8")
