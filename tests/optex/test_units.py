"""What a holder may choose of the options: whole shares, whole grants, or all or none (TND-8)."""

from datetime import UTC, date, datetime

import pytest

from optex.election import DefectWaiver, review_forms, waivable
from optex.records import Form, FormKind, FormLine, FormStanding
from tests import builders

OLD = builders.grant("G1", shares=1_000, exercised=200)
OTHER = builders.grant("G2", shares=500, granted_on=date(2001, 5, 1))
RECENT = builders.grant("G3", shares=300, granted_on=date(2002, 10, 1))
EXPIRED = builders.grant("G4", shares=100, granted_on=date(1999, 1, 4), expires_on=date(2003, 3, 7))
LATER = builders.grant("G5", shares=100, granted_on=date(2003, 3, 3))
HELD = {each.grant_id: each for each in (OLD, OTHER, RECENT, EXPIRED, LATER)}


def review(units, waivers=(), held=HELD, eligible=None, lookback=None, **shares):
    """How a form of March 10 that tenders these shares stands."""
    terms = builders.terms(exchange={"units": units}, eligible=eligible or {}, lookback=lookback or {})
    lines = tuple(
        FormLine(
            grant_id=key,
            shares=number,
            original_shares=held[key].shares,
            granted_on=held[key].granted_on,
            price=held[key].price,
            exercised=held[key].exercised,
        )
        for key, number in shares.items()
    )
    form = Form(
        form_id="F1",
        holder_id="H1",
        kind=FormKind.ELECTION,
        received_at=datetime(2003, 3, 10, 15, tzinfo=UTC),
        signed_on=date(2003, 3, 10),
        signed_as="Ann Lee",
        channel="fax",
        lines=lines,
    )
    (found,) = review_forms(
        terms=terms,
        holder=builders.holder(),
        periods=[builders.period()],
        grants=held,
        foreign=(),
        forms=[form],
        waivers=waivers,
        accepted_at=None,
        terminated_at=None,
        at=form.received_at,
    )
    return found


def offered(found):
    return {each.grant_id: each.shares for each in found.tenders}


def told(found):
    return [each.reason for each in found.defects if each.rule == "TND-8"]


def test_of_the_documents_offer_any_whole_shares_may_be_chosen():
    """A part of a grant is in proper form; the look-back adds what it must."""
    found = review("shares", G1=1)
    assert FormStanding.EFFECTIVE == found.standing
    assert {"G1": 1, "G3": 300} == offered(found)


def test_where_grants_are_the_units_a_part_of_one_is_a_defect_that_says_what_to_do():
    """All 800 that are left of the 1,000 are a whole grant; 799 are not."""
    found = review("grants", G1=799)
    assert (FormStanding.DEFECTIVE, "TND-8") == (found.standing, found.ruling.rule)
    part = "The form tenders 799 of the 800 shares of option G1."
    assert [f"{part} An option is tendered whole: tender all of it, or leave it out."] == told(found)
    assert {"G1": 800, "G3": 300} == offered(review("grants", G1=800))


def test_where_grants_are_the_units_the_look_back_adds_what_is_left_out_and_no_rest_of_a_part():
    """G3 may be left out, and is added whole; named in part it makes the form defective."""
    assert {"G2": 500, "G3": 300} == offered(review("grants", G2=500))
    assert FormStanding.DEFECTIVE == review("grants", G2=500, G3=299).standing


def test_where_it_is_all_or_none_every_eligible_option_must_be_named_whole():
    """Neither what has expired nor what was granted after the commencement is eligible."""
    assert {"G1": 800, "G2": 500, "G3": 300} == offered(review("all", G1=800, G2=500, G3=300))
    found = review("all", G1=799, G3=300)
    assert FormStanding.DEFECTIVE == found.standing
    assert [
        "The form tenders 799 of the 800 shares of option G1. An option is tendered whole: tender all of it, and every "
        "other eligible option, or none.",
        "The form leaves out option G2 with 500 shares. All eligible options are tendered, whole, or none of them: add "
        "it, or tender nothing.",
    ] == told(found)


def test_what_is_not_of_the_offers_class_is_not_missed():
    """G2, at $3.99, is below the minimum price: all eligible options are tendered without it."""
    held = HELD | {"G2": builders.grant("G2", shares=500, price="3.99")}
    assert {"G1": 800, "G3": 300} == offered(review("all", held=held, eligible={"minimum_price": 4}, G1=800, G3=300))


@pytest.mark.parametrize("units", ["grants", "all"])
def test_no_waiver_lets_anybody_choose_otherwise(units):
    """What may be chosen is a term of the offer, the same for every holder."""
    at = datetime(2003, 3, 11, 15, tzinfo=UTC)
    waiver = DefectWaiver(form_id="F1", at=at, by="Ruth Kay", reason="a favour")
    found = review(units, [waiver], G1=799, G2=500, G3=300)
    assert FormStanding.DEFECTIVE == found.standing
    refused = waivable(found)
    assert refused is not None
    assert refused.reason.endswith("This cannot be waived.")


@pytest.mark.parametrize(
    ("lookback", "added"),
    [
        ({}, {"G3"}),
        ({"months": 4}, set()),
        ({"months": 5}, {"G3"}),
        ({"months": 0}, set()),
        ({"since": "2002-10-01"}, {"G3"}),
        ({"since": "2002-10-02"}, set()),
        ({"since": "2001-05-01"}, {"G2", "G3"}),
        ({"months": 6, "from": "2003-04-01"}, {"G3"}),
        ({"months": 6, "from": "2003-04-02"}, set()),
    ],
)
def test_the_look_back_begins_where_the_terms_say(lookback, added):
    """G3 was granted on October 1, 2002, G2 on May 1, 2001; the day on which the window begins is in it (TND-3)."""
    assert {"G1", *added} == offered(review("shares", lookback=lookback, G1=100)).keys()


def test_without_a_look_back_not_even_an_option_of_the_day_must_be_tendered():
    """Granted on February 28, 2003, when the offer commenced."""
    held = {"G1": OLD, "G6": builders.grant("G6", granted_on=date(2003, 2, 28))}
    assert {"G1": 100} == offered(review("shares", held=held, lookback={"months": 0}, G1=100))
    assert {"G1": 100, "G6": 1000} == offered(review("shares", held=held, lookback={"months": 1}, G1=100))
