"""What comes in the very second of the acceptance comes too late, whoever was first to key it in (WDR-3, TND-7)."""

import pytest

from tests.stories.test_forms_found import found


@pytest.fixture(scope="module")
def played(new_offer):
    """Held until April 30, past the instant from which tenders may be withdrawn; accepted on May 1 at 9 a.m."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.withdraws("N1", "H1", "2003-05-01T09:00:00")
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.withdraws("N2", "H2", "2003-05-01T08:59:59")
    offer.holder("H3", "Cy Fox").grant("G3", 400).tenders("F3", "2003-03-10T10:00:00", signed_as="Cy", G3=400)
    offer.holder("H4", "Di Orr").grant("G4", 300).tenders("F4", "2003-03-10T10:00:00", signed_as="Di", G4=300)
    offer.holder("H5", "Ed Poe").grant("G5", 200).tenders("F5", "2003-03-10T10:00:00", G5=200)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, by="Board", evidence="the bid of Acme")
    offer.happens("2003-04-30T10:00:00", "condition-end", number=4, by="Board")
    offer.happens("2003-05-01T08:59:59", "election-waive", form="F4", reason="Her usual name.", by="Counsel")
    offer.happens("2003-05-01T09:00:00", "election-waive", form="F3", reason="His usual name.", by="Counsel")
    played = offer.play(until="2003-05-01T12:00:00")
    # Ed's notice of the same second is keyed in after the acceptance, as Ann's was before it.
    played.said = found(
        played,
        "2003-05-01T12:30:00",
        ("N5", "H5", "withdrawal", "2003-05-01T09:00:00", "2003-05-01", "Ed Poe"),
    )
    offer.play(until="2003-05-01T13:00:00")
    return played


def test_a_notice_of_the_very_second_withdraws_nothing_in_either_order(played):
    """One of a second before withdraws; of the second itself neither does, be it keyed in before or after."""
    assert ["late WDR-3", "effective WDR-3", "late WDR-3"] == [" ".join(played.form(n)) for n in ("N1", "N2", "N5")]
    assert [("G1", "2003-05-01"), ("G4", "2003-05-01"), ("G5", "2003-05-01")] == played.column(
        "cancellations", "grant_id", "cancelled_on"
    )
    said = (
        "The notice was received on May 1, 2003 at 9:00 a.m. Eastern Standard Time, in the very second in which the "
        "tendered options were accepted, May 1, 2003 at 9:00 a.m. Eastern Standard Time: only what was received before "
        "it counts."
    )
    assert [said, said] == [played.column("forms", "reason", form_id=form_id)[0] for form_id in ("N1", "N5")]


def test_whoever_was_told_otherwise_is_told(played):
    """Ann was told that her notice is in force, and is told that it is not; then what was accepted."""
    before, after = [letter for letter in played.letters("confirmation-of-receipt", "Ann Lee") if "N1" in letter]
    assert "Your Notice is in force." in before
    assert "This revised Confirmation of Receipt (revision 2) replaces the earlier one" in after
    assert "in the very second in which the tendered options were accepted" in after
    assert 1 == len(played.letters("acceptance-and-promise", "Ann Lee"))


def test_a_waiver_of_the_very_second_comes_too_late(played):
    """One of a second before counts; that of the second itself was taken, does not count, and the form says so."""
    assert [("defective", "TND-5"), ("effective", "EXP-1")] == [played.form(form_id) for form_id in ("F3", "F4")]
    [reason] = played.column("forms", "reason", form_id="F3")
    assert reason.endswith(
        "It was waived in the very second in which the tendered options were accepted, "
        "May 1, 2003 at 9:00 a.m. Eastern Standard Time: only a waiver recorded before it counts."
    )
    assert "only a waiver recorded before it counts" in played.letters("confirmation-of-receipt", "Cy Fox")[-1]
    assert 1 == len(played.letters("rejection", "Cy Fox"))
