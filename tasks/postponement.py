"""The letters that acceptance cannot be made when it falls due, held or put off, in the step's transaction."""

from datetime import date

from infra.handlers.delays import tell_postponed
from optex.state import CONDITIONS
from tasks.decorators import effect
from tasks.due_step import DueStep


@effect("write to everyone that acceptance is held")
def tell_held(step: DueStep) -> str:
    """Why nothing is accepted while a condition of §7 stands asserted; rung again meanwhile, nobody is told again."""
    standing = step.state.conditions
    named = "; ".join(f"{number}: {CONDITIONS[number]}" for number in standing)
    message = f"nothing is accepted while a condition of §7 stands asserted ({named})"
    if step.step.message != message:
        tell_postponed(step.db, step.step, step.at, conditions=standing)
    return message


@effect("write to everyone that acceptance is put off")
def tell_put_off(step: DueStep, on: date) -> str:
    """Tell of the other day to which the acceptance has been put off; how many were told."""
    return tell_postponed(step.db, step.step, step.at, due=on).told()
