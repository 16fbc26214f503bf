"""A big offer played step by step in the books, without Prefect and without mail, and measured meanwhile."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.bare import rows_of
from benchmarks.measuring import Meter
from flows.steps import FLOWS
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import Folder, read_prices
from infra.handlers.forms import read_new_forms, record_received_forms
from infra.handlers.intake import take_in
from infra.handlers.service import record_service
from infra.workspace import Workspace, using
from optex.milestones import CANCEL, CLOSE, EXTENSION_DEADLINE, OPEN, RECHECK, REGRANT
from optex.terms import Terms
from optex.terms_reader import parse_terms
from tasks.due_step import due_step

LEAVERS = 1_000
LAST_DAY, TOLD = date(2003, 6, 30), datetime(2003, 7, 1, 14, tzinfo=UTC)
TAKE_IN, FORMS, LEAVE = "read + take-in", "forms", f"{LEAVERS:,} leavers"


@dataclass
class Rows:
    """How many rows each step wrote into which table."""

    engine: Engine
    before: dict[str, int] = field(default_factory=dict)
    written: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, step: str) -> None:
        after = rows_of(self.engine)
        new = {table: n - self.before.get(table, 0) for table, n in after.items()}
        self.before, self.written[step] = after, {table: n for table, n in new.items() if n > 0}


def play(workspace: Workspace, path: Path, holders: int, meter: Meter) -> dict[str, dict[str, int]]:
    """Play the offer of a folder; how many rows each step wrote into which table."""
    rows = Rows(workspace.engine)
    rows.count("before")
    with meter.measure(TAKE_IN):
        workspace, terms = taken_in(workspace, path)
    rows.count(TAKE_IN)
    with using(workspace):
        _step(OPEN, workspace, meter, rows)
        with meter.measure(FORMS), workspace.write() as db:
            record_received_forms(db, read_new_forms(db, path / "elections.csv", db.forms), terms.expires)
        rows.count(FORMS)
        _step(CLOSE, workspace, meter, rows)
        at(workspace, EXTENSION_DEADLINE)
        rows.count(EXTENSION_DEADLINE)
        _step(CANCEL, workspace, meter, rows)
        with workspace.read() as db:
            some = db.service_periods(db.holder_ids()[:: max(1, holders // LEAVERS)][:LEAVERS])
        left = [replace(period, last_day=LAST_DAY) for periods in some.values() for period in periods]
        with meter.measure(LEAVE), workspace.write() as db:
            record_service(db, left, "service.csv", TOLD, "HR")
        rows.count(LEAVE)
        with workspace.write() as db:
            db.set_prices(read_prices(path / "prices.csv"))
        _step(RECHECK, workspace, meter, rows)
        _step(REGRANT, workspace, meter, rows)
    return rows.written


def _step(name: str, workspace: Workspace, meter: Meter, rows: Rows) -> None:
    with meter.measure(name):
        at(workspace, name)
    rows.count(name)


def taken_in(workspace: Workspace, path: Path) -> tuple[Workspace, Terms]:
    """The folder taken into the books as far as it is known when the offer opens, on a virtual clock."""
    terms = parse_terms((path / "offer.toml").read_text())
    nothing = Folder(
        terms=terms, holders=[], service_periods=[], grants=[], forms=[], prices={}, script=[], digest="", path=path
    )
    arrivals = ArrivalQueue(nothing)  # what else arrives is told by the benchmark itself
    take_in(workspace.engine, path, terms.opens, lambda periods: arrivals.known_service(terms.commences, periods))
    return replace(workspace, arrivals=arrivals), terms


def at(workspace: Workspace, name: str) -> None:
    """Run a step when it is due, as its flow does."""

    async def ring() -> None:
        with workspace.read() as db:
            due = db.step(name).due
        async with due_step(workspace.offer, name, None, due) as step:
            assert step.idle is None, step.idle
            FLOWS[name].body(step)

    asyncio.run(ring())
