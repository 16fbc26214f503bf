"""Offers at a ratio by price, and offers of restricted stock units, played to their literal shares (XCH-1, XCH-3)."""

from decimal import Decimal

import pytest

from infra.explain.explain import explain_holder
from infra.report.data import report_data
from infra.report.page import render_report
from tests.offers import Offer

TIERS = """
[[exchange.ratio]]
price_from = 10.00
old = 5
new = 2
[[exchange.ratio]]
price_from = 20.00
old = 3
new = 1
"""
UNITS = '[exchange]\naward = "rsu"\n' + TIERS


def ann_and_bob(root, tables=TIERS):
    """Ann tenders half of a grant at $12.50, and too little of one at $20; $9.99 is in no tier. Bob tenders all."""
    return (
        Offer(root, tables)
        .holder("H1", "Ann Able")
        .grant("G1", 1_001, on="2001-05-16")
        .grant("G2", 100, price="20.00")
        .grant("G3", 50, on="2002-12-02", price="9.99")
        .tenders("F1", "2003-03-10T10:00:00", G1=501, G2=2)
        .holder("H2", "Bob Baker")
        .grant("G4", 1_000, price="20.00")
        .grant("G5", 7, price="10.00")
        .tenders("F2", "2003-03-11T10:00:00", G4=1_000, G5=7)
        .closes_at("2003-10-03", "3.00")
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    return ann_and_bob(tmp_path_factory.mktemp("ratio")).play()


@pytest.fixture(scope="module")
def of_units(tmp_path_factory):
    offer = ann_and_bob(tmp_path_factory.mktemp("units"), UNITS)
    return offer.happens("2003-05-06T10:00:00", "defer", holder="H1", shares=300, type="ISO").play()


def test_promised_and_granted_are_the_new_shares_of_each_grant(played):
    """501 at 5 for 2 are 200; 1,000 at 3 for 1 are 333; 7 at 5 for 2 are 2, each rounded down by itself."""
    cancelled = [("G1", "501"), ("G4", "1000"), ("G5", "7")]
    assert cancelled == played.column("cancellations", "grant_id", "shares")
    assert [("H1", "200"), ("H2", "335")] == played.column("promises", "holder_id", "shares")
    granted = [("G1-N", "200", "3.00"), ("G4-N", "333", "3.00"), ("G5-N", "2", "3.00")]
    assert granted == played.column("new_options", "grant_id", "shares", "price")
    assert [("G1-B", "500")] == played.column("balancing_options", "grant_id", "shares")
    # Of the 501 cancelled 333 had vested by the grant: of 200 in their proportion, floored, 132.
    assert [("2003-10-03", "132"), ("2004-05-16", "68")] == played.column(
        "vesting", "vests_on", "shares", grant_id="G1-N"
    )


def test_the_difference_returns_to_the_pool_for_good(played):
    """Of 1,508 cancelled 535 are reserved for the promises: 973 more are available than before, and stay so."""
    expected = [
        ("cancelled", "1508", "99350"),
        ("reserved", "-535", "98815"),
        ("released", "535", "99350"),
        ("granted", "-535", "98815"),
    ]
    assert expected == played.column("pool", "event", "shares", "available_after")[3:]


def test_what_comes_to_nothing_is_told_before_and_rejected(played):
    """2 shares at 3 for 1: the confirmation says that they cannot be accepted, and the rejection why they were not."""
    assert [("G2", "XCH-1")] == played.column("tenders", "grant_id", "rule", decision="rejected")
    [confirmed] = played.letters("confirmation-of-receipt", "Ann Able")
    assert "For G2 there would be no whole new share. Such a tender cannot be accepted" in confirmed
    [rejected] = played.letters("rejection", "Ann Able")
    assert "At 3 old shares for 1 new one no whole new share would be given for 2 shares of G2" in rejected


def test_an_option_below_every_tier_is_neither_offered_nor_added(played):
    """A grant of the look-back window at $9.99 is in no tier: it is not in the statement, and is not tendered."""
    [opened] = played.letters("offer-opened", "Ann Able")
    assert "G3" not in opened
    assert [] == played.ledger("tenders", grant_id="G3")


def test_the_letters_state_the_new_shares(played):
    """The statement, the promise and the agreement each say what is given for an option, and by which ratio."""
    [opened] = played.letters("offer-opened", "Ann Able")
    assert "$10.00 to less than $20.00: 5 old shares for 2 new ones" in opened
    assert "G1 $12.50 5 for 2 1,001 400 G2 $20.00 3 for 1 100 33" in opened
    [accepted] = played.letters("acceptance-and-promise", "Bob Baker")
    assert "G4 $20.00 3 for 1 1,000 333 G5 $10.00 5 for 2 7 2" in accepted
    assert "options covering 335 shares of our common stock, the number that the ratio above gives for" in accepted
    [granted] = played.letters("grant", "Ann Able")
    assert "purchase 200 shares" in granted


def test_units_are_granted_without_price_type_and_term(of_units):
    """Each cancelled grant becomes units; the grant that was deferred meanwhile stays an option at the close."""
    expected = [
        ("D-1-N", "300", "3.00", "ISO", "2013-10-03"),
        ("G1-N", "200", "", "RSU", ""),
        ("G4-N", "333", "", "RSU", ""),
        ("G5-N", "2", "", "RSU", ""),
    ]
    assert expected == of_units.column("new_options", "grant_id", "shares", "price", "type", "expires_on")
    assert ["2003-10-03", "2004-05-16"] == of_units.column("vesting", "vests_on", grant_id="G1-N")


def test_the_letters_speak_of_units(of_units):
    """Nothing says that units have a price; each has an agreement of its own, and the option beside them its own."""
    [opened] = of_units.letters("offer-opened", "Bob Baker")
    assert "for restricted stock units, which we will grant under the 1994 Stock Plan" in opened
    assert "A restricted stock unit has no exercise price" in opened
    [accepted] = of_units.letters("acceptance-and-promise", "Bob Baker")
    assert "Promise to Grant Restricted Stock Units" in accepted
    assert "The exercise price will be" not in accepted
    [bobs] = of_units.letters("grant", "Bob Baker")
    assert "we granted you 335 restricted stock units, each for one share of our common stock" in bobs
    assert "Exercise price: none" in bobs
    assert "ISO" not in bobs
    [anns] = of_units.letters("grant", "Ann Able")
    assert "Restricted stock unit agreement 1 of 2" in anns
    assert "New option agreement 2 of 2" in anns


def test_a_split_after_the_cancellation_scales_the_new_shares(tmp_path):
    """3-for-2 on June 2: of the 200 promised 300 are granted, of 333 and 2 they are 499 and 3."""
    split = ann_and_bob(tmp_path).happens("2003-05-20T10:00:00", "split", on="2003-06-02", new=3, old=2)
    it = split.play()
    assert [("G1-N", "300"), ("G4-N", "499"), ("G5-N", "3")] == it.column("new_options", "grant_id", "shares")
    assert [("H1", "200"), ("H2", "335")] == it.column("promises", "holder_id", "shares")


def test_a_split_while_the_offer_is_open_moves_no_option_to_another_tier(tmp_path):
    """2-for-1 on March 20: Bob's option at $20 costs $10, is 2,000 shares, and is exchanged at 3 for 1 all the same."""
    split = ann_and_bob(tmp_path).happens("2003-03-19T10:00:00", "split", on="2003-03-20", new=2, old=1)
    it = split.play()
    assert [("G1", "1002"), ("G2", "4"), ("G4", "2000"), ("G5", "14")] == it.column(
        "cancellations", "grant_id", "shares"
    )
    assert [("H1", "401"), ("H2", "671")] == it.column("promises", "holder_id", "shares")


def test_a_lapsed_promise_frees_the_new_shares(tmp_path):
    """Bob leaves in July: his 335 new shares lapse, not the 1,007 that were cancelled."""
    it = (
        ann_and_bob(tmp_path)
        .happens(
            "2003-07-01T10:00:00", "service-set", holder="H2", capacity="employee", from_="1999-01-04", to="2003-06-30"
        )
        .play()
    )
    assert ["335"] == it.column("pool", "shares", event="lapsed")
    assert [("H1", "granted"), ("H2", "lapsed")] == it.column("promises", "holder_id", "outcome")
    [lapsed] = it.letters("promise-lapsed", "Bob Baker")
    assert "Option shares that lapse: 335 shares" in lapsed


def test_a_voided_acceptance_restores_the_old_shares(tmp_path):
    """Bob had left before the cancellation, as is told in May: 335 reserved are free, and 1,007 outstanding again."""
    left = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-03-28", "by": "Ann HR"}
    it = (
        ann_and_bob(tmp_path)
        .happens("2003-05-05T10:00:00", "service-set", **left)
        .happens("2003-05-06T10:00:00", "approve", step="void", holder="H2", by="Carl Counsel")
        .play()
    )
    assert [("voided", "335"), ("outstanding", "-1007")] == it.column("pool", "event", "shares")[5:7]
    assert [("H1", "granted"), ("H2", "voided")] == it.column("promises", "holder_id", "outcome")


@pytest.mark.parametrize(("price", "promised", "outcome"), [("20.00", "167", "granted"), ("5.00", "200", "voided")])
def test_a_corrected_price_restates_the_promise(tmp_path, price, promised, outcome):
    """Ann's 501 shares were priced at $20: 3 for 1 gives 167. At $5 nothing is given, and nothing was exchanged."""
    right = {"grant": "G1", "price": price, "reason": "Keyed in wrongly.", "by": "Ann Admin", "evidence": "Agreement."}
    it = ann_and_bob(tmp_path).happens("2003-05-05T10:00:00", "correct-grant", **right).play()
    assert [(promised, outcome)] == it.column("promises", "shares", "outcome", holder_id="H1")
    granted = [promised] if outcome == "granted" else []
    assert granted == it.column("new_options", "shares", from_grant_id="G1")
    assert len(it.letters("correction", "Ann Able")) == 1


def test_explain_and_report_tell_the_ratio(played):
    """Why so many new shares, and what became of the others."""
    with played.workspace() as workspace, workspace.read() as db:
        said = " ".join(line.what for line in explain_holder(db, "H1"))
        report = render_report(report_data(db))
    assert "; 400 new shares for 1,001 of G1 at 5 old shares for 2 new ones, rounded down." in said
    assert "Promised: 200 new shares for 501 of G1 at 5 old shares for 2 new ones, rounded down (XCH-1)." in said
    assert "1,508 option shares were cancelled, and 535 promised for them: 535 were granted again, 0 lapsed" in report
    assert "Returned to the pool by the ratio" in report


def test_explain_and_report_tell_of_units(of_units):
    """They are granted as units, at no price; the option that was deferred has one."""
    with of_units.workspace() as workspace, workspace.read() as db:
        said = " ".join(line.what for line in explain_holder(db, "H2"))
        data = report_data(db)
    assert "issued: restricted stock units for 335 shares" in said
    assert "333 restricted stock units G4-N granted in place of G4 (NSO of May 16, 2000 at $20.00)." in said
    assert [(Decimal("3.00"), 300)] == list(data.new_prices)


def test_the_price_of_an_exchanged_option_is_not_corrected_after_the_grant(tmp_path):
    """It decided how many new shares there are: what was granted is a matter for a person (REC-4)."""
    right = {
        "grant": "G1",
        "price": "20.00",
        "reason": "Keyed in wrongly.",
        "by": "Ann Admin",
        "evidence": "Agreement.",
    }
    it = ann_and_bob(tmp_path).happens("2003-10-06T10:00:00", "correct-grant", **right).play()
    [refused] = it.column("audit", "detail", action="correct-grant refused")
    assert "new options took the place of G1 on 2003-10-03" in refused
    assert ["200"] == it.column("new_options", "shares", from_grant_id="G1")


def test_units_that_are_rescinded_go_back_to_the_pool(tmp_path):
    """Bob had left before the grant, as is told after it: his units are rescinded, and the letter names no price."""
    left = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-09-30", "by": "Ann HR"}
    settled = {"as_": "rescind", "reason": "He had left.", "evidence": "Personnel file.", "by": "Carl Counsel"}
    it = (
        ann_and_bob(tmp_path, UNITS)
        .happens("2003-10-06T10:00:00", "service-set", **left)
        .happens("2003-10-07T10:00:00", "settle", grant="G4-N", **settled)
        .play()
    )
    assert ["333"] == it.column("pool", "shares", event="rescinded")
    [rescinded] = it.letters("correction", "Bob Baker")
    assert "Exercise price: none" in rescinded
    assert "Type: restricted stock unit (RSU)" in rescinded
