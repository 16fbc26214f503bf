"""What a person sees of a step that takes more than one batch of holders: a task each, and how far it is."""

import asyncio
import io
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterName,
    TaskRunFilter,
    TaskRunFilterName,
)

from flows.cli.record import ensure_loaded, record_and_follow
from flows.simulate import Runs, play_through, staged
from infra.folder.reader import read_folder
from infra.handlers.forms import read_new_forms, record_received_forms
from infra.workspace import using
from tasks.progress import progress_shown

PATIENCE = 240  # the server writes down task runs behind everything else that it has heard


@pytest.fixture(scope="module")
def opened(new_offer, tmp_path_factory):
    """An offer of three holders, opened by the real flow, two at a time."""
    offer = new_offer(offer="batched-2003")
    for n in (1, 2, 3):
        offer.holder(f"H{n}", f"Ann Lee {n}").grant(f"G{n}", 1000)
    out = tmp_path_factory.mktemp("batched")
    folder, until = read_folder(offer.write(out / "folder")), datetime(2003, 2, 28, 17, tzinfo=UTC)
    with staged(folder, out / "play", until) as workspace, using(replace(workspace, holders_at_once=2)) as mine:
        asyncio.run(play_through(mine, until, Runs()))


def test_each_batch_is_a_task_that_says_which_holders(opened):
    """By their places in the order of their ids."""
    of_open = FlowRunFilter(name=FlowRunFilterName(like_="open batched-2003"))
    named = TaskRunFilter(name=TaskRunFilterName(like_="open "))

    async def names():
        async with get_client() as client:
            found = await client.read_task_runs(flow_run_filter=of_open, task_run_filter=named)
        return sorted(run.name for run in found)

    deadline = time.monotonic() + PATIENCE
    while len(found := asyncio.run(names())) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ["open 1–2 of 3", "open 3–3 of 3"] == found


def test_the_page_of_the_run_says_how_far_it_is(opened):
    """In percent of the holders, and at the end all of them."""
    mine = ArtifactFilter(key=ArtifactFilterKey(any_=["batched-2003-open-progress"]))

    async def read():
        async with get_client() as client:
            return await client.read_artifacts(artifact_filter=mine)

    [shown] = asyncio.run(read())
    assert ("progress", 100.0, "open of batched-2003: 3 holders") == (shown.type, shown.data, shown.description)


class Terminal(io.StringIO):
    """Standard error where somebody watches."""

    def isatty(self):
        return True


def test_a_terminal_shows_a_bar(monkeypatch):
    """And nothing where all holders are one batch."""
    for of, shown in ((3, True), (2, False)):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress_shown("batched-2003", "open", of, 2) as show:
            show(2)
        assert shown is ("2/3" in terminal.getvalue())


def test_an_import_shows_a_bar_too(new_offer, tmp_path, monkeypatch):
    """On a terminal, of the holders whose forms are judged, where they are more than are judged at a time."""
    offer = new_offer()
    for n in (1, 2, 3):
        offer.holder(f"H{n}", f"Ann Lee {n}").grant(f"G{n}", 1000)
        offer.tenders(f"F{n}", "2003-03-10T10:00:00", **{f"G{n}": 1000})
    folder = offer.write(tmp_path / "folder")
    workspace, terminal = replace(ensure_loaded(folder), holders_at_once=2), Terminal()

    def work(db, now):
        return record_received_forms(db, read_new_forms(db, folder / "elections.csv"), now)

    with monkeypatch.context() as watched:
        watched.setattr(sys, "stderr", terminal)
        record_and_follow(workspace, work, as_json=False)
    assert "holders" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()
