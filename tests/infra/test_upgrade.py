"""The books that the first version kept, under way for months, are opened by this one and go on."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from infra.database import tables as t
from infra.explain.explain import explain_holder
from infra.folder.arrivals import ArrivalQueue
from infra.handlers.actions import record_action
from infra.workspace import Workspace, using
from optex.actions import PriceSet
from optex.steps import StepStatus
from tests.driver import Play

PRICED = datetime(2003, 10, 3, 21, 30, tzinfo=UTC)


@pytest.fixture
def old_workspace(old_url, folder):
    """The office of the offer whose books the first version kept, in a play that knows of nothing more to come."""
    arrivals = ArrivalQueue(folder.read())
    arrivals.arrivals.clear()
    workspace = Workspace(offer="alpha-2003", database_url=old_url, mail_dir=Path("nowhere"), arrivals=arrivals)
    with using(workspace):
        yield workspace
    workspace.engine.dispose()


def ring(workspace, name):
    """Run the step of that name at the instant at which it is due."""
    with workspace.read() as reader:
        step = reader.step(name)
    play = Play(tale=None, folder=None, workspace=workspace, arrivals=workspace.arrivals)
    asyncio.run(play._once(step, step.due))


def test_an_option_without_recorded_reasons_is_told_as_its_row_states(old_workspace):
    """The first version recorded no reason of a balancing option, and none is made up."""
    with old_workspace.read() as reader:
        told = [line.what for line in explain_holder(reader, "H1") if "G1-B" in line.what]
    assert [
        "Balancing option G1-B issued: 300 shares, ISO, $12.50 a share, granted January 3, 2000, until January 3, "
        "2010. Vesting: 100 on Jan 3, 2001 and 200 on Jan 3, 2002."
    ] == told


def test_what_was_recorded_is_read_back(old_workspace):
    """The actions of then, taken and refused, service and the balancing option are there, the JSON to the letter."""
    with old_workspace.read() as reader:
        state = reader.state()
        assert [(date(2003, 6, 2), 3, 2)] == [(split.on, split.new, split.old) for split in state.splits]
        said = reader.connection.execute(text("SELECT verb, CAST(data AS TEXT) FROM actions ORDER BY position"))
        assert [
            ("extend", '{"to":"2003-04-30T22:00:00Z","announced_at":"2003-04-10T13:00:00Z","reason":""}'),
            ("split", '{"on":"2003-06-02","new":3,"old":2}'),
            ("service-set", '{"holder":"H2","capacity":"director","from":"1999-01-04","to":"2003-06-15"}'),
        ] == list(map(tuple, said))
        assert ["split", "service-set"] == [action.verb for action in reader.actions()]
        assert ["G1-B"] == [row.grant_id for row in reader.rows(t.issued_options)]
        last_days = [(row.holder_id, row.last_day) for row in reader.rows(t.service_periods)]
        assert {("H1", None), ("H2", date(2003, 6, 15))} == set(last_days)


def test_the_offer_goes_on(old_workspace):
    """An action is recorded after those of then, and the steps left are done: the options follow the split of then."""
    with old_workspace.write() as db:
        assert record_action(db, PriceSet(on=date(2003, 10, 3), close=Decimal("1.05"), by="Ops", at=PRICED)).accepted
    ring(old_workspace, "recheck-employment")
    ring(old_workspace, "regrant")
    with old_workspace.read() as reader:
        assert StepStatus.DONE == reader.step("regrant").status
        assert [1, 2, 3, 4] == [row.position for row in reader.rows(t.actions, t.actions.c.position)]
        issued = reader.rows(t.issued_options, t.issued_options.c.grant_id)
    assert [
        ("G1-B", 300, Decimal("12.5")),
        ("G1-N", 900, Decimal("1.16")),  # an ISO of a ten percent owner
        ("G2-N", 750, Decimal("1.05")),
    ] == [(row.grant_id, row.shares, row.price) for row in issued]


def test_a_command_brings_the_books_up_to_date(old_url, folder):
    """`optex status`, with nothing done before it, opens the old books and tells where the offer stands."""
    command = [str(Path(sys.executable).with_name("optex")), "status", str(folder.path), "--json"]
    environment = os.environ | {"OPTEX_DATABASE_URL": old_url}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert (0, "") == (told.returncode, told.stderr)
    steps = {step["name"]: step["done_at"] for step in json.loads(told.stdout)["timeline"]}
    assert ("2003-04-01T14:00:00Z", None) == (steps["cancel"], steps["regrant"])
