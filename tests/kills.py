"""Programs killed at a drawn instant: a process forked for the purpose does one thing, and dies in the middle of it."""

import asyncio
import os
import shutil
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from random import Random

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, Pool, event, select

from flows.simulate import Runs, play_through
from infra.database.engine import engine_for, sqlite_url
from infra.database.tables import metadata
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import Folder
from infra.handlers.actions import record_action
from infra.handlers.intake import take_in
from infra.mail.smtp import SmtpSettings
from infra.workspace import Workspace, using
from optex.actions import read_action
from tests import postgres
from tests.driver import run_body, send, take_in_due
from tests.live.house import free_port

Work = Callable[[Workspace], Awaitable[object]]
# A tick that is not counted by whoever is killed, but by the server that takes the letter.
LETTER = "letter"
# So many holders, and rows of a file, are worked on at a time: a kill hits between batches and within one.
AT_ONCE = 3
# Who tried to send a letter when, and how often: after a kill it was somebody else, once more.
LEFT_OUT = {"notices": {"attempts", "claimed_at", "claimed_by"}}


class CountingPost:
    """A mail server that outlives whoever is killed, and counts every letter that it took by its Message-ID.

    At the letter that it was told, it kills whoever brings it: before or after that one has its answer, as it comes.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.kills_at = 0
        self.victim = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.smtp = SmtpSettings(host="127.0.0.1", port=self._controller.port, tls="none")

    async def handle_DATA(self, server, session, envelope):
        self.taken[BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]] += 1
        if self.kills_at and self.taken.total() == self.kills_at:
            os.kill(self.victim, signal.SIGKILL)
        return "250 2.0.0 taken"

    def close(self) -> None:
        self._controller.stop()


class Shelf:
    """States of the books by name, each of which can be had once more as a copy: SQLite files, or databases."""

    def __init__(self, root: Path, server: postgres.Server | None = None) -> None:
        self.root, self._server, self._urls = root, server, {}

    def url(self, name: str) -> str:
        if self._server is None:
            return sqlite_url(self.root / name / "optex.db")
        if name not in self._urls:
            self._urls[name] = self._server.new_database(f"{self.root.name}-{name}")
        return self._urls[name]

    def copy(self, name: str, to: str) -> None:
        if self._server is None:
            shutil.copytree(self.root / name, self.root / to)
        else:
            of, new = f"{self.root.name}-{name}", f"{self.root.name}-{to}"
            self._server.execute(f'CREATE DATABASE "{new}" TEMPLATE "{of}"')
            self._urls[to] = self.url(name).replace(of, new)

    def drop(self, name: str) -> None:
        engine_for(self.url(name)).dispose()
        engine_for.cache_clear()
        if self._server is None:
            shutil.rmtree(self.root / name)
        else:
            self._server.execute(f'DROP DATABASE "{self.root.name}-{name}"')
            del self._urls[name]


@dataclass(kw_only=True)
class Moment:
    """One thing that is done to the books as they stood before it; undisturbed it leaves `after`, in these ticks."""

    name: str
    before: str
    work: Work
    ticks: list[str] = field(default_factory=list)
    after: dict[str, list[str]] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What a kill did: whether it hit, how many letters were taken twice because of it, and what is otherwise now."""

    hit: bool
    twice: int
    wrong: list[str]


class Gallows:
    """An offer, every moment of its play, and acts besides; each can be done by a process that is killed in it."""

    def __init__(self, folder: Folder, shelf: Shelf, post: CountingPost) -> None:
        self.folder, self.shelf, self.post = folder, shelf, post
        self.moments: list[Moment] = []
        self._copies = 0

    def workspace(self, name: str) -> Workspace:
        return Workspace(
            offer=self.folder.terms.offer,
            database_url=self.shelf.url(name),
            mail_dir=self.shelf.root / "mail",
            smtp=self.post.smtp,
            arrivals=ArrivalQueue(self.folder),
            holders_at_once=AT_ONCE,
        )

    def play(self) -> None:
        """Play the offer undisturbed, and keep the books as they stood before everything that was done."""
        (self.shelf.root / "nothing").mkdir()
        self.shelf.url("nothing")
        self.moments.append(Moment(name="take in the folder", before="nothing", work=self._load))
        self.shelf.copy("nothing", "calm")
        workspace = self.workspace("calm")

        async def play() -> None:
            with using(workspace):
                await self._load(workspace)
                await play_through(workspace, None, Runs(step=self._step, take_in=self._take_in, send=self._send))

        asyncio.run(play())
        workspace.engine.dispose()

    def add_act(self, before: str, verb: str, at: object, options: dict[str, object]) -> None:
        """An act of a person, on the books as they stood before a moment, and not in the play itself."""
        [moment] = [each for each in self.moments if each.name == before]
        zone = self.folder.terms.zone

        async def work(workspace: Workspace) -> None:
            with workspace.write() as db:
                result = record_action(db, read_action(verb, {**options, "at": at}, zone))
                assert result.accepted, result.message
            await send(workspace.offer)

        self.moments.append(Moment(name=f"{verb} before {before}", before=moment.before, work=work))

    async def _load(self, workspace: Workspace) -> None:
        terms = self.folder.terms
        take_in(
            workspace.engine,
            self.folder.path,
            terms.opens,
            lambda periods: workspace.arrivals.known_service(terms.commences, periods),
            rows_at_once=AT_ONCE,
        )

    async def _step(self, offer, step, at):
        async def work(_: Workspace) -> object:
            state = await run_body(offer, step, at)
            await send(offer)  # as the flow does: what another run decided and could not send any more
            return state

        return await self._told(f"{step.label} at {at:%m-%d %H:%M}", work)

    async def _take_in(self, offer, at):
        return await self._told(f"what came by {at:%m-%d %H:%M}", lambda _: take_in_due(offer, at))

    async def _send(self, offer, at):
        await self._told(f"mail of {at:%m-%d %H:%M}" if at else "mail", lambda _: send(offer, at))

    async def _told(self, name: str, work: Work) -> object:
        workspace = self.workspace("calm")
        workspace.engine.dispose()
        before = f"before-{len(self.moments)}"
        self.shelf.copy("calm", before)
        self.moments.append(Moment(name=name, before=before, work=work))
        return await work(workspace)

    def draw(self, random: Random, kills: int) -> Iterator[tuple[Moment, str, float]]:
        """So many kills: each moment in its turn, in drawn order, at a drawn kind of tick, so far into these."""
        turns: list[Moment] = []
        for _ in range(kills):
            turns = turns or random.sample(self.moments, len(self.moments))
            moment = turns.pop()
            self.measure(moment)
            kinds = {*moment.ticks, *([LETTER] if moment.letters else [])}
            yield moment, random.choice(sorted(kinds)), random.random()

    def kill(self, moment: Moment, kind: str, share: float) -> Killed:
        """Do a moment in a process that is killed in it, then once more to its end."""
        name = self._copy(moment)
        self.post.taken.clear()
        ticks = len(moment.letters) if kind == LETTER else moment.ticks.count(kind)
        ended = self._forked(name, moment, kind, 1 + int(share * ticks))
        self.post.kills_at = 0
        marked = self._marked(name)
        with using(self.workspace(name)) as workspace:
            asyncio.run(moment.work(workspace))
        found, taken = snapshot(workspace.engine), +self.post.taken
        tables = [table for table, rows in found.items() if rows != moment.after[table]]
        wrong = [f"{table}: {_differ(moment.after[table], found[table])}" for table in tables]
        if set(taken) != moment.letters:
            wrong.append(f"letters: {set(taken) ^ moment.letters}")
        wrong += [f"{each} was marked as sent, and taken {taken[each]} times" for each in marked if taken[each] > 1]
        wrong += [f"{each} was taken {n} times" for each, n in taken.items() if n > 2]
        self.shelf.drop(name)
        return Killed(hit=ended == -signal.SIGKILL, twice=sum(n > 1 for n in taken.values()), wrong=wrong)

    def measure(self, moment: Moment) -> None:
        """Do a moment undisturbed, for its ticks and for what it leaves."""
        if moment.ticks:
            return
        name = self._copy(moment)
        self.post.taken.clear()
        assert self._forked(name, moment, "", 0) == 0, f"{moment.name} fails by itself"
        moment.ticks = (self.shelf.root / "ticks").read_text().splitlines()
        moment.after = snapshot(self.workspace(name).engine)
        moment.letters = set(self.post.taken)
        self.shelf.drop(name)

    def _copy(self, moment: Moment) -> str:
        self._copies += 1
        name = f"copy-{self._copies}"
        self.shelf.copy(moment.before, name)
        return name

    def _marked(self, name: str) -> set[str]:
        """The letters that the books say were sent, as they stand after the kill."""
        notices = metadata.tables["notices"]
        engine = self.workspace(name).engine
        with engine.connect() as connection:
            found = connection.execute(select(notices.c.message_id).where(notices.c.sent_at.is_not(None)))
            return set(found.scalars())

    def _forked(self, name: str, moment: Moment, kind: str, at: int) -> int:
        """How a process ended that does a moment and is killed at a tick; 0 where it came to its end."""
        workspace = self.workspace(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads, of which the child uses none
            child = os.fork()
        if child == 0:
            code = 1
            try:
                ticks = _count_ticks(kind, at)
                with using(workspace):
                    asyncio.run(moment.work(workspace))
                if not at:
                    (self.shelf.root / "ticks").write_text("\n".join(ticks))
                code = 0
            finally:
                os._exit(code)
        self.post.victim, self.post.kills_at = child, at if kind == LETTER else 0
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _count_ticks(kind: str, at: int) -> list[str]:
    """From here on every step of the database, and of files and sockets, is a tick; at one of a kind it ends all."""
    ticks: list[str] = []
    left = at

    def tick(of: str) -> None:
        nonlocal left
        ticks.append(of)
        if of == kind:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def inside() -> int:
        tick("inside")
        return 0

    def connected(connection, _record) -> None:
        if hasattr(connection, "set_progress_handler"):
            connection.set_progress_handler(inside, 500)

    def audited(name: str, _args: object) -> None:
        if name in ("open", "os.rename", "socket.connect"):
            tick("file")

    event.listen(Pool, "connect", connected)
    event.listen(Engine, "before_cursor_execute", lambda *_: tick("before"))
    event.listen(Engine, "after_cursor_execute", lambda *_: tick("after"))
    event.listen(Engine, "commit", lambda *_: tick("commit"))
    event.listen(Pool, "checkin", lambda *_: tick("released"))
    sys.addaudithook(audited)
    return ticks


def snapshot(engine: Engine) -> dict[str, list[str]]:
    """All that is in the books, of every table, but for what a kill may leave otherwise."""
    found = {}
    with engine.connect().execution_options(read_only=True) as connection:
        for table in metadata.sorted_tables:
            kept = [column for column in table.c if column.name not in LEFT_OUT.get(table.name, ())]
            found[table.name] = sorted(repr(tuple(row)) for row in connection.execute(select(*kept)))
    return found


def _differ(expected: list[str], found: list[str]) -> str:
    return f"missing {sorted(set(expected) - set(found))[:3]}, new {sorted(set(found) - set(expected))[:3]}"
