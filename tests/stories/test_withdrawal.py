"""Conditions of §7, and the right to withdraw what they keep from being accepted."""

import pytest


@pytest.fixture(scope="module")
def held(new_offer):
    """A merger proposal is asserted on March 20 and ends on Monday, May 5: acceptance is held in between."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-12T10:00:00", G2=500)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="the proposal of Acme", by="Board")
    offer.withdraws("F3", "H1", "2003-04-28T16:00:00")
    offer.withdraws("F4", "H2", "2003-04-28T17:00:00")
    offer.withdraws("F5", "H2", "2003-04-29T10:00:00")
    offer.tenders("F6", "2003-04-30T10:00:00", G2=500)
    offer.happens("2003-05-05T11:00:00", "condition-end", number=4, evidence="Acme withdrew it", by="Board")
    return offer.closes_at("2003-11-10", "1.50").play()


def test_acceptance_is_held_in_plain_sight(held):
    """The cancellation of April 1 is on record as held, with the condition; nothing is accepted while it stands."""
    assert [("2003-04-01T14:00:00Z", "held"), ("2003-05-06T14:00:00Z", "done")] == held.milestone("cancel")
    [(at, rule, detail)] = held.column("audit", "at", "rule", "detail", action="cancel held")
    assert ("2003-04-01T14:00:00Z", "CND-1") == (at, rule)
    assert "merger" in detail


def test_the_act_names_who_decided_and_on_what_evidence(held):
    """An asserted condition is recorded with its decider and its evidence."""
    assert [("Board", "the proposal of Acme")] == held.column("audit", "actor", "evidence", action="condition-assert")


def test_nothing_can_be_withdrawn_between_the_expiration_and_the_stated_instant(held):
    """An hour before 5 p.m. of April 28, and at the stroke itself, the notice is refused."""
    assert ("late", "WDR-1") == held.form("F3")
    assert ("late", "WDR-1") == held.form("F4")
    assert ("effective", "EXP-1") == held.form("F1")


def test_after_the_stated_instant_whatever_is_not_accepted_may_be_withdrawn(held):
    """On April 29 the notice is good, though the offer expired on March 31; a new tender is not."""
    assert ("effective", "WDR-3") == held.form("F5")
    assert ("withdrawn", "WDR-3") == held.form("F2")
    assert ("late", "EXP-1") == held.form("F6")


def test_everyone_with_a_tender_is_told_of_the_right(held):
    """The step falls due at 5 p.m. of April 28 and says why acceptance is held."""
    assert [("2003-04-28T22:00:00Z", "done")] == held.milestone("withdrawal-right")
    assert ["H1", "H2"] == held.column("notices", "holder_id", kind="withdrawal-right")
    [letter] = held.letters("withdrawal-right", "Bo Ray")
    assert "merger or acquisition proposal" in letter


def test_a_notice_that_came_too_early_for_the_right_is_to_be_sent_again(held):
    """Those of April 28 at 4 and at 5 p.m. were refused: as the right opens, each is asked for anew, by its number."""
    [ann], [bo] = (held.letters("withdrawal-right", name) for name in ("Ann Lee", "Bo Ray"))
    assert "(number F3), which we received on Monday, April 28, 2003 at 4:00 p.m. Eastern" in " ".join(ann.split())
    assert "came after the offer had expired and before this right began, so it had no effect" in " ".join(ann.split())
    assert "(number F4), which we received on Monday, April 28, 2003 at 5:00 p.m. Eastern" in " ".join(bo.split())
    assert "please send the Notice again." in " ".join(bo.split())
    [detail] = held.column("audit", "detail", action="withdrawal-right done")
    assert "2 holders told; 2 of them asked to send a notice again that came too early" in detail


def test_the_letter_of_the_right_says_that_a_closed_offer_is_closed(held):
    """The offer expired on March 31 and can no longer be extended: what is withdrawn cannot be tendered again."""
    [letter] = held.letters("withdrawal-right", "Bo Ray")
    said = " ".join(letter.split())
    assert "options that you withdraw cannot be tendered again" in said
    assert "still open" not in said


def test_the_letter_of_the_right_says_that_an_open_offer_is_open(new_offer):
    """Extended to April 30, the offer is open when the right opens on April 28: what it adds is the time after."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-31T10:00:00", "extend", to="2003-04-30T17:00:00", by="Board")
    offer.withdraws("F2", "H1", "2003-04-29T10:00:00")
    played = offer.play(until="2003-05-01T12:00:00")
    [letter] = played.letters("withdrawal-right", "Ann Lee")
    said = " ".join(letter.split())
    assert "The offer is still open. Until it expires, on Wednesday, April 30, 2003 at 5:00 p.m." in said
    assert "What this adds is for the time after" in said
    assert "To change it, deliver a new, complete Election Form" in said
    assert "please send the Notice again" not in said
    assert ("effective", "WDR-1") == played.form("F2")


@pytest.mark.parametrize(
    ("terms", "due", "april_26"),
    [
        ({}, "2003-04-28T22:00:00Z", ("late", "WDR-1")),
        ({"withdrawable_from": "earlier"}, "2003-04-25T05:01:00Z", ("effective", "WDR-3")),
        ({"withdrawable_after": None}, "2003-04-25T05:01:00Z", ("effective", "WDR-3")),
    ],
)
def test_the_earlier_of_the_two_rights_may_govern(new_offer, terms, due, april_26):
    """The rule's right opens on April 25 at 12:01 a.m., the stated one on April 28; a notice of the 26th shows it."""
    offer = new_offer(**terms)
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A letter.", by="Board")
    offer.withdraws("F2", "H1", "2003-04-26T10:00:00")
    played = offer.play(until="2003-04-29T12:00:00")
    assert [(due, "done")] == played.milestone("withdrawal-right")
    assert april_26 == played.form("F2")


def test_acceptance_falls_due_on_the_next_business_day_and_the_grant_moves(held):
    """Ended on Monday, May 5, accepted on Tuesday, May 6; the period ends November 7, so Monday the 10th it is."""
    assert [("G1", "2003-05-06")] == held.column("cancellations", "grant_id", "cancelled_on")
    assert [("2003-10-03T14:00:00Z", "superseded"), ("2003-11-10T14:00:00Z", "done")] == held.milestone(
        "recheck-employment"
    )
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2003-11-10T22:00:00Z", "done")] == held.milestone("regrant")
    assert [("G1-N", "2003-11-10", "1.50")] == held.column("new_options", "grant_id", "granted_on", "price")
    assert ["2003-11-10"] == held.column("promises", "not_before")


@pytest.fixture(scope="module")
def several(new_offer):
    """Condition 1 is asserted and waived in time; 2 and 3 stand at the close and end on April 3 and 4."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-02-27T10:00:00", "condition-assert", number=5, evidence="A letter.", by="Board")
    offer.happens("2003-03-10T10:00:00", "condition-assert", number=1, evidence="A letter.", by="Board")
    offer.happens("2003-03-20T10:00:00", "condition-waive", number=1, by="Board")
    offer.happens("2003-03-25T10:00:00", "condition-assert", number=2, evidence="A letter.", by="Board")
    offer.happens("2003-03-31T16:59:59", "condition-assert", number=3, evidence="A letter.", by="Board")
    offer.happens("2003-03-31T17:00:00", "condition-assert", number=4, evidence="A letter.", by="Board")
    offer.happens("2003-03-31T17:00:00", "condition-waive", number=2, by="Board")
    offer.happens("2003-04-03T10:00:00", "condition-end", number=2, by="Board")
    offer.happens("2003-04-04T17:30:00", "condition-end", number=3, by="Board")
    return offer.closes_at("2003-10-09", "1.10").play()


def test_conditions_are_asserted_and_waived_only_while_the_offer_is_open(several):
    """From commencement, and strictly before the expiration: at 5 p.m. it is too late for both."""
    assert ["2003-02-27T15:00:00Z", "2003-03-31T22:00:00Z"] == several.column(
        "audit", "at", action="condition-assert refused"
    )
    assert ["2003-03-31T22:00:00Z"] == several.column("audit", "at", action="condition-waive refused")
    assert {"CND-1"} == set(several.column("audit", "rule", action="condition-assert refused"))


def test_acceptance_waits_for_the_last_condition(several):
    """One of two that ended on Thursday is not enough; the other ends on Friday evening, so Monday, April 7 it is."""
    assert [("2003-04-01T14:00:00Z", "held"), ("2003-04-07T14:00:00Z", "done")] == several.milestone("cancel")
    assert [("G1", "2003-04-07")] == several.column("cancellations", "grant_id", "cancelled_on")
    assert ["2003-10-09"] == several.column("new_options", "granted_on")


def test_a_condition_that_ended_before_the_cancellation_holds_nothing(new_offer):
    """Ended at 8:59:59 a.m. of April 1, the acceptance of 9 a.m. takes place as planned."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=1, evidence="A letter.", by="Board")
    offer.happens("2003-04-01T08:59:59", "condition-end", number=1, by="Board")
    played = offer.play(until="2003-04-01T12:00:00")
    assert [("2003-04-01T14:00:00Z", "done")] == played.milestone("cancel")
    assert ["2003-04-01"] == played.column("cancellations", "cancelled_on")
