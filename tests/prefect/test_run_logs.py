"""What the log of a run says in Prefect's UI: what was decided under which rule, and a refusal last."""

import asyncio
import logging
from datetime import UTC, date, datetime

import pytest

from flows.actions import FORMS, record_election
from flows.steps import FLOWS
from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.workspace import using, workspace_in
from tests.offers import Offer

OPENED = "Opened: 2 eligible holders told."


@pytest.fixture
def workspace(tmp_path):
    """An offer of 2003 that was taken in by now."""
    offer = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000).holder("H2", "Bo Ray").grant("G2", 500)
    path = offer.write()
    with using(workspace_in(path)) as workspace:
        load_folder(workspace.engine, read_folder(path), datetime.now(UTC).replace(microsecond=0))
        yield workspace


@pytest.fixture
def logged():
    """The lines that runs write into their logs, as (level, text)."""
    lines = []
    logger = logging.getLogger("prefect.flow_runs")

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append((record.levelname, record.getMessage()))

    handler, level = Kept(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def run(flow, **parameters):
    return asyncio.run(flow(**parameters, return_state=True))


def test_a_step_says_what_was_decided(workspace, logged):
    """Who was told and under which rule; then what followed it; run again it says that there was nothing to do."""
    run(FLOWS["open"], offer="alpha-2003")
    levels = [level for level, line in logged if line.startswith(f"open of alpha-2003 by ELG-1 (§1): {OPENED}")]
    assert ["INFO"] == levels
    # Where no deployment was made on this server what follows the opening says so, and nothing is undone by it.
    followed = [
        line for _, line in logged if line.startswith(("Not scheduled yet, the watch will do it: ", "Scheduled "))
    ]
    assert 1 == len(followed)
    logged.clear()
    run(FLOWS["open"], offer="alpha-2003")
    [again] = [line for _, line in logged if line.startswith("open of alpha-2003: Nothing to do: open was done ")]
    assert OPENED in again


def test_an_act_says_what_was_decided(workspace, logged):
    """Its rule, what was done and what came of it."""
    run(FORMS["set-price"], offer="alpha-2003", by="Hana Reed", on=date(2003, 3, 3), close="1.05")
    assert ("INFO", "price-set of alpha-2003 by GRT-3 (§9): The closing price of 2003-03-03 is $1.05.") in logged


def test_a_refusal_is_the_first_line_that_we_write(workspace, logged):
    """An error with the rule and the reason, after Prefect's own of the beginning; then the way to the dashboard."""
    state = run(FORMS["extend"], offer="alpha-2003", by="Hana Reed", to="2003-03-28 17:00", confirm="alpha-2003")
    assert "Refused" == state.name
    assert state.message.startswith("Refused by ")
    begun, _, said, dashboard, ended = logged
    assert begun[1].startswith("Beginning flow run 'extend alpha-2003'")
    assert ("ERROR", state.message) == said
    assert dashboard[1].startswith("Dashboard of alpha-2003: http")
    assert "Finished in state Refused" in ended[1]
    unknown = run(
        record_election,
        offer="beta-2004",
        form="F1",
        holder="H1",
        kind="election",
        received_at="2003-03-10 10:00",
        by="Hana Reed",
    )
    assert ("ERROR", unknown.message) == logged[-2]
