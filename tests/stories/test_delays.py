"""What keeps holders waiting is told to them, and so is its end: postponement, hold, a later grant date, prohibition."""

import pytest


@pytest.fixture(scope="module")
def postponed(new_offer):
    """A bid is asserted on March 20 and ends on Thursday, April 10: acceptance, due on April 1, is made on April 11.

    Ann has tendered, Bo has not, Cy has tendered and left on March 28; Di was never in service.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.holder("H3", "Cy Dow", until="2003-03-28").grant("G3", 300).tenders("F3", "2003-03-10T10:00:00", G3=300)
    offer.holder("H4", "Di Orr", until="2002-12-31").grant("G4", 100)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    offer.happens("2003-03-21T10:00:00", "condition-assert", number=2, evidence="A writ.", by="Board")
    offer.happens("2003-04-02T10:00:00", "condition-end", number=2, by="Counsel")
    offer.happens("2003-04-10T10:00:00", "condition-end", number=4, by="Board")
    return offer.closes_at("2003-10-14", "1.27").play()


def test_a_postponement_is_told_to_whoever_may_tender_or_has(postponed):
    """When acceptance falls due on April 1, at nine; the end of one of two conditions tells nobody anything again."""
    assert [(holder, "2003-04-01T14:00:00Z") for holder in ("H1", "H2", "H3")] == postponed.column(
        "notices", "holder_id", "queued_at", kind="postponement"
    )


def test_the_end_of_a_postponement_is_told_to_the_same(postponed):
    """On April 10, when the last condition ended."""
    assert [(holder, "2003-04-10T15:00:00Z") for holder in ("H1", "H2", "H3")] == postponed.column(
        "notices", "holder_id", "queued_at", kind="resumed"
    )


def test_the_letter_of_a_postponement_says_why_and_what_can_be_done(postponed):
    [ann], [bo] = postponed.letters("postponement", "Ann Lee"), postponed.letters("postponement", "Bo Ray")
    print(ann, bo)
