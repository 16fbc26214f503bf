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
