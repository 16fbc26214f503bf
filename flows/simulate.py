"""A folder's whole offer played on a virtual clock, with the real flows, a real database and real SMTP to a sink."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from prefect import State, flow
from prefect.context import SyncClientContext
from prefect.states import Completed

from flows.rehearsal import must_be_no_offer
from flows.steps import run_step
from infra.database.engine import engine_for, sqlite_url
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import Folder
from infra.handlers.intake import load_folder
from infra.handlers.splits import next_split
from infra.ledgers.export import export
from infra.mail.outbox import held_back
from infra.mail.sink import Sink
from infra.outcomes import NOTHING_TO_DO
from infra.private import private_directory
from infra.report.page import write_report
from infra.settings import DATABASE, KEPT, PLAYED
from infra.workspace import Workspace, using, workspace_of
from optex.formatting import local_text, sentence
from optex.market import priced_on
from optex.milestones import REGRANT
from optex.steps import Step, StepStatus, run_order
from tasks.intake import take_in_arrivals
from tasks.mail import send_notices

Tell = Callable[[datetime, str, str], None]


def simulate(
    folder: Folder, out: Path, until: datetime | None = None, tell: Tell | None = None, *, report: bool = True
) -> Path:
    """Play an offer into a directory: its books, every mail as sent, the ledgers and the report.

    A play that was interrupted is taken up where it stopped and ends as if it had not been; one that was played
    through, or of another version of the folder, begins anew. So does one that stopped `until` an instant at which it
    took in what had arrived by then, hours before its evening: played on, it would end otherwise.
    """
    with staged(folder, out, until) as workspace:

        @flow(name="simulate", flow_run_name="simulate {offer}", persist_result=False)
        async def play(offer: str, until: datetime | None) -> State:
            """Play an offer on its virtual clock: what is due next is run next, until nothing is left."""
            return Completed(message=f"Played {offer}: {await play_through(workspace, until, Runs(), tell)} runs")

        # One client for all tasks: each would make its own, and read all the world's certificates for it.
        with SyncClientContext.get_or_create():
            asyncio.run(play(workspace.offer, until))
        if report:
            with workspace.read() as db:
                write_report(db, out / "report.html")
    return out


@contextmanager
def staged(folder: Folder, out: Path, until: datetime | None) -> Iterator[Workspace]:
    """An offer ready to be played `until` an instant, with a sink for its mail; played, its ledgers are written."""
    workspace = _workspace(folder, out)
    _prepare(folder, out, workspace)
    with Sink(out / "mail") as sink, using(replace(workspace, smtp=sink.smtp)) as workspace:
        yield workspace
        if until is not None:
            # So far the virtual clock has gone.
            (out / PLAYED).write_text(f"{workspace.offer}\n{until.isoformat()}\n", encoding="utf-8")
        with workspace.read() as db:
            export(db, out / "ledgers")
            early = until is not None and db.row().played_until == until
    if until is None or early:
        (out / KEPT / PLAYING).unlink()


# Kept as long as a folder is being played: which version of it.
PLAYING = "playing"


class Event(Enum):
    """What happens in a play besides its steps."""

    TAKE_IN = "what has arrived is taken in"
    LETTERS = "letters that were held back until then go out"


async def _take_in(offer: str, at: datetime) -> State:
    """What has arrived by an instant, as two tasks of the play's own run: an evening is no step, and there are many."""
    workspace = workspace_of(offer)
    assert workspace.arrivals is not None
    with workspace.write() as db:
        arrivals = workspace.arrivals.due(db.row().played_until, at)
        said = take_in_arrivals(db, arrivals, at, local_text(at, db.first_terms().zone))
        db.update_offer(played_until=at)
    await send_notices(offer)
    return Completed(message=" ".join(map(sentence, said)) or "Nothing new.")


@dataclass(frozen=True, kw_only=True)
class Runs:
    """How a play has done what is due: by the flows of Prefect; the tests, which play much, by their bodies alone."""

    step: Callable[[str, Step, datetime], Awaitable[State]] = run_step
    take_in: Callable[[str, datetime], Awaitable[State]] = _take_in
    send: Callable[[str, datetime | None], Awaitable[object]] = send_notices


async def play_through(workspace: Workspace, until: datetime | None, runs: Runs, tell: Tell | None = None) -> int:
    """Run what is due next until nothing is left; how many runs that were."""
    await runs.send(workspace.offer, None)
    with workspace.read() as db:
        played = db.row().played_until
    if played is not None:
        await _try_held(workspace, played, runs, tell)
    events = 0
    while event := _next(workspace, until):
        at, what = event
        if what is Event.LETTERS:
            await runs.send(workspace.offer, at)
        elif what is Event.TAKE_IN:
            _told(at, "intake", await runs.take_in(workspace.offer, at), tell)
            await _try_held(workspace, at, runs, tell)
        else:
            _told(at, what.name, await runs.step(workspace.offer, what, at), tell)
        events += 1
    return events


async def _try_held(workspace: Workspace, at: datetime, runs: Runs, tell: Tell | None) -> None:
    """After something was taken in, let every held step see whether it may go on."""
    with workspace.read() as db:
        held = db.held_steps()
    for step in held:
        _told(at, step.name, await runs.step(workspace.offer, step, at), tell)


def _next(workspace: Workspace, until: datetime | None) -> tuple[datetime, Step | Event] | None:
    """What is next on the virtual clock: a step, letters, or the taking in of what arrives before or by evening."""
    assert workspace.arrivals is not None
    with workspace.read() as db:
        played = db.row().played_until
        pending = [step for step in db.steps() if step.status is StepStatus.PENDING]
        grant = db.step(REGRANT)
        state = db.state()
        held = grant is not None and grant.status is StepStatus.HELD
        awaited = priced_on(state.terms, state.schedule.grant_on) if held else None
        _, letters = held_back(db)
        split = next_split(db)
    step = min(pending, key=run_order, default=None)
    first = _first(step, letters)
    evening = workspace.arrivals.next_evening(played, awaited)
    at: datetime | None
    what: Step | Event
    if first is None or (evening is not None and evening < first[0]):
        at, what = evening, Event.TAKE_IN
    else:
        # A release on the grant date itself makes a step that is due already: time does not run backwards for it.
        at, what = max(first[0], played or first[0]), first[1]
        if workspace.arrivals.due(played, at):
            what = Event.TAKE_IN
    if split is not None and (at is None or split < at):  # announced ahead, it is carried out on its day
        at, what = max(split, played or split), Event.TAKE_IN
    if at is None:
        return None
    if until is not None and at > until:
        return (until, Event.TAKE_IN) if workspace.arrivals.due(played, until) else None
    return at, what


def _first(step: Step | None, letters: datetime | None) -> tuple[datetime, Step | Event] | None:
    """What falls due first: a step, or letters that were held back until then."""
    if letters is not None and (step is None or letters < step.due):
        return letters, Event.LETTERS
    return (step.due, step) if step is not None else None


def _told(at: datetime, name: str, state: State, tell: Tell | None) -> None:
    if state.is_failed() or state.is_crashed():
        state.result(raise_on_failure=True)
    if tell is not None and state.name != NOTHING_TO_DO:
        tell(at, name, state.message or "")


def _workspace(folder: Folder, out: Path) -> Workspace:
    templates = folder.path / "templates"
    return Workspace(
        offer=folder.terms.offer,
        database_url=sqlite_url((out / DATABASE).resolve()),
        mail_dir=out / "mail",
        templates=templates if templates.is_dir() else None,
        arrivals=ArrivalQueue(folder),
    )


def _prepare(folder: Folder, out: Path, workspace: Workspace) -> None:
    """Take up an interrupted play of the very same folder; otherwise clear what an earlier one left, and begin.

    OptexError where the directory is the folder of an offer.
    """
    must_be_no_offer(out)
    books = out / KEPT
    marker = books / PLAYING
    played = (books / "offer").exists()
    if played and not (marker.exists() and marker.read_text(encoding="utf-8") == folder.digest):
        engine_for.cache_clear()  # this process may have played into the same files before
        # Prefect's home stays: the server of this very play runs there.
        for left in (*books.glob("optex.db*"), books / "offer", marker):
            left.unlink(missing_ok=True)
        for left in (out / "mail", out / "ledgers"):
            shutil.rmtree(left, ignore_errors=True)
    private_directory(books)
    marker.write_text(folder.digest, encoding="utf-8")
    (out / PLAYED).write_text(f"{folder.terms.offer}\n", encoding="utf-8")
    known = ArrivalQueue(folder).known_service(folder.terms.commences, folder.service_periods)
    load_folder(workspace.engine, folder, folder.terms.opens, known)
