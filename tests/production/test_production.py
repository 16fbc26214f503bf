"""The production path: what an installation does when one API server and one worker are killed in the middle.

Everything runs on loopback and reads the env files and the site of nginx that are shipped (see installation.py).
"""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from infra.database.engine import engine_for
from infra.database.writer import open_reader, open_writer
from optex.calendar import EST, Calendar
from tests.offers import Offer
from tests.production.installation import MISSING, PATIENCE, Installation, until

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

HOLDERS = 5
OFFER = "rehearsal"


def test_a_server_and_a_worker_are_killed_and_each_step_is_done_once(installation, books):
    """Every due step is done once and in order, every letter leaves once, and nobody gets in without the credential."""
    it = installation
    assert [401, 401, 200] == [it.api("flows/count", {}, auth)[0] for auth in (None, "optex:wrong", it.auth)]
    with open_writer(books, OFFER):  # whoever works on the offer waits for it, and so stands in the middle of the work
        it.start_worker("worker-1", limit=2)
        until(lambda: it.runs("RUNNING"))
        it.kill("worker-1")
        it.kill("api-1")
        for run in it.runs("RUNNING", "PENDING"):
            lost = {"type": "CRASHED", "message": "Its worker was killed."}
            it.api(f"flow_runs/{run['id']}/set_state", {"state": lost, "force": True})
        it.start_worker("worker-2", limit=3)
    watch = it.api("deployments/name/watch/watch")[1]
    started = time.monotonic()
    while due(books) and time.monotonic() - started < PATIENCE:
        it.api(f"deployments/{watch['id']}/create_flow_run", {})
        time.sleep(8)
    until(lambda: it.relay.kinds["operations"] and not unsent(books))

    works = Calendar("NASDAQ").is_business_day(datetime.now(EST).date())
    assert ["open", "close", "extension-deadline", *(["cancel"] if works else [])] == done(books)
    letters = {kind: count for kind, count in it.relay.kinds.items() if kind != "operations"}
    told = ["offer-opened", "confirmation-of-receipt", "acceptance-and-promise" if works else "postponement"]
    assert dict.fromkeys(told, HOLDERS) == letters
    assert {1} == set(it.relay.taken.values())
    mine = {"tags": {"all_": ["optex:alarm", f"offer:{OFFER}"]}}
    assert {"recheck-employment", "regrant"} <= {run["name"].split()[0] for run in it.runs("SCHEDULED", **mine)}
    assert [run for run in it.runs("SCHEDULED") if run["auto_scheduled"]], "the watch comes again by itself"
    assert it.runs("COMPLETED", kind="task_runs"), "what runs tell of their tasks has come by websocket and Redis"


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    with tempfile.TemporaryDirectory(prefix="optex-pg-") as data:
        it = Installation(tmp_path_factory.mktemp("production"), Path(data))
        try:
            yield it
        finally:
            it.end()


@pytest.fixture(scope="module")
def books(installation, tmp_path_factory):
    """The books of an offer that expired four business days ago: all up to the acceptance is late when it comes in."""
    calendar = Calendar("NASDAQ")
    expires = calendar.business_day_offset(calendar.business_day_from(datetime.now(EST).date()), -4)
    commences = calendar.business_day_offset(expires, -22)
    offer = Offer(
        tmp_path_factory.mktemp("offer"),
        offer=OFFER,
        commences=str(commences),
        expires=f"{expires}T17:00:00",
        withdrawable_after=None,
        reminders=[10],
    )
    for n in range(HOLDERS):
        offer.holder(f"H{n}", f"Holder {'ABCDE'[n]}").grant(f"G{n}", 1000, on=f"{commences.year - 3}-05-16")
        offer.tenders(f"F{n}", f"{calendar.business_day_offset(commences, 3)}T10:00:00", **{f"G{n}": 1000})
    folder = offer.write(installation.root / OFFER)
    said = installation.run([sys.executable, "-m", "flows.cli", "schedule", str(folder)], installation.told_worker)
    assert "added 8" in said
    return engine_for(installation.books)


def done(books):
    """The steps in the order in which the audit has them done, each as often as it was."""
    with open_reader(books, OFFER) as db:
        actions = db.connection.execute(text("SELECT action FROM audit ORDER BY position")).scalars()
        return [action.removesuffix(" done") for action in actions if action.endswith(" done")]


def due(books):
    """The steps that wait although their instant has come."""
    now = datetime.now(EST)
    with open_reader(books, OFFER) as db:
        return [step for step in db.steps() if step.waiting and step.due <= now]


def unsent(books):
    with open_reader(books, OFFER) as db:
        return db.connection.execute(text("SELECT count(*) FROM notices WHERE sent_at IS NULL")).scalar()
