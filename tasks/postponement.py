"""Acceptance that cannot be made when it falls due, held or put off, with the letters, in the step's transaction."""

from prefect import State

from infra.handlers.delays import tell_postponed
from optex.formatting import local_text
from optex.milestones import next_cancellation
from optex.state import CONDITIONS
from tasks.decorators import effect
from tasks.due_step import DueStep


@effect("hold the acceptance and write to everyone")
def hold_acceptance(step: DueStep) -> State:
    """While a condition of §7 stands asserted nothing is accepted; rung again while it waits, nobody is told again."""
    standing = step.state.conditions
    named = "; ".join(f"{number}: {CONDITIONS[number]}" for number in standing)
    message = f"nothing is accepted while a condition of §7 stands asserted ({named})"
    if step.step.message != message:
        tell_postponed(step.db, step.step, step.at, conditions=standing)
    return step.held("CND-1", message)


@effect("put the acceptance off and write to everyone")
def postpone_acceptance(step: DueStep) -> State:
    """What is to be done on a business day, and rings on another, is done on the next."""
    terms, on = step.state.terms, step.state.day(step.at)
    again = next_cancellation(terms, step.at)
    message = f"{on} is no business day: acceptance falls due {local_text(again, terms.zone)}"
    state = step.postponed(step.state.day(again), message)
    tell_postponed(step.db, step.step, step.at, moved=True)
    return state
