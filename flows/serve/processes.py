"""The processes that `optex serve` and a play run: each in a session of its own, with a log."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click
import psutil

from infra.private import private_file
from optex.errors import OptexError

# Whatever a child starts inherits this variable, and by it is found again, also when its own parent is gone.
ORPHAN_MARK = "OPTEX_SERVED_BY"
PATIENCE = 600.0
_SLOW = 15.0
GRACE = 8.0
_POLL = 0.1


@dataclass(kw_only=True)
class ManagedProcess:
    """A command that runs until it is ended; a session of its own keeps Ctrl-C from reaching it before us."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    directory: Path | None = None
    dies_with_us: bool = False  # of a command that flows.lifeline runs: its end of the pipe closes with this process
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        with private_file(self.log).open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.directory,
                stdin=subprocess.PIPE if self.dies_with_us else None,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_listen if os.name == "posix" else None,
            )

    @property
    def is_up(self) -> bool:
        """Whether it was started and has not ended."""
        return hasattr(self, "process") and self.ended is None

    @property
    def ended(self) -> int | None:
        """The exit code once it has ended, which it does not do by itself unless something is wrong."""
        return self.process.poll()

    def end(self) -> None:
        """Ask it to end, then make it end; so what it started and has left."""
        if not hasattr(self, "process"):
            return
        started = self._started()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        self._reap()
        _end_all(started)

    def kill(self) -> None:
        """Make it end, with all that it started."""
        if not hasattr(self, "process"):
            return
        started = self._started()
        self._reap()
        _each(started, psutil.Process.kill)

    def _started(self) -> list[psutil.Process]:
        """What it started; to be asked while it runs, as nobody knows afterwards whose children they were."""
        if self.ended is not None:
            return []
        return psutil.Process(self.process.pid).children(recursive=True)

    def _reap(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()

    @contextlib.contextmanager
    def running(self) -> Iterator["ManagedProcess"]:
        self.start()
        try:
            yield self
        finally:
            self.end()


def end_orphans(mark: str, spared: Iterable[int] = (), *, unheard: bool = False) -> None:
    """End every process that carries a mark, but for those spared and ourselves: the flow runs of a worker gone.

    Asked to end, a flow run says that it has crashed; `unheard` it is killed before it can, and may be run again.
    """
    stay = {*spared, os.getpid()}
    found = [
        each
        for each in psutil.process_iter(["environ"])  # None where it is somebody else's
        if each.pid not in stay and (each.info["environ"] or {}).get(ORPHAN_MARK) == mark
    ]
    _end_all(found, (psutil.Process.kill,) if unheard else _GENTLY)


_GENTLY = (psutil.Process.terminate, psutil.Process.kill)


def _end_all(processes: list[psutil.Process], ways: Iterable[Callable[[psutil.Process], None]] = _GENTLY) -> None:
    """Ask them to end, then make them end."""
    for do in ways:
        _each(processes, do)
        deadline = time.monotonic() + GRACE / 2
        while (processes := [each for each in processes if _is_alive(each)]) and time.monotonic() < deadline:
            time.sleep(_POLL)


def _each(processes: Iterable[psutil.Process], do: Callable[[psutil.Process], None]) -> None:
    for each in processes:
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            do(each)


def _is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended stays in the list until its parent, who may never do so, has looked at it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _listen() -> None:
    """A child that inherited SIGINT as ignored, or a signal as blocked, would never end by it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


class StopFlag:
    """Set by Ctrl-C or by a request to end; waiting for it is watching over the children."""

    def __init__(self) -> None:
        self._set = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self._set = True

    def is_set(self) -> bool:
        return self._set

    def rest(self) -> None:
        time.sleep(_POLL)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[StopFlag]:
    """Take SIGINT and SIGTERM as requests to stop, as long as this lasts."""
    stop = StopFlag()
    before = {sent: signal.signal(sent, stop) for sent in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for sent, handler in before.items():
            signal.signal(sent, handler)


def require_free_port(port: int) -> None:
    """OptexError where somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OptexError(f"port {port} is in use: is optex serving already? (--port chooses another)") from error


def wait_until_healthy(api: str, server: ManagedProcess, stopped: StopFlag, patience: float = PATIENCE) -> None:
    """Wait until Prefect's server answers or the wait is stopped; OptexError where it ends or stays silent."""
    direct = build_opener(ProxyHandler({}))
    began, told = time.monotonic(), False
    while time.monotonic() < began + patience and not stopped.is_set():
        if server.ended is not None:
            raise OptexError(f"Prefect's server ended with {server.ended}; its log is {server.log}")
        # Somebody else on its port may answer in another language before it has it.
        with contextlib.suppress(URLError, OSError, HTTPException), direct.open(f"{api}/health", timeout=2):
            return
        if not told and time.monotonic() > began + _SLOW:
            click.echo("Waiting for Prefect's server to start: on a busy machine this takes a minute or two.", err=True)
            told = True
        stopped.rest()
    if not stopped.is_set():
        raise OptexError(f"Prefect's server does not answer at {api}; its log is {server.log}")
