"""Forms as the document judges them: what a waiver takes, what is signed when and how, and what holders are told."""

from datetime import date

import pytest

from infra.explain.explain import explain_holder
from infra.handlers.actions import record_action
from infra.ledgers.export import export
from infra.status.attention import attention, unreported
from infra.status.offer_status import offer_status
from optex.actions import read_action
from optex.calendar import EST
from tests.offers import local
from tests.stories.test_forms_found import found


def acted(played, verb, at, **options):
    """Record an action at an instant; what came of it, in words."""
    with played.workspace() as workspace, workspace.write() as db:
        said = record_action(db, read_action(verb, {"at": local(at), **options}, EST)).message
        export(db, played.out / "ledgers")
    return said


@pytest.fixture(scope="module")
def let_off(new_offer):
    """Ann leaves out the 5,000 shares of October 2002; the offer calls that a defect, and on March 20 it is waived."""
    offer = new_offer(lookback={"omitted": "defect"})
    offer.holder("H1", "Ann Lee").grant("G1", 1000).grant("G2", 5000, on="2002-10-01", price="2.00")
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G3", 400).grant("G4", 300, on="2002-10-01", price="2.00")
    offer.tenders("F2", "2003-03-10T10:00:00", signed_as="", G3=400, G4=100)
    played = offer.play(until="2003-03-19T12:00:00")
    waiver = {"by": "Ruth Kay", "reason": "She was told so by us.", "form": "F1"}
    played.said = acted(played, "election-waive", "2003-03-20T10:00:00", **waiver)
    played.again = acted(played, "election-waive", "2003-03-21T10:00:00", **waiver | {"form": "F2"})
    with played.workspace() as workspace, workspace.read() as db:
        played.urgent = list(attention(offer_status(db, local("2003-03-21T12:00:00"))))
        played.alarms = unreported(db, local("2003-03-21T12:00:00"))
        played.story = [line.what for line in explain_holder(db, "H1")]
    return offer.play(until="2003-04-01T12:00:00"), played


def test_a_waiver_cancels_nothing_that_was_not_tendered(let_off):
    """What was left out stays outstanding; what was tendered of a look-back grant in part is cancelled in that part."""
    played, _ = let_off
    assert [("G1", "1000", ""), ("G3", "400", ""), ("G4", "100", "G4-B")] == played.column(
        "cancellations", "grant_id", "shares", "balancing_grant_id"
    )
    assert [("P-H1", "1000"), ("P-H2", "500")] == played.column("promises", "promise_id", "shares")


def test_the_act_warns_what_a_waiver_does_to_the_accounting(let_off):
    """The outcome of each waiver names what it leaves outstanding, its own only."""
    _, before = let_off
    warning = (
        "Form {} of {}: Option {} was granted on October 1, 2002, within the look-back period. A waiver takes the "
        "tender as made and leaves {} shares of it outstanding. For our accounting an option left so may count as a "
        "replacement of those that are cancelled, a variable award: a charge to earnings that follows the share price "
        "until it is exercised, forfeited or expires."
    )
    assert before.said.startswith("The defects of form F1 are waived.")
    assert before.said.endswith(warning.format("F1", "H1", "G2", "5,000"))
    assert before.again.endswith(warning.format("F2", "H2", "G4", "200"))
    assert "F1" not in before.again


def test_status_and_operations_are_warned_of_it(let_off):
    """It stands on the dashboard, becomes an alarm once, and is in the holder's story."""
    _, before = let_off
    assert ["F1", "F2"] == [said.split()[1] for said in before.urgent if "a variable award" in said]
    entries = before.alarms["a waiver leaves a look-back grant outstanding"]
    assert [("look-back waived", "F1", "TND-7"), ("look-back waived", "F2", "TND-7")] == [each[:3] for each in entries]
    assert any("leaves 5,000 shares of it outstanding" in line for line in before.story)


def test_the_holder_is_told_that_the_option_stays(let_off):
    """The revised confirmation lists what is tendered, and says of the other that it stays outstanding."""
    played, _ = let_off
    letter = played.letters("confirmation-of-receipt", "Ann Lee")[-1]
    assert "It tenders 1,000 shares in all" in letter
    assert "leaves 5,000 shares of it outstanding" in letter


@pytest.fixture(scope="module")
def objected(new_offer):
    """Forms of the last day that the look-back enlarges, and notices around 8 a.m. of the day after."""
    offer = new_offer()
    for n, (name, received) in enumerate(
        [
            ("Ann Lee", "2003-03-31T16:58:00"),
            ("Bo Ray", "2003-03-31T16:58:00"),
            ("Cy Fox", "2003-03-31T16:58:00"),
            ("Di Oak", "2003-03-28T16:00:00"),
        ],
        start=1,
    ):
        offer.holder(f"H{n}", name).grant(f"G{n}", 1000).grant(f"L{n}", 500, on="2002-10-01", price="2.00")
        offer.tenders(f"F{n}", received, **{f"G{n}": 1000})
    offer.holder("H5", "Ed Elm").grant("G5", 1000).tenders("F5", "2003-03-31T16:58:00", G5=1000)
    for n, received in enumerate(["07:59:59", "08:00:00", "08:00:01", "07:59:59", "07:59:59"], start=1):
        offer.withdraws(f"N{n}", f"H{n}", f"2003-04-01T{received}")
    return offer.play(until="2003-04-01T12:00:00")


def test_who_was_told_so_late_may_object_until_eight(objected):
    """At 7:59:59 and at 8:00:00 the notice withdraws the whole tender; a second later it is late."""
    assert [("withdrawn", "TND-3"), ("withdrawn", "TND-3"), ("effective", "EXP-1")] == [
        objected.form(form_id) for form_id in ("F1", "F2", "F3")
    ]
    assert [("effective", "TND-3"), ("effective", "TND-3"), ("late", "WDR-1")] == [
        objected.form(form_id) for form_id in ("N1", "N2", "N3")
    ]
    assert ["G3", "G4", "G5", "L3", "L4"] == objected.column("cancellations", "grant_id")


def test_who_was_told_in_time_or_had_nothing_added_may_not(objected):
    """Told on Friday, March 28, a business day was left; and without an addition the deadline is the expiration."""
    assert [("late", "WDR-1"), ("late", "WDR-1")] == [objected.form(form_id) for form_id in ("N4", "N5")]
    assert [("effective", "EXP-1"), ("effective", "EXP-1")] == [objected.form(form_id) for form_id in ("F4", "F5")]


def test_the_letter_says_until_when(objected):
    """Whose tender was enlarged at the close reads the instant; the others do not."""
    until = "withdraws the whole of it if we have received it no later than Tuesday, April 1, 2003 at 8:00 a.m. Eastern"
    told = {
        name: sum(until in letter for letter in objected.letters("confirmation-of-receipt", name))
        for name in ("Ann Lee", "Bo Ray", "Cy Fox", "Di Oak", "Ed Elm")
    }
    assert {"Ann Lee": 1, "Bo Ray": 1, "Cy Fox": 1, "Di Oak": 0, "Ed Elm": 0} == told
    *_, objection = objected.letters("confirmation-of-receipt", "Ann Lee")
    assert "Withdraws all that form F1 tendered, in objection to what the look-back had added." in objection


def test_an_addition_that_a_correction_brings_after_the_close_can_be_objected_to(new_offer):
    """A grant of October turns up at 6 p.m. of March 31, after the close: Ann, told then, withdraws at 7:30 a.m."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    added = {"granted_on": "2002-10-01", "shares": 60, "exercised": 0, "price": "3.10", "type": "NSO"}
    offer.happens(
        "2003-03-31T18:00:00",
        "correct-grant",
        grant="L1",
        holder="H1",
        expires_on="2012-10-01",
        reason="It was missing.",
        by="Ruth Kay",
        **added,
    )
    offer.withdraws("N1", "H1", "2003-04-01T07:30:00")
    played = offer.play(until="2003-04-01T12:00:00")
    assert [("withdrawn", "TND-3"), ("effective", "TND-3")] == [played.form(form_id) for form_id in ("F1", "N1")]
    assert [] == played.ledger("cancellations")
    first, revised, _ = played.letters("confirmation-of-receipt", "Ann Lee")
    assert "Added to what your form names." not in first
    assert "number L1: 60 shares" in revised
    assert "if we have received it no later than Tuesday, April 1, 2003 at 8:00 a.m." in revised


def test_an_objection_found_after_the_acceptance_is_missed(new_offer):
    """Received at 7:30 a.m. and keyed in after nine, it undoes nothing and the company decides; a late one is late."""
    offer = new_offer()
    for n, name in enumerate(("Ann Lee", "Bo Ray"), start=1):
        offer.holder(f"H{n}", name).grant(f"G{n}", 1000).grant(f"L{n}", 500, on="2002-10-01", price="2.00")
        offer.tenders(f"F{n}", "2003-03-31T16:58:00", **{f"G{n}": 1000})
    played = offer.play(until="2003-04-01T09:30:00")
    said = found(
        played,
        "2003-04-01T10:00:00",
        ("N1", "H1", "withdrawal", "2003-04-01T07:30:00", "2003-04-01", "Ann Lee"),
        ("N2", "H2", "withdrawal", "2003-04-01T08:30:00", "2003-04-01", "Bo Ray"),
    )
    assert "Received in time but only now on record, after the acceptance: N1." in said[0]
    assert "Received in time" not in said[1]
    assert [("defective", "CAN-1"), ("late", "WDR-1")] == [played.form(form_id) for form_id in ("N1", "N2")]
    assert ["G1", "G2", "L1", "L2"] == played.column("cancellations", "grant_id")


def test_a_form_is_reconciled_as_of_the_day_of_signing(new_offer):
    """200 are exercised on March 12: signed the day before, a form rightly states none; signed the day after, not."""
    offer = new_offer()
    for n, name in enumerate(("Ann Lee", "Bo Ray"), start=1):
        offer.holder(f"H{n}", name).grant(f"G{n}", 1000)
        exercised = {"grant": f"G{n}", "exercised": 200, "reason": "Exercised on March 12.", "by": "Ruth Kay"}
        offer.happens("2003-03-12T10:00:00", "correct-grant", **exercised)
    offer.tenders("F1", "2003-03-14T10:00:00", signed="2003-03-11", G1=500)
    offer.tenders("F2", "2003-03-14T10:00:00", signed="2003-03-13", G2=500)
    played = offer.play(until="2003-03-15T12:00:00")
    assert [("effective", "EXP-1"), ("defective", "TND-4")] == [played.form(form_id) for form_id in ("F1", "F2")]


def test_whoever_keys_a_form_in_is_told_what_cannot_be_seen(new_offer):
    """A no-break space in the signature is named at once, and in the letter, which says that no other form stands."""
    offer = new_offer().holder("H1", "Cy Fox").grant("G1", 400)
    played = offer.play(until="2003-03-10T09:00:00")
    line = "G1:400:400:2000-05-16:12.50:0"
    [said] = found(
        played,
        "2003-03-10T10:30:00",
        ("F1", "H1", "election", "2003-03-10T10:00:00", "2003-03-10", "Cy\u00a0Fox", line),
    )
    named = 'after "Cy" the signature has a no-break space (U+00A0), the agreement a space.'
    assert said.startswith("1 form received. Form F1 is defective (TND-5): ")
    assert "Form F1 is signed as Cy\u00a0Fox. The difference is hard to see: " in said
    assert said.endswith(named)
    offer.play(until="2003-03-11T12:00:00")
    [letter] = played.letters("confirmation-of-receipt", "Cy Fox")
    assert named in letter
    assert "No other form of yours stands: none of your options is tendered" in letter


def test_whoever_keys_a_form_in_is_told_that_it_is_dated_after_its_receipt(new_offer):
    """F1 of March 10 bears the date of March 11, F2 that of March 10; the notice of March 12 that of the year 2004."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 400).holder("H2", "Bo Ray").grant("G2", 400)
    played = offer.play(until="2003-03-10T09:00:00")
    line = "400:400:2000-05-16:12.50:0"
    [said] = found(
        played,
        "2003-03-10T10:30:00",
        ("F1", "H1", "election", "2003-03-10T10:00:00", "2003-03-11", "Ann Lee", f"G1:{line}"),
    )
    assert (
        "1 form received. Form F1: The form is dated March 11, 2003, after the day of its receipt: that is no proper "
        "date, and it counts as signed on March 10, 2003, the day of receipt."
    ) == said
    [said] = found(
        played,
        "2003-03-10T10:30:00",
        ("F2", "H2", "election", "2003-03-10T10:00:00", "2003-03-10", "Bo Ray", f"G2:{line}"),
    )
    assert "1 form received." == said
    [said] = found(
        played, "2003-03-12T10:30:00", ("F3", "H1", "withdrawal", "2003-03-12T10:00:00", "2004-03-12", "Ann Lee", "")
    )
    assert "Form F3: The notice is dated March 12, 2004, after the day of its receipt" in said


def test_a_form_dated_ahead_does_not_shut_out_the_cure(new_offer):
    """Dated 2004 by a slip, F1 counts as of March 10; F2 of March 12 replaces it, and F3, signed March 11, does not."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.tenders("F1", "2003-03-10T10:00:00", signed=str(date(2004, 3, 10)), G1=1000)
    offer.tenders("F2", "2003-03-12T10:00:00", G1=400)
    offer.tenders("F3", "2003-03-14T10:00:00", signed="2003-03-11", G1=700)
    played = offer.play(until="2003-03-15T12:00:00")
    assert [("superseded", "CHG-1"), ("effective", "CHG-1"), ("defective", "CHG-1")] == [
        played.form(form_id) for form_id in ("F1", "F2", "F3")
    ]
    first, _, third = played.letters("confirmation-of-receipt", "Ann Lee")
    assert "it counts as signed on March 10, 2003, the day of receipt" in first
    assert "Your Election Form F2 stands, received on Wednesday, March 12, 2003 at 10:00 a.m." in third
    assert "G1 May 16, 2000 NSO $12.50 1,000 400" in third


@pytest.mark.parametrize(
    ("when", "cancelled"), [("2003-04-01T08:00:00", {"G1", "L1"}), ("2003-04-01T08:00:01", {"G1"})]
)
def test_a_waiver_of_the_last_hour_takes_the_tender_as_made(new_offer, when, cancelled):
    """Until 8:00 the holder may object to what the look-back adds; waived later, the omitted grant stays (TND-7)."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).grant("L1", 500, on="2002-11-04", price="2.10")
    offer.tenders("F1", "2003-03-10T10:00:00", signed_as="A. Lee", G1=1000)
    offer.happens(when, "election-waive", form="F1", reason="We know her hand.", by="Counsel")
    played = offer.play(until="2003-04-02T12:00:00")
    assert cancelled == set(played.column("cancellations", "grant_id"))
