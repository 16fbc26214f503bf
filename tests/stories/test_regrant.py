"""Between cancellation and grant: splits, deferred grants, late prices, the Committee's date, holds, signatures."""

import pytest


@pytest.fixture(scope="module")
def split(new_offer):
    """A 3-for-2 split of June 2, announced on May 6; one grant is deferred before it and one after."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000, on="2002-05-15", price="2.60")
    offer.holder("H2", "Bo Ray").grant("G2", 501)
    offer.holder("H3", "Cy Dow").grant("G3", 300)
    offer.holder("H4", "Di Fox", until="2003-05-16").grant("G4", 200)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.tenders("F2", "2003-03-10T10:00:00", G2=501)
    offer.tenders("F4", "2003-03-10T10:00:00", G4=200)
    offer.happens("2003-03-20T10:00:00", "split", on="2003-02-27", new=2, old=1)
    offer.happens("2003-04-15T10:00:00", "defer", holder="H2", shares=101, type="NSO")
    offer.happens("2003-05-06T10:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens("2003-05-07T10:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens("2003-05-08T10:00:00", "split", on="2003-10-06", new=2, old=1)
    offer.happens("2003-07-01T10:00:00", "defer", holder="H1", shares=1000, type="NSO", by="Committee")
    offer.happens("2003-07-01T11:00:00", "defer", holder="H3", shares=10, type="NSO")
    offer.happens("2003-07-01T12:00:00", "defer", holder="H1", shares=1_000_000, type="NSO")
    offer.happens("2003-10-06T10:00:00", "agreement-signed", grant="G1-N", on="2003-10-06")
    offer.happens("2003-10-06T11:00:00", "agreement-signed", grant="G2-N", on="2003-10-02")
    offer.happens("2003-10-06T12:00:00", "agreement-signed", grant="G3-N", on="2003-10-06")
    return offer.closes_at("2003-10-03", "1.27").play()


def test_a_split_scales_the_promised_shares(split):
    """1,000 shares become 1,500, and 501 become 751: the half share is neither granted nor paid."""
    assert [("G1-N", "1500"), ("G2-N", "751")] == [
        row for row in split.column("new_options", "grant_id", "shares") if row[0].startswith("G")
    ]
    assert ["1000", "501", "200"] == split.column("promises", "shares"), "the promise stays as it was made"


def test_a_split_scales_every_cumulative_boundary(split):
    """333, 333, 334 shares of May 2003 to 2005 end at 333, 666, 1,000: scaled and floored 499, 999, 1,500."""
    assert [("2003-10-03", "499"), ("2004-05-15", "500"), ("2005-05-15", "501")] == split.column(
        "vesting", "vests_on", "shares", grant_id="G1-N"
    )


def test_a_split_counts_once_and_only_from_commencement_to_grant(split):
    """Of February 27 it is refused, of October 6 it is refused, and told twice it is the same split."""
    assert ["ADJ-1", "ADJ-1"] == split.column("audit", "rule", action="split refused")
    assert ["2003-06-02"] == split.column("audit", "subject", action="split")


def test_a_deferred_grant_is_made_with_the_new_options(split):
    """Decided on July 1, granted on October 3 at that day's close, vesting in thirds from that day."""
    assert [("", "2003-10-03", "1000", "1.27", "NSO")] == split.column(
        "new_options", "from_grant_id", "granted_on", "shares", "price", "type", grant_id="D-2-N"
    )
    assert [("2004-10-03", "333"), ("2005-10-03", "333"), ("2006-10-03", "334")] == split.column(
        "vesting", "vests_on", "shares", grant_id="D-2-N"
    )


def test_a_grant_deferred_before_a_split_is_scaled_by_it(split):
    """101 shares decided in April are 151 in October."""
    assert ["151"] == split.column("new_options", "shares", grant_id="D-1-N")


def test_a_grant_is_deferred_only_for_a_participant_and_from_the_pool(split):
    """Cy has tendered nothing, and a million shares are more than the plan has."""
    assert [("H3", "LCK-1"), ("H1", "PLN-1")] == split.column("audit", "subject", "rule", action="defer refused")


def test_the_pool_follows_the_split(split):
    """Available 97,999 at the opening, 97,898 after a deferral, 98,098 with the 200 shares that Di leaves in May.

    By the split of June 2 the 100,000 authorized become 150,000; the 300 outstanding, the 1,000 and 501 promised and
    the 101 deferred become 450, 1,500, 751 and 151: 147,148 are available. What is granted is what was reserved.
    """
    assert [
        ("cancelled", "1701", "99700"),
        ("reserved", "-1701", "97999"),
        ("reserved", "-101", "97898"),
        ("lapsed", "200", "98098"),
        ("split", "49050", "147148"),
        ("reserved", "-1000", "146148"),
        ("released", "3402", "149550"),
        ("granted", "-3402", "146148"),
    ] == split.column("pool", "event", "shares", "available_after")[3:]


def test_an_agreement_is_signed_after_the_grant_of_an_option_that_exists(split):
    """Signed on October 6 it is recorded; on October 2, or for an option that was never granted, it is refused."""
    assert ["G1-N"] == split.column("audit", "subject", action="agreement-signed")
    assert [("G2-N", "GRT-5"), ("G3-N", "GRT-5")] == split.column(
        "audit", "subject", "rule", action="agreement-signed refused"
    )


@pytest.fixture(scope="module")
def late_price(new_offer):
    """Nobody tells the closing price of October 3 before Tuesday, October 7, and then two people tell two."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee", until="2003-10-04").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.closes_at("2003-10-02", "1.32").closes_at("2003-10-06", "1.26")
    offer.happens("2003-10-02T10:00:00", "price-set", on="2003-10-03", close="9.99")
    offer.happens("2003-10-06T10:00:00", "price-set", on="2003-10-04", close="9.99")
    offer.happens("2003-10-06T11:00:00", "committee-grant-date", on="2003-10-03", by="Committee")
    offer.happens("2003-10-07T10:00:00", "price-set", on="2003-10-03", close="1.28", by="Plan desk")
    offer.happens("2003-10-07T11:00:00", "price-set", on="2003-10-03", close="1.27", by="Plan desk")
    return offer.play()


def test_the_grant_waits_visibly_for_its_price(late_price):
    """Due on October 3 and held, no other day's price is taken; told on October 7, it goes on that evening."""
    assert [("2003-10-03T22:00:00Z", "2003-10-07T23:00:00Z", "done")] == late_price.column(
        "milestones", "due", "done_at", "outcome", name="regrant"
    )
    assert [("2003-10-03T22:00:00Z", "GRT-3")] == late_price.column("audit", "at", "rule", action="regrant held")


def test_the_grant_date_stays_when_the_price_comes_late(late_price):
    """Granted as of October 3 at the price told of October 3; Ann, who left on the 4th, served through it."""
    assert [("G1-N", "2003-10-03", "1.28", "2013-10-03")] == late_price.column(
        "new_options", "grant_id", "granted_on", "price", "expires_on"
    )
    assert ["granted"] == late_price.column("promises", "outcome")


def test_no_price_is_told_of_a_day_without_one(late_price):
    """Neither of a day to come nor of a Saturday, nor another one than is on record of the day."""
    told = late_price.column("audit", "subject", "rule", "detail", action="price-set refused")
    assert [("2003-10-03", "GRT-3"), ("2003-10-04", "GRT-3"), ("2003-10-03", "REC-2")] == [each[:2] for each in told]
    assert (
        "price set 2003-10-03 is on record with other content (close: 1.28 on record, 1.27 told). "
        "`optex correct price` corrects it."
    ) == told[2][2]


def test_a_grant_is_not_dated_back(late_price):
    """On October 6 the Committee can no longer choose October 3."""
    assert ["GRT-2"] == late_price.column("audit", "rule", action="committee-grant-date refused")


def test_a_price_that_comes_after_the_step_is_not_missed(new_offer):
    """Where the grant falls due in the morning it is held until the exchange has closed, and made that evening."""
    offer = new_offer(regrant_at="10:00:00")
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-02", "1.32").closes_at("2003-10-03", "1.27").play()
    assert [("2003-10-03T15:00:00Z", "2003-10-03T23:00:00Z", "done")] == played.column(
        "milestones", "due", "done_at", "outcome", name="regrant"
    )
    assert ["1.27"] == played.column("new_options", "price")


def test_the_committee_may_choose_a_later_day_and_no_earlier_one(new_offer):
    """October 2 and Columbus Day are refused, October 10 is taken: the grant moves, and who leaves before it loses."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray", until="2003-10-09").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.happens("2003-05-06T10:00:00", "defer", holder="H2", shares=40, type="NSO", by="Committee")
    offer.happens("2003-09-22T10:00:00", "committee-grant-date", on="2003-10-02", by="Committee")
    offer.happens("2003-09-22T11:00:00", "committee-grant-date", on="2003-10-13", by="Committee")
    offer.happens("2003-09-22T12:00:00", "committee-grant-date", on="2003-10-10", by="Committee")
    played = offer.closes_at("2003-10-03", "1.27").closes_at("2003-10-10", "1.31").play()
    assert ["GRT-2", "GRT-1"] == played.column("audit", "rule", action="committee-grant-date refused")
    assert [("2003-10-03T14:00:00Z", "superseded"), ("2003-10-10T14:00:00Z", "done")] == played.milestone(
        "recheck-employment"
    )
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2003-10-10T22:00:00Z", "done")] == played.milestone("regrant")
    assert [("G1-N", "2003-10-10", "1.31")] == played.column("new_options", "grant_id", "granted_on", "price")
    assert ["granted", "lapsed"] == played.column("promises", "outcome")
    assert "99000" == played.column("pool", "available_after")[-1], "nor is Bo's deferred grant made"


def test_a_held_grant_is_made_on_the_day_of_its_release(new_offer):
    """Held in September, due on October 3, released on Monday, October 20: granted that day at that day's price.

    Bo, who left on October 10, did not serve until then.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray", until="2003-10-10").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.happens("2003-09-02T10:00:00", "release", reason="nothing is held")
    offer.happens("2003-09-15T10:00:00", "hold", reason="a merger with Acme", by="Board")
    offer.happens("2003-10-20T10:00:00", "release", reason="the merger is off", by="Board")
    played = offer.closes_at("2003-10-03", "1.27").closes_at("2003-10-20", "1.45").play()
    assert ["CIC-1"] == played.column("audit", "rule", action="release refused")
    assert [("2003-10-03T22:00:00Z", "held"), ("2003-10-20T22:00:00Z", "done")] == played.milestone("regrant")
    assert [("2003-10-03T22:00:00Z", "CIC-1")] == played.column("audit", "at", "rule", action="regrant held")
    assert [("G1-N", "2003-10-20", "1.45")] == played.column("new_options", "grant_id", "granted_on", "price")
    assert ["granted", "lapsed"] == played.column("promises", "outcome")


def test_a_hold_released_before_the_grant_date_moves_nothing(new_offer):
    """Held and released in September, the grant is on October 3."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-09-15T10:00:00", "hold", reason="a doubt")
    offer.happens("2003-09-16T10:00:00", "release", reason="no doubt")
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [("2003-10-03T22:00:00Z", "done")] == played.milestone("regrant")


@pytest.mark.parametrize(("on", "taken"), [("2003-10-08", ["G1-N"]), ("2003-10-09", [])])
def test_a_signature_is_recorded_when_it_is_there(new_offer, on, taken):
    """Told on October 8 it may be of that day, and not of the next (GRT-5)."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.closes_at("2003-10-03", "1.00").happens("2003-10-08T10:00:00", "agreement-signed", grant="G1-N", on=on)
    assert taken == offer.play().column("audit", "subject", action="agreement-signed")
