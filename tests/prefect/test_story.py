"""One offer told day by day, from February 28 to October 8, 2003: what people do, and what follows from it."""

import pytest


@pytest.fixture(scope="module")
def offer(new_offer):
    """Six holders with 4,200 option shares under a plan that has 100,000."""
    offer = new_offer(reminders=[10, 5, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).grant("G2", 900, on="2002-09-24", price="4.10")
    offer.holder("H2", "Bo Ray", "director").grant("G3", 600)
    offer.holder("H3", "Cy Dow").grant("G4", 300)
    offer.holder("H4", "Di Fox").grant("G5", 500)
    offer.holder("H5", "Ed Gil", until="2003-06-13").grant("G6", 700)
    offer.holder("H6", "Fay Hill").grant("G7", 200)
    offer.tenders("F1", "2003-03-03T10:00:00", G1=600)
    offer.tenders("F2", "2003-03-05T11:00:00", signed_as="B. Ray", G3=600)
    offer.tenders("F3", "2003-03-06T09:30:00", G3=600)
    offer.tenders("F4", "2003-03-10T15:00:00", channel="hand", G4=300)
    offer.withdraws("F5", "H3", "2003-03-20T15:00:00")
    offer.tenders("F7", "2003-03-31T16:59:59", G6=700)
    offer.tenders("F6", "2003-03-31T17:00:00", G5=500)
    offer.closes_at("2003-10-02", "1.32").closes_at("2003-10-03", "1.27").closes_at("2003-10-06", "1.26")
    return offer.happens("2003-10-08T10:00:00", "agreement-signed", grant="G1-N", on="2003-10-07", by="Plan desk")


def test_the_offer_from_its_opening_to_the_new_options(offer, tmp_path):
    """Each day of the offer brings what the document says of it, and the ledgers tell it."""
    # Friday, February 28: the offer opens, and everyone who holds options is told what they hold.
    told = offer.play(until="2003-02-28T23:59:59")
    assert ["H1", "H2", "H3", "H4", "H5", "H6"] == told.column("notices", "holder_id", kind="offer-opened")
    assert [("2003-02-28T14:00:00Z", "done")] == told.milestone("open")
    assert ["-4200"] == told.column("pool", "shares", event="outstanding")
    assert "95800" == told.column("pool", "available_after")[-1]

    # Monday, March 3: Ann tenders part of one option. Her grant of September 2002 has to come with it.
    told = offer.play(until="2003-03-03T23:59:59")
    [letter] = told.letters("confirmation-of-receipt", "Ann Lee")
    assert "It tenders 1,500 shares in all" in letter
    assert "Added to what your form names." in letter
    assert "It is not an acceptance of your options for exchange (Section 6)." in letter

    # Wednesday, March 5: Bo does not sign as his option agreement has it; the next day he does.
    told = offer.play(until="2003-03-05T23:59:59")
    assert ("defective", "TND-5") == told.form("F2")
    told = offer.play(until="2003-03-06T23:59:59")
    assert ("effective", "EXP-1") == told.form("F3")

    # Monday, March 17: ten business days are left, and three have tendered.
    told = offer.play(until="2003-03-17T23:59:59")
    assert [("2003-03-17T14:00:00Z", "done")] == told.milestone("reminder-10")
    assert 6 == len(told.letters("reminder"))
    assert ("effective", "EXP-1") == told.form("F4")

    # Thursday, March 20: Cy withdraws, so his options stay as they are.
    told = offer.play(until="2003-03-20T23:59:59")
    assert ("withdrawn", "WDR-1") == told.form("F4")
    assert ("effective", "WDR-1") == told.form("F5")

    # Monday, March 31, 5 p.m.: the offer closes. Ed comes a second before it, Di with the stroke.
    told = offer.play(until="2003-03-31T23:59:59")
    assert [("2003-03-31T22:00:00Z", "done")] == told.milestone("close")
    assert ("effective", "EXP-1") == told.form("F7")
    assert ("late", "EXP-1") == told.form("F6")
    assert [] == told.ledger("tenders"), "nothing is accepted before an extension could have been announced"

    # Tuesday, April 1, 8 a.m.: no extension. 9 a.m.: acceptance, cancellation, balancing options, promises.
    told = offer.play(until="2003-04-01T08:59:59")
    assert [] == told.ledger("cancellations")
    told = offer.play(until="2003-04-01T23:59:59")
    cancelled = told.column("cancellations", "grant_id", "shares", "cancelled_on", "balancing_grant_id")
    assert [
        ("G1", "600", "2003-04-01", "G1-B"),
        ("G2", "900", "2003-04-01", ""),
        ("G3", "600", "2003-04-01", ""),
        ("G6", "700", "2003-04-01", ""),
    ] == cancelled
    assert [("G1-B", "2000-05-16", "400", "12.50")] == told.column(
        "balancing_options", "grant_id", "granted_on", "shares", "price"
    )
    promised = told.column("promises", "promise_id", "shares", "issued_on", "not_before", "outcome")
    assert [
        ("P-H1", "1500", "2003-04-01", "2003-10-03", "open"),
        ("P-H2", "600", "2003-04-01", "2003-10-03", "open"),
        ("P-H5", "700", "2003-04-01", "2003-10-03", "open"),
    ] == promised
    assert ["Di Fox"] == [name for name in ("Cy Dow", "Di Fox", "Fay Hill") if told.letters("rejection", name)]
    assert "95800" == told.column("pool", "available_after")[-1], "what came back is reserved at once"

    # Monday, April 28: everything was accepted long ago, so nobody needs the right to withdraw.
    told = offer.play(until="2003-04-28T23:59:59")
    assert [("2003-04-28T22:00:00Z", "moot")] == told.milestone("withdrawal-right")

    # Saturday, June 14: the first day without Ed. His promise lapses, and its shares go back to the pool.
    told = offer.play(until="2003-06-14T23:59:59")
    assert [("lapsed", "ELG-3")] == told.column("promises", "outcome", "rule", promise_id="P-H5")
    assert [] == told.letters("promise-lapsed", "Ed Gil")
    assert "96500" == told.column("pool", "available_after")[-1]

    # Friday, June 20: five business days later, in which HR might have corrected itself, he is told.
    told = offer.play(until="2003-06-20T23:59:59")
    assert 1 == len(told.letters("promise-lapsed", "Ed Gil"))

    # Friday, October 3: six months and one day have passed. Service is checked, then the day's close is the price.
    told = offer.play(until="2003-10-03T16:59:59")
    assert [] == told.ledger("new_options")
    told = offer.play(until="2003-10-03T23:59:59")
    assert [
        ("G1-N", "600", "2003-10-03", "1.27", "NSO", "2013-10-03"),
        ("G2-N", "900", "2003-10-03", "1.27", "NSO", "2013-10-03"),
        ("G3-N", "600", "2003-10-03", "1.27", "NSO", "2008-10-03"),
    ] == told.column("new_options", "grant_id", "shares", "granted_on", "price", "type", "expires_on")
    assert [("2003-10-03", "300"), ("2004-09-24", "300"), ("2005-09-24", "300")] == told.column(
        "vesting", "vests_on", "shares", grant_id="G2-N"
    )
    assert [("2003-10-03", "600")] == told.column("vesting", "vests_on", "shares", grant_id="G3-N")
    assert ["granted", "granted", "lapsed"] == told.column("promises", "outcome")
    assert "96500" == told.column("pool", "available_after")[-1]

    # Wednesday, October 8: Ann's agreement of the day before has come back signed.
    told = offer.play()
    assert [("Plan desk", "G1-N", "GRT-5")] == told.column(
        "audit", "actor", "subject", "rule", action="agreement-signed"
    )
    assert [] == told.ledger("notices", sent_at=""), "every letter has left"

    # Told in one go by Prefect's flows, without a stop at every turn, it comes to the same, letter for letter.
    assert told.bytes() == offer.simulate(out=tmp_path / "out").bytes()
