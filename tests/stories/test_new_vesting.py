"""Offers whose new options vest otherwise than the document's: anew from the grant date, or later than the old ones."""

import pytest

# What was vested in 2001 and 2003, and what would have vested in 2004.
OLD = "2001-05-16:300;2003-05-16:300;2004-05-16:400"


def played(new_offer, **vesting):
    offer = new_offer(exchange={"vesting": vesting})
    offer.holder("H1", "Ann Lee").grant("G1", 1000, vesting=OLD)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.closes_at("2003-10-03", "1.27").play()


def text(letters):
    [letter] = letters
    return letter


@pytest.fixture(scope="module")
def restarted(new_offer):
    """A quarter a year after the grant of October 3, 2003, the rest in three equal parts, each half a year later."""
    return played(new_offer, kind="restart", first_months=12, every_months=6, tranches=4, first_percent=25)


def test_restarted_vesting_stands_in_the_ledger(restarted):
    """Nothing is vested at grant, though 600 shares had vested by then."""
    assert [("2004-10-03", "250"), ("2005-04-03", "250"), ("2005-10-03", "250"), ("2006-04-03", "250")] == (
        restarted.column("vesting", "vests_on", "shares", grant_id="G1-N")
    )


def test_holders_are_told_of_restarted_vesting(restarted):
    """Before they decide, with the promise, and in the agreement; and nowhere that the old dates are kept."""
    told = (
        "The new options vest anew, whatever the cancelled ones had vested, counted from the date of grant: 25% of "
        "the shares 12 months after the date of grant, the rest in three equal parts, each six months after the one "
        "before it."
    )
    for kind in ("offer-opened", "acceptance-and-promise"):
        letter = text(restarted.letters(kind))
        assert told in letter, kind
        assert "keep the vesting dates" not in letter
    agreement = text(restarted.letters("grant"))
    assert "The shares vest on the days shown above." in agreement
    assert "the offer's own terms" in agreement


def test_restarted_vesting_is_explained(restarted):
    """The reason goes on record with the option, under the rule of the offer's own terms."""
    with restarted.workspace() as workspace, workspace.read() as db:
        reasons = dict(db.latest_decisions("option")["G1-N"].remarks)
    assert reasons["XCH-2"].endswith(
        "For these shares: 250 on Oct 3, 2004, 250 on Apr 3, 2005, 250 on Oct 3, 2005 and 250 on Apr 3, 2006."
    )
    assert "VST-1" not in reasons


def test_extended_vesting_moves_what_had_vested(new_offer):
    """Twelve months are added to each date, and nothing vests within six months of October 3, 2003."""
    extended = played(new_offer, kind="extended", months=12, earliest_months=6)
    assert [("2004-04-03", "300"), ("2004-05-16", "300"), ("2005-05-16", "400")] == (
        extended.column("vesting", "vests_on", "shares", grant_id="G1-N")
    )
    told = (
        "Each share vests 12 months later than under the cancelled options, whether it had vested or not, and no "
        "sooner than six months after the date of grant."
    )
    assert told in text(extended.letters("acceptance-and-promise"))


def test_carried_vesting_is_the_documents(new_offer):
    """Said or not, it is the default: the same ledgers and the same letters, byte for byte."""
    said = played(new_offer, kind="carried").bytes()
    assert said == played(new_offer).bytes()
    assert [b"2003-10-03,600" in said["vesting.csv"], b"2004-05-16,400" in said["vesting.csv"]] == [True, True]


def test_a_deferred_grant_vests_by_the_plans_cliff(new_offer):
    """A quarter after twelve months, then monthly: so it is promised, and so a restart by the plan is told."""
    cliff = {"first_months": 12, "every_months": 1, "tranches": 37, "first_percent": 25}
    offer = new_offer(plan={"shares_authorized": 100_000, "vesting": cliff}, exchange={"vesting": {"kind": "restart"}})
    offer.holder("H1", "Ann Lee").grant("G1", 1000, vesting=OLD)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-04-15T10:00:00", "defer", holder="H1", shares=480, type="NSO", promise=True)
    played = offer.closes_at("2003-10-03", "1.27").play()
    told = (
        "25% of the shares 12 months after the date of grant, the rest in 36 equal parts, each one month after the one"
    )
    assert f"counted from the date of grant and not from today: {told}" in text(played.letters("deferral"))
    assert f"counted from the date of grant: {told}" in text(played.letters("acceptance-and-promise"))
    assert [("2004-10-03", "120"), ("2004-11-03", "10"), ("2004-12-03", "10")] == played.column(
        "vesting", "vests_on", "shares", grant_id="D-1-N"
    )[:3]
    assert ("2004-10-03", "250") == played.column("vesting", "vests_on", "shares", grant_id="G1-N")[0]
