"""A condition of §7 while the offer lasts, and after it was terminated."""

from dataclasses import replace
from datetime import date

import pytest

from optex.actions import ConditionAssert, ConditionEnd, Hold, Terminate, replay
from optex.changes import may_lift
from optex.milestones import schedule_of
from optex.state import OfferState
from optex.steps import Step, StepStatus, supersede
from tests import builders
from tests.offers import local

TERMS = builders.terms()
ASSERTED = ConditionAssert(at=local("2003-03-20T10:00:00"), by="Counsel", number=1)
ENDED = ConditionEnd(at=local("2003-04-10T10:00:00"), by="Counsel", number=1)


def state(terminated: str = "") -> OfferState:
    return OfferState(terms=TERMS, terminated_at=local(terminated) if terminated else None)


@pytest.mark.parametrize("waive", [True, False])
def test_after_the_termination_no_condition_is_lifted(waive):
    """Terminated on April 3: on April 10 there is no condition left to end, and none to waive (CND-2)."""
    held = replay(state(), [ASSERTED])
    assert may_lift(held, 1, ENDED.at, waive=False) is None
    refused = may_lift(replace(held, terminated_at=local("2003-04-03T10:00:00")), 1, ENDED.at, waive=waive)
    assert refused is not None
    assert "CND-2" == refused.rule


def test_after_the_termination_nothing_stands_in_the_way():
    """No condition stands asserted and nothing is held in an offer that was terminated on April 3 (CND-2)."""
    hold = Hold(at=local("2003-04-01T10:00:00"), by="Board", reason="A merger")
    ended = Terminate(at=local("2003-04-03T10:00:00"), by="Board", reason="A writ")
    before, after = replay(state(), [ASSERTED, hold]), replay(state(), [ASSERTED, hold, ended])
    assert ((1,), ("A merger",)) == (before.conditions, before.holds)
    assert ((), ()) == (after.conditions, after.holds)


def test_a_condition_that_ends_moves_the_acceptance_only_while_the_offer_lasts():
    """Ended on April 10 after 9 a.m. acceptance falls due on April 11; terminated before that, nothing moves."""
    assert date(2003, 4, 11) == replay(state(), [ASSERTED, ENDED]).schedule.cancel_on
    assert date(2003, 4, 1) == replay(state("2003-04-03T10:00:00"), [ASSERTED, ENDED]).schedule.cancel_on
    assert date(2003, 4, 11) == replay(state("2003-04-10T15:00:00"), [ASSERTED, ENDED]).schedule.cancel_on


def test_no_step_returns_that_the_termination_made_moot():
    """Acceptance, service check and grant would move to other days, but all that was left to do is moot."""
    first, later = schedule_of(TERMS), schedule_of(TERMS, cancel_on=date(2003, 4, 11))
    steps = [Step(name=each.name, version=1, due=each.due, status=StepStatus.MOOT) for each in first.milestones]
    assert () == supersede(steps, later, 2, ENDED.at).added
    pending = [replace(step, status=StepStatus.PENDING) for step in steps]
    assert ["cancel", "recheck-employment", "regrant"] == [s.name for s in supersede(pending, later, 2, ENDED.at).added]
