"""A real house for the tests: `optex serve` as a process, offers whose dates lie around today, a post office."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psutil
from aiosmtpd.controller import Controller
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL
from prefect.settings.legacy import Setting
from prefect.states import Scheduled

from flows.serve.credential import credential_in
from flows.serve.entrance import link
from infra.settings import KEPT
from optex.calendar import EST, Calendar
from tests.offers import Offer

PATIENCE = 120
OPS = "ops@alpha.example"
CALENDAR = Calendar("NASDAQ")
T = TypeVar("T")


def until(what: str, happens: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `happens` returns as soon as it returns something; a failure that says what was waited for in vain."""
    deadline = time.monotonic() + patience
    while not (found := happens()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience:g} seconds: {what}")
        time.sleep(0.1)
    return found


def today() -> date:
    """The day it is on the clock of the offers, EST."""
    return datetime.now(EST).date()


def working_day(distance: int) -> date:
    """The business day so many business days after today, or before it."""
    return CALENDAR.business_day_offset(today(), distance)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class PostOffice:
    """An SMTP server that keeps what it is told; `refuses` says to which addresses it answers not now."""

    def __init__(self, **login: Any) -> None:
        self.letters: list[tuple[str, Any]] = []
        self.refuses: set[str] = set()
        self.asleep = threading.Event()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **login)
        self._controller.start()
        self.port = self._controller.port

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return "451 4.2.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos[0], message))
        return "250 taken"

    def of(self, address: str, kind: str = "") -> list[Any]:
        """The letters to an address, of a kind where one is named."""
        return [m for to, m in list(self.letters) if to == address and kind in ("", m["X-Optex-Kind"])]

    def close(self) -> None:
        self._controller.stop()


class Bell:
    """A webhook: a web server that keeps what is posted to it."""

    def __init__(self) -> None:
        rung: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                rung.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *said: Any) -> None:
                pass

        self.rung = rung
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ops"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Prefect:
    """A Prefect server, asked by its API as a person would ask it in the UI."""

    def __init__(self, url: str, credential: str) -> None:
        self.url = url
        self.credential = credential
        self.client = SyncPrefectClient(url, auth_string=credential)

    @property
    def settings(self) -> dict[Setting, str]:
        """What a flow in this process must be told in order to report to it."""
        return {PREFECT_API_URL: self.url, PREFECT_API_AUTH_STRING: self.credential}

    @property
    def link(self) -> str:
        """The link that lets a browser in."""
        return link(self.url.removesuffix("/api"), self.credential)

    def runs(self, *tags: str) -> list[FlowRun]:
        """The runs with all of these tags, in order of their instants."""
        found = self.client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=list(tags))))
        return sorted(found, key=lambda run: run.expected_start_time)

    def alarms(self, offer: str, step: str) -> list[FlowRun]:
        """The runs that were scheduled for a step, in the order in which they were created."""
        return sorted(self.runs("optex:alarm", f"offer:{offer}", f"step:{step}"), key=lambda run: run.created)

    def start(self, deployment: str, **parameters: Any) -> FlowRun:
        """Start a deployment as its form does."""
        found = self.client.read_deployment_by_name(f"{deployment}/{deployment}")
        return self.client.create_flow_run_from_deployment(found.id, parameters=parameters)

    def ended(self, run: FlowRun | UUID) -> State:
        """The final state of a run, waited for."""
        run_id = run if isinstance(run, UUID) else run.id

        def final() -> State | None:
            state = self.client.read_flow_run(run_id).state
            return state if state.is_final() else None

        return until(f"the end of run {run_id}", final)

    def do(self, deployment: str, **parameters: Any) -> State:
        """Start a deployment and wait for its end."""
        return self.ended(self.start(deployment, **parameters))

    def retry(self, run: FlowRun) -> State:
        """Press Retry on the page of a run, and wait for its end."""
        self.client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
        return self.ended(run)

    def dashboard(self, offer: str) -> str:
        """The text of an offer's dashboard."""
        asked = {"artifacts": {"key": {"any_": [f"offer-{offer}"]}}}
        [found] = self.client._client.post("/artifacts/filter", json=asked).json()
        return str(found["data"])


@dataclass
class House:
    """Folders that are served by `optex serve`."""

    folders: list[Path]
    log: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def prefect(self) -> Prefect:
        """Its Prefect server, with the credential that it made at its first start."""
        return Prefect(self.url, credential_in(self.folders[0] / KEPT))

    @property
    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def start(self, says: str = "Ctrl-C stops everything") -> Prefect:
        """Start it, and wait until it says so."""
        before = len(self.said)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                optex("serve", *self.folders, "--port", self.port, "--expired"),  # some catch up on a whole offer
                env=environment(self.settings),
                cwd=self.log.parent,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

        def announced() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.said[before:]
            return says in self.said[before:]

        until(f"`optex serve` says {says!r}", announced)
        return self.prefect

    def stop(self, sent: signal.Signals = signal.SIGINT) -> tuple[int, float, list[str]]:
        """Stop it; its exit code, the seconds that took, and what of it is still running."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        began = time.monotonic()
        self.process.send_signal(sent)
        code = self.process.wait(60)
        took = time.monotonic() - began
        self.process = None
        return code, took, [" ".join(each.cmdline()) for each in family if each.is_running()]

    def end(self) -> None:
        """Make sure that nothing of it is left, whatever became of the test."""
        if self.process is None:
            return
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        self.process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs(family, 30)
        for each in alive:
            each.kill()


def optex(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "flows.cli", *map(str, arguments)]


def environment(settings: dict[str, str]) -> dict[str, str]:
    """The environment of whoever runs the tests, without what Prefect was told for this process alone."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "OPTEX_"))}
    return {**kept, **settings}


def tell(house: House, verb: str, folder: Path, *arguments: Any) -> "subprocess.CompletedProcess[str]":
    """Run an `optex` command in another shell."""
    command = optex(*verb.split(), folder, *arguments)
    return subprocess.run(
        command, env=environment(house.settings), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def future_offer(root: Path, name: str, *, in_days: int = 90) -> Offer:
    """An offer that opens in some months and stays open for twenty-two business days, with three holders.

    The holders are called after the offer, and so are their addresses: future.1@alpha.example.
    """
    commences = CALENDAR.business_day_from(today() + timedelta(days=in_days))
    expires = CALENDAR.business_day_offset(commences, 21)
    return _peopled(root, name, commences, expires)


def open_offer(root: Path, name: str) -> Offer:
    """An offer that commenced some days ago and is open for some weeks yet."""
    return _peopled(root, name, working_day(-5), working_day(21), reminders=[])


def expired_offer(root: Path, name: str, holders: int = 3, **terms: Any) -> Offer:
    """An offer all of whose steps up to acceptance are due, and in which everybody but the last tendered in time."""
    commences, expires = working_day(-25), working_day(-3)
    offer = _peopled(root, name, commences, expires, holders, **terms)
    for n in range(1, holders):
        offer.tenders(f"F{n}", f"{expires}T16:59:59", **{f"G{n}": 600})
    return offer.tenders(f"F{holders}", f"{expires}T17:00:00", **{f"G{holders}": 600})


def _peopled(root: Path, name: str, commences: date, expires: date, holders: int = 3, **terms: Any) -> Offer:
    offer = Offer(
        root,
        offer=name,
        commences=str(commences),
        expires=f"{expires}T17:00:00",
        withdrawable_after=None,
        **{"reminders": [10, 1], **terms},
    )
    granted = commences.replace(day=1, year=commences.year - 3)
    for n in range(1, holders + 1):
        offer.holder(f"H{n}", f"{name.title()} {n}").grant(f"G{n}", 1000, on=str(granted))
    offer.tables = offer.tables.replace("100000", str(10_000 * holders))
    return offer


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
