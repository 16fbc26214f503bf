"""By what the $100,000 limit is reckoned: the value at grant, the age of the plan, who owns more than 10% (ISO-1)."""

import pytest

from infra.explain.explain import explain_holder
from infra.handlers.contradictions import contradictions
from infra.status.attention import attention
from infra.status.offer_status import offer_status
from tests.offers import local

SHOWN = {"by": "Ruth Counsel", "evidence": "The transfer agent's list."}


@pytest.fixture(scope="module")
def owners(new_offer):
    """Ann keeps an ISO whose value is told in May; of Bo, Cy and Di it is told late how much they own."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee", votes="12.5")
    offer.grant("G1", 10_000, on="2002-05-01", price="5.50", type="ISO", vesting="2003-05-01:10000")
    offer.grant("G2", 60_000, on="1999-05-17", price="1.10", type="ISO").tenders("F1", "2003-03-10T10:00:00", G2=60_000)
    for n, (name, votes) in enumerate((("Bo Ray", 12), ("Cy Fox", 0), ("Di Gil", 0)), start=3):
        offer.holder(f"H{n}", name, votes=votes).grant(f"G{n}", 1000, type="ISO")
        offer.tenders(f"F{n}", "2003-03-10T10:00:00", **{f"G{n}": 1000})
    told = {"reason": "As of the grant date.", **SHOWN}
    offer.happens("2003-05-02T10:00:00", "correct-grant", grant="G1", fmv="5.00", **told)
    offer.happens("2003-09-02T10:00:00", "correct-holder", holder="H3", voting_percent="9.5", **told)
    offer.happens("2003-09-02T11:00:00", "correct-holder", holder="H4", voting_percent="12", **told)
    offer.happens("2003-10-06T10:00:00", "correct-holder", holder="H5", voting_percent="12", **told)
    return offer.closes_at("2003-10-03", "1.00").play()


def test_what_an_owner_kept_counts_at_its_value_at_grant(owners):
    """10,000 at $5.00 take $50,000 of 2003: of the 60,000 new ones 50,000 are an ISO at $1.10, and 10,000 an NSO."""
    assert [("G2-N-ISO", "50000", "1.10", "ISO"), ("G2-N-NSO", "10000", "1.00", "NSO")] == owners.column(
        "new_options", "grant_id", "shares", "price", "type", holder_id="H1"
    )
    [told] = owners.ledger("audit", action="correct-grant", subject="G1")
    assert told["detail"].startswith("fair market value at grant: blank → 5.00 — As of the grant date.")
    assert [] == owners.letters("correction", "Ann Lee")  # no letter ever stated it


def test_who_owns_more_than_ten_percent_counts_as_of_the_grant(owners):
    """Corrected in September: Bo pays the close and has ten years, Cy pays 110% and has five; Di's comes too late."""
    assert [
        ("G3-N", "1.00", "2013-10-03"),
        ("G4-N", "1.10", "2008-10-03"),
        ("G5-N", "1.00", "2013-10-03"),
    ] == owners.column("new_options", "grant_id", "price", "expires_on", from_grant_id="G3") + owners.column(
        "new_options", "grant_id", "price", "expires_on", from_grant_id="G4"
    ) + owners.column("new_options", "grant_id", "price", "expires_on", from_grant_id="G5")


def test_an_owner_told_of_after_the_grant_is_a_contradiction_for_a_person(owners):
    """Di's ISO ought to have cost 110%: nothing is undone, and it is an alarm until somebody settles it."""
    with owners.workspace() as workspace, workspace.read() as db:
        [found] = contradictions(db)
        said = attention(offer_status(db, local("2003-10-08T12:00:00")))
    reason = (
        "G5-N was granted to H5 on October 3, 2003; the record now shows that the holder owned 12% of the voting "
        "power: an ISO then costs $1.10 a share, 110% of the close, and not $1.00."
    )
    assert ("granted", "G5-N", reason) == (found.kind, found.grant_id, found.said)
    assert any(reason.rstrip(".") in each for each in said)


def test_a_plan_adopted_more_than_ten_years_before_the_grant_grants_no_iso(new_offer):
    """Of a plan of October 2, 1993 the options of October 3, 2003 are NSOs; the letter and explain say why."""
    offer = new_offer(plan={"shares_authorized": 100_000, "adopted": "1993-10-02"})
    offer.holder("H1", "Ann Lee").grant("G1", 1000, type="ISO").tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [("G1-N", "NSO")] == played.column("new_options", "grant_id", "type")
    [letter] = played.letters("grant", "Ann Lee")
    assert "(NSO), as an incentive stock option can be granted only within ten years from the adoption" in letter
    with played.workspace() as workspace, workspace.read() as db:
        why = [line.what for line in explain_holder(db, "H1") if line.rule == "ISO-1"]
    assert any("the plan was adopted on October 2, 1993" in each for each in why)
