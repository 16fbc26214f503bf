"""Whether Prefect's server answers, its pool takes work, and the port is free: looked at, and nothing started."""

import asyncio
import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from flows.serve.credential import credential_at
from flows.serve.lock import ServeLock
from flows.serve.processes import require_free_port
from infra.doctor.clock import ahead_of_us
from infra.doctor.finding import Finding, advice, ok, stop
from infra.prefect_env import POOL, pass_proxies_by, set_prefect_defaults
from infra.settings import KEPT, is_loopback
from optex.errors import OptexError
from optex.formatting import count

# So many seconds for all that is asked of the server.
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerFound:
    """What was found of Prefect's server; its clock is so many seconds ahead, where it is another machine's."""

    findings: tuple[Finding, ...]
    clock: float | None = None


def inspect_server(folder: Path, port: int, pool: str = POOL) -> ServerFound:
    """The server that serves this folder, else the one of PREFECT_API_URL, else whether one could be started here."""
    note = ServeLock.of(folder / KEPT)
    api = note.api if note else os.environ.get("PREFECT_API_URL")
    if not api:
        return ServerFound(findings=(_port(port),))
    shown = re.sub("//[^/@]*@", "//", api)  # who logs in is a secret
    whose = f"{shown} (optex serve)" if note else f"{shown} (PREFECT_API_URL)"
    if note:
        os.environ["PREFECT_API_AUTH_STRING"] = credential_at(note.credential)
    os.environ["PREFECT_API_URL"] = api  # Prefect reads the environment when it is imported
    set_prefect_defaults()
    pass_proxies_by(os.environ)
    try:
        return asyncio.run(asyncio.wait_for(_asked(api, whose, pool), PATIENCE))
    except Exception as error:  # a server that is down fails in as many ways as its client has layers
        why = str(error).partition("\n")[0] or type(error).__name__
        do = "is it up, and does it take PREFECT_API_AUTH_STRING?"
        if note and not os.environ["PREFECT_API_AUTH_STRING"]:
            do = f"{note.credential} cannot be read: run optex as the user who started optex serve"
        return ServerFound(findings=(stop("server", f"no answer from {whose}: {why}", do),))


def _port(port: int) -> Finding:
    if sys.platform == "win32":
        return advice("server", "serve needs Linux or macOS", "use WSL or Docker for it")
    try:
        require_free_port(port)
    except OptexError:
        said = f"port {port} is taken by another program, and nobody serves this offer"
        return stop("server", said, f"optex serve --port {port + 1}")
    return ok("server", f"nobody serves this offer yet; port {port} is free for optex serve")


async def _asked(api: str, whose: str, pool: str) -> ServerFound:
    from prefect import __version__
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    async with get_client(httpx_settings={"timeout": PATIENCE}) as client:
        answer = await client.request("GET", "/health")
        clock = None if is_loopback(urlsplit(api).hostname or "") else _ahead(answer.headers.get("date"))
        version = await client.api_version()
        findings = [ok("server", f"{whose} answers, Prefect {version}")]
        if version != __version__:
            findings = [advice("server", f"{whose} is Prefect {version}, this is {__version__}", "have both the same")]
        try:
            paused = (await client.read_work_pool(pool)).is_paused
            workers = await client.read_workers_for_work_pool(pool)
        except ObjectNotFound:
            findings.append(stop("worker", f"there is no work pool {pool!r}", "optex schedule FOLDER makes it"))
            return ServerFound(findings=tuple(findings), clock=clock)
    findings.append(_workers(pool, paused, sum(worker.status == "ONLINE" for worker in workers)))
    return ServerFound(findings=tuple(findings), clock=clock)


def _workers(pool: str, paused: bool, online: int) -> Finding:
    if paused:
        return stop("worker", f"the work pool {pool!r} is paused", f"prefect work-pool resume {pool}")
    if not online:
        said = f"no worker is online in the work pool {pool!r}: no step would run"
        return stop("worker", said, "start optex serve anew, or the workers")
    return ok("worker", f"{count(online, 'worker')} online in the work pool {pool!r}")


def _ahead(date: str | None) -> float | None:
    try:
        read: datetime | None = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return ahead_of_us(read) if read else None
