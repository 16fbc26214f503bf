"""The page of a run: why an act was refused, what holds a step and what it would do, what was decided and follows."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import ArtifactSort

from flows.actions import FORMS
from flows.deployments import deploy
from flows.steps import FLOWS
from flows.watch import check_offer
from infra.handlers.actions import record_action
from infra.workspace import using, workspace_in
from optex.actions import read_action
from optex.calendar import EST
from tasks.dashboard import draw_dashboard
from tasks.scheduled_runs import sync_runs
from tests.live.house import expired_offer, open_offer, today, working_day


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An offer that is open, and one whose acceptance is due while a condition stands asserted."""
    root = tmp_path_factory.mktemp("pages")
    running = open_offer(root, "pages-open")
    running.root = root / "open-play"
    held = expired_offer(root, "pages-held", reminders=[])
    held.root = root / "held-play"
    held.happens(
        f"{working_day(-5)}T10:00:00", "condition-assert", number=4, evidence="A bid for the company.", by="Board"
    )
    folders = {
        "open": running.play(until=f"{today()}T00:00:01", out=root / "open").out,
        "held": held.play(until=f"{working_day(-2)}T08:30:00", out=root / "held").out,
    }

    async def deployed():
        async with get_client() as client:
            await deploy(client, ["pages-open", "pages-held"])

    asyncio.run(deployed())
    return {name: workspace_in(folder) for name, folder in folders.items()}


def run(workspace, flow, **parameters):
    with using(workspace):
        return asyncio.run(flow(offer=workspace.offer, return_state=True, **parameters))


def artifacts(state):
    """What the page of a run shows, by the kind of artifact."""

    async def read():
        async with get_client() as client:
            mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
            return await client.read_artifacts(artifact_filter=mine)

    return {each.key: each for each in asyncio.run(read())}


def test_a_refused_act_says_why_and_what_to_do(house):
    """The rule and what it decides, what was asked, and the form again with all of it; and what comes next."""
    workspace = house["open"]
    state = run(workspace, FORMS["extend"], by="Hana Reed", to="2020-01-02 17:00", confirm="pages-open")
    assert "Refused" == state.name
    page = artifacts(state)["offer-pages-open-refused"].data
    assert page.startswith("# ⛔ extend · pages-open: refused\n\n**Refused by EXT-1: 2020-01-02 17:00 EST is not later")
    assert "Rule **EXT-1** (" in page
    assert "| to | 2020-01-02 17:00 |" in page
    assert "| by | Hana Reed |" in page
    assert "[fill in the form again](http" in page
    assert "2020-01-02%2017%3A00" in page
    assert "confirm" not in page.partition("### What was asked")[0]
    with workspace.read() as db:
        close = db.step("close").due
    assert f"Next: the offer closes, {close.astimezone(UTC):%Y-%m-%d} 17:00 EST." in page


def test_the_dashboard_leads_to_the_forms_in_the_order_of_the_offers_life(house):
    """Steps before acts, each filled in with the offer; the lists of runs go by start, and refusals are no failures."""
    workspace = house["open"]

    async def drawn():
        async with get_client() as client:
            await draw_dashboard(client, workspace)
            mine = ArtifactFilter(key=ArtifactFilterKey(any_=["offer-pages-open"]))
            return (await client.read_artifacts(artifact_filter=mine, sort=ArtifactSort.ID_DESC))[0].data

    page = asyncio.run(drawn())
    steps, acts = page.partition("### Run a step again\n\n")[2].partition("\n\n### Act on this offer\n\n")[::2]
    assert ["open", "remind", "close"] == re.findall(r"\[([a-z-]+)\]\(http", steps)[:3]
    assert ["extend", "amend", "terminate"] == re.findall(r"\[([a-z-]+)\]\(http", acts)[:3]
    assert steps.count("run?parameters=%7B%22offer%22%3A%20%22pages-open%22%7D") == 8
    [failures] = re.findall(r"\[Failures\]\((\S+)\)", page)
    assert "sort=START_TIME_DESC" in failures
    assert "Refused" not in failures


def test_an_act_that_was_taken_says_what_it_did(house):
    """What was decided stands over what was asked."""
    state = run(house["open"], FORMS["set-price"], by="Hana Reed", on=str(working_day(-1)), close="1.05")
    page = artifacts(state)["offer-pages-open-completed"].data
    said = f"**The closing price of {working_day(-1)} is $1.05."
    assert page.startswith(f"# ✅ set-price · pages-open: done\n\n{said}")


def test_a_held_step_is_not_green_and_lists_what_it_would_do(house):
    """Its run is paused, its page names the condition and the form that ends it, its table each tender."""
    workspace = house["held"]
    state = run(workspace, FLOWS["cancel"])
    assert (StateType.PAUSED, "Held") == (state.type, state.name)
    shown = artifacts(state)
    page = shown["offer-pages-held-held"].data
    assert page.startswith("# ⏸️ cancel · pages-held: held\n\n**Held: ")
    assert "Rule **CND-1** (" in page
    assert "It goes on by itself after [condition](http" in page
    assert [
        {"holder": "H1", "option": "G1", "shares": "600", "would be": "cancelled"},
        {"holder": "H2", "option": "G2", "shares": "600", "would be": "cancelled"},
    ] == json.loads(shown["offer-pages-held-cancel-at-stake"].data)


def test_the_watch_tells_operations_once_and_leaves_no_runs_of_a_held_step(house):
    """Each round looks whether it may go on; the first says what is held, and none makes a run of it."""
    workspace = house["held"]
    run(workspace, FLOWS["cancel"])

    async def runs():
        async with get_client() as client:
            mine = FlowRunFilter(tags=FlowRunFilterTags(all_=[f"offer:{workspace.offer}", "step:cancel"]))
            return {each.id for each in await client.read_flow_runs(flow_run_filter=mine)}

    before = asyncio.run(runs())
    with using(workspace):
        (first, failed), (second, _) = (asyncio.run(check_offer(workspace)) for _ in range(2))
    held = f"Acceptance and cancellation is held, due {working_day(-2)} 09:00 EST: nothing is accepted"
    assert [] == failed
    assert [1, 0] == [sum(said.startswith(held) for said in each) for each in (first, second)]
    assert before == asyncio.run(runs())


def test_the_run_of_a_step_that_is_held_no_more_is_ended(house):
    """Paused runs stay no longer than what they wait for: the list of runs shows what is still held."""
    workspace = house["held"]
    state = run(workspace, FLOWS["cancel"])
    told = {"at": datetime.now(UTC).replace(microsecond=0), "by": "Board", "evidence": "A bid.", "reason": "The bid."}
    with workspace.write() as db:
        assert record_action(db, read_action("terminate", told, EST)).accepted

    async def later():
        async with get_client() as client:
            await sync_runs(client, workspace)
            return await client.read_flow_run(state.state_details.flow_run_id)

    found = asyncio.run(later())
    assert StateType.CANCELLED is found.state.type
    assert found.state.message.startswith("Was held, and is moot: ")
