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


@pytest.fixture(scope="module")
def misstated(new_offer):
    """1,000 shares at $12.50 and 20 at $8.00: from $8 on instead of from $10 is an increase of 2%, whatever is said."""
    offer = new_offer(eligible={"minimum_price": 10.00})
    offer.holder("H1", "Ann Lee").grant("G1", 1000).holder("H2", "Bo Ray").grant("G2", 20, price="8.00")
    for hour, change, percent in (("10", "decrease", 2), ("11", "increase", 1), ("12", "increase", 2)):
        offer.happens(f"2003-03-28T{hour}:00:00", "amend", change=change, percent=percent, reason="From $8 on.",
                      by="CFO", terms="eligible.minimum_price = 8.00")  # fmt: skip
    return offer.play(until="2003-03-28T18:00:00")


def test_a_decrease_or_an_increase_is_what_the_record_shows(misstated):
    """On the last but one day ten business days are no more to be had: two percent, and no more, need none."""
    fewer, one = misstated.column("audit", "detail", action="amend refused")
    assert fewer.startswith("after such a change the offer must stay open ten business days")
    assert one.startswith("by these terms 1,020 option shares would be sought, and not 1,000: that is 2.00%, not 1%")
    assert ["offer-opened:H1", "offer-opened:H2"] == misstated.column("notices", "notice_id", kind="offer-opened")
    assert "increased by 2% of the option shares" in misstated.letters("amendment", "Bo Ray")[0]


def test_who_is_sought_again_stands_tendered_again(amended):
    """The form of February 28 is proper once more, and both are accepted on April 1; nobody is invited twice."""
    played = amended.play()
    assert [("effective", "EXP-1"), ("effective", "EXP-1")] == [played.form("F1"), played.form("F2")]
    assert [("H1", "1000"), ("H2", "500")] == played.column("promises", "holder_id", "shares")
    assert ["offer-opened:H1", "offer-opened:H2"] == played.column("notices", "notice_id", kind="offer-opened")
    assert "the offer is made to you no more" not in played.letters("amendment", "Ann Lee")[1]
