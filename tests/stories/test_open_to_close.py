"""From the opening to the close: who is told and reminded, and how every form stands when the offer has expired."""

import pytest

from infra.explain.explain import explain_holder


@pytest.fixture(scope="module")
def offer(new_offer):
    """Eight holders, four with nothing that they may tender, and a form of every standing, up to the close."""
    offer = new_offer(excluded_jurisdictions=["XX"], reminders=[10, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).grant("G2", 100, on="2002-08-28").grant("G3", 50, on="2002-08-27")
    offer.holder("H2", "Bo Ray", since="2003-03-03").grant("G4", 500)
    offer.holder("H3", "Cy Dow", place="xx").grant("G5", 300)
    offer.holder("H4", "Di Fox").grant("G6", 200, on="2003-03-03")
    offer.holder("H5", "Ed Gil", until="2003-03-21").grant("G7", 700)
    offer.holder("H6", "Fay Hill").grant("G8", 400).grant("G9", 40)
    offer.holder("H7", "Gus Ivy").grant("G10", 600)
    offer.holder("H8", "Hal Jay").grant("G11", 80, exercised=80)
    offer.tenders("F1", "2003-02-28T00:00:59", G8=400)
    offer.tenders("F2", "2003-02-28T00:01:00", G8=400)
    offer.tenders("F3", "2003-03-05T10:00:00", G4=500)
    offer.tenders("F4", "2003-03-05T10:00:00", G5=300)
    offer.tenders("F5", "2003-03-05T10:00:00", G6=200)
    offer.tenders("F6", "2003-03-10T10:00:00", G8=300, G9=40)
    offer.tenders("F7", "2003-03-12T10:00:00", signed="2003-03-07", G9=10)
    offer.tenders("F8", "2003-03-18T10:00:00", G1=1000)
    offer.tenders("F9", "2003-03-18T10:00:00", channel="hand", G10=600)
    offer.withdraws("F10", "H7", "2003-03-19T10:00:00", signed_as="")
    offer.withdraws("F11", "H7", "2003-03-20T10:00:00")
    offer.tenders("F12", "2003-03-31T16:59:59", G10=100)
    offer.tenders("F13", "2003-03-31T17:00:00", G10=200)
    return offer.play(until="2003-03-31T23:59:59")


def test_the_opening_is_told_to_whoever_may_tender(offer):
    """Not to Bo, who came on March 3, to Cy in an excluded place, nor to Di and Hal, who have nothing to exchange."""
    assert ["H1", "H5", "H6", "H7"] == offer.column("notices", "holder_id", kind="offer-opened")
    [letter] = offer.letters("offer-opened", "Ann Lee")
    assert "March 31, 2003 at 5:00 p.m. Eastern Standard Time" in letter


def test_whoever_may_not_tender_is_told_why(offer):
    """A form from each of the three is defective by the rule that keeps them out."""
    assert ("defective", "ELG-1") == offer.form("F3")
    assert ("defective", "ELG-4") == offer.form("F4")
    assert ("defective", "ELG-1") == offer.form("F5")


def test_a_reminder_goes_to_eligible_holders_in_service(offer):
    """Ed is reminded on March 17, and no longer on March 28, a week after he has left."""
    assert ["H1", "H5", "H6", "H7"] == offer.column("notices", "holder_id", queued_at="2003-03-17T14:00:00Z")
    assert ["H1", "H6", "H7"] == offer.column("notices", "holder_id", queued_at="2003-03-28T14:00:00Z")


def test_a_reminder_says_what_is_tendered_so_far(offer):
    """Ten business days before the end Fay has tendered and Gus has not."""
    assert "G8 May 16, 2000 NSO $12.50 400 300" in offer.letters("reminder", "Fay Hill")[0]
    assert "no Election Form of yours is in force" in offer.letters("reminder", "Gus Ivy")[0]
    subjects = offer.column("notices", "subject", kind="reminder", holder_id="H7")
    assert ["1 business day left", "10 business days left"] == [subject.split(":")[0] for subject in subjects]


def test_an_offer_until_the_midnight_of_a_sunday_is_told_by_that_day(new_offer):
    """Expiring at 00:00:00 of March 31 it ends on Sunday, March 30: reminded on Friday, accepted on Monday."""
    offer = new_offer(expires="2003-03-31T00:00:00").holder("H1", "Ann Lee").grant("G1", 1000)
    offer.tenders("F1", "2003-03-30T23:59:59", G1=1000).tenders("F2", "2003-03-31T00:00:00", G1=500)
    played = offer.play(until="2003-03-31T12:00:00")
    [subject] = played.column("notices", "subject", kind="reminder")
    assert subject.startswith("1 business day left: offer expires March 30, ")
    [letter] = played.letters("reminder", "Ann Lee")
    assert "expires in 1 business day, at midnight at the end of Sunday, March 30, 2003, Eastern" in " ".join(
        letter.split()
    )
    assert [("2003-03-28T14:00:00Z", "done")] == played.milestone("reminder-1")
    assert [("2003-03-31T05:00:00Z", "done")] == played.milestone("close")
    assert [("G1", "2003-03-31")] == played.column("cancellations", "grant_id", "cancelled_on")
    assert ("late", "EXP-1") == played.form("F2")


def test_the_offer_is_open_from_its_day_to_its_hour(offer):
    """A second before 12:01 a.m. is too early, 12:01 is not; a second before 5 p.m. is in time, 5 p.m. is not."""
    assert ("late", "EXP-1") == offer.form("F1")
    assert ("superseded", "CHG-1") == offer.form("F2")
    assert ("effective", "WDR-2") == offer.form("F12")
    assert ("late", "EXP-1") == offer.form("F13")


def test_a_later_form_replaces_an_earlier_one_unless_it_was_signed_before_it(offer):
    """Fay's second form stands for both options; the third, signed on March 7, does not take its place."""
    assert ("effective", "CHG-1") == offer.form("F6")
    assert ("defective", "CHG-1") == offer.form("F7")


def test_an_unsigned_notice_withdraws_nothing_and_a_signed_one_all(offer):
    """Gus withdraws with his second notice, and tenders a part again before the offer expires."""
    assert ("defective", "TND-5") == offer.form("F10")
    assert ("effective", "WDR-1") == offer.form("F11")
    assert ("withdrawn", "WDR-1") == offer.form("F9")


def test_every_form_and_notice_is_confirmed_once(offer):
    """Thirteen came, good or bad, and each has its Confirmation of Receipt of the same day."""
    assert sorted(f"confirmation:F{n}" for n in range(1, 14)) == offer.column(
        "notices", "notice_id", kind="confirmation-of-receipt"
    )
    received = dict(offer.column("forms", "form_id", "received_at"))
    confirmed = dict(offer.column("notices", "notice_id", "sent_at", kind="confirmation-of-receipt"))
    assert {form_id: at[:10] for form_id, at in received.items()} == {
        key.removeprefix("confirmation:"): at[:10] for key, at in confirmed.items()
    }


def test_the_close_counts_what_stands_tendered(offer):
    """Ann's 1,000 and the 100 of the look-back, Fay's 340, Gus's 100: the grant of August 27 is a day outside."""
    [closed] = offer.column("audit", "detail", action="close done")
    assert closed.startswith("Closed: 13 forms; 1,540 option shares tendered by 3 holders, 1 withdrawn, 1 superseded")
    assert closed.endswith("5 defective, 2 late")


def test_options_that_have_expired_are_not_in_the_offer(new_offer):
    """Of a grant of February 27, 1993 nothing was left on February 28, 2003; one of the 28th had its last day then.

    Bo, who holds nothing else, is not asked; what expires on March 20 may be tendered, and is not accepted.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 100, on="1993-02-27").grant("G2", 200, on="1993-02-28")
    offer.grant("G3", 300, on="1993-03-20").tenders("F1", "2003-03-10T10:00:00", G3=300)
    offer.holder("H2", "Bo Ray").grant("G4", 400, on="1993-02-27")
    played = offer.play(until="2003-04-01T12:00:00")
    assert ["H1"] == played.column("notices", "holder_id", kind="offer-opened")
    [opened] = played.letters("offer-opened", "Ann Lee")
    assert ("G1 " in opened, "G2 " in opened, "G3 " in opened) == (False, True, True)
    assert [("G3", "rejected", "TND-1")] == played.column("tenders", "grant_id", "decision", "rule")
    [letter] = played.letters("rejection", "Ann Lee")
    assert "It has not been cancelled; no new option will be granted for it." in letter
    with played.workspace() as workspace, workspace.read() as db:
        told = [line.what for holder_id in ("H1", "H2") for line in explain_holder(db, holder_id)]
    assert any(line.startswith("May tender 2 options with 500 shares: 200 shares of G2") for line in told)
    assert "Held no option that the offer is made for, and was not asked." in told
