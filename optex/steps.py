"""The steps of an offer in versions: what a new plan supersedes, adds, and leaves as it was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from optex.milestones import (
    CLOSE,
    EXTENSION_DEADLINE,
    OPEN,
    RECHECK,
    REGRANT,
    REMINDER,
    WITHDRAWAL_RIGHT,
    Milestone,
    OfferSchedule,
    kind_name,
    step_kind,
    step_order,
)


class StepStatus(StrEnum):
    """Where one version of a step stands; `moot` is no longer needed, `held` came due and waits for something."""

    PENDING = "pending"
    DONE = "done"
    HELD = "held"
    SUPERSEDED = "superseded"
    MOOT = "moot"


OPEN_STATUSES = (StepStatus.PENDING, StepStatus.HELD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One version of one step of an offer, as the database has it."""

    name: str
    version: int
    due: datetime
    status: StepStatus
    done_at: datetime | None = None
    message: str = ""

    @property
    def waiting(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def label(self) -> str:
        return f"{self.name} (version {self.version})"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleChange:
    """What a new plan does to the steps: these are superseded, these are added under the new version."""

    superseded: tuple[Step, ...]
    added: tuple[Step, ...]


def supersede(steps: Iterable[Step], schedule: OfferSchedule, version: int, at: datetime) -> ScheduleChange:
    """The steps that a plan supersedes and those that it adds; a plan that changes no date changes nothing.

    What is done stays done, except that an extension re-opens a close and its deadline, and reminds anew, and that
    promises reinstated after the grant are granted by themselves (REC-4).
    A reminder whose day has passed when it is added is moot. A step that was held keeps its row as the record of it.
    Authority: §2, §15 (EXT-2).
    """
    last = latest(steps)
    superseded, added = [], []
    for milestone in schedule.milestones:
        old = last.get(milestone.name)
        if old is not None and (old.due == milestone.due or not _moves(old, late=schedule.late)):
            continue
        added.append(_new(milestone, version, at, first=old is None))
        if old is not None and (old.status is StepStatus.PENDING or old.name in (CLOSE, EXTENSION_DEADLINE)):
            superseded.append(old)
    return ScheduleChange(superseded=tuple(superseded), added=tuple(added))


def latest(steps: Iterable[Step]) -> dict[str, Step]:
    """The last version of every step, by its name."""
    return {step.name: step for step in sorted(steps, key=lambda step: step.version)}


def blocking_step(step: Step, steps: Iterable[Step]) -> Step | None:
    """The pending step that must be done before this one; None where nothing is in the way.

    Nothing happens before the opening; closing, acceptance and grant happen in the order of their dates. A reminder or
    the right to withdraw keeps nobody waiting, nor does a step that is held.
    Authority: §4, §6.
    """
    before = [s for s in steps if s.status is StepStatus.PENDING and run_order(s) < run_order(step)]
    first = [s for s in before if step_kind(s.name).in_line]
    if not step_kind(step.name).in_line:
        first = [s for s in first if s.name == OPEN]
    return min(first, key=run_order, default=None)


def run_order(step: Step) -> tuple[datetime, int, int]:
    """When a step's turn comes: at its instant, at one instant in the order of an offer's life, then by version."""
    return step.due, step_order(step.name), step.version


def _moves(step: Step, *, late: bool) -> bool:
    """Whether a later version of a step may follow this one; what the end of the offer made moot never returns."""
    if step.name in (OPEN, WITHDRAWAL_RIGHT):
        return step.waiting
    if kind_name(step.name) == REMINDER:
        return True
    if step.name == REGRANT and late:
        return step.status is not StepStatus.MOOT
    return step.waiting or (step.name in (CLOSE, EXTENSION_DEADLINE, RECHECK) and step.status is not StepStatus.MOOT)


def _new(milestone: Milestone, version: int, at: datetime, *, first: bool) -> Step:
    passed = kind_name(milestone.name) == REMINDER and milestone.due < at and not first
    return Step(
        name=milestone.name,
        version=version,
        due=milestone.due,
        status=StepStatus.MOOT if passed else StepStatus.PENDING,
        message="its day had passed when the offer was extended" if passed else "",
    )
