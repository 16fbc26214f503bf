"""An offer for all eligible options or none, without a look-back, with forms by e-mail and on the web page."""

import pytest

PAGE = "https://stock.alpha.example/offer"


@pytest.fixture(scope="module")
def whole(new_offer):
    """Ann names one option of two, and then both; Bo sends by fax what he may send by e-mail or on the web page."""
    offer = new_offer(
        exchange={"units": "all"},
        lookback={"months": 0},
        channels=["email", "web"],
        contact={"page": PAGE},
    )
    offer.holder("H1", "Ann Lee").grant("G1", 1000).grant("G2", 500, on="2002-10-01", price="2.00")
    offer.tenders("F1", "2003-03-10T10:00:00", channel="web", G1=1000)
    offer.tenders("F2", "2003-03-12T10:00:00", channel="web", G1=1000, G2=500)
    offer.holder("H2", "Bo Ray").grant("G3", 400)
    offer.tenders("F3", "2003-03-10T10:00:00", channel="fax", G3=400)
    offer.tenders("F4", "2003-03-13T10:00:00", channel="Email", signed_as="bo ray", G3=400)
    offer.tenders("F5", "2003-03-14T10:00:00", channel="Email", G3=400)
    offer.happens("2003-03-17T10:00:00", "extend", to="2003-04-04T17:00:00", announced_at="2003-03-17T10:00:00")
    return offer.play(until="2003-04-08T12:00:00")


def test_a_form_that_leaves_an_eligible_option_out_is_defective_and_told_what_to_do(whole):
    """Ann's first; her second names both options and is accepted (TND-8)."""
    assert [("defective", "TND-8"), ("effective", "EXP-1")] == [whole.form("F1"), whole.form("F2")]
    first = whole.letters("confirmation-of-receipt", "Ann Lee")[0]
    assert "The form leaves out option G2 with 500 shares. All eligible options are tendered, whole, or none" in first
    assert [("G1", "1000"), ("G2", "500"), ("G3", "400")] == whole.column("cancellations", "grant_id", "shares")


def test_a_form_comes_by_e_mail_or_on_the_web_page_and_is_signed_by_a_typed_name(whole):
    """By fax it is defective, and so is one with the name typed otherwise than on the option agreement."""
    standing = [whole.form(each) for each in ("F3", "F4", "F5")]
    assert [("defective", "TND-6"), ("defective", "TND-5"), ("effective", "EXP-1")] == standing
    [told, *_] = whole.letters("confirmation-of-receipt", "Bo Ray")
    assert "The form came by facsimile; it must be delivered by e-mail or on our web page." in told


def test_the_letters_name_the_address_and_the_page_and_what_is_a_signature(whole):
    """Both where forms are asked for: at the opening and in a reminder."""
    where = f"by e-mail to options@alpha.example or on our web page {PAGE}"
    [opened] = whole.letters("offer-opened", "Ann Lee")
    assert where in opened
    typed = "On a form that is delivered by e-mail or on the web page the name that you type counts as your signature"
    assert typed in opened
    assert where in whole.letters("reminder", "Ann Lee")[0]


def test_the_letters_say_that_it_is_all_or_none(whole):
    """At the opening and with the extension."""
    [opened] = whole.letters("offer-opened", "Ann Lee")
    assert "You may tender all of them, each whole as far as it has not been exercised, or none." in opened
    assert "any part of one" not in opened
    [extended] = whole.letters("extension", "Bo Ray")
    assert "all, some or none" not in extended


def test_no_letter_speaks_of_a_look_back(whole):
    """There is none: nothing must be tendered because of its day."""
    for kind in ("offer-opened", "extension", "confirmation-of-receipt", "reminder"):
        assert whole.letters(kind)
        assert not [each for each in whole.letters(kind) if "granted since" in each or "granted to you since" in each]
    [extended] = whole.letters("extension", "Ann Lee")
    assert "One date does not move with the extension: options that we have not accepted by" in extended
