"""What a play runs on: a Prefect server of its own that no setting of anybody reaches, and that ends with it."""

import os
import secrets
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.prefect_books import begin_with_empty_books
from flows.serve import lifeline
from flows.serve.processes import ManagedProcess
from infra.prefect_env import rehearsal_environment
from infra.private import private_directory
from infra.settings import DATABASE, KEPT, PLAYED
from optex.errors import OptexError

PREFECT_HOME = "prefect"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """The server of a play that is about to begin, where it answers, and where it keeps its books."""

    server: ManagedProcess
    api: str
    home: Path


def rehearsal_in(out: Path) -> Rehearsal:
    """What a play into a directory runs on; this process now goes by the settings of the play and by no others.

    It comes before the first import of Prefect, which reads its settings then.
    """
    home = (private_directory(out / KEPT) / PREFECT_HOME).resolve()
    shutil.rmtree(home, ignore_errors=True)  # it is no part of the play: an interrupted one goes on with a new server
    home.mkdir(parents=True)
    begin_with_empty_books(home)
    port = _free_port()
    api = f"http://127.0.0.1:{port}/api"
    key = f"optex:{secrets.token_urlsafe(32)}"  # for as long as the play lasts: nobody else has to know it
    environment = rehearsal_environment(home, api) | {"PREFECT_API_AUTH_STRING": key}
    os.environ.clear()
    os.environ.update(environment)
    return Rehearsal(server=_server_at(port, environment, home), api=api, home=home)


def _server_at(port: int, environment: dict[str, str], home: Path) -> ManagedProcess:
    """Prefect's server as Prefect itself starts one for a script: no UI, no scheduler, only what runs report to."""
    told = {**environment, "PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    told["PREFECT_SERVER_REGISTER_BLOCKS_ON_START"] = "0"  # a play has no use for any
    told |= {"PREFECT_SERVER_API_AUTH_STRING": told["PREFECT_API_AUTH_STRING"]}
    told |= {"PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": told["PREFECT_API_URL"].removesuffix("/api")}
    # By its file, and `-P`: the directory it runs in is its own, and what lies beside the file hides no other module.
    command = [sys.executable, "-P", lifeline.__file__, "uvicorn", "--factory", "prefect.server.api.server:create_app"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on"]
    return ManagedProcess(
        name="server", command=command, environment=told, log=home / "server.log", directory=home, dies_with_us=True
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def must_be_no_offer(out: Path) -> None:
    """OptexError where a directory is the folder of an offer, whose books are not to be played with."""
    played = (out / PLAYED).exists()
    if not played and ((out / DATABASE).exists() or (out / "offer.toml").exists()):
        raise OptexError(f"{out} is the folder of an offer: a simulation needs a directory of its own")


def end_on_signal(leave: Callable[[], None]) -> None:
    """From now on Ctrl-C and a request to end stop this process at once, after `leave`, by exit code 130 or 143.

    A play may end at any instant and is taken up there, so nothing has to be wound up. The signals are kept from the
    main thread, where Prefect would take them as its own: it reports every run that it was at as crashed, for a minute.
    """
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop(heard: int) -> None:
        try:
            leave()
        finally:
            os._exit(128 + heard)

    if not hasattr(signal, "sigwait"):  # Windows, where the main thread is the only one to hear them
        for each in signals:
            signal.signal(each, lambda heard, _: stop(heard))
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    for each in signals:  # one that was inherited as ignored would not be heard
        signal.signal(each, signal.SIG_DFL)
    threading.Thread(target=lambda: stop(signal.sigwait(signals)), daemon=True).start()
