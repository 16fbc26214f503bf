"""A scheduled run is an alarm, not an order: it locks its step, re-reads the offer, and acts only if it is due."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from prefect import State
from prefect.runtime import flow_run
from prefect.states import Completed

from infra.database.clock import server_clock
from infra.database.writer import PROGRAM, OfferWriter
from infra.handlers.splits import apply_splits
from infra.outcomes import HELD, NOTHING_TO_DO, POSTPONED
from infra.workspace import Workspace, workspace_of
from optex.actions import Approve, Postpone
from optex.errors import OptexError, Ruling
from optex.formatting import local_text
from optex.milestones import rule_of
from optex.state import OfferState
from optex.steps import Step, StepStatus, blocking_step

# A scheduler may ring a blink early: that long a run waits for its instant.
EARLY_START = timedelta(seconds=10)
# After a while without a worker all alarms ring at once, and their runs start in any order: so many seconds a run waits
# for the steps before its own. Then it makes room: it is scheduled again by the follow-up of the step before it.
PATIENCE, _EVERY = 20.0, 0.5


class StepOutOfOrder(OptexError):
    """A step is due, but one before it has not been done: nothing is done, and it is rung again after that one."""


@dataclass(kw_only=True)
class DueStep:
    """A step at work: its transaction, the offer as it stands, the instant; or why there is nothing to do."""

    workspace: Workspace
    db: OfferWriter
    step: Step
    state: OfferState
    at: datetime
    idle: State | None = None
    # Of a held step: under which rule, and what it would do, holder by holder.
    held_by: str = ""
    at_stake: Sequence[Mapping[str, str]] = ()

    def done(self, message: str) -> str:
        """Mark the step done, in the transaction that holds its decisions; returns the message."""
        self.db.set_step(self.step, StepStatus.DONE, message, self.at)
        self.db.audit(self.at, "", [(f"{self.step.name} done", self.step.label, rule_of(self.step.name), message)])
        return message

    def held(self, rule: str, message: str, digest: str | None = None) -> State:
        """Leave the step due but held, in plain sight; said once and not again while it is the same."""
        self.held_by = rule
        self.db.await_approval(self.step, digest)
        if (self.step.status, self.step.message) != (StepStatus.HELD, message):
            self.db.set_step(self.step, StepStatus.HELD, message)
            self.db.audit(self.at, "", [(f"{self.step.name} held", self.step.label, rule, message)])
        return Completed(name=HELD, message=f"{HELD}: {message}")

    def postponed(self, on: date, message: str) -> State:
        """Put the step off to another day, as an action of the program, and make the plan agree (CND-1)."""
        key = f"postpone-{self.step.name}.v{self.step.version}"
        action = Postpone(at=self.at, by=PROGRAM, on=on)
        self.db.add_action(key, action, Ruling(rule=action.rule, reason=message), accepted=True)
        self.db.audit(self.at, "", [(f"{self.step.name} postponed", self.step.label, action.rule, message)])
        self.db.reschedule(self.at, message)
        return Completed(name=POSTPONED, message=f"{POSTPONED}: {message}")

    def moot(self, message: str) -> State:
        """Mark the step as no longer needed."""
        self.db.set_step(self.step, StepStatus.MOOT, message)
        return nothing_to_do(message)


def nothing_to_do(message: str) -> State:
    return Completed(name=NOTHING_TO_DO, message=f"Nothing to do: {message}")


@asynccontextmanager
async def due_step(offer: str, name: str, version: int | None, at: datetime | None) -> AsyncIterator[DueStep]:
    """Lock a step and see whether it is due; the transaction commits what was decided when the step is left.

    StepOutOfOrder where a step before it is still to be done, and was not done while this one waited for it.
    """
    workspace = workspace_of(offer)
    if not workspace.simulated:
        await _wait_for(workspace, name, version)
    now = workspace.now(at)
    with workspace.write() as db:
        step = db.step(name, version)
        if step is None:
            raise LookupError(f"{offer} has no step {name}" + (f" of version {version}" if version else ""))
        state = db.state()
        due = DueStep(workspace=workspace, db=db, step=step, state=state, at=now)
        server = None if workspace.simulated else server_clock(db.connection)
        due.idle = why_idle(step, state, now, latest=db.step(name) == step, server=server)
        if not due.idle:
            apply_splits(db, now)
            due.state = db.state()
        if not due.idle and (first := blocking_step(step, db.steps())):
            raise StepOutOfOrder(f"{step.name} waits until {first.name} is done")
        if not due.idle and (run_id := flow_run.id):
            db.record_run(step, run_id)
        yield due


async def _wait_for(workspace: Workspace, name: str, version: int | None) -> None:
    """Wait for the instant of a step that is rung a blink early, and for the steps before it, whose own alarms ring."""
    with workspace.read() as db:
        step = db.step(name, version)
    if step is None or not step.waiting:
        return
    early = step.due - datetime.now(UTC)
    if early > EARLY_START:
        return
    await asyncio.sleep(early.total_seconds())
    if flow_run.parent_flow_run_id is not None:  # the watch, or a person, for whom it is better said at once
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while _first(workspace, step):
                await asyncio.sleep(_EVERY)


def _first(workspace: Workspace, step: Step) -> Step | None:
    with workspace.read() as db:
        return blocking_step(step, db.steps())


def why_idle(
    step: Step, state: OfferState, now: datetime, *, latest: bool, server: datetime | None = None
) -> State | None:
    """Why there is nothing to do; None where the step is due. A held version acts no more once a later one stands.

    Where the database has a clock of its own, `server`, the step is due by both: one that is ahead does nothing early.
    """
    zone = state.terms.zone
    if step.status is StepStatus.DONE:
        return nothing_to_do(f"{step.name} was done {local_text(step.done_at or now, zone)}. {step.message}")
    if step.status is StepStatus.SUPERSEDED:
        return nothing_to_do(f"{step.label} is {step.message or 'superseded'}")
    if not latest:
        return nothing_to_do(f"{step.label} was held ({step.message}) and has been replaced by a later version")
    if step.status is StepStatus.MOOT:
        return nothing_to_do(f"{step.name} is no longer needed: {step.message}")
    if now < step.due:
        return nothing_to_do(f"{step.name} is not due before {local_text(step.due, zone)}")
    if server is not None and server < step.due - EARLY_START:
        return nothing_to_do(
            f"{step.name} is not due before {local_text(step.due, zone)} by the database's clock, which is "
            f"{(now - server).total_seconds():,.0f} seconds behind this machine's: set both (NTP); it is rung again"
        )
    return None


def needs_approval(step: DueStep) -> bool:
    """Whether the step is done only with an approval of what it does."""
    name, terms = step.step.name, step.state.terms
    return (terms.four_eyes or name in terms.require_approval) and step.db.waits_for(name, "")


def missing_approval(step: DueStep, digest: str, what: str) -> str | None:
    """What still has to be approved by whom; None where nothing has, or a simulation rehearses.

    A simulation waits only for what its own script approves.
    """
    name, terms = step.step.name, step.state.terms
    if not needs_approval(step):
        return None
    given = [each for each in step.db.actions(Approve.verb) if isinstance(each, Approve) and each.step == name]
    if any(each.digest == digest for each in given):
        return None
    lapsed = ", since what was approved before has changed" if given else ""
    whose = "a named person"
    if terms.four_eyes:
        whose = "a person who put on record nothing that it rests on, and whom it does not favour"
    return f"waits for the approval of {whose}{lapsed}: {what} (digest {digest[:12]})"
