"""What leaves holders the time that a change needs, in whole business days, and what the terms cannot carry out."""

from dataclasses import replace
from datetime import date

import pytest

from optex.amendments import notice_days
from optex.changes import may_amend, may_lift
from optex.open_days import earliest_expiration, shortfall, whole_business_days
from optex.state import OfferState
from tests import builders
from tests.offers import local

OPEN = OfferState(terms=builders.terms())
FIRST = date(2003, 2, 28)


def until(expires: str) -> OfferState:
    return OfferState(terms=builders.terms(expires=expires))


def amended(at: str, change: str = "other", state: OfferState = OPEN, percent=None, to=None, immaterial=None) -> str:
    """Why it is refused; "" where it is taken."""
    refused = may_amend(state, change, percent, local(to) if to else None, local(at), immaterial)
    assert refused is None or "AMD-1" == refused.rule
    return refused.reason if refused else ""


@pytest.mark.parametrize(
    ("expires", "whole"),
    [
        ("2003-03-27T17:00:00", 19),
        ("2003-03-27T23:59:59", 19),
        ("2003-03-28T00:00:00", 20),
        ("2003-03-28T17:00:00", 20),
        ("2003-03-31T17:00:00", 21),
        ("2003-03-30T12:00:00", 21),
    ],
)
def test_a_business_day_is_whole_at_its_midnight(expires, whole):
    """Of Alpha's twenty-two business days the last, which ends at 5 p.m., is not whole; at midnight of one it is."""
    assert whole == whole_business_days(builders.terms(expires=expires), FIRST)


@pytest.mark.parametrize(
    ("expires", "short"),
    [
        ("2003-03-27T17:00:00", "seven hours"),
        ("2003-03-27T23:59:59", "one second"),
        ("2003-03-28T00:00:00", ""),
        ("2003-03-27T00:00:00", "one business day"),
        ("2003-03-26T22:30:00", "one business day, one hour and 30 minutes"),
        ("2003-03-22T17:00:00", "four business days"),
        ("2003-03-10T17:00:00", "13 business days and seven hours"),
    ],
)
def test_what_lacks_of_twenty_business_days_is_told_to_the_second(expires, short):
    """March 27 is the twentieth: at 5 p.m. seven hours lack; an hour of a Saturday counts for nothing."""
    assert short == shortfall(builders.terms(expires=expires), FIRST, 20)


def test_the_first_day_is_the_next_business_day_where_it_is_none_itself():
    """Told on Saturday, March 15, ten business days are those from Monday the 17th to Friday the 28th."""
    assert local("2003-03-29T00:00") == earliest_expiration(OPEN.terms, date(2003, 3, 15), 10)
    assert local("2003-03-29T00:00") == earliest_expiration(OPEN.terms, date(2003, 3, 17), 10)


def test_midnight_is_that_of_the_clock_of_the_offer():
    """On the wall of New York the midnight that ends April 30 is 04:00Z, on the clock EST 05:00Z."""
    on_the_wall = builders.terms(clock="America/New_York")
    assert "2003-05-01T04:00:00+00:00" == earliest_expiration(on_the_wall, date(2003, 4, 28), 3).isoformat()
    assert "2003-05-01T05:00:00+00:00" == earliest_expiration(OPEN.terms, date(2003, 4, 28), 3).isoformat()


@pytest.mark.parametrize(
    ("change", "percent", "immaterial", "days"),
    [
        ("consideration", None, None, 10),
        ("decrease", 1, "a slip", 10),
        ("increase", 2.1, None, 10),
        ("increase", None, None, 10),
        ("increase", 2, None, 0),
        ("other", None, None, 5),
        ("other", None, "a slip", 0),
    ],
)
def test_how_many_business_days_each_change_needs(change, percent, immaterial, days):
    """Ten where consideration or number change by more than 2%, whatever is said of it; five of another change."""
    assert days == notice_days(change, percent, immaterial, 5)


def test_a_material_change_on_the_last_afternoon_is_refused_with_the_earliest_expiration():
    """On Monday, March 31 at 16:58: the fifth business day, that of the notice the first, is Friday, April 4."""
    assert (
        "after a material change the offer must stay open five business days, the day of its notice the first, until "
        "midnight at the end of April 4, 2003 (2003-04-04 24:00 EST), or 2003-04-07 17:00 EST, at the earliest; it "
        "would expire 2003-03-31 17:00 EST: extend it with the amendment (--extend-to), or state why the change is "
        "immaterial (--immaterial)"
    ) == amended("2003-03-31T16:58")


def test_a_material_change_is_good_with_the_extension_that_leaves_its_days_or_where_it_is_immaterial():
    """Midnight at the end of April 4 is the first instant that leaves five business days; a minute less is refused."""
    assert "" == amended("2003-03-31T16:58", to="2003-04-05T00:00")
    assert "it would expire 2003-04-04 23:59 EST" in amended("2003-03-31T16:58", to="2003-04-04T23:59")
    assert "" == amended("2003-03-31T16:58", immaterial="a typing error")


def test_a_material_change_needs_no_extension_while_its_days_are_left():
    """Told on Monday, March 24, the five days end on Friday the 28th; told a day later they end with the 31st."""
    assert "" == amended("2003-03-24T16:58")
    assert "March 31, 2003 (2003-03-31 24:00 EST), or 2003-04-01 17:00 EST" in amended("2003-03-25T09:00")


def test_an_expiration_at_midnight_is_its_own_usual_hour():
    """Where the offer expires at midnight anyway the refusal names no other hour."""
    refused = amended("2003-03-25T09:00", state=until("2003-03-29T00:00:00"))
    assert "until midnight at the end of March 31, 2003 (2003-03-31 24:00 EST), at the earliest; it would" in refused


def test_the_days_of_a_material_change_are_a_term():
    """With one day March 31 itself would do, but it ends at 5 p.m.; with two so does April 1."""
    one = OfferState(terms=builders.terms(material_days=1))
    assert "open one business day" in amended("2003-03-31T16:58", state=one)
    assert "" == amended("2003-03-28T16:58", state=one)


@pytest.mark.parametrize("change", ["consideration", "decrease", "increase"])
def test_what_the_terms_cannot_carry_out_is_refused_whatever_time_it_leaves(change):
    """No ratio, no class, no limit: told on the first day, with a month to go, it would still be no more than words."""
    refused = amended("2003-03-03T09:00", change, immaterial="none of it matters")
    assert refused.startswith("the amendment states no term that carries out a")
    assert refused.endswith("and what the terms do not do is never just told")


def test_the_refusal_of_what_no_term_carries_out_says_also_which_days_lack():
    """A decrease told on March 19: its tenth business day is April 1, which 00:01 of that day does not leave."""
    refused = amended("2003-03-19T10:00", "decrease", to="2003-04-01T00:01")
    assert (
        "the amendment states no term that carries out a decrease in the options sought (--terms), and what the terms "
        "do not do is never just told; besides, after such a change the offer must stay open ten business days, the "
        "day of its notice the first, until midnight at the end of April 1, 2003 (2003-04-01 24:00 EST), or "
        "2003-04-02 17:00 EST, at the earliest; it would expire 2003-04-01 00:01 EST"
    ) == refused
    assert "besides" not in amended("2003-03-19T10:00", "decrease", to="2003-04-02T00:00")


def waived(at: str, state: OfferState, immaterial=None) -> str:
    refused = may_lift(state, 4, local(at), waive=True, immaterial=immaterial)
    return f"{refused.rule}: {refused.reason}" if refused else ""


def test_the_waiver_of_a_condition_leaves_the_days_of_a_material_change():
    """Good on March 24; at 16:59 of the last day only where the condition is immaterial. Its end is no waiver."""
    asserted = replace(OPEN, conditions=(4,))
    assert "" == waived("2003-03-24T16:59", asserted)
    refused = waived("2003-03-31T16:59", asserted)
    assert refused.startswith("AMD-1: after the waiver of a material condition the offer must stay open five business")
    assert refused.endswith("extend the offer first, or state why the condition is immaterial (--immaterial)")
    assert "" == waived("2003-03-31T16:59", asserted, immaterial="the writ was of no account")
    assert may_lift(asserted, 4, local("2003-03-31T16:59"), waive=False) is None
