"""In which phase an offer is, as one word and as a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from optex.calendar import ONE_DAY
from optex.formatting import count, day, sentence, stamp
from optex.milestones import CANCEL, REGRANT, extension_deadline
from optex.state import CONDITIONS, OfferState
from optex.steps import Status, Step, latest


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """`slug` is not-open, open, closed, accepted, granted, terminated or held; `says` tells it in a sentence."""

    slug: str
    says: str


def phase_of(state: OfferState, steps: Iterable[Step], at: datetime) -> Phase:
    """The phase at an instant; held before accepted or closed, for what is held is what a person must see first."""
    clock = state.terms.clock
    if state.terminated_at is not None:
        said = f"Terminated {stamp(state.terminated_at, clock)}: every tender returned, the options stay outstanding."
        return Phase(slug="terminated", says=said)
    if state.granted_on is not None:
        return Phase(slug="granted", says=f"Done: the new options were granted on {day(state.granted_on)}.")
    if held := _held(state, steps, at):
        return Phase(slug="held", says=held)
    if state.accepted_at is not None and state.cancelled_on is not None:
        said = f"Accepted and cancelled on {day(state.cancelled_on)}; new options are due {day(state.plan.grant_on)}."
        return Phase(slug="accepted", says=said)
    if state.opened_at is None:
        opens = f"{'opens' if at < state.terms.opens else 'was to open'} {stamp(state.terms.opens, clock)}"
        return Phase(slug="not-open", says=f"Not open yet: {opens}.")
    if at >= state.terms.expires:
        return Phase(slug="closed", says=_closed(state, at))
    return Phase(slug="open", says=_open(state, at))


def _held(state: OfferState, steps: Iterable[Step], at: datetime) -> str:
    last = latest(steps)
    for name, act in ((CANCEL, "Acceptance"), (REGRANT, "The grant")):
        if name in last and last[name].status is Status.HELD:
            return f"{act} is held. {sentence(last[name].message)}"
    if state.holds and state.accepted_at is not None:
        return f"The grant is held. {sentence('; '.join(state.holds))}"
    if state.conditions and at >= state.terms.expires:
        return f"Acceptance is held: {_conditions(state)}."
    return ""


def _open(state: OfferState, at: datetime) -> str:
    terms = state.terms
    left = terms.calendar.business_days(state.day(at) + ONE_DAY, terms.expires_on)
    days = f"{count(left, 'business day')} left" if left else "the last day"
    stands = f"; {_conditions(state)}" if state.conditions else ""
    return f"Open until {stamp(terms.expires, terms.clock)}: {days}{stands}."


def _closed(state: OfferState, at: datetime) -> str:
    terms = state.terms
    deadline = extension_deadline(terms)
    extendable = f"; an extension may be announced until {stamp(deadline, terms.clock)}" if at <= deadline else ""
    due = stamp(state.plan.due(CANCEL), terms.clock)
    return f"Closed {stamp(terms.expires, terms.clock)}{extendable}. Acceptance and cancellation fall due {due}."


def _conditions(state: OfferState) -> str:
    named = "; ".join(f"{number}, {CONDITIONS[number]}" for number in state.conditions)
    return f"asserted of the conditions of §7: {named}"
