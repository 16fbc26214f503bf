"""How fast notices are rendered, composed and sent: claimed from the outbox, by SMTP to a server on loopback, marked.

python -m benchmarks.mail [--holders 20000] [--away 0.02] [--postgresql]
"""

import argparse
import asyncio
import os
import smtplib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from benchmarks import big_offer
from benchmarks.databases import databases
from benchmarks.play import at, taken_in
from benchmarks.relay import relay
from infra.database import tables as t
from infra.mail.delivery import deliver
from infra.mail.enclosures import enclosures
from infra.mail.message import compose
from infra.mail.render import render
from infra.mail.sink import Sink
from infra.mail.smtp import SmtpSettings
from infra.workspace import Workspace, using
from optex.milestones import OPEN

WHEN = datetime(2003, 2, 28, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holders", type=int, default=20_000)
    parser.add_argument("--away", type=float, default=0.02, help="the round trip to the relay far away, in seconds")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, on SQLite without")
    asked = parser.parse_args()
    few, many = max(asked.holders // 100, 100), asked.holders * 3 // 10
    with tempfile.TemporaryDirectory(prefix="optex-bench-") as root, databases(Path(root), asked.postgresql) as new:
        folder = Path(root) / "big"
        big_offer.write(folder, asked.holders)
        workspace, _ = taken_in(Workspace(offer="big", database_url=new("offer"), mail_dir=Path(root) / "mail"), folder)
        with using(workspace):
            at(workspace, OPEN)
        print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
        print(f"{'':<44}{'letters':>9}{'seconds':>9}{'a second':>10}{'of processor':>14}")
        composed(workspace)
        away = f"{asked.away * 1000:.0f} ms away"
        with relay(asked.away) as smtp:
            one = sent(
                replace(workspace, smtp=replace(smtp, connections=1)),
                f"{away}, one connection",
                few,
            )
            grown = sent(replace(workspace, smtp=smtp), f"{away}, up to {smtp.connections}", many)
            beside("up to as many, times one connection", grown.rate / one.rate, 10)
        with relay() as smtp:
            plain = script(workspace, smtp, few * 5)
            ours = sent(replace(workspace, smtp=smtp), "at once, from outbox to mark", many)
            beside("from outbox to mark, times the script", ours.rate / plain.rate, 2)
        with Sink(workspace.mail_dir) as sink:
            sent(replace(workspace, smtp=sink.smtp), "to the sink, each kept as a file", many)
        workspace.engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How long so many letters took: by the clock, and of the time of this processor."""

    letters: int
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        return self.letters / self.seconds


def measured(what: str, work: Callable[[], int]) -> Measured:
    began, processor = time.perf_counter(), time.process_time()
    letters = work()
    found = Measured(letters=letters, seconds=time.perf_counter() - began, processor=time.process_time() - processor)
    rates = f"{found.rate:10,.0f}{letters / found.processor:12,.0f}/s"
    print(f"{what:<44}{letters:9,}{found.seconds:9.2f}{rates}", flush=True)
    return found


def beside(what: str, times: float, limit: float) -> None:
    print(f"{what:<44}{times:28.1f}   at least {limit}: {'yes' if times >= limit else 'NO'}", flush=True)


def composed(workspace: Workspace) -> None:
    with workspace.read() as db:
        rows = db.rows(t.notices)[:2_000]
    letters = []

    def rendering() -> int:
        letters.extend((*render(row.kind, row.data), enclosures(row.kind, row.data)) for row in rows)
        return len(rows)

    def composing() -> int:
        for row, (text, html, enclosed) in zip(rows, letters, strict=True):
            compose(
                sender="Options <options@big.example>",
                to_name="Ann Lee",
                to_email="ann@big.example",
                subject=row.subject,
                text=text,
                html=html,
                message_id=f"<{row.notice_id}@big.example>",
                date=WHEN,
                kind=row.kind,
                enclosed=enclosed,
            )
        return len(rows)

    measured("rendered, with what is enclosed", rendering)
    measured("composed", composing)


def script(workspace: Workspace, smtp: SmtpSettings, letters: int) -> Measured:
    """The same letters by a plain script: EmailMessage and smtplib, one after the other, from memory, nothing kept."""
    with workspace.read() as db:
        rows = db.rows(t.notices)[:letters]

    def sending() -> int:
        with smtplib.SMTP(smtp.host, smtp.port, local_hostname="localhost") as server:
            for row in rows:
                message = EmailMessage()
                message["From"] = "Options <options@big.example>"
                message["To"] = "Ann Lee <ann@big.example>"
                message["Subject"] = row.subject
                message["Date"] = WHEN
                message["Message-ID"] = f"<{row.notice_id}@big.example>"
                text, html = render(row.kind, row.data)
                message.set_content(text)
                message.add_alternative(html, subtype="html")
                for each in enclosures(row.kind, row.data):
                    message.add_attachment(each.html, subtype="html", filename=each.name)
                server.send_message(message)
        return len(rows)

    return measured("at once, by a script with smtplib", sending)


def sent(workspace: Workspace, how: str, most: int) -> Measured:
    """Send the outbox, or the first so many of it: what is sent to one server is not there for the next."""
    with workspace.write() as db:
        waiting = db.rows(t.notices, t.notices.c.notice_id)
        unsent = [row.notice_id for row in waiting if row.sent_at is None]
        later = unsent[most:]
        n = t.notices
        for start in range(0, len(later), 500):
            mine = n.c.notice_id.in_(later[start : start + 500])
            db.connection.execute(n.update().where(mine).values(refused=True))
    found = measured(how, lambda: asyncio.run(deliver(workspace)).sent)
    with workspace.write() as db:
        db.connection.execute(t.notices.update().values(refused=False))
    return found


if __name__ == "__main__":
    main()
