"""Dates that hardly are meant: each on both sides of its line."""

from datetime import date

import pytest

from optex.mistyped_dates import mistyped_dates, not_opened
from optex.records import Form, FormKind, OptionType
from tests.builders import grant, period, terms
from tests.offers import local


def told(of=None, *, grants=(), periods=(), forms=(), closes=()):
    return [each.message for each in mistyped_dates(of or terms(), grants, periods, forms, closes)]


def form(received_at, signed_on):
    return Form(
        form_id="F1",
        holder_id="H1",
        kind=FormKind.ELECTION,
        received_at=local(received_at),
        signed_on=signed_on,
        signed_as="Ann Lee",
        channel="fax",
    )


def test_an_offer_of_alphas_dates_is_not_suspected():
    """Its forms, options, spells and prices as they are."""
    assert [] == told(
        grants=[grant("G1"), grant("G2", type=OptionType.ISO, expires_on=date(2010, 1, 4))],
        periods=[period(), period(first_day=date(2003, 7, 1), last_day=date(2005, 6, 30))],
        forms=[form("2003-03-10T10:00:00", date(2003, 3, 9))],
        closes=[date(2003, 10, 3)],
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"of": terms(expires="2004-03-31T17:00:00")}, "the offer is open for 398 days: is a year mistyped?"),
        (
            {"grants": [grant("G1", granted_on=date(2000, 3, 15), expires_on=date(2010, 3, 16), type=OptionType.ISO)]},
            "1 grant with a longer term than the law or a plan leaves it: is a year mistyped? "
            "(G1 2000-03-15 to 2010-03-16)",
        ),
        (
            {"periods": [period(last_day=date(2030, 3, 31))]},
            "1 spell beginning or ending years after the offer: is a year mistyped? (H1 from 1999-01-04 to 2030-03-31)",
        ),
        (
            {"forms": [form("2003-03-10T10:00:00", date(2002, 2, 28))]},
            "1 form signed a year or more from the offer: is a year mistyped? (F1 2002-02-28)",
        ),
        (
            {"forms": [form("2030-03-10T10:00:00", date(2003, 3, 9))]},
            "1 form received a year or more from the offer: is a year mistyped? (F1 2030-03-10)",
        ),
        (
            {"closes": [date(2003, 10, 2), date(2030, 10, 3)]},
            "1 closing price a year or more from the offer: is a year mistyped? (2030-10-03)",
        ),
    ],
    ids=["open for a year", "an option too long", "service", "signed", "received", "price"],
)
def test_a_year_that_is_off_is_told(wrong, said):
    """With what it is of, so that it can be looked up."""
    assert [said] == told(**wrong)


def test_an_offer_that_was_not_opened_in_its_time():
    """Not before it begins; then that it is late, then that it is over; years ahead a year may be wrong."""

    def said(at, opened_at=None):
        return [each.message for each in not_opened(terms(), opened_at and local(opened_at), local(at))]

    assert [] == said("2003-02-28T00:00:59")
    assert ["the offer should have opened on 2003-02-28 and did not: it opens when it is served"] == said(
        "2003-02-28T00:01:00"
    )
    assert [] == said("2003-03-03T10:00:00", opened_at="2003-02-28T09:00:00")
    assert [
        "the offer expired 2003-03-31 17:00 EST and was never opened: `optex serve` opens it only where `--expired` "
        "says so"
    ] == said("2003-03-31T17:00:00")
    assert [] == said("2026-11-28T10:00:00", opened_at="2003-02-28T09:00:00")
    assert [] == said("2001-03-01T10:00:00")
    assert ["the offer commences on 2003-02-28, years from now: is a year mistyped?"] == said("2000-11-28T10:00:00")
