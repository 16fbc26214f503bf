"""Letters of an offer of restricted stock units: none calls what is promised an option, or prices it (XCH-3)."""

import re

import pytest

from infra.mail.render import render
from optex.notices import Kind
from optex.specimens import specimens
from tests import builders

TIER = {"price_from": 10, "old": 5, "new": 2}
UNITS = builders.terms(exchange={"award": "rsu", "ratio": [TIER]})
ANEW = builders.terms(
    exchange={"award": "rsu", "vesting": {"kind": "restart"}}, waiting={"months": 0, "days": 0}, price="previous_close"
)
# What is deferred is an option, and stays one; a prohibition quotes the document, word for word.
OF_OPTIONS = {Kind.DEFERRAL, Kind.PROHIBITION}
SAYS_OF_OPTIONS = re.compile(r"new (?:stock )?options?\b|Stock Option\(s\)|exercise price will be", re.IGNORECASE)


@pytest.mark.parametrize("terms", [UNITS, ANEW], ids=["carried", "anew"])
@pytest.mark.parametrize("kind", sorted(set(Kind) - OF_OPTIONS))
def test_a_letter_of_units_speaks_of_no_new_option(kind, terms):
    """Neither the text nor the page of any kind of letter, whether they vest as the options would have or anew."""
    written = render(kind, specimens(terms)[kind].data)
    assert [] == [found[0] for page in written for found in SAYS_OF_OPTIONS.finditer(page)]


@pytest.mark.parametrize("kind", sorted(Kind))
def test_a_letter_at_a_ratio_can_be_written(kind):
    """Of options, by the ratio, every kind of letter has what it states."""
    terms = builders.terms(exchange={"ratio": [TIER]})
    assert all(render(kind, specimens(terms)[kind].data))
