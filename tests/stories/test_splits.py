"""Splits at any time from commencement to grant: of what is outstanding, tendered, kept and promised (ADJ-1)."""

import pytest

from infra.explain.explain import explain_holder


def post_split(offer, grant_id, shares, price, exercised=0):
    """From now on the holder's forms state the option as adjusted."""
    holder, _, granted_on, *_ = offer.grants[grant_id]
    offer.grants[grant_id] = (holder, shares, granted_on, price, exercised)


@pytest.fixture(scope="module")
def opened(new_offer):
    """A 3-for-2 split of March 17, 2003, told on March 12, while the offer is open until March 31.

    Ann signs on March 10 for 501 of her 1,000 shares at $12.50, in part exercised Bo on March 14 for all that is left;
    Cy signs on March 18 in shares of then, and Dan on March 18 in those of before.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=501)
    offer.holder("H2", "Bo Orr").grant("G2", 10, exercised=3).grant("G5", 1_001)
    offer.tenders("F2", "2003-03-20T10:00:00", signed="2003-03-14", G2=7)
    offer.holder("H3", "Cy Fox").grant("G3", 1_000)
    post_split(offer, "G3", 1_500, "8.34")
    offer.tenders("F3", "2003-03-18T10:00:00", G3=751)
    offer.holder("H4", "Dan Poe").grant("G4", 1_000).tenders("F4", "2003-03-18T10:00:00", G4=1_000)
    offer.happens("2003-03-12T10:00:00", "split", on="2003-03-17", new=3, old=2, by="Transfer Agent")
    return offer.closes_at("2003-10-03", "0.95").play()


def test_a_form_is_read_in_the_shares_of_the_day_on_which_it_was_signed(opened):
    """501 of 1,000 become 751 of 1,500, and 7 of 7 left of 10 all 10 that are left; Dan's states another option."""
    assert ["effective", "effective", "effective", "defective"] == opened.column("forms", "standing")
    assert [("G1", "751"), ("G2", "10"), ("G3", "751")] == opened.column("cancellations", "grant_id", "shares")
    [reason] = opened.column("forms", "reason", form_id="F4")
    assert "The form states 1,000 as the original number of shares of option G4; our records say 1,500." == reason


def test_what_is_kept_is_the_rest_of_the_adjusted_option(opened):
    """1,500 less 751 at $8.34: $12.50 x 2/3 is $8.333…, up to the cent."""
    kept = opened.column("balancing_options", "grant_id", "shares", "price")
    assert [("G1-B", "749", "8.34"), ("G3-B", "749", "8.34")] == kept


def test_everybody_is_told_on_the_day_of_the_split(opened):
    assert ["H1", "H2", "H3", "H4"] == opened.column("notices", "holder_id", kind="adjustment")
    assert {"2003-03-17T14:00:00Z"} == set(opened.column("notices", "queued_at", kind="adjustment"))
    [ann] = opened.letters("adjustment", "Ann Lee")
    assert "3 new shares for every 2 old ones" in ann
    assert "option G1 1,000 at $12.50 1,500 at $8.34 tendered of G1 501 751" in ann
    assert "You need not send another form." in ann
    [bo] = opened.letters("adjustment", "Bo Orr")
    assert "option G2 7 at $12.50 10 at $8.34 exercised of G2 3 of 10 4 of 14" in bo
    assert "option G5 1,001 at $12.50 1,501 at $8.34" in bo


def test_the_pool_follows(opened):
    """100,000 authorized, 4,011 granted; scaled, 1,500 + 14 + 1,501 + 1,500 + 1,500 are held of 150,000."""
    assert [("split", "47996", "143985")] == opened.column("pool", "event", "shares", "available_after")[3:4]
    assert "143985" == opened.column("pool", "available_after")[-1]


def test_what_was_cancelled_is_promised_and_granted(opened):
    assert ["751", "10", "751"] == opened.column("promises", "shares")
    assert [("G1-N", "751", "0.95"), ("G2-N", "10", "0.95"), ("G3-N", "751", "0.95")] == opened.column(
        "new_options", "grant_id", "shares", "price"
    )


def test_explain_tells_of_the_split_and_of_what_it_did(opened):
    with opened.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H1") if line.rule == "ADJ-1"]
    assert [
        "A 3-for-2 split of March 17, 2003 was put on record. Reported by Transfer Agent.",
        "A 3-for-2 split of March 17, 2003 adjusted option G1: it is now for 1,500 shares at $8.34 a share.",
        "Remark on F1: The form was signed before the 3-for-2 split of March 17, 2003: its tender of 501 shares of "
        "option G1 has become one of 751.",
    ] == [what for what in told if not what.startswith("The notice")]


@pytest.fixture(scope="module")
def after(new_offer):
    """A 3-for-2 split of June 2, told on May 6: Ann kept a balancing option and another one, Bo tendered all."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).grant("G2", 301, exercised=100)
    offer.holder("H2", "Bo Orr").grant("G3", 5)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=501).tenders("F3", "2003-03-10T10:00:00", G3=5)
    offer.happens("2003-05-06T10:00:00", "split", on="2003-06-02", new=3, old=2)
    return offer.closes_at("2003-10-03", "0.95").play()


def test_balancing_and_kept_options_are_adjusted_too(after):
    """499 shares become 748 and the 201 left of 301 become 301, at $8.34; the ledger has the option as issued."""
    assert [("G1-B", "499", "12.50")] == after.column("balancing_options", "grant_id", "shares", "price")
    with after.workspace() as workspace, workspace.read() as db:
        adjusted = [
            (row.subject, row.shares, row.reason.partition("adjusted ")[2])
            for row in db.latest_decisions("adjustment").values()
        ]
    assert [
        ("G1-B", 748, "balancing option G1-B: it is now for 748 shares at $8.34 a share."),
        ("G2", 301, "option G2: it is now for 301 shares at $8.34 a share."),
        ("P-H1", 751, "promise P-H1: it is now for 751 shares."),
        ("P-H2", 7, "promise P-H2: it is now for 7 shares."),
    ] == sorted(adjusted)


def test_who_holds_or_was_promised_something_is_told_once_the_split_has_come(after):
    assert [("H1", "2003-06-02T14:00:00Z"), ("H2", "2003-06-02T14:00:00Z")] == after.column(
        "notices", "holder_id", "queued_at", kind="adjustment"
    )
    [ann] = after.letters("adjustment", "Ann Lee")
    assert "balancing option G1-B 499 at $12.50 748 at $8.34 option G2 201 at $12.50 301 at $8.34" in ann
    assert "promise P-H1 501 751" in ann
    assert [("split carried out", "4 holdings adjusted")] == [
        (action, detail.partition(" by")[0])
        for action, detail in after.column("audit", "action", "detail", action="split carried out")
    ]


def test_the_pool_is_in_the_shares_of_after_the_split(after):
    """Of 150,000 there are taken up 748 + 301 + 150 exercised + 751 + 7."""
    assert [("2003-06-02", "148043")] == after.column("pool", "on", "available_after", event="split")


def test_a_reverse_split_may_leave_nothing(new_offer):
    """By 1-for-7 of March 17 nothing is left of 5 shares, nor of a tender of 6 of 20; 13 become 1."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 5).grant("G2", 20).grant("G3", 20)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=5, G2=6, G3=13)
    offer.happens("2003-03-17T08:00:00", "split", on="2003-03-17", new=1, old=7)
    played = offer.closes_at("2003-10-03", "6.65").play()
    assert [("G3", "1")] == played.column("cancellations", "grant_id", "shares")
    assert [("G3-B", "1", "87.50")] == played.column("balancing_options", "grant_id", "shares", "price")
    [letter] = played.letters("adjustment")
    assert "option G1 5 at $12.50 none option G2 20 at $12.50 2 at $87.50" in letter
    assert "tendered of G1 5 0 tendered of G2 6 0 tendered of G3 13 1" in letter
    assert ["1"] == played.column("new_options", "shares")


def test_who_tendered_nothing_but_what_a_split_left_nothing_of_is_promised_nothing(new_offer):
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 5).tenders("F1", "2003-03-10T10:00:00", G1=5)
    offer.happens("2003-03-17T08:00:00", "split", on="2003-03-17", new=1, old=7)
    played = offer.play()
    assert ("effective", "EXP-1") == played.form("F1")
    assert [] == played.ledger("tenders") + played.ledger("promises") + played.ledger("cancellations")


def test_a_form_between_two_splits_is_read_in_the_shares_of_its_own_day(new_offer):
    """Of 1,001, then 1,501, then 500 shares: signed on March 12 for 1,501 it tenders all 500 that are left."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_001)
    post_split(offer, "G1", 1_501, "8.34")
    offer.tenders("F1", "2003-03-12T10:00:00", G1=1_501)
    offer.happens("2003-03-05T08:00:00", "split", on="2003-03-10", new=3, old=2)
    offer.happens("2003-03-05T09:00:00", "split", on="2003-03-20", new=1, old=3)
    played = offer.play()
    assert [("G1", "500", "")] == played.column("cancellations", "grant_id", "shares", "balancing_grant_id")
    assert ["2003-03-10T14:00:00Z", "2003-03-20T14:00:00Z"] == sorted(
        played.column("notices", "queued_at", kind="adjustment")
    )


@pytest.fixture(scope="module")
def told_late(new_offer):
    """The 3-for-2 split of March 17 is told on March 25 only: after forms signed before it, and since.

    Bo's form of March 18 states his option as it was before; the one of March 10 under it states it rightly.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-19T10:00:00", signed="2003-03-14", G1=501)
    offer.holder("H2", "Bo Orr").grant("G2", 1_000)
    offer.tenders("F2", "2003-03-10T10:00:00", G2=400).tenders("F3", "2003-03-18T10:00:00", G2=1_000)
    offer.happens("2003-03-25T10:00:00", "split", on="2003-03-17", new=3, old=2)
    return offer.play()


def test_a_split_told_late_has_the_forms_judged_again(told_late):
    """Ann's stands as of its day; Bo's of March 18 is defective now, and the one of before stands, for 600 shares."""
    assert ["effective", "effective", "defective"] == told_late.column("forms", "standing")
    assert [("G1", "751"), ("G2", "600")] == told_late.column("cancellations", "grant_id", "shares")


def test_whoever_was_told_otherwise_is_told(told_late):
    confirmed = sorted(told_late.column("notices", "queued_at", "notice_id", kind="confirmation-of-receipt"))
    assert [("2003-03-25T15:00:00Z", "confirmation:F3.2")] == [each for each in confirmed if each[0] > "2003-03-20"]
    [bo] = told_late.letters("adjustment", "Bo Orr")
    assert "It is no longer in proper form" in bo
    assert "tendered of" not in bo


def test_a_split_of_before_the_acceptance_told_after_it_scales_what_was_cancelled(new_offer):
    """Of March 17, told on April 10: 501 shares cancelled and 499 kept become 751 and 748, as if split afterwards."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=501)
    offer.happens("2003-04-10T10:00:00", "split", on="2003-03-17", new=3, old=2)
    played = offer.closes_at("2003-10-03", "0.95").play()
    assert [("G1", "501")] == played.column("cancellations", "grant_id", "shares")
    assert ["751"] == played.column("new_options", "shares")
    [letter] = played.letters("adjustment")
    assert "balancing option G1-B 499 at $12.50 748 at $8.34 promise P-H1 501 751" in letter
    [granted] = played.letters("grant")
    assert "A 3-for-2 split of March 17, 2003" in granted


def test_a_split_beyond_which_the_acceptance_is_put_off_adjusts_the_options(new_offer):
    """Told for April 7, and planned for April 1 the cancellation comes on April 10: of 751 shares of 1,500."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=501)
    offer.happens("2003-03-20T10:00:00", "split", on="2003-04-07", new=3, old=2)
    offer.happens("2003-03-28T10:00:00", "condition-assert", number=1, evidence="A suit.", by="Counsel")
    offer.happens("2003-04-09T10:00:00", "condition-end", number=1, by="Counsel")
    played = offer.play()
    assert [("751", "2003-04-10", "G1-B")] == played.column(
        "cancellations", "shares", "cancelled_on", "balancing_grant_id"
    )
    assert [("749", "8.34")] == played.column("balancing_options", "shares", "price")


def test_a_split_of_the_very_day_of_the_cancellation_comes_before_it(new_offer):
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=501)
    offer.happens("2003-03-20T10:00:00", "split", on="2003-04-01", new=3, old=2)
    assert ["751"] == offer.play().column("cancellations", "shares")


def test_a_grant_is_corrected_in_the_figures_of_before_the_split(new_offer):
    """1,000 shares were 1,100, told on April 10: of 1,650 shares 751 stay cancelled, and 899 are kept, not 749."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=501)
    offer.happens("2003-03-12T10:00:00", "split", on="2003-03-17", new=3, old=2)
    correction = {"grant": "G1", "shares": 1_100, "reason": "A slip.", "by": "Ruth", "evidence": "The ledger."}
    offer.happens("2003-04-10T10:00:00", "correct-grant", **correction)
    played = offer.play()
    assert [("751", "899")] == [
        (one, other)
        for one in played.column("cancellations", "shares")
        for other in played.column("balancing_options", "shares")
    ]
    [letter] = played.letters("correction")
    assert "These are the shares and the price before the 3-for-2 split of March 17, 2003." in letter


def test_what_is_granted_late_is_scaled_by_a_split_after_the_first_grant(new_offer):
    """Ann's promise is reinstated after October 3 and granted on October 21: a split of October 15 scales it alone."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee", until="2003-07-31").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=1_000)
    offer.holder("H2", "Bo Orr").grant("G2", 1_000).tenders("F2", "2003-03-10T10:00:00", G2=1_000)
    still = {"holder": "H1", "capacity": "employee", "from_": "1999-01-04", "by": "HR"}
    offer.happens("2003-10-20T10:00:00", "service-set", **still)
    approved = {"step": "reinstate", "holder": "H1", "by": "Ruth", "evidence": "The payroll."}
    offer.happens("2003-10-20T11:00:00", "approve", **approved)
    offer.happens("2003-10-20T12:00:00", "split", on="2003-10-20", new=2, old=1)
    offer.happens("2003-10-22T12:00:00", "split", on="2003-10-22", new=2, old=1)
    played = offer.closes_at("2003-10-03", "0.95").closes_at("2003-10-20", "0.48").play()
    assert [("G1-N", "2003-10-20", "2000"), ("G2-N", "2003-10-03", "1000")] == played.column(
        "new_options", "grant_id", "granted_on", "shares"
    )
    assert ["H1"] == played.column("notices", "holder_id", kind="adjustment")
    assert ["2003-10-22"] == played.column("audit", "subject", action="split refused")


def test_a_grant_deferred_before_the_cancellation_is_scaled_by_a_split_before_it(new_offer):
    """100 shares deferred on March 12 are 150 by the split of March 17; 100 deferred on March 20 stay 100."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=1_000)
    offer.happens("2003-03-12T10:00:00", "defer", holder="H1", shares=100, type="NSO")
    offer.happens("2003-03-12T11:00:00", "split", on="2003-03-17", new=3, old=2)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H1", shares=100, type="NSO", by="Committee")
    played = offer.closes_at("2003-10-03", "0.95").play()
    assert ["150", "100", "1500"] == played.column("new_options", "shares")


def test_an_option_granted_after_a_split_is_in_the_new_shares_already(new_offer):
    """G2 of June 1 follows the 1-for-7 of June 16 alone: 14 at $63.00; of the splits before it nobody is written to."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.grant("G2", 100, on="2003-06-01", price="9.00", vesting="2004-06-01:100")
    for on, new, old in (("2003-03-17", 3, 2), ("2003-04-07", 2, 1), ("2003-06-16", 1, 7)):
        offer.happens(f"{on}T09:00:00", "split", on=on, new=new, old=old)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=500).closes_at("2003-10-03", "1.00")
    played = offer.play(until="2003-07-01T12:00:00")
    with played.workspace() as workspace, workspace.read() as db:
        told = [(row.shares, row.reason) for row in db.decisions_about("H1") if row.subject == "G2"]
    said = "A 1-for-7 split of June 16, 2003 adjusted option G2: it is now for 14 shares at $63.00 a share."
    assert [(14, said)] == told
    # Of 100,000 authorized, 300,000 and then 42,857: of G1 214 are kept and 214 promised, and G2 is 14.
    assert "42415" == played.column("pool", "available_after")[-1]
