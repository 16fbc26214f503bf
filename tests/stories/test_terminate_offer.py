"""Termination: every tender goes back, every holder is told, and nothing is left to do."""

import pytest


@pytest.fixture(scope="module")
def terminated(new_offer):
    """Terminated on Tuesday, March 25, while a tender stands and a grant to its holder is deferred."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.holder("H3", "Cy Dow", until="2003-03-21").grant("G3", 300).tenders("F2", "2003-03-11T10:00:00", G3=300)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H1", shares=100, type="NSO")
    offer.happens("2003-03-24T10:00:00", "terminate", reason="No longer wanted.", by="Board")
    offer.happens("2003-03-24T11:00:00", "terminate", reason="No longer wanted.", number=4, by="Board")
    offer.happens(
        "2003-03-25T10:00:00", "terminate", reason="The proposal of Acme was accepted.", by="Board",
        number=4, evidence="the letter of Acme",
    )  # fmt: skip
    offer.tenders("F3", "2003-03-26T10:00:00", G2=500)
    offer.happens("2003-03-27T10:00:00", "extend", to="2003-04-14T17:00:00")
    offer.happens("2003-03-27T11:00:00", "terminate", reason="Once more.", by="Board", number=1, evidence="A writ.")
    return offer.closes_at("2003-10-03", "1.27").play()


def test_every_tender_is_returned(terminated):
    """What stood tendered is rejected under CND-2; nothing is cancelled, promised or granted."""
    assert [("G1", "1000", "rejected", "CND-2"), ("G3", "300", "rejected", "CND-2")] == terminated.column(
        "tenders", "grant_id", "shares", "decision", "rule"
    )
    assert [] == terminated.ledger("cancellations")
    assert [] == terminated.ledger("promises")
    assert [] == terminated.ledger("new_options")


def test_every_step_to_come_is_moot(terminated):
    """What was done stays done; from the reminder of March 28 on nothing happens any more."""
    assert [("open", "done")] + [
        (name, "moot")
        for name in (
            "reminder-1", "close", "extension-deadline", "cancel", "withdrawal-right", "recheck-employment", "regrant"
        )
    ] == terminated.column("milestones", "name", "outcome")  # fmt: skip


def test_every_holder_is_told_at_once(terminated):
    """Whoever may tender is told, and so is Cy, who left meanwhile and gets his tender back."""
    assert [("H1", "2003-03-25T15:00:00Z"), ("H2", "2003-03-25T15:00:00Z"), ("H3", "2003-03-25T15:00:00Z")] == (
        terminated.column("notices", "holder_id", "queued_at", kind="termination")
    )
    [letter] = terminated.letters("termination", "Ann Lee")
    assert "The proposal of Acme was accepted." in letter
    assert (
        "The termination rests on an event listed in Section 7: a tender offer, merger or acquisition proposal for the "
        "issuer."
    ) in letter
    assert "the letter of Acme" not in letter


def test_before_the_expiration_it_rests_on_an_event_with_its_evidence(terminated):
    """Without an event, or with one that nothing shows, it is refused; the record names both (CND-2)."""
    upon = "before its expiration the offer is terminated upon an event of §7 only: state"
    event, evidence = "which of the five events of §7 has occurred (--number)", "what shows it (--evidence)"
    assert [
        ("2003-03-24T15:00:00Z", "CND-2", f"{upon} {event} and {evidence}"),
        ("2003-03-24T16:00:00Z", "CND-2", f"{upon} {evidence}"),
    ] == terminated.column("audit", "at", "rule", "detail", action="terminate refused")[:2]
    [entry] = terminated.ledger("audit", action="terminate")
    assert ("§7, §15; Rule 13e-4(f)(5)", "the letter of Acme") == (entry["section"], entry["evidence"])
    assert (
        "The offer is terminated upon event 4 of §7 (a tender offer, merger or acquisition proposal for the issuer); "
        "every tender is returned and the options stay outstanding. — The proposal of Acme was accepted."
    ) == entry["detail"]


def test_nothing_can_be_done_to_a_terminated_offer(terminated):
    """A form is late, an extension refused, and a second termination is the first."""
    assert ("late", "EXP-1") == terminated.form("F3")
    assert ["EXT-1"] == terminated.column("audit", "rule", action="extend refused")
    assert 1 == len(terminated.ledger("audit", action="terminate"))


def test_the_shares_of_a_deferred_grant_are_free_again(terminated):
    """100,000 authorized less 1,800 outstanding: the 100 reserved for the deferred grant are available again."""
    assert ["100000", "98200", "98200", "98100", "98200"] == terminated.column("pool", "available_after")


def test_after_the_expiration_only_a_condition_lets_the_offer_be_terminated(new_offer):
    """Without one that stands, or upon another, the termination is refused; upon it, named or not, it is good."""

    def play(asserted, **stated):
        offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
        for number in asserted:
            offer.happens("2003-03-20T10:00:00", "condition-assert", number=number, evidence="A bid.", by="Board")
        offer.happens("2003-04-01T08:30:00", "terminate", reason="A merger.", by="Board", **stated)
        return offer.play(until="2003-04-02T12:00:00")

    without, another = play([], number=4, evidence="A bid."), play([4], number=1, evidence="A writ.")
    assert [("G1", "accepted", "CAN-1")] == without.column("tenders", "grant_id", "decision", "rule")
    assert ["CND-2"] == without.column("audit", "rule", action="terminate refused")
    assert ["CND-2"] == another.column("audit", "rule", action="terminate refused")
    assert [("2003-04-01T14:00:00Z", "held")] == another.milestone("cancel")
    for asserted in (play([4]), play([4], number=4)):
        assert [("G1", "rejected", "CND-2")] == asserted.column("tenders", "grant_id", "decision", "rule")
        assert [("2003-04-01T14:00:00Z", "moot")] == asserted.milestone("cancel")
        assert "rests on an event listed in Section 7: a tender offer, merger" in asserted.letters("termination")[0]


def test_without_a_number_it_rests_on_every_condition_that_stands(new_offer):
    """A writ and a bid stood at the close; the letter names both."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    for number in (1, 4):
        offer.happens("2003-03-20T10:00:00", "condition-assert", number=number, evidence="A letter.", by="Board")
    offer.happens("2003-04-03T10:00:00", "terminate", reason="Both.", by="Board")
    played = offer.play(until="2003-04-04T12:00:00")
    [letter] = played.letters("termination")
    assert (
        "The termination rests on events listed in Section 7: an action or proceeding by an authority that challenges "
        "the offer; a tender offer, merger or acquisition proposal for the issuer."
    ) in letter


def test_a_condition_cannot_revive_a_terminated_offer(new_offer):
    """Terminated on April 3 because of a writ: its end on April 10 is refused, and no step falls due again."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=1, evidence="A writ.", by="Counsel")
    offer.happens("2003-04-03T10:00:00", "terminate", reason="The writ.", by="Board")
    offer.happens("2003-04-10T10:00:00", "condition-end", number=1, by="Counsel")
    played = offer.closes_at("2003-10-14", "1.27").play()
    assert ["CND-2"] == played.column("audit", "rule", action="condition-end refused")
    assert ["done"] * 4 + ["moot"] * 4 == played.column("milestones", "outcome")
