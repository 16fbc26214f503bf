"""The page of a run as an artifact of it: what was decided, refused or held, what is at stake, and what follows."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from pydantic_core import to_jsonable_python

from infra.outcomes import HELD, REFUSED
from infra.status.run_page import RunPage, run_page, what_follows
from infra.workspace import workspace_of
from tasks.dashboard import artifact_key, dashboard_url, form_url
from tasks.decorators import effect
from tasks.due_step import DueStep

# By which act what holds a step is ended; an approval is told apart by its digest.
_RELEASED_BY = {"CND-1": "condition", "GRT-3": "set-price", "CIC-1": "hold-grant"}


@effect("page of the act")
async def show_act(offer: str, deployment: str, outcome: str, says: str, rule: str, asked: Mapping[str, Any]) -> None:
    """What became of an act; of a refused one also what to do: the form again, with what was asked in it."""
    # The second word of an act that cannot be undone is written anew.
    stated = {name: value for name, value in asked.items() if value not in ("", None, False) and name != "confirm"}
    workspace = workspace_of(offer)
    with workspace.read() as db:
        zone, follows = db.first_terms().zone, what_follows(db)
    async with get_client() as client:
        to_do: list[str] = []
        if outcome == REFUSED:
            again = await form_url(client, deployment, **to_jsonable_python(stated, fallback=str))
            to_do.append(f"Nothing was changed. Mend what is named above and [fill in the form again]({again}).")
        page = RunPage(
            what=deployment,
            offer=offer,
            outcome=outcome,
            says=says,
            rule=rule,
            asked={name: value for name, value in stated.items() if name != "offer"},
            to_do=to_do,
            follows=follows,
            dashboard=await dashboard_url(client, offer),
        )
    await _show(offer, page, run_page(page, zone))


@effect("page of the step")
async def show_step(step: DueStep, outcome: str, says: str, rule: str) -> None:
    """What a step came to; of a held one also what would be done, and the act that lets it go on."""
    offer, name = step.workspace.offer, step.step.name
    with step.workspace.read() as db:
        zone, follows = db.first_terms().zone, what_follows(db)
        waiting = db.awaiting_approval(name)
    async with get_client() as client:
        to_do: Sequence[str] = []
        if outcome == HELD:
            to_do = await _release(client, offer, name, rule, waiting.digest if waiting else "")
        page = RunPage(
            what=name,
            offer=offer,
            outcome=outcome,
            says=says,
            rule=rule,
            asked={},
            to_do=to_do,
            follows=follows,
            dashboard=await dashboard_url(client, offer),
        )
    await _show(offer, page, run_page(page, zone))
    if outcome == HELD and step.at_stake:
        await acreate_table_artifact(
            key=f"{artifact_key(offer)}-{name}-at-stake",
            table=[dict(row) for row in step.at_stake],
            description=f"What {name} of {offer} would do",
        )


async def _release(client: PrefectClient, offer: str, name: str, rule: str, digest: str) -> Sequence[str]:
    """By which form what holds a step is ended, where a form does that."""
    if digest:
        return [f"[Approve it]({await form_url(client, 'approve', offer=offer, step=name, digest=digest)})."]
    if rule in _RELEASED_BY:
        form = _RELEASED_BY[rule]
        return [f"It goes on by itself after [{form}]({await form_url(client, form, offer=offer)})."]
    return []


async def _show(offer: str, page: RunPage, text: str) -> None:
    await acreate_markdown_artifact(
        key=f"{artifact_key(offer)}-{page.outcome.lower()}", markdown=text, description=f"{page.what} of {offer}"
    )
