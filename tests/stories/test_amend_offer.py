"""Amendments: what needs ten business days of notice, and what does not."""

import pytest


@pytest.fixture(scope="module")
def amended(new_offer):
    """On Wednesday, March 19, eight business days before the expiration, the company wants to seek fewer options."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.happens("2003-03-18T10:00:00", "amend", change="increase", percent=2, reason="a little more")
    offer.happens("2003-03-19T10:00:00", "amend", change="decrease", reason="no options above $10", by="CFO")
    offer.happens("2003-03-19T11:00:00", "amend", change="increase", percent="2.1", reason="more")
    offer.happens("2003-03-19T12:00:00", "amend", change="increase", reason="more, but how much?")
    offer.happens(
        "2003-03-19T13:00:00", "amend", change="consideration", extend_to="2003-03-31T23:00:00", reason="too early"
    )
    offer.happens(
        "2003-03-19T14:00:00", "amend", change="decrease", extend_to="2003-04-01T17:00:00", reason="none above $10"
    )
    return offer.closes_at("2003-10-06", "1.27").play()


def test_a_decrease_eight_business_days_before_the_expiration_is_refused(amended):
    """The tenth business day from, and including, March 19 is April 1: the refusal names it."""
    refused = amended.column("audit", "at", "rule", "section", action="amend refused")
    assert ("2003-03-19T15:00:00Z", "AMD-1", "§15; Rule 13e-4(d)(2), (e)(3), (f)(1)") == refused[0]
    detail = amended.column("audit", "detail", action="amend refused")[0]
    assert "April 1, 2003" in detail


def test_an_increase_needs_the_notice_beyond_two_percent(amended):
    """Two percent is good as it is; more, or nobody knows how much, and an extension by hours, are refused."""
    assert ["2003-03-19T15:00:00Z", "2003-03-19T16:00:00Z", "2003-03-19T17:00:00Z", "2003-03-19T18:00:00Z"] == (
        amended.column("audit", "at", action="amend refused")
    )
    assert ["2003-03-18T15:00:00Z", "2003-03-19T19:00:00Z"] == amended.column("audit", "at", action="amend")


def test_the_same_amendment_is_good_with_an_extension_that_leaves_ten_business_days(amended):
    """Extended to April 1 in the same act, everything moves: accepted on April 2, granted on Monday, October 6."""
    assert [("2003-03-31T22:00:00Z", "superseded"), ("2003-04-01T22:00:00Z", "done")] == amended.milestone("close")
    assert ["2003-04-02"] == amended.column("cancellations", "cancelled_on")
    assert ["2003-10-06"] == amended.column("new_options", "granted_on")


def test_everyone_is_told_of_each_amendment_once(amended):
    """Two amendments reach both holders, the second together with its extension; what was refused reaches nobody."""
    assert ["amendment.1:H1", "amendment.1:H2", "amendment.2:H1", "amendment.2:H2"] == amended.column(
        "notices", "notice_id", kind="amendment"
    )
    assert ["H1", "H2"] == amended.column("notices", "holder_id", kind="extension")
    assert "None above $10." in amended.letters("amendment", "Bo Ray")[1]
