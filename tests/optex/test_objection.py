"""An addition told at the last minute: from the expiration until 8 a.m. a notice may object to it (TND-3, EXT-1)."""

from dataclasses import replace
from datetime import date

import pytest

from optex.terms import Lookback
from tests.optex.test_election import G1, INSIDE, TERMS, election, est, judged, line, notice, standings, waiver

OBJECTION = notice("N1", est(4, 1, 7, 59, 59), signed_on=date(2003, 4, 1))


@pytest.mark.parametrize(
    ("told_at", "expected"),
    [
        (est(3, 28, 23, 59, 59), "late WDR-1"),
        (est(3, 29, 0), "effective TND-3"),
        (est(3, 31, 9), "effective TND-3"),
        (est(4, 1, 7), "effective TND-3"),
    ],
)
def test_who_is_told_after_the_last_business_day_but_one_may_object(told_at, expected):
    """Told on Friday, March 28, Monday was left to withdraw; told on the weekend, or later, until 8 a.m. of Tuesday."""
    forms = election("F1", est(3, 10)), OBJECTION
    assert standings(*forms, grants=(G1, INSIDE), told={"F1": told_at})["N1"] == expected
    assert standings(*forms, grants=(G1, INSIDE))["N1"] == "late WDR-1"


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        (est(3, 31, 16, 59, 59), "effective WDR-1"),
        (est(3, 31, 17), "effective TND-3"),
        (est(4, 1, 8), "effective TND-3"),
        (est(4, 1, 8, 0, 1), "late WDR-1"),
        (est(4, 28, 17, 0, 1), "effective WDR-3"),
    ],
)
def test_until_when_an_addition_can_be_objected_to(received_at, expected):
    """From the expiration until 8:00:00 a.m. of April 1 a notice objects; before, and after April 28, it withdraws."""
    form = election("F1", est(3, 31, 16, 58), signed_on=date(2003, 3, 31))
    objecting = replace(OBJECTION, received_at=received_at)
    review = judged(form, objecting, grants=(G1, INSIDE))[1]
    assert f"{review.standing} {review.ruling.rule}" == expected
    if expected == "late WDR-1":
        assert (
            "not before the offer expired on March 31, 2003 at 5:00 p.m. Eastern Standard Time, nor by April 1, 2003 "
            "at 8:00 a.m. Eastern Standard Time, to object. What is not accepted may be withdrawn again only after"
        ) in review.ruling.reason


def test_what_can_be_objected_to():
    """Not a tender that nothing was added to, nor one let off it; a new form is no objection; nor after acceptance."""
    form = election("F1", est(3, 31, 16, 58), signed_on=date(2003, 3, 31))
    assert standings(form, OBJECTION)["N1"] == "late WDR-1"
    as_defect = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
    assert standings(form, OBJECTION, grants=(G1, INSIDE), terms=as_defect, waivers=[waiver("F1", est(3, 31, 17))]) == {
        "F1": "effective EXP-1",
        "N1": "late WDR-1",
    }
    again = election("F2", OBJECTION.received_at, line(G1, 1), signed_on=date(2003, 4, 1))
    assert standings(form, again, grants=(G1, INSIDE))["F2"] == "late EXP-1"
    both = {"grants": (G1, INSIDE), "accepted_at": est(4, 1, 7, 59, 59)}
    assert standings(form, OBJECTION, **both) == {"F1": "effective EXP-1", "N1": "late WDR-1"}
    assert standings(form, replace(OBJECTION, signed_on=None), grants=(G1, INSIDE)) == {
        "F1": "effective EXP-1",
        "N1": "defective TND-5",
    }
    assert judged(form, OBJECTION, grants=(G1, INSIDE))[0].tenders == ()


def test_after_an_extension_the_new_expiration_is_the_end():
    """Extended to April 14, a notice of April 1 withdraws as any, and what was told on March 31 was told in time."""
    form = election("F1", est(3, 31, 16, 58), signed_on=date(2003, 3, 31))
    extended = {"terms": TERMS.extended(est(4, 14, 17)), "grants": (G1, INSIDE)}
    assert standings(form, OBJECTION, **extended)["N1"] == "effective WDR-1"
    assert standings(form, replace(OBJECTION, received_at=est(4, 15, 7)), **extended)["N1"] == "late WDR-1"
