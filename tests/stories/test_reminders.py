"""Reminders that know: one text for who has not elected, one for who has tendered, one for who has withdrawn."""

import pytest


def _offer(new_offer, **terms):
    """Ann has tendered by March 28, Bo has withdrawn, Cy tendered again, Di sent a form unsigned, Ed nothing.

    Fay, who has tendered, left on March 21.
    """
    offer = new_offer(**terms)
    for number, name in enumerate(("Ann Lee", "Bo Ray", "Cy Dow", "Di Fox", "Ed Gil"), 1):
        offer.holder(f"H{number}", name).grant(f"G{number}", 100 * number)
    offer.holder("H6", "Fay Hill", until="2003-03-21").grant("G6", 600)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=100)
    offer.tenders("F2", "2003-03-10T10:00:00", G2=200).withdraws("F3", "H2", "2003-03-20T10:00:00")
    offer.tenders("F4", "2003-03-10T10:00:00", G3=300).withdraws("F5", "H3", "2003-03-20T10:00:00")
    offer.tenders("F6", "2003-03-24T10:00:00", G3=300)
    offer.tenders("F7", "2003-03-10T10:00:00", signed_as="", G4=400)
    offer.tenders("F8", "2003-03-10T10:00:00", G6=600)
    return offer.play(until="2003-03-28T12:00:00")


@pytest.fixture(scope="module")
def everyone(new_offer):
    """As it is where offer.toml says nothing."""
    return _offer(new_offer)


@pytest.fixture(scope="module")
def undecided(new_offer):
    return _offer(new_offer, remind="undecided")


def outcome(played):
    return {step.name: step.message for step in played.steps()}["reminder-1"]


def test_every_eligible_holder_in_service_is_reminded_unless_the_terms_say_otherwise(everyone):
    """On March 28, one business day before the end; not Fay, who has left."""
    assert ["H1", "H2", "H3", "H4", "H5"] == everyone.column("notices", "holder_id", kind="reminder")
    assert (
        "5 holders reminded: 1 business day left; 2 have tendered, 1 has withdrawn, 2 have not elected; "
        "not reminded: 1 no longer in service (H6)"
    ) == outcome(everyone)


def test_only_the_undecided_are_reminded_where_the_terms_say_so(undecided):
    """Di, whose form is without effect, and Ed; the outcome names who is not reminded, and why."""
    assert ["H4", "H5"] == undecided.column("notices", "holder_id", kind="reminder")
    assert (
        "2 holders reminded: 1 business day left; 2 have not elected; not reminded: 2 who have tendered (H1, H3), "
        "1 who has withdrawn (H2), 1 no longer in service (H6)"
    ) == outcome(undecided)


def test_who_has_tendered_need_not_do_anything(everyone):
    """Ann reads what stands tendered, and Cy, who has withdrawn and tendered again, too."""
    for name, option in (("Ann Lee", "G1 May 16, 2000 NSO $12.50 100 100"), ("Cy Dow", "G3 May 16, 2000 NSO $12.50")):
        [letter] = everyone.letters("reminder", name)
        assert "You have tendered options, and your tender is in force. If this is what you want, you" in letter
        assert option in letter
        assert "no Election Form of yours is in force" not in letter


def test_who_has_withdrawn_reads_since_when(everyone):
    """By Bo's notice of March 20, which only another form undoes."""
    [letter] = everyone.letters("reminder", "Bo Ray")
    assert "You have withdrawn, and none of your options is tendered. If this is what you want, you need not" in letter
    assert "which we received on Thursday, March 20, 2003 at 10:00 a.m. Eastern Standard Time, is in force" in letter
    assert "tender them again only by a new Election Form that we receive before the offer expires" in letter


def test_who_has_not_elected_reads_what_is_asked(everyone):
    """Ed has sent nothing; Di has, and is to ask about it today."""
    for name in ("Di Fox", "Ed Gil"):
        [letter] = everyone.letters("reminder", name)
        assert "At this time no Election Form of yours is in force. If you wish to exchange options, we must" in letter
        assert "If you have sent an Election Form, please ask us about it today." in letter
        assert "You have" not in letter


def test_where_everybody_has_decided_nobody_is_reminded(new_offer):
    """The step is done all the same, and says of whom there was nobody left."""
    offer = new_offer(remind="undecided").holder("H1", "Ann Lee").grant("G1", 100)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=100)
    played = offer.play(until="2003-03-28T12:00:00")
    assert "0 holders reminded: 1 business day left; not reminded: 1 who has tendered (H1)" == outcome(played)
    assert [] == played.column("notices", "holder_id", kind="reminder")
