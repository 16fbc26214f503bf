"""How far a step is that takes more than one batch: a bar on a terminal, and an artifact on the page of its run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

from infra.progress_bar import Show, bar_shown


@contextmanager
def progress_shown(offer: str, doing: str, of: int, at_once: int) -> Iterator[Show]:
    """Call what is given with the number of holders who are done; nothing is shown of a single batch."""
    if of <= at_once:
        yield lambda done: None
        return
    with bar_shown(doing, of) as drawn, _artifact(offer, doing, of) as told:

        def show(done: int) -> None:
            drawn(done)
            told(done)

        yield show


@contextmanager
def _artifact(offer: str, doing: str, of: int) -> Iterator[Show]:
    """A progress artifact of the flow run; a server that does not answer keeps no step from being done."""
    if not flow_run.id:
        yield lambda done: None
        return
    key = re.sub("[^a-z0-9]+", "-", f"{offer}-{doing}-progress".lower()).strip("-")
    with get_client(sync_client=True) as client:
        asked = ArtifactCreate(
            key=key,
            type="progress",
            description=f"{doing} of {offer}: {of:,} holders",
            data=0.0,
            flow_run_id=UUID(flow_run.id),
        )
        try:
            made = client.create_artifact(asked)
        except (httpx.HTTPError, PrefectException):
            yield lambda done: None
            return

        def tell(done: int) -> None:
            try:
                client.update_artifact(made.id, ArtifactUpdate(data=round(100 * done / of, 1)))
            except (httpx.HTTPError, PrefectException):
                return

        yield tell
