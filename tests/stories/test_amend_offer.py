"""Amendments: what leaves holders the time that they need is taken and told to everybody, what does not is refused."""

import pytest

from infra.explain.explain import explain_holder


@pytest.fixture(scope="module")
def amended(new_offer):
    """On Wednesday, March 19 less is sought, which no term carries out; on the last day, at 16:58, a term changes."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.happens("2003-03-18T10:00:00", "amend", change="other", reason="Forms may come by courier.", by="CFO")
    offer.happens("2003-03-19T10:00:00", "amend", change="decrease", reason="no options above $10", by="CFO")
    offer.happens("2003-03-31T16:57:00", "amend", change="other", reason="The address was misprinted.", by="CFO",
                  immaterial="the forms go to the fax")  # fmt: skip
    offer.happens("2003-03-31T16:58:00", "amend", change="other", reason="New options vest at once.", by="CFO")
    offer.happens("2003-03-31T16:59:00", "amend", change="other", extend_to="2003-04-04T23:59:00",
                  reason="New options vest at once.", by="CFO")  # fmt: skip
    offer.happens("2003-03-31T16:59:30", "amend", change="other", extend_to="2003-04-07T17:00:00",
                  reason="New options vest in a year.", by="CFO")  # fmt: skip
    return offer.closes_at("2003-10-10", "1.27").play()


def test_what_no_term_carries_out_and_what_leaves_too_little_time_is_refused(amended):
    """Told at 16:58 of March 31, a material change needs the offer open through April 4."""
    refused = amended.column("audit", "at", "rule", "section", action="amend refused")
    law = ("AMD-1", "§15; Rule 13e-4(d)(2), (e)(3), (f)(1)")
    assert [
        ("2003-03-19T15:00:00Z", *law), ("2003-03-31T21:58:00Z", *law), ("2003-03-31T21:59:00Z", *law)
    ] == refused  # fmt: skip
    decrease, late, short = amended.column("audit", "detail", action="amend refused")
    assert "no term that carries out a decrease" in decrease
    assert "until midnight at the end of April 1, 2003 (2003-04-01 24:00 EST)" in decrease
    for said in (late, short):
        assert "until midnight at the end of April 4, 2003 (2003-04-04 24:00 EST), or 2003-04-07 17:00 EST" in said


def test_what_leaves_the_time_or_is_immaterial_is_taken(amended):
    """The first leaves nine business days, the second is immaterial, the third comes with an extension of a week."""
    assert [
        ("2003-03-18T15:00:00Z", "Amendment No. 1 (other) is made. — Forms may come by courier."),
        (
            "2003-03-31T21:57:00Z",
            "Amendment No. 2 (other) is made, as not material (the forms go to the fax). — The address was misprinted.",
        ),
        ("2003-03-31T21:59:30Z", "Amendment No. 3 (other) is made. — New options vest in a year."),
    ] == amended.column("audit", "at", "detail", action="amend")
    assert [("2003-03-31T22:00:00Z", "superseded"), ("2003-04-07T22:00:00Z", "done")] == amended.milestone("close")
    assert ["2003-04-08"] == amended.column("cancellations", "cancelled_on")


def test_everyone_is_told_of_each_amendment_once(amended):
    """Three amendments reach both holders, the last with its extension; what was refused reaches nobody."""
    assert [f"amendment.{number}:{holder}" for number in (1, 2, 3) for holder in ("H1", "H2")] == amended.column(
        "notices", "notice_id", kind="amendment"
    )
    assert ["H1", "H2"] == amended.column("notices", "holder_id", kind="extension")
    first, second, third = amended.letters("amendment", "Bo Ray")
    leaves = "The expiration above leaves at least five business days after this notice, its own day included."
    assert ("Forms may come by courier." in first, leaves in first) == (True, True)
    assert ("The address was misprinted." in second, leaves in second) == (True, False)
    assert ("New options vest in a year." in third, leaves in third) == (True, True)
    assert "The offer expires: Monday, April 7, 2003 at 5:00 p.m. Eastern Standard Time" in third


def test_that_a_change_was_held_immaterial_is_for_the_record_and_not_for_the_letter(amended):
    """Counsel finds the reason in `explain`; holders are told what changes."""
    with amended.workspace() as workspace, workspace.read() as db:
        story = [line.what for line in explain_holder(db, "H2")]
    assert (
        "The offer was amended by another change. The address was misprinted. It is not material: The forms go to the "
        "fax. Decided by CFO."
    ) in story
    assert "the forms go to the fax" not in amended.letters("amendment", "Bo Ray")[1]


@pytest.fixture(scope="module")
def waived(new_offer):
    """A writ and a bid stand asserted; the bid is waived in time, the writ on the last day, as immaterial."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    for number, evidence in ((1, "A writ."), (4, "A bid.")):
        offer.happens("2003-03-12T10:00:00", "condition-assert", number=number, evidence=evidence, by="Board")
    offer.happens("2003-03-24T16:59:00", "condition-waive", number=4, by="Board")
    offer.happens("2003-03-31T16:58:00", "condition-waive", number=1, by="Board")
    offer.happens(
        "2003-03-31T16:59:00", "condition-waive", number=1, by="Board", immaterial="The writ was of no account."
    )
    return offer.play(until="2003-04-02T12:00:00")


def test_a_waiver_leaves_the_time_of_a_material_change_or_is_of_no_account(waived):
    """Good on the evening of March 24, and refused under AMD-1 on the last day until its reason is stated."""
    assert ["2003-03-24T21:59:00Z", "2003-03-31T21:59:00Z"] == waived.column("audit", "at", action="condition-waive")
    [refused] = waived.ledger("audit", action="condition-waive refused")
    assert ("2003-03-31T21:58:00Z", "AMD-1") == (refused["at"], refused["rule"])
    assert refused["detail"].startswith("after the waiver of a material condition the offer must stay open five")
    assert "extend the offer first" in refused["detail"]
    assert [("2003-04-01T14:00:00Z", "done")] == waived.milestone("cancel")


def test_everybody_is_told_of_a_waiver_as_of_an_amendment(waived):
    """Both holders hear which condition is waived, and that it is waived for this case only."""
    assert ["amendment.1:H1", "amendment.1:H2", "amendment.2:H1", "amendment.2:H2"] == waived.column(
        "notices", "notice_id", kind="amendment"
    )
    bid, writ = waived.letters("amendment", "Bo Ray")
    assert (
        "We had asserted a condition of the offer because of a tender offer, merger or acquisition proposal for the "
        "issuer (Section 7). We waive this condition: it no longer stands in the way of our accepting what is tendered."
    ) in bid
    assert "leaves at least five business days after this notice" in bid
    assert "because of an action or proceeding by an authority that challenges the offer (Section 7)" in writ
    assert "leaves at least" not in writ
    assert "no account" not in writ


def test_what_was_announced_before_the_expiration_and_recorded_after_it_says_so(new_offer):
    """An immaterial change of half past four, on record at six: nobody is told that forms may still be sent."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.happens(
        "2003-03-31T18:00:00", "amend", at="2003-03-31T16:30:00", change="other", reason="A slip is mended.",
        immaterial="It says the same.", by="CFO", evidence="the press release",
    )  # fmt: skip
    [letter] = offer.play(until="2003-03-31T18:30:00").letters("amendment")
    assert "The offer expired: Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time" in letter
    assert "put on our record on Monday, March 31, 2003 at 6:00 p.m. Eastern Standard Time" in letter
    assert "Until the offer expires you may tender" not in letter


@pytest.fixture(scope="module")
def told_late(new_offer):
    """Before the opening, on the last day of the five as of a week before, and after the close as of before it."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-02-27T10:00:00", "amend", change="other", reason="Before it began.", by="CFO")
    offer.happens(
        "2003-03-31T16:00:00", "amend", at="2003-03-24T10:00:00", change="other", reason="Told late.", by="CFO"
    )
    offer.happens("2003-03-31T16:10:00", "amend", at="2003-03-24T10:00:00", change="other", reason="Told in the press.",
                  by="CFO", evidence="the press release of March 24")  # fmt: skip
    offer.happens("2003-03-31T16:20:00", "condition-assert", number=1, by="Board", evidence="a writ")
    offer.happens("2003-04-14T08:30:00", "condition-waive", at="2003-03-31T16:30:00", number=1, immaterial="small",
                  by="Board", evidence="the minutes")  # fmt: skip
    return offer.play(until="2003-04-16T12:00:00")


def test_what_is_told_before_the_opening_or_later_than_leaves_the_days_is_refused(told_late):
    """Before it nobody could be told; as of March 24, in time, it is taken on March 31 only with evidence (REC-1)."""
    refused = told_late.column("audit", "rule", "detail", action="amend refused")
    assert ["AMD-1", "REC-1"] == [rule for rule, _ in refused]
    assert "has not opened yet" in refused[0][1]
    assert "after the deadline of 2003-03-25 00:00:00 EST" in refused[1][1]
    assert [("2003-03-24T15:00:00Z", "2003-03-31T21:10:00Z")] == told_late.column(
        "audit", "at", "recorded_at", action="amend"
    )


def test_a_letter_is_dated_by_when_it_was_written_and_says_when_that_was_announced(told_late):
    """Nothing left on March 24: the letter of March 31 says what was announced then."""
    assert ["2003-03-31T21:10:00Z", "2003-04-14T13:30:00Z"] == told_late.column(
        "notices", "queued_at", kind="amendment"
    )
    first = told_late.letters("amendment")[0]
    assert "announced on Monday, March 24, 2003 at 10:00 a.m. Eastern Standard Time, and was put on our record" in first
    assert "at least five business days after the notice of it, its own day included" in first


def test_a_waiver_told_late_ends_the_postponement_when_it_is_told(told_late):
    """Held on April 1, acceptance falls due anew on April 14, when that is recorded; who was told is told again."""
    assert ["H1"] == told_late.column("notices", "holder_id", kind="postponement")
    assert ["2003-04-14T13:30:00Z"] == told_late.column("notices", "queued_at", kind="resumed")
    assert ["2003-04-14"] == told_late.column("cancellations", "cancelled_on")
    assert "Acceptance and cancellation, expected: Monday, April 14, 2003" in told_late.letters("amendment")[1]
