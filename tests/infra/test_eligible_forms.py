"""The letter of the opening and the Election Form by other terms than the document's: class, units, look-back."""

from datetime import date

import pytest

from infra.mail.render import render
from optex import notices
from optex.milestones import schedule_of
from tests import builders
from tests.infra.test_enclosures import HOLDER, OLD, RECENT, enclosed


def opened(*grants, **changes):
    terms = builders.terms(**changes)
    notice = notices.offer_opened(terms, schedule_of(terms), HOLDER, grants)
    return " ".join(render(notice.kind, notice.data)[0].split())


@pytest.mark.parametrize(
    ("units", "form", "letter"),
    [
        (
            "shares",
            "All, some or none of an option may be tendered, in whole shares",
            "any part of one in whole shares",
        ),
        ("grants", "An option is tendered whole, as far as it has not been exercised, or not at all", "each whole or"),
        ("all", "All of these options are tendered, each whole as far as", "You may tender all of them, each whole as"),
    ],
)
def test_the_form_and_the_letter_say_what_may_be_chosen(units, form, letter):
    """Each by its own units only (TND-8)."""
    of_form = {"shares": "All, some or none of an option", "grants": "An option is tendered", "all": "All of these opt"}
    words, _ = enclosed(OLD, RECENT, terms=builders.terms(exchange={"units": units}))
    assert form in words
    assert [units] == [each for each, said in of_form.items() if said in words]
    assert letter in opened(OLD, exchange={"units": units})


def test_the_form_says_which_options_are_on_it():
    """Those of the class that the offer is for; of an offer for all nothing is said."""
    terms = builders.terms(eligible={"minimum_price": 2, "granted_before": "2003-01-01"})
    words, _ = enclosed(OLD, RECENT, terms=terms)
    these = "These are my options with an exercise price of $2.00 or more granted before January 1, 2003; no other can"
    assert these in words
    assert "These are my options" not in enclosed(OLD, RECENT)[0]


def test_a_typed_name_is_a_signature_only_where_forms_may_be_typed():
    """By e-mail or on the web page."""
    said = "the name as it is typed counts as the signature"
    for form in enclosed(OLD, terms=builders.terms(channels=["email"])):
        assert said in form
    for form in enclosed(OLD):
        assert said not in form


@pytest.mark.parametrize(
    ("lookback", "said"),
    [
        ({"months": 6}, "since August 28, 2002, that is, in the six months before the offer commenced (Section 2)."),
        ({"since": "2002-09-01"}, "every option granted to you since September 1, 2002 (Section 2)."),
        ({"months": 6, "from": "2003-01-15"}, "every option granted to you since July 15, 2002 (Section 2)."),
    ],
)
def test_the_letter_says_from_when_on_options_must_be_tendered(lookback, said):
    """How many months these are only where they are counted back from the commencement."""
    assert said in opened(OLD, RECENT, lookback=lookback)


def test_without_a_look_back_nothing_is_marked_or_said_of_it():
    """Not even an option granted on the day of the commencement."""
    today = builders.grant("G-0300", holder_id="H-017", granted_on=date(2003, 2, 28))
    words = opened(OLD, today, lookback={"months": 0})
    assert "must be tendered" not in words
    assert "(TND-3)" not in words
    assert "*" not in enclosed(OLD, today, terms=builders.terms(lookback={"months": 0}))[0]
