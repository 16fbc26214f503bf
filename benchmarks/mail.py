"""How fast notices are rendered, composed and sent: claimed from the outbox, by SMTP to a server on loopback, marked.

python -m benchmarks.mail [--holders 20000] [--postgresql]
"""

import argparse
import asyncio
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from benchmarks import big_offer
from benchmarks.books import at, taken_in
from benchmarks.databases import databases
from infra.database import tables as t
from infra.mail.delivery import deliver
from infra.mail.enclosures import enclosures
from infra.mail.message import compose
from infra.mail.render import render
from infra.mail.sink import Sink
from infra.mail.smtp import SmtpSettings
from infra.workspace import Workspace, using
from optex.milestones import OPEN


class Nowhere:
    """A server that takes every letter and keeps none."""

    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Taken"


class FarAway(SMTP):
    """A server whose every answer comes so many seconds late, as over a long line."""

    seconds = 0.0

    async def push(self, status):
        await asyncio.sleep(self.seconds)
        await super().push(status)


class Relay(Controller):
    def factory(self):
        return FarAway(self.handler, **self.SMTP_kwargs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holders", type=int, default=20_000)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, on SQLite without")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="optex-bench-") as root, databases(Path(root), asked.postgresql) as new:
        folder = Path(root) / "big"
        big_offer.write(folder, asked.holders)
        workspace, _ = taken_in(Workspace(offer="big", database_url=new("offer"), mail_dir=Path(root) / "mail"), folder)
        with using(workspace):
            at(workspace, OPEN)
        rendered(workspace)
        third = asked.holders // 3
        with elsewhere(away=0.02) as smtp:
            sent(replace(workspace, smtp=smtp), "to a relay 20 ms away", min(2_000, third))
        with elsewhere() as smtp:
            sent(replace(workspace, smtp=smtp), "to a server that keeps nothing", third)
        with Sink(workspace.mail_dir) as sink:
            sent(replace(workspace, smtp=sink.smtp), "to the sink, each kept as a file", third)
        workspace.engine.dispose()


def rendered(workspace: Workspace) -> None:
    with workspace.read() as db:
        rows = db.rows(t.notices)[:5_000]
    start = time.perf_counter()
    letters = [(*render(row.kind, row.data), enclosures(row.kind, row.data)) for row in rows]
    said("rendered, with what is enclosed", len(rows), time.perf_counter() - start)
    start = time.perf_counter()
    size = 0
    for row, (text, html, enclosed) in zip(rows, letters, strict=True):
        size += len(
            compose(
                sender="Options <options@big.example>",
                to_name="Ann Lee",
                to_email="ann@big.example",
                subject=row.subject,
                text=text,
                html=html,
                message_id=f"<{row.notice_id}@big.example>",
                date=datetime(2003, 2, 28, tzinfo=UTC),
                kind=row.kind,
                enclosed=enclosed,
            )
        )
    said(f"composed, {size // len(rows):,} bytes each", len(rows), time.perf_counter() - start)


def sent(workspace: Workspace, how: str, most: int) -> None:
    """Send the outbox, or the first so many of it: what is sent to one server is not there for the next."""
    with workspace.write() as db:
        waiting = db.rows(t.notices, t.notices.c.notice_id)
        unsent = [row.notice_id for row in waiting if row.sent_at is None]
        later = unsent[most:]
        n = t.notices
        for start in range(0, len(later), 500):
            mine = n.c.notice_id.in_(later[start : start + 500])
            db.connection.execute(n.update().where(mine).values(refused=True))
    start = time.perf_counter()
    delivered = asyncio.run(deliver(workspace))
    said(how, delivered.sent, time.perf_counter() - start)
    with workspace.write() as db:
        db.connection.execute(t.notices.update().values(refused=False))


def said(what: str, how_many: int, seconds: float) -> None:
    print(f"{what:<36}{how_many:9,} in {seconds:6.2f} s{how_many / seconds:10,.0f} a second", flush=True)


@contextmanager
def elsewhere(away: float = 0.0) -> Iterator[SmtpSettings]:
    """A server in a process of its own, as a real one is; `away` is the time of a round trip to it, in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ready = multiprocessing.Event()
    server = multiprocessing.Process(target=_serve, args=(port, away, ready), daemon=True)
    server.start()
    ready.wait(10)
    try:
        yield SmtpSettings(host="127.0.0.1", port=port, tls="none")
    finally:
        server.terminate()
        server.join()


def _serve(port: int, away: float, ready: "multiprocessing.synchronize.Event") -> None:
    FarAway.seconds = away
    controller = Relay(Nowhere(), hostname="127.0.0.1", port=port)
    controller.start()
    ready.set()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
