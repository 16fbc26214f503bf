"""`optex serve` and `optex schedule`: Prefect's server, worker and deployments on this machine, and the plan in it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import click

from infra.office import BOOKS, Office
from infra.quiet import QUIET
from optex.errors import OptexError

POOL = "optex"
PATIENCE = 120.0
GRACE = 8.0
SERVING = BOOKS / "serving.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where Prefect answers on this machine."""

    port: int

    @property
    def ui(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.ui}/api"


def serve(folders: Sequence[Path], port: int) -> None:
    """Run the offers of these folders until stopped: server with UI, deployments, worker, schedule.

    Everything is kept in the folders, so that a second start goes on where the first was.
    """
    from flows.recording import taken_in

    offices = [taken_in(folder) for folder in folders]
    for folder, office in zip(folders, offices, strict=True):
        _take_in_files(folder, office)
    address = Address(port=port)
    _must_be_free(port)
    environment = _environment(folders, address)
    with _until_stopped() as stopped, contextlib.ExitStack() as children:
        click.echo("Starting Prefect…")
        server = children.enter_context(_child("server", _server_command(port), environment, folders[0]))
        _wait_until_healthy(address, server, stopped)
        if stopped.is_set():
            return
        os.environ.update(environment)
        asyncio.run(prepare(offices, folders))
        worker = children.enter_context(_child("worker", _WORKER, environment, folders[0]))
        _announce(address, offices)
        with _serving(folders, address):
            stopped.wait_for((server, worker))
        click.echo("\nStopping…")


def schedule(folder: Path) -> None:
    """Take a folder in where that was not done yet, and make Prefect's scheduled runs agree with its plan."""
    from flows.recording import taken_in

    office = taken_in(folder)
    _take_in_files(folder, office)
    api = _known_api(folder)
    if api is None:
        raise OptexError(f"no Prefect server is known: run `optex serve {folder}`, or set PREFECT_API_URL")
    os.environ.setdefault("OPTEX_OFFERS", str(folder.resolve()))
    click.echo(_project(office, api, deploy=[folder]))


def tell_prefect(office: Office) -> None:
    """After a change from the command line: make the scheduled runs agree, where a Prefect server is known."""
    api = _known_api(office.mail_dir.parent.parent) or None
    if api is None:
        return
    try:
        said = _project(office, api)
    except Exception as error:
        click.echo(f"Recorded; Prefect could not be told ({error}): the watch will do it.", err=True)
    else:
        click.echo(said)


async def prepare(offices: Sequence[Office], folders: Sequence[Path]) -> None:
    """Make the work pool, the deployments, the automations and the scheduled runs."""
    from prefect.client.orchestration import get_client

    from flows.deploying import deploy
    from tasks.schedule import project

    async with get_client() as client:
        await deploy(client, [office.offer for office in offices])
        for office in offices:
            await project(client, office)


def _project(office: Office, api: str, deploy: Sequence[Path] = ()) -> str:
    os.environ["PREFECT_API_URL"] = api
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    from prefect.client.orchestration import get_client

    from flows.deploying import deploy as deploy_all
    from tasks.schedule import in_full, project

    async def agree() -> str:
        async with get_client() as client:
            if deploy:
                await deploy_all(client, [office.offer], only_missing=True)
            return in_full(await project(client, office))

    return asyncio.run(agree())


_WORKER = [
    sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", "optex",
]  # fmt: skip


def _server_command(port: int) -> list[str]:
    return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]


def _environment(folders: Sequence[Path], address: Address) -> dict[str, str]:
    """What the server, the worker and every run are told; Prefect's own books are kept in the first folder."""
    told = {
        **QUIET,
        "PREFECT_HOME": str((folders[0] / BOOKS / "prefect").resolve()),
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_SERVER_UI_SERVE_BASE": "/",
        **os.environ,
        "PREFECT_API_URL": address.api,
        "PREFECT_UI_URL": address.ui,
        "OPTEX_OFFERS": os.pathsep.join(str(folder.resolve()) for folder in folders),
    }
    Path(told["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    return told


@contextlib.contextmanager
def _child(
    name: str, command: Sequence[str], environment: dict[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A child in a session of its own, so that Ctrl-C reaches us alone; ended with everything that it started."""
    log = folder / BOOKS / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_listen,
        )
    try:
        yield process
    finally:
        _end(process)


def _listen() -> None:
    """A child that inherited SIGINT as ignored would never end by it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for sent, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OptexError(f"port {port} is in use: is optex serving already? (--port chooses another)") from error


def _wait_until_healthy(address: Address, server: "subprocess.Popen[bytes]", stopped: "_Stop") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not stopped.is_set():
        if server.poll() is not None:
            raise OptexError(f"Prefect's server ended with {server.returncode}; its log is .optex/server.log")
        with contextlib.suppress(URLError, OSError), urlopen(f"{address.api}/health", timeout=2):
            return
        time.sleep(0.2)
    if not stopped.is_set():
        raise OptexError(f"Prefect's server does not answer at {address.ui}; its log is .optex/server.log")


class _Stop:
    """Set by Ctrl-C or by a request to end."""

    def __init__(self) -> None:
        self._set = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self._set = True

    def is_set(self) -> bool:
        return self._set

    def wait_for(self, children: Sequence["subprocess.Popen[bytes]"]) -> None:
        """Wait until stopped; a child that ends by itself is an error, for nothing would run any more."""
        while not self._set:
            for child in children:
                if child.poll() is not None:
                    raise OptexError(f"{' '.join(child.args[2:5])} ended with {child.returncode}; see .optex/*.log")
            time.sleep(0.2)


@contextlib.contextmanager
def _until_stopped() -> Iterator[_Stop]:
    stop = _Stop()
    before = {sent: signal.signal(sent, stop) for sent in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for sent, handler in before.items():
            signal.signal(sent, handler)


@contextlib.contextmanager
def _serving(folders: Sequence[Path], address: Address) -> Iterator[None]:
    """Leave word in each folder of where Prefect is, for the commands that change the offer meanwhile."""
    notes = [folder / SERVING for folder in folders]
    for note in notes:
        note.write_text(json.dumps({"api": address.api, "pid": os.getpid()}))
    try:
        yield
    finally:
        for note in notes:
            note.unlink(missing_ok=True)


def _known_api(folder: Path) -> str | None:
    """The Prefect server to talk to: the one of the environment, else the one that serves this folder now."""
    if api := os.environ.get("PREFECT_API_URL"):
        return api
    try:
        note: dict[str, Any] = json.loads((folder / SERVING).read_text())
        os.kill(note["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return str(note["api"])


def _take_in_files(folder: Path, office: Office) -> None:
    """Take in the forms and prices of the folder's files that have come by now and are not on record yet."""
    from flows.recording import import_received

    if said := import_received(folder, office):
        click.echo(said)


def _announce(address: Address, offices: Sequence[Office]) -> None:
    from optex.calendar import local_text

    click.echo(f"\nPrefect UI  {address.ui}   (deployments: {address.ui}/deployments)")
    for office in offices:
        with office.reading() as reader:
            state = reader.state()
            waiting = [step for step in reader.steps() if step.waiting]
        click.echo(f"\n{office.offer} — {state.terms.issuer}")
        for step in sorted(waiting, key=lambda step: step.due)[:3]:
            click.echo(f"  next: {step.name:<20} {local_text(step.due, state.terms.zone)}")
        if not waiting:
            click.echo("  nothing is left to do")
        if office.smtp is None:
            click.echo(
                "\n  NO MAIL LEAVES THIS MACHINE: OPTEX_SMTP_HOST is not set, so holders are NOT told.\n"
                f"  Every message is kept as a file in {office.mail_dir}"
            )
    click.echo("\nCtrl-C stops everything; a second start goes on where this one was.")
