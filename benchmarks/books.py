"""How long the steps of a big offer take in the books, each beside its limit, measured in the same run.

python -m benchmarks.books [--holders 100000] [--small 10000] [--runs 3] [--postgresql] [--profile STEP]
"""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks import big_offer
from benchmarks.bare import bare
from benchmarks.databases import databases
from benchmarks.measuring import Meter, Taken, where
from benchmarks.play import LEAVE, TAKE_IN, play
from infra.database.engine import connect, migrate
from infra.workspace import Workspace
from optex.milestones import CANCEL, CLOSE, REGRANT

TOGETHER = "close + cancel"
# So many times the bare insert of the same rows at most, on SQLite and on PostgreSQL; of leavers, seconds of processor.
TIMES = {TAKE_IN: (4, 4), TOGETHER: (4, 5), REGRANT: (5, 5)}
SECONDS = {LEAVE: 2}
# Ten times the holders at most so many times as long.
GROWTH = 1.1
MEMORY = 400


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A step in one run: what it took, how many rows it wrote, and what their bare insert took."""

    taken: Taken
    rows: int
    bare: Taken

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(taken=self.taken + other.taken, rows=self.rows + other.rows, bare=self.bare + other.bare)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holders", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=0, help="so many holders too, to see how the time grows")
    parser.add_argument("--runs", type=int, default=1, help="the medians of so many")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, on SQLite without")
    parser.add_argument("--profile", default="", help="the name of a step to profile")
    asked = parser.parse_args()
    print(f"{where()}, {'PostgreSQL' if asked.postgresql else 'SQLite'}")
    few = _runs(asked.small, asked.runs, asked.postgresql, "") if asked.small else []
    runs = _runs(asked.holders, asked.runs, asked.postgresql, asked.profile)
    report(runs, asked.holders, asked.postgresql)
    if few:
        grown(few, runs, asked.holders / asked.small)


def _runs(holders: int, runs: int, postgresql: bool, profiled: str) -> list[dict[str, Measured]]:
    """The steps of so many runs, each in a process of its own: what one leaves in memory is not the next one's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [pool.submit(measured, holders, postgresql, profiled).result() for _ in range(runs)]


def measured(holders: int, postgresql: bool, profiled: str = "") -> dict[str, Measured]:
    """One run of an offer with so many holders, step by step."""
    print(f"{holders:,} holders, {holders * big_offer.OPTIONS:,} options")
    with tempfile.TemporaryDirectory(prefix="optex-bench-") as root, databases(Path(root), postgresql) as new:
        folder = Path(root) / "big"
        big_offer.write(folder, holders)
        workspace = Workspace(offer="big", database_url=new("offer"), mail_dir=Path(root))
        workspace.engine.connect().close()  # the schema is made when it is first used
        meter = Meter(new.postmaster, profiled)
        written = play(workspace, folder, holders, meter)
        empty = connect(new("bare"))
        migrate(empty)
        each = bare(workspace.engine, empty, new.postmaster)
        workspace.engine.dispose()
        empty.dispose()
    found = {
        name: Measured(
            taken=taken,
            rows=sum(written[name].values()),
            bare=sum((each[table] * n for table, n in written[name].items()), Taken()),
        )
        for name, taken in meter.took.items()
    }
    return {**found, TOGETHER: found[CLOSE] + found[CANCEL]}


def report(runs: Sequence[dict[str, Measured]], holders: int, postgresql: bool) -> None:
    """The table of the README, with the medians of the runs: the bare insert by the clock and of the processors."""
    heads = "seconds", "processor", "of the server", "rows", "bare insert", "times", "of processor", "limit", "memory"
    print(f"\n| {holders:,} holders | {' | '.join(heads)} |\n|---|{'--:|' * len(heads)}")
    for name in (*(name for name in runs[0] if name != TOGETHER), TOGETHER):
        steps = [run[name] for run in runs]
        seconds, processor, server = (
            f"{median(getattr(each.taken, of) for each in steps):.2f}" for of in ("seconds", "processor", "server")
        )
        bare = times = of_processor = limit = ""
        if name in TIMES:
            bare = f"{median(each.bare.seconds for each in steps):.2f}"
            times = f"{median(each.taken.seconds / each.bare.seconds for each in steps):.1f}"
            of_processor = f"{median(each.taken.work / each.bare.work for each in steps):.1f}"
            limit = f"{TIMES[name][postgresql]}"
        if name in SECONDS:
            limit = f"{SECONDS[name]} s of processor"
        memory = f"{max(each.taken.memory for each in steps):,} MB"
        cells = seconds, processor, server, f"{steps[0].rows:,}", bare, times, of_processor, limit, memory
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\nMemory is to stay within {MEMORY} MB.")


def grown(few: Sequence[dict[str, Measured]], many: Sequence[dict[str, Measured]], holders: float) -> None:
    """How many times as long each step took with so many times the holders."""
    print(f"\n| {holders:.0f} times the holders | times as long | processor | limit |\n|---|--:|--:|--:|")
    for name in few[0]:
        ratios = [
            median(getattr(run[name].taken, of) for run in many)
            / median(max(getattr(run[name].taken, of), 0.01) for run in few)
            for of in ("seconds", "processor")
        ]
        print(f"| {name} | {ratios[0]:.1f} | {ratios[1]:.1f} | {GROWTH * holders:.0f} |")


if __name__ == "__main__":
    main()
