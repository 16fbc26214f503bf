"""What a person sees of an offer on the Prefect server: flow runs and task runs under names that can be read."""

import asyncio
import time

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName, TaskRunFilter, TaskRunFilterFlowRunId

PATIENCE = 240  # the server writes down task runs behind everything else that it has heard


@pytest.fixture(scope="module")
def played(new_offer):
    """An offer of a name of its own, so that its runs are told from all others on the server."""
    offer = new_offer(offer="seen-2003")
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.closes_at("2003-10-03", "1.27").simulate()


async def _runs():
    named = FlowRunFilter(name=FlowRunFilterName(like_="seen-2003"))
    async with get_client() as client:
        return await client.read_flow_runs(flow_run_filter=named)


async def _tasks_of(run_id, expected):
    """The names of a run's task runs; the server writes them down some seconds after they have run."""
    deadline = time.monotonic() + PATIENCE
    async with get_client() as client:
        while True:
            of_run = TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[run_id]))
            names = {run.name for run in await client.read_task_runs(task_run_filter=of_run)}
            if len(names) >= expected or time.monotonic() > deadline:
                return names
            await asyncio.sleep(0.2)


def test_every_step_is_a_flow_run_with_its_name_and_date(played):
    """One run for each step that was due, all of them completed; what never fell due has none."""
    runs = asyncio.run(_runs())
    assert {"COMPLETED"} == {run.state_type.value for run in runs}
    assert [
        "cancel seen-2003 · 2003-04-01 09:00 EST",
        "close seen-2003 · 2003-03-31 17:00 EST",
        "extension-deadline seen-2003 · 2003-04-01 08:00 EST",
        "open seen-2003 · 2003-02-28 09:00 EST",
        "recheck-employment seen-2003 · 2003-10-03 09:00 EST",
        "regrant seen-2003 · 2003-10-03 17:00 EST",
        "reminder-1 seen-2003 · 2003-03-28 09:00 EST",
    ] == sorted(run.name for run in runs if not run.name.startswith("simulate"))
    assert ["simulate seen-2003"] == [run.name for run in runs if run.name.startswith("simulate")]


def test_a_run_says_in_a_sentence_what_it_did(played):
    """The state's message is what the ledger's audit says too."""
    messages = {run.name: run.state.message for run in asyncio.run(_runs())}
    assert [messages["cancel seen-2003 · 2003-04-01 09:00 EST"]] == played.column(
        "audit", "detail", action="cancel done"
    )


def test_an_evening_is_a_task_of_the_plays_own_run(played):
    """What arrived on March 10 was taken in that evening, by a task that says so."""
    [play] = [run for run in asyncio.run(_runs()) if run.name.startswith("simulate ")]
    names = asyncio.run(_tasks_of(play.id, 4))
    assert [name for name in names if name.startswith("take in what arrived by 2003-03-10")], names


def test_each_batch_of_holders_is_a_task_run_of_its_step(played):
    """The cancellation shows for which holders it was done, and that the letters were sent."""
    [cancel] = [run for run in asyncio.run(_runs()) if run.name.startswith("cancel ")]
    names = asyncio.run(_tasks_of(cancel.id, 2))
    for name in (
        "cancel 1–",
        "send notices of seen-2003",
    ):
        assert any(each.startswith(name) for each in names), (name, names)
