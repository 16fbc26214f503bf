"""What is filed on Schedule TO, and by when: the offer, each amendment of it, its result."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from optex.actions import read_action
from optex.calendar import EST
from optex.filings import filing_day, filings
from optex.state import OfferState
from tests import builders
from tests.offers import local

STATE = OfferState(terms=builders.terms(), opened_at=local("2003-02-28T09:00"))


def told(verb, at, **options):
    """An action as it is announced at an instant."""
    return read_action(verb, {"at": at, "by": "Board", **options}, EST)


EXTENSION = told("extend", "2003-04-01T07:30", to="2003-04-14T17:00")
ASSERTED = told("condition-assert", "2003-04-10T12:00", number=2, evidence="Order of the court")
SPLIT = told("split", "2003-06-02T12:00", on="2003-06-02", new=3, old=2)


def listed(state, *actions):
    return [(each.due, each.form, each.name) for each in filings(state, actions)]


def test_an_offer_that_nobody_amends_is_filed_twice():
    """The offer on the day it commences, its results on the day of the acceptance (Rule 13e-4(c)(2), (4))."""
    assert [
        (date(2003, 2, 28), "SC TO-I", "schedule-to"),
        (date(2003, 4, 1), "SC TO-I/A", "final-amendment"),
    ] == listed(STATE)


def test_every_amendment_is_filed_as_it_is_announced():
    """An extension and a condition asserted, numbered; a split calls for none."""
    state = ASSERTED.apply(EXTENSION.apply(STATE))
    assert [
        (date(2003, 2, 28), "SC TO-I", "schedule-to"),
        (date(2003, 4, 1), "SC TO-I/A", "amendment-1-extend"),
        (date(2003, 4, 10), "SC TO-I/A", "amendment-2-condition-assert"),
        (date(2003, 4, 15), "SC TO-I/A", "final-amendment"),
    ] == listed(state, EXTENSION, ASSERTED, SPLIT)
    assert "Amendment No. 3, the final one: the results of the offer" == filings(state, [EXTENSION, ASSERTED])[-1].what


def test_what_comes_after_the_acceptance_amends_nothing():
    """The tender offer is over with the acceptance of April 1: a condition recorded as ended later is no amendment."""
    ended = told("condition-end", "2003-04-02T12:00", number=2)
    accepted = replace(STATE, accepted_at=local("2003-04-01T09:00"), cancelled_on=date(2003, 4, 1))
    assert ["schedule-to", "final-amendment"] == [each.name for each in filings(accepted, [ended])]
    assert "amendment-1-condition-end" == filings(STATE, [ended])[1].name


def test_a_termination_is_reported_by_the_final_amendment():
    """Rule 13e-4(c)(4): terminated on Saturday, March 15, it is filed on Monday."""
    state = replace(STATE, terminated_at=local("2003-03-15T12:00"))
    last = filings(state, [])[-1]
    assert (date(2003, 3, 17), "final-amendment") == (last.due, last.name)
    assert last.what.endswith("the offer is terminated and every tender returned")


@pytest.mark.parametrize(
    ("at", "on"),
    [
        (datetime(2003, 3, 14, 22, 30, tzinfo=UTC), date(2003, 3, 14)),  # Friday 5:30 p.m. EST
        (datetime(2003, 3, 14, 22, 30, 1, tzinfo=UTC), date(2003, 3, 17)),
        (datetime(2003, 7, 3, 21, 30, tzinfo=UTC), date(2003, 7, 3)),  # 5:30 p.m. EDT, the day before a holiday
        (datetime(2003, 7, 3, 21, 31, tzinfo=UTC), date(2003, 7, 7)),
        (datetime(2003, 3, 15, 15, 0, tzinfo=UTC), date(2003, 3, 17)),  # a Saturday
    ],
)
def test_what_is_filed_after_half_past_five_counts_on_the_next_business_day(at, on):
    assert on == filing_day(at, STATE.terms.calendar)


def test_filings_stand_in_the_order_in_which_they_are_due():
    found = filings(EXTENSION.apply(STATE), [EXTENSION])
    assert all(one.due <= next_.due for one, next_ in pairwise(found))
