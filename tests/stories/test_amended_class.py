"""An amendment of whom the offer is made to: who no longer is, is told, and who is again, may tender."""

import pytest


@pytest.fixture(scope="module")
def amended(new_offer):
    """On March 3 options from $20 on are sought only; on March 10, from $8 on."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-02-28T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500, price="25.00").tenders("F2", "2003-02-28T10:00:00", G2=500)
    for day, change, price in (("03", "decrease", "20.00"), ("10", "increase", "8.00")):
        offer.happens(f"2003-03-{day}T10:00:00", "amend", change=change, reason=f"Only from ${price} on.", by="CFO",
                      terms=f"eligible.minimum_price = {price}")  # fmt: skip
    return offer


def test_who_is_no_longer_sought_tenders_nothing_and_is_told(amended):
    """As it stood on March 4: form F1 is defective by the amended terms, and both letters say so."""
    played = amended.play(until="2003-03-04T12:00:00", out=amended.root / "early")
    assert [("defective", "ELG-5"), ("effective", "EXP-1")] == [played.form("F1"), played.form("F2")]
    [ann], [bo] = played.letters("amendment", "Ann Lee"), played.letters("amendment", "Bo Ray")
    assert "The number of options that we seek is decreased." in ann
    assert "Eligible: minimum price 0.00 20.00" in ann
    assert "On the amended terms the offer is made to you no more" in ann
    assert "an exercise price of $20.00 or more" in ann
    assert "Until the offer expires you may tender" not in ann
    assert "the offer is made to you no more" not in bo
    assert "purchase approximately 500 shares" in bo
    assert 2 == len(played.letters("confirmation-of-receipt", "Ann Lee"))
    assert 1 == len(played.letters("confirmation-of-receipt", "Bo Ray"))


def test_who_is_sought_again_stands_tendered_again(amended):
    """The form of February 28 is proper once more, and both are accepted on April 1; nobody is invited twice."""
    played = amended.play()
    assert [("effective", "EXP-1"), ("effective", "EXP-1")] == [played.form("F1"), played.form("F2")]
    assert [("H1", "1000"), ("H2", "500")] == played.column("promises", "holder_id", "shares")
    assert ["offer-opened:H1", "offer-opened:H2"] == played.column("notices", "notice_id", kind="offer-opened")
    assert "the offer is made to you no more" not in played.letters("amendment", "Ann Lee")[1]
