"""Which late step goes first, when several workers take up all of them at once after a standstill."""

from dataclasses import replace

import pytest

from optex.milestones import plan
from optex.steps import Status, Step, goes_first
from tests import builders

TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00", reminders=[1])


def steps(**statuses):
    """The steps of Alpha's plan: pending, but for those that are named otherwise."""
    milestones = plan(TERMS).milestones
    made = [Step(name=m.name, version=1, due=m.due, status=Status.PENDING) for m in milestones]
    return {s.name: replace(s, status=statuses.get(s.name.replace("-", "_"), s.status)) for s in made}


@pytest.mark.parametrize("name", ["reminder-1", "close", "extension-deadline", "cancel", "withdrawal-right", "regrant"])
def test_nothing_happens_before_the_opening(name):
    """While the opening waits, every other step waits for it."""
    found = steps()
    assert found["open"] == goes_first(found[name], found.values())


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
    found = steps(open=Status.DONE)
    assert (first and found[first]) == goes_first(found[name], found.values())


def test_what_is_done_or_held_keeps_nobody_waiting():
    """The right to withdraw opens although the acceptance is held, and the grant waits for service alone."""
    found = steps(open=Status.DONE, close=Status.DONE, extension_deadline=Status.DONE, cancel=Status.HELD)
    assert goes_first(found["withdrawal-right"], found.values()) is None
    assert found["recheck-employment"] == goes_first(found["regrant"], found.values())
    assert goes_first(found["recheck-employment"], found.values()) is None
