"""Whole offers played without Prefect, by the flows' own bodies: in order, or with alarms that may ring late."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from prefect.states import Completed, State
from sqlalchemy import select

from flows.simulate import Runs, play_through, staged
from flows.steps import FLOWS
from infra.database.tables import metadata
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import Folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder, record_arrivals
from infra.handlers.splits import next_split
from infra.mail.delivery import deliver
from infra.workspace import Workspace, using, workspace_of
from optex.actions import read_action
from optex.calendar import instant
from optex.milestones import CANCEL, REGRANT, kind_name
from optex.steps import Step, StepStatus, run_order
from tasks.due_step import due_step
from tests.strategies import Tale

LATE = [timedelta(0)] * 6 + [timedelta(seconds=1), timedelta(hours=3), timedelta(hours=30), timedelta(days=4)]
Asked = tuple[datetime, str, dict[str, Any]]


def play_folder(folder: Folder, out: Path, until: datetime | None) -> None:
    """Play as `simulate` does, into the same files: only Prefect is not told, and no report is drawn."""
    with staged(folder, out, until) as workspace:
        asyncio.run(play_through(workspace, until, Runs(step=run_body, take_in=take_in_due, send=send)))


async def run_body(offer: str, step: Step, at: datetime) -> State:
    """A step by the body of its flow, in the same transaction, and what it queued sent."""
    async with due_step(offer, step.name, step.version, at) as due:
        said = due.idle or FLOWS[kind_name(step.name)].body(due)
    state = Completed(message=said) if isinstance(said, str) else said
    if state.name != "NothingToDo":
        await send(offer)
    return state


async def take_in_due(offer: str, at: datetime) -> State:
    """What has arrived since the last time is taken in, and what it queued sent."""
    workspace = workspace_of(offer)
    with workspace.write() as db:
        said = record_arrivals(db, workspace.arrivals.due(db.row().played_until, at), at)
        db.update_offer(played_until=at)
    await send(offer)
    return Completed(message=" ".join(said) or "Nothing new.")


async def send(offer: str, at: datetime | None = None) -> None:
    delivered = await deliver(workspace_of(offer), at=at)
    assert not delivered.put_off, delivered


@dataclass(kw_only=True)
class Play:
    """An offer as it is played into the books, and every step that did something when it was run again."""

    tale: Tale
    folder: Folder
    workspace: Workspace
    arrivals: ArrivalQueue
    done_again: list[str] = field(default_factory=list)
    _asked: list[Asked] = field(default_factory=list)
    _asked_for: set[str] = field(default_factory=set)
    _late: dict[tuple[str, int], timedelta] = field(default_factory=dict)

    async def run(self) -> None:
        """What is due next is done next, until nothing is left; in the end every step rings once more."""
        now = self.folder.terms.opens
        while event := self._next():
            now, step = max(now, event[0]), event[1]
            self._take_in(now)
            await self._try_held(now)
            for late in self._late_before(step, now) if step else ():
                await self._ring(late, now)
            if step is not None:
                await self._ring(step, now)
            self._ask(now)
        before = self.snapshot()
        for step in self.steps():
            await self._once(step, now + timedelta(days=1))
        if self.snapshot() != before:
            self.done_again.append("everything at the end")

    def steps(self) -> list[Step]:
        with self.workspace.read() as db:
            return db.steps()

    def snapshot(self) -> dict[str, list[str]]:
        """Everything that the books hold of the offer."""
        with self.workspace.read() as db:
            rows = {
                table.name: db.connection.execute(
                    select(table).where(table.c.offer == self.workspace.offer)
                ).cursor.fetchall()
                for table in metadata.sorted_tables
            }
        return {name: sorted(map(repr, found)) for name, found in rows.items()}

    def _next(self) -> tuple[datetime, Step | None] | None:
        rings: list[tuple[datetime, int, Step | None]] = []
        for n, step in enumerate(self.steps()):
            if step.status is StepStatus.PENDING:
                late = self._late.setdefault((step.name, step.version), self.tale.lateness.choice(LATE))
                rings.append((step.due + late, n + 1, step))
        with self.workspace.read() as db:
            played, split = db.row().played_until, next_split(db)
        left = [arrival.at for arrival in self.arrivals.arrivals if played is None or arrival.at > played]
        if left:
            rings.append(((self.arrivals.next_evening(played) if self.tale.evenings else left[0]) or left[0], 0, None))
        rings += [(at, 0, None) for at, _, _ in self._asked] + ([(split, 0, None)] if split else [])
        first = min(rings, key=lambda ring: ring[:2], default=None)
        return first and (first[0], first[2])

    def _take_in(self, now: datetime) -> None:
        with self.workspace.write() as db:
            record_arrivals(db, self.arrivals.due(db.row().played_until, now), now)
            db.update_offer(played_until=now)
            for asked in [asked for asked in self._asked if asked[0] <= now]:
                self._asked.remove(asked)
                stated = {**asked[2], "by": "Committee", "at": asked[0]}
                record_action(db, read_action(asked[1], stated, self.folder.terms.zone))

    def _late_before(self, step: Step, now: datetime) -> list[Step]:
        """What fell due before a step and was not done: a step that comes late waits until it is."""
        pending = [each for each in self.steps() if each.status is StepStatus.PENDING and each.due <= now]
        return sorted((each for each in pending if run_order(each) < run_order(step)), key=run_order)

    def _ask(self, now: datetime) -> None:
        """Ask for the closing price of the grant date, and for the approval of what waits for one."""
        with self.workspace.read() as db:
            state = db.state()
            waiting = [row for name in (CANCEL, REGRANT) if (row := db.awaiting_approval(name))]
            regrant = db.step(REGRANT)
        grant_on = state.schedule.grant_on
        at = instant(grant_on, time(16), state.terms.zone) + self.tale.price_after
        wanted: list[Asked] = [(now + timedelta(hours=1), "approve", {"step": row.name}) for row in waiting]
        if state.cancelled_on and regrant is not None and regrant.waiting:
            wanted.append((max(at, now), "price-set", {"on": grant_on.isoformat(), "close": str(self.tale.close)}))
        digests = [row.digest for row in waiting]
        for key, asked in zip([*digests, grant_on.isoformat()], wanted, strict=False):
            if key not in self._asked_for:
                self._asked_for.add(key)
                self._asked.append(asked)

    async def _try_held(self, now: datetime) -> None:
        latest = {step.name: step for step in self.steps()}
        for step in latest.values():
            if step.status is StepStatus.HELD:
                await self._ring(step, now)

    async def _ring(self, step: Step, at: datetime) -> None:
        """Run a step, and at once again: the second time nothing may change."""
        await self._once(step, at)
        before = self.snapshot()
        await self._once(step, at)
        if self.snapshot() != before:
            self.done_again.append(step.label)

    async def _once(self, step: Step, at: datetime) -> None:
        async with due_step(self.workspace.offer, step.name, step.version, at) as due:
            if not due.idle:
                due.db.approvals = None  # an approval is not waited for in a simulation
                FLOWS[kind_name(step.name)].body(due)


async def play(tale: Tale, offer: str, database_url: str) -> Play:
    """Play an offer, under a name of its own, into the books."""
    terms = tale.folder.terms.model_copy(update={"offer": offer})
    folder = replace(tale.folder, terms=terms)
    arrivals = ArrivalQueue(folder)
    workspace = Workspace(offer=offer, database_url=database_url, mail_dir=Path("nowhere"), arrivals=arrivals)
    load_folder(workspace.engine, folder, terms.opens, arrivals.known_service(terms.commences, folder.service_periods))
    playing = Play(tale=tale, folder=folder, workspace=workspace, arrivals=arrivals)
    with using(workspace):
        await playing.run()
    return playing
