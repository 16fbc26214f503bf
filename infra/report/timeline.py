"""The timeline of an offer in rows: every milestone with the dates it was moved from, and what moved it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from optex.action import Action
from optex.formatting import short_day, time_of_day
from optex.milestones import step_kind, step_order
from optex.state import OfferState
from optex.steps import Step, StepStatus

EVENT = "happened"
"""The outcome of a row that is no milestone but something decided or announced meanwhile."""

_WORDS = {StepStatus.MOOT: "no longer needed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineRow:
    """One row: what, when it is due as things stand, what became of it, and earlier versions with their status."""

    name: str
    label: str
    at: datetime
    outcome: str
    former: tuple[tuple[datetime, StepStatus], ...] = ()
    message: str = ""
    all_day: bool = False

    @property
    def moved_from(self) -> tuple[datetime, ...]:
        """The dates that no longer hold."""
        return tuple(at for at, status in self.former if status is not StepStatus.DONE)

    @property
    def outcome_in_words(self) -> str:
        return "" if self.outcome == EVENT else _WORDS.get(StepStatus(self.outcome), self.outcome)


def offer_timeline(steps: Iterable[Step], actions: Iterable[Action], state: OfferState) -> list[TimelineRow]:
    """The milestones, and the announcements and decisions between them, in order of their instants."""
    lines = [_milestone(list(versions)) for _, versions in groupby(sorted(steps, key=_by_name), lambda s: s.name)]
    for action in actions:
        if label := action.label(state):
            at, all_day = action.happened(state)
            lines.append(TimelineRow(name=action.verb, label=label, at=at, outcome=EVENT, all_day=all_day))
    return sorted(lines, key=lambda line: (line.at, _rank(line), line.label))


def due(line: TimelineRow, state: OfferState) -> str:
    """When a line is due, in one line; the hour only where it has one."""
    return short_day(state.day(line.at)) if line.all_day else when(line.at, state)


def when(at: datetime, state: OfferState) -> str:
    """An instant in one line on the offer's clock with its zone, such as Mar 31, 2003, 5:00 p.m. EST (CAL-3)."""
    local = at.astimezone(state.terms.zone)
    return f"{short_day(local.date())}, {time_of_day(local)} {local.tzname()}"


def _by_name(step: Step) -> tuple[str, int]:
    return step.name, step.version


def _milestone(versions: list[Step]) -> TimelineRow:
    current, earlier = versions[-1], versions[:-1]
    return TimelineRow(
        name=current.name,
        label=step_kind(current.name).report,
        at=current.due,
        outcome=current.status,
        former=tuple((step.due, step.status) for step in earlier if step.due != current.due),
        message=next((step.message for step in reversed(earlier) if step.status is StepStatus.SUPERSEDED), ""),
    )


def _rank(line: TimelineRow) -> int:
    """Milestones of one instant in their order; what happened comes before them."""
    return -1 if line.outcome == EVENT else step_order(line.name)
