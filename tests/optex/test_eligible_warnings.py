"""What is told of an offer that leaves somebody or something out, before it opens (ELG-5)."""

from dataclasses import replace
from datetime import date

from optex.records import Capacity
from optex.warnings import term_warnings, warnings
from tests import builders
from tests.builders import terms

GRANTS = [
    builders.grant("G1", price="20.00"),
    builders.grant("G2", price="4.25"),
    builders.grant("G3", price="30.00", holder_id="H2", granted_on=date(2002, 10, 1)),
]


def served(holder_id, capacity):
    return replace(builders.period(capacity=capacity), holder_id=holder_id)


PERIODS = [served("H1", Capacity.EMPLOYEE), served("H2", Capacity.DIRECTOR)]


def found(rule="ELG-5", **changes):
    holders = [builders.holder(), builders.holder("H2", "Bo Ray", "bo@alpha.example")]
    return [each.message for each in warnings(terms(**changes), holders, GRANTS, PERIODS) if each.rule == rule]


def test_nothing_is_told_of_an_offer_to_everyone():
    assert [] == found()
    assert [] == found(eligible={"capacities": ["director", "consultant", "employee"]})


def test_one_line_tells_the_conditions_under_which_somebody_may_be_left_out():
    """Rule 13e-4(f)(8) and the SEC's order of March 21, 2001; by the terms alone, so that `plan` tells it too."""
    (told,) = [each.message for each in term_warnings(terms(eligible={"minimum_price": 1})) if each.rule == "ELG-5"]
    assert told == found(eligible={"minimum_price": 1})[0]
    assert "Rule 13e-4(f)(8) is exempted from, by the SEC's order of March 21, 2001, only where" in told
    assert [] == [each for each in term_warnings(terms()) if each.rule == "ELG-5"]


def test_what_is_left_out_is_counted():
    """One option below $20.00, one of the two holders no employee."""
    price = "the offer is for options with an exercise price of $20.00 or more: 1 grant not in it (G2)"
    assert price in found(eligible={"minimum_price": 20})
    (_, said) = found(eligible={"capacities": ["employee"]})
    assert "1 holder of options not among the employees on commencement (H2)" == said


def test_terms_that_leave_nobody_or_nothing_are_told():
    """No option at $30.01, none granted before 1999, no consultant; at $30.00 there is one."""
    nothing = "there is no option with an exercise price of $30.01 or more: nothing can be tendered"
    assert nothing in found(eligible={"minimum_price": 30.01})
    assert not any("nothing can be tendered" in each for each in found(eligible={"minimum_price": 30}))
    assert "there is no option granted before January 4, 1999: nothing can be tendered" in found(
        eligible={"granted_before": "1999-01-04"}
    )
    nobody = "none of the holders of options is among the consultants on 2003-02-28: no offer is made"
    assert nobody in found(eligible={"capacities": ["consultant"]})


def test_holders_excluded_without_a_reason_are_told():
    """They are to be told why."""
    told = "excluded_holders without excluded_because: they are told that they are excluded, and not why"
    assert told in found(eligible={"excluded_holders": ["H2"]})
    assert told not in found(eligible={"excluded_holders": ["H2"], "excluded_because": "a director"})


def test_the_look_back_is_told_of_eligible_options_only():
    """G3, of October 2002, is in the window; not of an offer for options granted before, nor of one without it."""
    assert 1 == len(found("TND-3"))
    assert [] == found("TND-3", eligible={"granted_before": "2002-10-01"})
    assert [] == found("TND-3", lookback={"months": 0})
