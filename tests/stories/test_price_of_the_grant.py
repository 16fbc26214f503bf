"""Offers whose new options cost otherwise than the close of the grant date: that of the day before, or an average."""

from datetime import date
from decimal import Decimal

import pytest

from infra.folder.reader import read_folder
from optex.errors import BadData


def offer_of_two(new_offer, **terms):
    """Ann holds an NSO, and Bo, who owns 12% of the votes, an ISO; both tender all of it."""
    offer = new_offer(**terms)
    offer.holder("H1", "Ann Lee").grant("G1", 1000)
    offer.holder("H2", "Bo Ray", votes=12).grant("G2", 300, type="ISO")
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.tenders("F2", "2003-03-10T10:00:00", G2=300)


def priced(played):
    return played.column("new_options", "grant_id", "granted_on", "price")


def reasons(played, grant_id):
    with played.workspace() as workspace, workspace.read() as db:
        return dict(db.latest_decisions("option")[grant_id].remarks)


@pytest.fixture(scope="module")
def previous(new_offer):
    """The closes of October 2 and 3, 2003: the grant on the 3rd goes by the first of them."""
    offer = offer_of_two(new_offer, price="previous_close")
    offer.closes_at("2003-10-02", "1.27").closes_at("2003-10-03", "9.99")
    offer.happens("2003-10-06T10:00:00", "correct-price", on="2003-10-02", close="1.30", by="Ops", reason="a slip")
    return offer.happens(
        "2003-10-06T11:00:00", "correct-price", on="2003-10-03", close="9.98", by="Ops", reason="same"
    ).play()


def test_the_price_is_the_close_of_the_day_before(previous):
    """And 110% of it, up to the cent, to an owner of more than 10%: 1.397 is 1.40."""
    assert [("G1-N", "2003-10-03", "1.27"), ("G2-N", "2003-10-03", "1.40")] == priced(previous)


def test_the_letters_say_of_which_day_the_price_is(previous):
    """Before the election, in the promise and in the agreement, which names the amount."""
    words = "the closing price of our common stock on NASDAQ on the last trading day before the date of grant"
    for kind in ("offer-opened", "acceptance-and-promise"):
        [letter] = previous.letters(kind, to="Ann Lee")
        assert f"will be {words}" in letter, kind
    [agreement] = previous.letters("grant", to="Bo Ray")
    assert f"Its price goes by {words} (ATGI), which was $1.27 per share." in agreement
    assert "$1.40 per share, 110% of that, rounded up to the cent" in agreement


def test_the_price_of_the_day_before_is_explained(previous):
    """Under the rule of the offer's own terms, with the day."""
    assert (
        "The price of $1.27 is the closing price of October 2, 2003, the last trading day before the grant date."
    ) == reasons(previous, "G1-N")["XCH-4"]
    assert "110% of the closing price of $1.27 on October 2, 2003" in reasons(previous, "G2-N")["XCH-4"]


def test_the_price_at_which_was_granted_changes_no_more(previous):
    """That of October 2 is used up; that of the 3rd is not, and is corrected."""
    assert [("2003-10-02", "GRT-3")] == previous.column("audit", "subject", "rule", action="correct-price refused")
    assert ["2003-10-03"] == previous.column("audit", "subject", action="correct-price")


def test_an_average_waits_for_the_high_and_the_low(new_offer):
    """On October 3 the close alone is known; on the 6th its high and low are told: 1.255, up to the cent 1.26."""
    offer = offer_of_two(new_offer, price="average_high_low").closes_at("2003-10-03", "1.27")
    told = {"on": "2003-10-03", "close": "1.27"}
    offer.happens("2003-10-06T10:00:00", "price-set", **told, high="1.20", low="1.10")
    offer.happens("2003-10-06T11:00:00", "price-set", **told, high="1.29")
    offer.happens("2003-10-06T12:00:00", "price-set", **told, high="1.29", low="1.22")
    offer.happens("2003-10-06T13:00:00", "price-set", **told, high="1.29", low="1.21")
    played = offer.play()
    assert [("G1-N", "2003-10-03", "1.26"), ("G2-N", "2003-10-03", "1.39")] == priced(played)
    # Beyond the close, one without the other, and otherwise than it is on record: each is refused.
    assert ["GRT-3", "GRT-3", "REC-2"] == played.column("audit", "rule", action="price-set refused")
    assert "the high and the low of 2003-10-03 are not known yet" in str(played.column("audit", "detail"))
    assert (
        "The price of $1.26 is the average of the high and the low of October 3, 2003, the grant date, rounded up to "
        "the cent."
    ) == reasons(played, "G1-N")["XCH-4"]


def test_a_high_and_a_low_of_the_folder(new_offer):
    """prices.csv has two columns for them, which may be missing and may be blank."""
    offer = offer_of_two(new_offer, price="average_high_low")
    path = offer.write()
    (path / "prices.csv").write_text("date,close,high,low\n2003-10-02,1.20,,\n2003-10-03,1.27,1.29,1.22\n")
    day = read_folder(path).prices[date(2003, 10, 3)]
    assert (Decimal("1.29"), Decimal("1.22")) == (day.high, day.low)
    (path / "prices.csv").write_text("date,close,high,low\n2003-10-03,1.27,1.29,\n2003-10-06,1.27,1.20,1.10\n")
    with pytest.raises(BadData) as caught:
        read_folder(path)
    first, second = map(str, caught.value.faults)
    assert first.startswith("prices.csv:2: high: of the high and the low of a day one is told without the other")
    assert second.startswith("prices.csv:3: high: the close of 1.27 is not between the low of 1.10 and the high of")


def test_the_close_is_the_documents(new_offer):
    """Said or not, it is the default: the same ledgers and the same letters, byte for byte."""
    said = offer_of_two(new_offer, price="close").closes_at("2003-10-03", "1.27").play().bytes()
    assert said == offer_of_two(new_offer).closes_at("2003-10-03", "1.27").play().bytes()
