"""Acceptance and cancellation: what is cancelled in part, what a waiver lets in, and on which day."""

import pytest


@pytest.fixture(scope="module")
def partial(new_offer):
    """Ann tenders 450 of the 900 shares left of an option that vests in thirds of 1,000; Bo all of a small one."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000, on="2001-06-19", price="6.80", exercised=100)
    offer.holder("H2", "Bo Ray").grant("G2", 30)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=450)
    offer.tenders("F2", "2003-03-10T11:00:00", G2=30)
    return offer.closes_at("2003-10-03", "1.27").play()


def test_a_partial_tender_leaves_a_balancing_option(partial):
    """The untendered 450 shares go on with the old date, price and expiry; a tender of the whole leaves nothing."""
    assert [("G1", "450", "G1-B"), ("G2", "30", "")] == partial.column(
        "cancellations", "grant_id", "shares", "balancing_grant_id"
    )
    assert [("G1-B", "H1", "G1", "2001-06-19", "450", "6.80", "NSO", "2011-06-19")] == [
        tuple(row.values()) for row in partial.ledger("balancing_options")
    ]


def test_the_tranches_are_divided_by_cumulative_floor(partial):
    """The exercised 100 used up the first tranche: 233, 333, 334 are left, of which 116, 167, 167 are cancelled."""
    assert [("2002-06-19", "117"), ("2003-06-19", "166"), ("2004-06-19", "167")] == partial.column(
        "vesting", "vests_on", "shares", grant_id="G1-B"
    )
    assert [("2003-10-03", "283"), ("2004-06-19", "167")] == partial.column(
        "vesting", "vests_on", "shares", grant_id="G1-N"
    )


def test_the_promise_and_the_letter_say_what_was_accepted(partial):
    """Ann's letter promises 450 shares not before October 3, and names the balancing option."""
    [letter] = partial.letters("acceptance-and-promise", "Ann Lee")
    assert "450 shares" in letter
    assert "October 3, 2003" in letter
    assert "G1-B" in letter


def test_what_is_cancelled_returns_to_the_pool_and_is_reserved(partial):
    """100,000 less 930 outstanding less 100 exercised: cancelling 480 shares leaves as many available as before."""
    assert [
        ("authorized", "100000", "100000"),
        ("outstanding", "-930", "99070"),
        ("exercised", "-100", "98970"),
        ("cancelled", "480", "99450"),
        ("reserved", "-480", "98970"),
        ("released", "480", "99450"),
        ("granted", "-480", "98970"),
    ] == partial.column("pool", "event", "shares", "available_after")


@pytest.fixture(scope="module")
def waived(new_offer):
    """Three forms came by e-mail, one of them unsigned; the channel is waived for all at 8:30 a.m. of April 1."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", channel="email", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-11T10:00:00", channel="email", G2=500)
    offer.holder("H3", "Cy Dow").grant("G3", 300)
    offer.tenders("F3", "2003-03-12T10:00:00", channel="email", signed_as="", G3=300)
    offer.holder("H4", "Di Fox").grant("G4", 200).tenders("F4", "2003-03-31T17:00:00", G4=200)
    offer.happens("2003-04-01T08:30:00", "election-waive", form="F4", reason="only just late", by="CFO")
    offer.happens(
        "2003-04-01T08:40:00", "election-waive", form="F1", all_holders=True, reason="the fax was broken", by="CFO"
    )
    offer.happens("2003-04-01T09:00:01", "election-waive", form="F3", reason="an oversight", by="CFO")
    return offer.play(until="2003-04-02T12:00:00")


def test_a_waiver_for_all_holders_lets_in_everyone_with_that_defect(waived):
    """Both e-mails stand, after the close and before the acceptance; the unsigned one has a defect of its own."""
    assert ("effective", "EXP-1") == waived.form("F1")
    assert ("effective", "EXP-1") == waived.form("F2")
    assert ("defective", "TND-5") == waived.form("F3")
    assert ["G1", "G2"] == waived.column("cancellations", "grant_id")


def test_whose_form_stands_by_a_waiver_is_told_so(waived):
    """Ann and Bo get a revised confirmation that says by whom and why the defect was waived."""
    assert ["confirmation:F1", "confirmation:F1.2", "confirmation:F2", "confirmation:F2.2"] == [
        key
        for key in waived.column("notices", "notice_id", kind="confirmation-of-receipt")
        if key.startswith(("confirmation:F1", "confirmation:F2"))
    ]
    assert "Waived by CFO (the fax was broken)" in waived.letters("confirmation-of-receipt", "Bo Ray")[1]


def test_lateness_is_not_waived_and_nothing_after_the_acceptance(waived):
    """A second after 5 p.m. stays late, and a waiver a second after the acceptance is refused."""
    assert ("late", "EXP-1") == waived.form("F4")
    assert [("F4", "EXP-1"), ("F3", "TND-7")] == waived.column(
        "audit", "subject", "rule", action="election-waive refused"
    )


def test_whoever_tendered_in_vain_is_told_why(waived):
    """Cy and Di are written to: an unsigned form, and one that came too late."""
    assert ["H3", "H4"] == waived.column("notices", "holder_id", kind="rejection")


@pytest.fixture(scope="module")
def closings(new_offer):
    """April 1 is closed by executive order; the exchange stays shut on Monday, October 6."""
    offer = new_offer(
        tables="""
[[calendar.closed]]
date = 2003-04-01
reason = "Executive Order 13999: a day of mourning"
[[calendar.closed]]
date = 2003-10-06
reason = "the exchange stays shut after a storm"
calendar = "exchange"
"""
    )
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-04-02T08:00:01", "extend", to="2003-04-14T17:00:00")
    return offer.closes_at("2003-10-07", "1.27").play()


def test_a_day_closed_by_order_is_no_business_day(closings):
    """Deadline and cancellation are on Wednesday, April 2: a day later the extension is still in time until 8 a.m."""
    assert [("2003-04-02T13:00:00Z", "done")] == closings.milestone("extension-deadline")
    assert [("2003-04-02T14:00:00Z", "done")] == closings.milestone("cancel")
    assert ["EXT-1"] == closings.column("audit", "rule", action="extend refused")
    assert ["2003-04-02"] == closings.column("cancellations", "cancelled_on")


def test_the_grant_waits_for_a_day_on_which_the_exchange_trades(closings):
    """From April 3 six months and a day end on October 3; the 4th is a Saturday, and the 6th has no closing price."""
    assert [("2003-10-07T21:00:00Z", "done")] != closings.milestone("regrant")
    assert [("2003-10-07T22:00:00Z", "done")] == closings.milestone("regrant")
    assert [("2003-10-07", "1.27")] == closings.column("new_options", "granted_on", "price")


def test_good_friday_is_a_business_day_without_a_closing_price(new_offer):
    """Cancelled October 16, 2002, the first possible day is Good Friday, April 18, 2003: the grant is on Monday."""
    offer = new_offer(commences="2002-09-16", expires="2002-10-15T17:00:00", withdrawable_after=None)
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2002-09-20T10:00:00", G1=1000)
    played = offer.closes_at("2003-04-17", "0.90").closes_at("2003-04-21", "0.86").play()
    assert ["2002-10-16"] == played.column("cancellations", "cancelled_on")
    assert [("2003-04-21T22:00:00Z", "done")] == played.milestone("regrant")
    assert [("2003-04-21", "0.86")] == played.column("new_options", "granted_on", "price")


def test_good_friday_is_a_day_for_cancellation(new_offer):
    """Expired on Thursday, April 17, 2003, the offer is accepted on Good Friday: the federal calendar counts."""
    offer = new_offer(expires="2003-04-17T17:00:00")
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.play(until="2003-04-20T12:00:00")
    assert ["2003-04-18"] == played.column("cancellations", "cancelled_on")


def test_whoever_tenders_again_in_vain_is_told(new_offer):
    """Ann withdrew, and her new form of March 28 was not properly signed: she hears that nothing was accepted of it.

    Bo's form failed too, but his notice to reject came after it; Cy's failed when he had one that stood.
    """
    offer = new_offer()
    for n, name in enumerate(("Ann Lee", "Bo Ray", "Cy Fox"), start=1):
        offer.holder(f"H{n}", name).grant(f"G{n}", 1000)
    offer.tenders("A1", "2003-03-10T10:00:00", G1=1000).withdraws("A2", "H1", "2003-03-12T10:00:00")
    offer.tenders("A3", "2003-03-28T10:00:00", signed_as="A. Lee", G1=1000)
    offer.tenders("B1", "2003-03-10T10:00:00", signed_as="B. Ray", G2=1000).withdraws("B2", "H2", "2003-03-12T10:00:00")
    offer.tenders("C1", "2003-03-10T10:00:00", G3=1000)
    offer.tenders("C2", "2003-03-11T10:00:00", signed_as="C. Fox", G3=500)
    played = offer.play(until="2003-04-01T12:00:00")
    assert ["H1"] == played.column("notices", "holder_id", kind="rejection")
    [letter] = played.letters("rejection", "Ann Lee")
    assert "The form is signed as A. Lee, not exactly as Ann Lee" in letter
    assert [("G3", "accepted")] == played.column("tenders", "grant_id", "decision")
