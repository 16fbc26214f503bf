"""How long the steps of a big offer take in the books, beside the bare bulk insert of the very rows that they write.

python -m benchmarks.books [--holders 100000] [--postgresql] [--profile STEP]
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from benchmarks import big_offer
from benchmarks.databases import databases
from flows.steps import FLOWS
from infra.database.engine import connect, migrate
from infra.database.tables import metadata
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import Folder, read_folder
from infra.handlers.forms import record_forms
from infra.handlers.intake import load_folder
from infra.handlers.promises import lapse_promises
from infra.workspace import Workspace, using
from optex.milestones import CANCEL, CLOSE, EXTENSION_DEADLINE, OPEN, RECHECK, REGRANT
from tasks.due_step import due_step

GRANTED = datetime(2003, 10, 3, 22, tzinfo=UTC)


@dataclass
class Clock:
    """What each step took, and how many rows it wrote into which table."""

    engine: Engine
    profiled: str = ""
    took: dict[str, tuple[float, dict[str, int]]] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        before = self._rows()
        profile = cProfile.Profile() if name == self.profiled else None
        start = time.perf_counter()
        if profile:
            profile.enable()
        yield
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        seconds = time.perf_counter() - start
        after = self._rows()
        self.took[name] = seconds, {table: n - before[table] for table, n in after.items() if n > before[table]}
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  {name:<16}{seconds:9.2f} s{most:8,} MB at most so far", flush=True)

    def _rows(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
                for table in metadata.sorted_tables
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holders", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, on SQLite without")
    parser.add_argument("--profile", default="", help="the name of a step to profile")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="optex-bench-") as root, databases(Path(root), asked.postgresql) as new:
        folder = Path(root) / "big"
        big_offer.write(folder, asked.holders)
        workspace = Workspace(offer="big", database_url=new("offer"), mail_dir=Path(root))
        print(
            f"{asked.holders:,} holders, {asked.holders * big_offer.OPTIONS:,} options, {workspace.engine.dialect.name}"
        )
        clock = Clock(workspace.engine, asked.profile)
        run(workspace, folder, clock)
        bare = connect(new("bare"))
        migrate(bare)
        report(clock, bare_seconds(workspace.engine, bare))
        workspace.engine.dispose()
        bare.dispose()


def taken_in(workspace: Workspace, path: Path) -> tuple[Workspace, Folder]:
    """The folder taken into the books as far as it is known when the offer opens, on a virtual clock."""
    folder = read_folder(path)
    arrivals = ArrivalQueue(folder)
    known = arrivals.known_service(folder.terms.commences, folder.service_periods)
    load_folder(workspace.engine, folder, folder.terms.opens, known)
    return replace(workspace, arrivals=arrivals), folder


def run(workspace: Workspace, path: Path, clock: Clock) -> None:
    with clock.step("read + take-in"):
        workspace, folder = taken_in(workspace, path)
    with using(workspace):
        with clock.step("open"):
            at(workspace, OPEN)
        with clock.step("forms"), workspace.write() as db:
            record_forms(db, folder.forms, folder.terms.expires)
        with clock.step("close"):
            at(workspace, CLOSE)
        at(workspace, EXTENSION_DEADLINE)
        with clock.step("cancel"):
            at(workspace, CANCEL)
        with clock.step("service ends"), workspace.write() as db:
            _leave(db, folder)
        at(workspace, RECHECK)
        with clock.step("regrant"):
            at(workspace, REGRANT)


def at(workspace: Workspace, name: str) -> None:
    """Run a step when it is due, as its flow does."""

    async def ring() -> None:
        with workspace.read() as db:
            due = db.step(name).due
        async with due_step(workspace.offer, name, None, due) as step:
            assert step.idle is None, step.idle
            FLOWS[name].body(step)

    asyncio.run(ring())


def _leave(db: Any, folder: Folder) -> None:
    ended = [period for period in folder.service_periods if period.last_day]
    db.add_service_periods(ended)
    lapse_promises(db, ended[0].last_day.replace(month=7, day=1), GRANTED, {period.holder_id for period in ended})
    db.set_prices(folder.prices)


def bare_seconds(full: Engine, empty: Engine) -> dict[str, float]:
    """The seconds a row takes, table by table, to be written in bulk as it is, by the fastest way of the driver."""
    seconds = {}
    with full.connect() as source, empty.begin() as target:
        for table in metadata.sorted_tables:
            rows = [
                [json.dumps(cell) if isinstance(cell, dict | list) else cell for cell in row]
                for row in source.connection.cursor().execute(f"SELECT * FROM {table.name}").fetchall()
            ]
            start = time.perf_counter()
            _insert(target, table, rows)
            seconds[table.name] = (time.perf_counter() - start) / max(len(rows), 1)
    return seconds


def _insert(target: Connection, table: Table, rows: list[Any]) -> None:
    if target.dialect.name == "postgresql":
        with target.connection.cursor().copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        target.exec_driver_sql(
            f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(rows[0]))})", [*map(tuple, rows)]
        )


def report(clock: Clock, bare: dict[str, float]) -> None:
    steps = dict(clock.took)
    steps["close + cancel"] = (
        clock.took["close"][0] + clock.took["cancel"][0],
        {table: clock.took["close"][1].get(table, 0) + n for table, n in clock.took["cancel"][1].items()},
    )
    print(f"\n{'step':<16}{'seconds':>9}{'rows':>12}{'rows/s':>10}{'bare insert':>14}{'times':>7}")
    for name, (seconds, written) in steps.items():
        rows = sum(written.values())
        least = sum(bare[table] * n for table, n in written.items())
        times = f"{seconds / least:7.1f}" if rows > 1000 else ""
        print(f"{name:<16}{seconds:9.2f}{rows:12,}{rows / seconds:10,.0f}{least:12.2f} s{times}")


if __name__ == "__main__":
    main()
