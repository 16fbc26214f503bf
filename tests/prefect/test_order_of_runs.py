"""Alarms that ring at once: each run waits for the steps before its own, and what is out of order changes nothing."""

import asyncio
from datetime import UTC, datetime

import pytest
from prefect.client.orchestration import get_client

from flows.deployments import deploy
from flows.steps import FLOWS
from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.workspace import using, workspace_in
from optex.steps import StepStatus
from tasks import due_step as step_tasks
from tasks.due_step import StepOutOfOrder, due_step
from tasks.scheduled_runs import scheduled_runs, sync_runs
from tests.offers import Offer

LINE = ["open", "close", "extension-deadline", "cancel"]


@pytest.fixture
def workspace(tmp_path):
    """The office of an offer of 2003 that was taken in by now: all of its steps are due."""
    path = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000).write()
    with using(workspace_in(path)) as workspace:
        load_folder(workspace.engine, read_folder(path), datetime.now(UTC).replace(microsecond=0))
        yield workspace


async def ring(name, done):
    """Run the body of a step, as its flow does."""
    async with due_step("alpha-2003", name, None, None) as step:
        assert step.idle is None
        FLOWS[name].body(step)
        done.append(name)


def test_all_alarms_at_once_are_done_in_order(workspace):
    """Rung in the wrong order, the steps are done in the right one: none of them fails, and none is left out."""
    done = []

    async def at_once():
        await asyncio.gather(*(ring(name, done) for name in reversed(LINE)))

    asyncio.run(at_once())
    assert LINE == done


def test_a_step_whose_turn_does_not_come_is_out_of_order(workspace, monkeypatch):
    """It waits for a while; then it names the step that is to be done first, and has changed nothing."""
    monkeypatch.setattr(step_tasks, "PATIENCE", 0.1)
    with pytest.raises(StepOutOfOrder, match="cancel waits until open is done"):
        asyncio.run(ring("cancel", []))
    with workspace.read() as reader:
        assert {StepStatus.PENDING} == {step.status for step in reader.steps() if step.name in LINE}


def test_a_run_whose_turn_does_not_come_makes_room(workspace, prefect_server, monkeypatch):
    """It ends, so that a worker with few slots has one for the step before it, after which it is rung again."""
    monkeypatch.setattr(step_tasks, "PATIENCE", 0.1)
    state = asyncio.run(FLOWS["cancel"](offer="alpha-2003", return_state=True))
    assert "NothingToDo" == state.name
    assert state.message.startswith("Nothing to do: cancel waits until open is done, and is rung again after it")
    with workspace.read() as db:
        assert StepStatus.PENDING is db.step("cancel").status


def test_what_fell_due_before_it_was_served_is_not_late(workspace, prefect_server, monkeypatch):
    """Its runs are scheduled for the instant at which they are made, in order: no alarm is raised of a late run."""
    monkeypatch.setenv("OPTEX_OFFERS", str(workspace.folder))
    before = datetime.now(UTC)

    async def served():
        async with get_client() as client:
            await deploy(client, [workspace.offer])
            await sync_runs(client, workspace)
            return await scheduled_runs(client, workspace.offer)

    runs = {name: run for (name, _), found in asyncio.run(served()).items() for run in found}
    rings = [runs[name].expected_start_time for name in LINE]
    assert before <= rings[0]
    assert sorted(set(rings)) == rings
