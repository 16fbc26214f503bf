"""Which late step goes first, when several workers take up all of them at once after a standstill."""

from dataclasses import replace

import pytest

from optex.milestones import schedule_of
from optex.steps import Step, StepStatus, blocking_step
from tests import builders

TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00", reminders=[1])


def steps(**statuses):
    """The steps of Alpha's plan: pending, but for those that are named otherwise."""
    milestones = schedule_of(TERMS).milestones
    made = [Step(name=m.name, version=1, due=m.due, status=StepStatus.PENDING) for m in milestones]
    return {s.name: replace(s, status=statuses.get(s.name.replace("-", "_"), s.status)) for s in made}


@pytest.mark.parametrize("name", ["reminder-1", "close", "extension-deadline", "cancel", "withdrawal-right", "regrant"])
def test_nothing_happens_before_the_opening(name):
    """While the opening waits, every other step waits for it."""
    found = steps()
    assert found["open"] == blocking_step(found[name], found.values())


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("close", None),
        ("extension-deadline", "close"),
        ("cancel", "close"),
        ("recheck-employment", "close"),
        ("reminder-1", None),
        ("withdrawal-right", None),
    ],
)
def test_an_opened_offer_goes_on_in_the_order_of_its_dates(name, first):
    """Closing, acceptance and grant follow one another; a missing reminder keeps nobody waiting."""
    found = steps(open=StepStatus.DONE)
    assert (first and found[first]) == blocking_step(found[name], found.values())


def test_what_is_done_or_held_keeps_nobody_waiting():
    """The right to withdraw opens although the acceptance is held, and the grant waits for service alone."""
    found = steps(
        open=StepStatus.DONE, close=StepStatus.DONE, extension_deadline=StepStatus.DONE, cancel=StepStatus.HELD
    )
    assert blocking_step(found["withdrawal-right"], found.values()) is None
    assert found["recheck-employment"] == blocking_step(found["regrant"], found.values())
    assert blocking_step(found["recheck-employment"], found.values()) is None
