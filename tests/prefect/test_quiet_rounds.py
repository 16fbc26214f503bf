"""The watch leaves behind what happened: a round that found all well is gone after the next one."""

import asyncio

import pytest
from prefect import flow, tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.states import Completed, Crashed, Failed

from flows.cli.record import ensure_loaded
from flows.deployments import deploy
from flows.watch import watch
from tasks.quiet_rounds import forget_quiet_rounds
from tests.live.house import future_offer


def ends(name, state, below=None):
    """A run of a flow that ends in a state, after one below it that ends in another."""

    @flow(name=name, persist_result=False)
    async def run():
        if below is not None:
            await below(return_state=True)
        return state

    return run


def round_of(state, below=None):
    asyncio.run(ends("watch", state, below)(return_state=True))


@pytest.fixture
def rounds():
    """What has become of runs: the tags of this test are its own."""

    def left(mark):
        async def read():
            async with get_client() as client:
                mine = FlowRunFilter(tags=FlowRunFilterTags(all_=[mark]))
                return sorted(run.state_name for run in await client.read_flow_runs(flow_run_filter=mine))

        return asyncio.run(read())

    return left


async def deployed():
    async with get_client() as client:
        await deploy(client, ["quiet"])


def forget():
    async def run():
        async with get_client() as client:
            await forget_quiet_rounds(client, None)

    asyncio.run(run())


def test_what_said_or_failed_anything_stays(rounds):
    """Of five rounds the two that ended well without a word are gone; so is a run of a step that still waits."""
    with tags("optex:watch", "kept-1"):
        for state in (Completed(), Completed(message="2 notices sent."), Failed(message="held: the disk is full")):
            round_of(state)
        round_of(Crashed(message="killed"))
        round_of(Completed(), ends("cancel", Completed(name="Held", message="waits for a price")))
    assert ["Completed"] * 3 + ["Crashed", "Failed", "Held"] == rounds("kept-1")
    forget()
    assert ["Completed", "Crashed", "Failed"] == rounds("kept-1")
    forget()
    assert ["Completed", "Crashed", "Failed"] == rounds("kept-1")


def test_a_quiet_run_of_anything_else_stays(rounds):
    """A step or an act without a message is no round of the watch."""
    with tags("optex:step", "kept-2"):
        round_of(Completed())
    forget()
    assert ["Completed"] == rounds("kept-2")


def test_of_many_rounds_the_last_quiet_one_is_left(rounds, tmp_path, monkeypatch):
    """It shows that the watch looks. The first round sets something right, and says it for good."""
    folder = future_offer(tmp_path, "quiet").write(tmp_path / "quiet")
    ensure_loaded(folder)
    monkeypatch.setenv("OPTEX_OFFERS", str(folder))
    asyncio.run(deployed())
    said = []
    with tags("optex:watch", "kept-3"):
        for _ in range(4):
            state = asyncio.run(watch(return_state=True))
            assert state.is_completed()
            said.append(state.message)
    assert [True, False, False, False] == [bool(message) for message in said]
    assert ["Completed", "Completed"] == rounds("kept-3")
