"""What a click in the UI comes to while the machine is at work: how many were refused, and how long they took.

python -m benchmarks.clicks [--clicks 200] [--quiet 5] [--every 1.0] [--idle 30] [--set NAME=VALUE]

Serves an offer of 300 holders with `optex serve`, starts a form's run with each click and reads what the UI reads then,
without the retries of Prefect's own client, which a browser does not have.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks import big_offer
from flows.serve.credential import NAME, credential_at
from infra.settings import KEPT
from optex.calendar import Calendar

OFFER = "big"
FILLED_IN = {"offer": OFFER, "by": "Ruth Counsel"}
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=200, help="under load")
    parser.add_argument("--quiet", type=int, default=5, help="from click to outcome, one after the other")
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one click under load to the next")
    parser.add_argument("--idle", type=float, default=30.0, help="seconds in which nobody clicks")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of Prefect's")
    asked = parser.parse_args()
    settings = dict(each.split("=", 1) for each in asked.set)
    with tempfile.TemporaryDirectory(prefix="optex-bench-") as root, served(Path(root), settings) as browser:
        idle(browser, asked.idle)
        from_click_to_outcome(browser, asked.quiet)
        under_load(browser, asked.clicks, asked.every)


@contextmanager
def served(root: Path, settings: dict[str, str]) -> Iterator["Browser"]:
    """An open offer on a free port, by `optex serve` as a process."""
    folder = root / OFFER
    big_offer.write(folder, 300)
    terms = folder / "offer.toml"
    commences, expires = _around_today()
    terms.write_text(terms.read_text().replace("2003-02-28", str(commences)).replace("2003-03-31", str(expires)))
    (folder / "elections.csv").unlink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "OPTEX_"))}
    kept |= settings
    command = [sys.executable, "-m", "flows.cli", "serve", str(folder), "--port", str(port)]
    with (root / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=kept, cwd=Path(__file__).parents[1], stdout=log, stderr=log)
    try:
        while "Ctrl-C stops everything" not in (root / "serve.log").read_text():
            assert process.poll() is None, (root / "serve.log").read_text()
            time.sleep(0.2)
        credential = credential_at(str(folder / KEPT / NAME))
        browser = Browser(f"http://127.0.0.1:{port}/api", credential, psutil.Process(process.pid))
        browser.until_quiet()
        yield browser
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _around_today() -> tuple[date, date]:
    calendar, today = Calendar("NASDAQ"), datetime.now(UTC).date()
    commences = calendar.business_day_offset(today, -5)
    return commences, calendar.business_day_offset(today, 21)


class Browser:
    """The requests of Prefect's UI, each sent once; what was answered is counted."""

    def __init__(self, api: str, credential: str, process: psutil.Process) -> None:
        user, _, password = credential.partition(":")
        self.client = httpx.Client(base_url=api, auth=(user, password), timeout=120)
        self.process = process
        self.took: dict[str, list[float]] = {}
        self.answered: Counter[tuple[str, int]] = Counter()

    def ask(self, what: str, method: str, path: str, **asked: Any) -> Any:
        began = time.monotonic()
        answer = self.client.request(method, path, **asked)
        self.took.setdefault(what, []).append(time.monotonic() - began)
        self.answered[what, answer.status_code] += 1
        return answer.json() if answer.is_success else None

    def click(self, deployment: str = "reschedule", **parameters: Any) -> dict[str, Any] | None:
        """Press Submit on a form: the run that was made; None where it was refused."""
        found = self.ask("read the form", "GET", f"/deployments/name/{deployment}/{deployment}")
        if found is None:
            return None
        asked = {"parameters": {"by": "benchmarks.clicks", **parameters}, "state": {"type": "SCHEDULED"}}
        made: dict[str, Any] | None = self.ask(
            "submit", "POST", f"/deployments/{found['id']}/create_flow_run", json=asked
        )
        return made

    def look(self, run_id: str) -> None:
        """What the pages of a run and of all runs ask for."""
        of_run = {"logs": {"flow_run_id": {"any_": [run_id]}}, "sort": "TIMESTAMP_ASC", "limit": 200}
        self.ask("a run", "GET", f"/flow_runs/{run_id}")
        self.ask("its log", "POST", "/logs/filter", json=of_run)
        self.ask("its graph", "GET", f"/flow_runs/{run_id}/graph-v2")
        self.ask("runs", "POST", "/flow_runs/paginate", json={"limit": 50, "sort": "START_TIME_DESC"})
        self.ask("count", "POST", "/flow_runs/count", json={"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
        self.ask("deployments", "POST", "/deployments/paginate", json={"limit": 50})
        self.ask("artifacts", "POST", "/artifacts/latest/filter", json={})

    def unfinished(self) -> list[dict[str, Any]]:
        asked = {"flow_runs": {"expected_start_time": {"before_": datetime.now(UTC).isoformat()}}}
        found = self.client.post("/flow_runs/filter", json={**asked, "sort": "EXPECTED_START_TIME_DESC"}).json()
        return [run for run in found if run["state_type"] not in ENDED]

    def until_quiet(self) -> None:
        while self.unfinished():
            time.sleep(0.5)

    def processor(self) -> float:
        """Seconds of processor time of all that is served so far, ended children included."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(sum(each.cpu_times()[:4]) for each in family)


def idle(browser: Browser, seconds: float) -> None:
    """What it costs to wait."""
    before = browser.processor()
    time.sleep(seconds)
    spent = (browser.processor() - before) / seconds
    print(f"\nIdle: {60 * spent:.1f} s of processor time a minute, server and worker")


def from_click_to_outcome(browser: Browser, clicks: int) -> None:
    """One click after the other on a machine that has nothing else to do."""
    phases: dict[str, list[float]] = {}
    before = browser.processor()
    for _ in range(clicks):
        browser.until_quiet()
        clicked = datetime.now(UTC)
        run = browser.click(**FILLED_IN)
        assert run is not None
        while run["state_type"] not in ENDED:
            time.sleep(0.25)
            run = browser.client.get(f"/flow_runs/{run['id']}").json()
        history = browser.client.get("/flow_run_states/", params={"flow_run_id": run["id"]}).json()
        instants = {each["name"]: _instant(each["timestamp"]) for each in history}
        last = clicked
        for name in ("Pending", "Running", "Completed"):
            phases.setdefault(name, []).append((instants[name] - last).total_seconds())
            last = instants[name]
        phases.setdefault("from click to outcome", []).append((last - clicked).total_seconds())
    spent = (browser.processor() - before) / max(1, clicks)
    print(f"\n| {clicks} clicks, one after the other | median s | most s |\n|---|--:|--:|")
    for name, seconds in phases.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | {max(seconds):.2f} |")
    print(f"\n{spent:.1f} s of processor time a click, server and worker included")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def under_load(browser: Browser, clicks: int, every: float) -> None:
    """Clicks at a steady pace while as many runs as the worker takes are at work, the watch among them."""
    browser.took.clear()
    browser.answered.clear()
    began = time.monotonic()

    def click(number: int) -> None:
        deployment, parameters = ("watch", {}) if number % 20 == 0 else ("reschedule", FILLED_IN)
        if run := browser.click(deployment, **parameters):
            browser.look(run["id"])

    with ThreadPoolExecutor(4) as hands:
        waiting = []
        for number in range(clicks):
            time.sleep(max(0.0, began + number * every - time.monotonic()))
            waiting.append(hands.submit(click, number))
        for each in waiting:
            each.result()
    print(f"\n| {clicks} clicks, one every {every:g} s | asked | not answered | median ms | 95 % ms | most ms |")
    print("|---|--:|--:|--:|--:|--:|")
    for what, seconds in browser.took.items():
        refused = sum(n for (asked, status), n in browser.answered.items() if asked == what and status >= 400)
        ordered = sorted(seconds)
        shown = [statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1]]
        print(f"| {what} | {len(seconds)} | {refused} | " + " | ".join(f"{each * 1000:.0f}" for each in shown) + " |")
    by_status = Counter(status for (_, status), n in browser.answered.items() for _ in range(n))
    print("\nAnswers:", ", ".join(f"{n} × {status}" for status, n in sorted(by_status.items())))


if __name__ == "__main__":
    main()
