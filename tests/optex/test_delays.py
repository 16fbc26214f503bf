"""How long acceptance and grant may wait before it is an alarm, and when the Committee's date needs a reason."""

from dataclasses import replace
from datetime import date

import pytest

from optex.changes import first_possible_grant_day, long_after, may_choose_grant_date, may_prohibit
from optex.delays import long_delay
from optex.milestones import CANCEL, REGRANT
from optex.state import OfferState
from tests import builders
from tests.offers import local

OPEN = OfferState(terms=builders.terms(), opened_at=local("2003-02-28T09:00:00"))
ACCEPTED = replace(OPEN, accepted_at=local("2003-04-01T09:00:00"), cancelled_on=date(2003, 4, 1))
LATER = replace(ACCEPTED, grant_from=date(2003, 10, 31))
SEPTEMBER = local("2003-09-22T10:00:00")


@pytest.mark.parametrize(
    ("state", "last", "first", "step", "rule"),
    [
        # The wall clock is an hour ahead of EST in summer, and the company's duty falls due at the earlier reading.
        (OPEN, "2003-04-06T22:59:59", "2003-04-06T23:00:00", CANCEL, "CND-1"),
        (ACCEPTED, "2003-10-09T22:59:59", "2003-10-09T23:00:00", REGRANT, "GRT-3"),
        (replace(ACCEPTED, holds=("a merger",)), "2003-10-09T22:59:59", "2003-10-09T23:00:00", REGRANT, "CIC-1"),
        # Planned for October 31 by the Committee: the fifth business day after it is November 7.
        (LATER, "2003-11-06T23:59:59", "2003-11-07T00:00:00", REGRANT, "GRT-3"),
    ],
)
def test_what_waits_into_the_fifth_business_day_waits_too_long(state, last, first, step, rule):
    assert long_delay(state, local(last)) is None
    found = long_delay(state, local(first))
    assert found is not None
    assert (step, rule, 5) == (found.step, found.rule, found.days)


@pytest.mark.parametrize(
    "over",
    [
        replace(OPEN, opened_at=None),
        replace(OPEN, terminated_at=local("2003-04-02T09:00:00")),
        replace(ACCEPTED, granted_on=date(2003, 10, 3)),
        replace(ACCEPTED, prohibited_at=local("2003-10-02T09:00:00")),
    ],
)
def test_nothing_waits_that_was_done_or_will_not_be(over):
    """Nor does what never opened."""
    assert long_delay(over, local("2004-01-05T12:00:00")) is None


def test_the_tenth_business_day_after_the_first_possible_one_needs_no_reason_and_the_eleventh_does():
    """From Friday, October 3, over Columbus Day: October 20 is the tenth, October 21 the eleventh."""
    assert date(2003, 10, 3) == first_possible_grant_day(ACCEPTED)
    assert may_choose_grant_date(ACCEPTED, date(2003, 10, 20), SEPTEMBER) is None
    refused = may_choose_grant_date(ACCEPTED, date(2003, 10, 21), SEPTEMBER)
    assert refused is not None
    assert "GRT-2" == refused.rule
    assert may_choose_grant_date(ACCEPTED, date(2003, 10, 21), SEPTEMBER, "A blackout") is None
    assert ("", "2003-10-21 is 11 business days after 2003-10-03, the first possible day") == (
        long_after(ACCEPTED, date(2003, 10, 20)),
        long_after(ACCEPTED, date(2003, 10, 21)),
    )


def test_a_grant_is_prohibited_only_between_promise_and_grant():
    """Not before the acceptance, nor after the grant, the termination, or a prohibition."""
    assert may_prohibit(ACCEPTED) is None
    gone = local("2003-09-01T09:00:00")
    for state in (
        OPEN,
        replace(ACCEPTED, granted_on=date(2003, 10, 3)),
        replace(OPEN, terminated_at=gone),
        replace(ACCEPTED, prohibited_at=gone),
    ):
        refused = may_prohibit(state)
        assert refused is not None
        assert "CIC-1" == refused.rule
