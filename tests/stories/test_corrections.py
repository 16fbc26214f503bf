"""What is on record is corrected by a later entry that keeps what was there before, and is told to whom it concerns.

Each story is played by script.toml; what follows from a corrected fact is decided again as of the correction (REC-3).
"""

import pytest

from infra.status.attention import attention, unreported
from infra.status.offer_status import offer_status
from tests.offers import local

RUTH = {"by": "Ruth Counsel"}
SHOWN = {"by": "Ruth Counsel", "evidence": "The broker's note of February 12."}


def audited(played, subject):
    """What the audit says was corrected, or refused, of a subject: by which rule, and in which words."""
    return [
        (row["action"], row["rule"], row["detail"])
        for row in played.ledger("audit", subject=subject)
        if row["action"].startswith(("correct-", "acceptance", "promise", "decided"))
    ]


@pytest.fixture(scope="module")
def holders(new_offer):
    """Ann's address is a slip, Bo has none, Cy's name is misspelt and Di lives elsewhere than the record says."""
    offer = new_offer(excluded_jurisdictions=["US-XX"])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.rows["holders.csv"][-1][2] = ""
    offer.holder("H3", "Cy Foxe").grant("G3", 400).tenders("F3", "2003-03-10T10:00:00", signed_as="Cy Fox", G3=400)
    offer.holder("H4", "Di Gil").grant("G4", 300).tenders("F4", "2003-03-10T10:00:00", G4=300)
    offer.happens(
        "2003-03-12T10:00:00", "correct-holder", holder="H1", email="ann@new.example", reason="A slip.", **RUTH
    )
    offer.happens(
        "2003-03-12T11:00:00", "correct-holder", holder="H2", email="bo@new.example", reason="It was left out.", **RUTH
    )
    offer.happens(
        "2003-03-13T10:00:00", "correct-holder", holder="H3", name="Cy Fox", reason="As on her agreement.", **RUTH
    )
    offer.happens(
        "2003-03-14T10:00:00", "correct-holder", holder="H4", jurisdiction="US-XX", reason="She moved.", **RUTH
    )
    offer.happens(
        "2003-03-17T10:00:00", "correct-holder", holder="H1", email="ann@new.example", reason="Again.", **RUTH
    )
    offer.happens("2003-03-17T11:00:00", "correct-holder", holder="H9", email="x@new.example", reason="A slip.", **RUTH)
    offer.happens("2003-03-17T12:00:00", "correct-holder", holder="H1", name="Anne Lee", reason="A slip.")
    offer.happens("2003-03-17T13:00:00", "correct-holder", holder="H1", name="none", reason="A slip.", **RUTH)
    return offer.play(until="2003-03-31T23:00:00")


def test_a_corrected_address_gets_what_comes_and_hears_what_went_to_the_old_one(holders):
    """The two letters that had been sent to Ann's wrong address are named, with their dates, to the right one."""
    assert [("correct-holder", "REC-3", "e-mail: ann.lee@alpha.example → ann@new.example — A slip.")] == [
        row for row in audited(holders, "H1") if row[0] == "correct-holder"
    ]
    [letter] = holders.letters("correction", "Ann Lee")
    assert "e-mail ann.lee@alpha.example ann@new.example" in letter
    assert "These letters of ours were sent there." in letter
    assert "- February 28, 2003: Offer open until March 31: your stock options" in letter
    assert "- March 10, 2003: Form F1 received: Confirmation of Receipt" in letter
    addresses = {
        path.read_text().partition("\nTo: ")[2].splitlines()[0]
        for path in (holders.out / "mail").glob("*.eml")
        if "Dear Ann Lee" in path.read_text()
    }
    assert {"Ann Lee <ann.lee@alpha.example>", "Ann Lee <ann@new.example>"} == addresses


def test_a_letter_that_had_come_back_is_said_to_go_again(new_offer):
    """The offer came back from Ann's wrong address on March 3; her Confirmation of Receipt of March 10 did not."""
    offer = new_offer(reminders=[])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    bounced = {"notice": "offer-opened:H1", "reason": "550 No such user"}
    offer.happens("2003-03-11T10:00:00", "notice-bounced", **bounced, **RUTH)
    offer.happens(
        "2003-03-12T10:00:00", "correct-holder", holder="H1", email="ann@new.example", reason="A slip.", **RUTH
    )
    played = offer.play(until="2003-03-13T12:00:00")
    [letter] = played.letters("correction", "Ann Lee")
    sent, again = "This letter of ours was sent there.", "came back to us. It now goes to you again, to the address"
    gone, back = letter.partition("What goes to you again")[::2]
    opened = "- February 28, 2003: Offer open until March 31: your stock options"
    confirmed = "- March 10, 2003: Form F1 received: Confirmation of Receipt"
    assert (True, True, False) == (sent in gone, confirmed in gone, opened in gone)
    assert (True, False, True) == (again in back, confirmed in back, opened in back)
    assert ["2003-03-12T15:00:00Z"] == played.column("notices", "sent_at", notice_id="offer-opened:H1")


def test_who_had_no_address_gets_the_letters_that_waited_and_no_letter_of_correction(holders):
    """The offer itself waited for Bo's address and goes to it; nothing had been told otherwise."""
    assert [] == holders.letters("correction", "Bo Ray")
    assert 1 == len(holders.letters("offer-opened", "Bo Ray"))
    [told] = [row for row in holders.ledger("audit", subject="H2") if row["action"] == "correct-holder"]
    assert "e-mail: blank → bo@new.example — It was left out." == told["detail"]


def test_a_corrected_name_lets_a_form_stand(holders):
    """Cy's form was signed by her right name: a defect until the record has it, and confirmed anew then."""
    assert ("effective", "EXP-1") == holders.form("F3")
    first, again = holders.letters("confirmation-of-receipt", "Cy Foxe") + holders.letters(
        "confirmation-of-receipt", "Cy Fox"
    )
    assert "not exactly as Cy Foxe" in first
    assert "(revision 2) replaces the earlier one" in again
    [letter] = holders.letters("correction", "Cy Fox")
    assert "name Cy Foxe Cy Fox" in letter


def test_a_corrected_jurisdiction_bars_who_lives_there(holders):
    """Di is not eligible by the corrected record: her form stands no more, and she is told."""
    assert ("defective", "ELG-4") == holders.form("F4")
    [letter] = holders.letters("correction", "Di Gil")
    assert "jurisdiction US-NH US-XX" in letter


def test_what_changes_nothing_or_is_of_nobody_is_not_taken(holders):
    """The same address again is already recorded; a holder of that id there is not; somebody must answer for it."""
    refused = [row for row in holders.ledger("audit") if row["action"] == "correct-holder refused"]
    assert [
        ("H9", "REC-3", "there is no holder H9: to add one, state also name, jurisdiction and voting_percent"),
        ("H1", "REC-3", "it must state who decided (--by)"),
        ("H1", "REC-3", "the name cannot be blank"),
    ] == [(row["subject"], row["rule"], row["detail"]) for row in refused]


@pytest.fixture(scope="module")
def before_close(new_offer):
    """A wrong price, an option left out, a form keyed in wrongly, and one keyed in for somebody else."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000, price="12.00")
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-11T10:00:00", G2=50)
    offer.holder("H3", "Cy Fox").grant("G3", 400).tenders("F3", "2003-03-12T10:00:00", G3=400)
    offer.holder("H4", "Di Gil", since="2003-03-03")
    offer.grants["G1"] = (*offer.grants["G1"][:3], "12.50", 0)  # as Ann's form states it
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens(
        "2003-03-13T10:00:00", "correct-grant", grant="G1", price="12.50", reason="The plan's ledger.", **RUTH
    )
    added = {"granted_on": "2002-09-03", "shares": 60, "exercised": 10, "price": "3.10", "type": "NSO"}
    offer.happens("2003-03-13T11:00:00", "correct-grant", grant="G5", holder="H2", reason="Left out.", **added, **RUTH)
    added["expires_on"] = "2012-09-03"
    offer.happens("2003-03-13T12:00:00", "correct-grant", grant="G5", holder="H2", reason="Left out.", **added, **RUTH)
    line = ["G2:500:500:2000-05-16:12.50:0"]
    offer.happens("2003-03-14T10:00:00", "correct-form", form="F2", option=line, reason="A nought was lost.", **RUTH)
    offer.happens("2003-03-14T11:00:00", "correct-form", form="F3", holder="H1", reason="The wrong pile.", **RUTH)
    offer.happens("2003-03-14T12:00:00", "correct-form", form="F3", holder="H3", reason="The right pile.", **RUTH)
    offer.happens("2003-03-14T13:00:00", "correct-form", form="F3", option=["G9:400"], reason="A slip.", **RUTH)
    offer.happens("2003-03-14T14:00:00", "correct-form", form="F9", holder="H1", reason="A slip.", **RUTH)
    offer.happens(
        "2003-03-14T15:00:00",
        "correct-form",
        form="F3",
        kind="withdrawal",
        received_at="2003-04-01T10:00:00",
        reason="A slip.",
        **RUTH,
    )
    spell = {"holder": "H4", "capacity": "employee", "from_": "2003-03-03"}
    offer.happens("2003-03-17T10:00:00", "correct-grant", grant="G1", exercised=1001, reason="A slip.", **RUTH)
    offer.happens(
        "2003-03-17T11:00:00",
        "correct-grant",
        grant="G4",
        holder="H4",
        granted_on="2001-05-16",
        shares=100,
        exercised=0,
        price="5.00",
        type="NSO",
        expires_on="2011-05-16",
        reason="Left out.",
        **RUTH,
    )
    offer.happens("2003-03-18T10:00:00", "correct-service", new_from="2001-05-01", reason="HR's file.", **spell, **RUTH)
    return offer.play(until="2003-03-31T23:00:00")


def test_a_corrected_price_lets_a_form_stand_that_states_it(before_close):
    """Ann's form stated the right price, which the record had wrong: a defect, until it is corrected on March 13."""
    assert ("effective", "EXP-1") == before_close.form("F1")
    assert ("correct-grant", "REC-3", "exercise price: 12.00 → 12.50 — The plan's ledger.") in audited(
        before_close, "G1"
    )
    [letter] = before_close.letters("correction", "Ann Lee")[:1]
    assert "exercise price $12.00 $12.50" in letter
    first, again = before_close.letters("confirmation-of-receipt", "Ann Lee")[:2]
    assert "states $12.50 as the exercise price of option G1; our records say $12.00" in first
    assert "(revision 2) replaces the earlier one" in again


def test_a_grant_that_was_left_out_is_added_and_tendered_with_the_others(before_close):
    """G5 lies within the look-back: what is left of it is tendered with Bo's form; the pool has it; he is told."""
    refused, added = audited(before_close, "G5")
    assert ("correct-grant refused", "there is no grant G5: to add it, state also expires_on") == (
        refused[0],
        refused[2],
    )
    assert added[2].startswith("missing on record, added: holder H2, grant date 2002-09-03, shares 60")
    assert [("2003-03-13", "-50"), ("2003-03-17", "-100")] == before_close.column(
        "pool", "on", "shares", event="outstanding restated"
    )
    assert [("2003-03-13", "-10")] == before_close.column("pool", "on", "shares", event="exercised restated")
    assert "shares not on record 60" in before_close.letters("correction", "Bo Ray")[0]
    assert "It tenders 550 shares in all" in before_close.letters("confirmation-of-receipt", "Bo Ray")[-1]


def test_a_form_counts_as_it_was_signed_and_not_as_it_was_keyed_in(before_close):
    """Keyed in for 50 shares, corrected to the 500 that it states: confirmed anew, and told what was wrong."""
    change = "options: G2:50:500:2000-05-16:12.50:0 → G2:500:500:2000-05-16:12.50:0 — A nought was lost."
    assert [("correct-form", "REC-3", change)] == audited(before_close, "F2")
    letter = before_close.letters("correction", "Bo Ray")[-1]
    restated = "(of 500, granted May 16, 2000, at $12.50, 0 exercised)"
    assert f"before: 50 shares of G2 {restated} Right: 500 shares of G2 {restated}" in letter


def test_a_form_is_moved_to_whose_it_is_and_nobody_learns_of_another(before_close):
    """Keyed in for Cy, then for Ann, then for Cy again: each time both are told that it is, or is not, theirs."""
    assert [("effective", "H3")] == before_close.column("forms", "standing", "holder_id", form_id="F3")
    words = [letter for who in ("Ann Lee", "Cy Fox") for letter in before_close.letters("correction", who)]
    assert ["you another holder", "another holder you"] == [
        said for said in ("you another holder", "another holder you") if any(f"holder {said}" in each for each in words)
    ]
    assert not any("H1" in each for each in before_close.letters("correction", "Cy Fox"))


def test_corrections_that_cannot_be_are_refused_and_change_nothing(before_close):
    """An option nobody has, a form nobody sent, a receipt still to come, more exercised than granted."""
    assert [
        ("F3", "there is no grant G9"),
        ("F9", "there is no form F9"),
        ("F3", "a form cannot have been received after it was corrected"),
        ("G1", "1,001 shares are exercised of 1,000"),
    ] == [
        (row["subject"], row["detail"])
        for row in before_close.ledger("audit")
        if row["action"].endswith("refused") and row["subject"] in ("F3", "F9", "G1")
    ]


def test_who_turns_out_to_have_served_is_made_the_offer(before_close):
    """By the record Di came after the commencement; corrected on March 18 she may tender, and is asked."""
    assert ["2003-03-18T15:00:00Z"] == before_close.column("notices", "queued_at", kind="offer-opened", holder_id="H4")
    assert "service as employee from 2003-03-03: first day: 2003-03-03 → 2001-05-01 — HR's file." in [
        detail for _, _, detail in audited(before_close, "H4")
    ]


@pytest.fixture(scope="module")
def exercised(new_offer):
    """Told after the acceptance of April 1 that options had been exercised in February."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 1000, type="ISO").tenders("F2", "2003-03-10T10:00:00", G2=600)
    offer.holder("H3", "Cy Fox").grant("G3", 900).tenders("F3", "2003-03-10T10:00:00", G3=900)
    offer.holder("H4", "Di Gil").grant("G4", 200)
    why = "Exercised on February 12, told late."
    offer.happens("2003-04-10T10:00:00", "correct-grant", grant="G1", exercised=400, reason=why, **RUTH)
    offer.happens("2003-04-10T11:00:00", "correct-grant", grant="G1", exercised=400, reason=why, **SHOWN)
    offer.happens("2003-04-10T11:00:00", "correct-grant", grant="G1", exercised=400, reason=why, **SHOWN)
    offer.happens("2003-04-10T12:00:00", "correct-grant", grant="G2", exercised=150, reason=why, **SHOWN)
    offer.happens("2003-04-11T10:00:00", "correct-grant", grant="G3", exercised=300, reason=why, **SHOWN)
    offer.happens("2003-04-14T10:00:00", "split", on="2003-06-02", new=3, old=2, by="Ruth Counsel")
    offer.happens(
        "2003-06-10T10:00:00", "correct-grant", grant="G3", exercised=101, reason="Another holder's.", **SHOWN
    )
    offer.happens("2003-06-10T11:00:00", "correct-grant", grant="G4", exercised=7, reason=why, **SHOWN)
    offer.happens("2003-10-06T10:00:00", "correct-grant", grant="G1", exercised=300, reason=why, **SHOWN)
    return offer.closes_at("2003-10-03", "1.27").play()


def test_an_exercise_told_late_restates_what_was_accepted(exercised):
    """Of Ann's 1,000 shares 600 were there to be cancelled, so 600 are promised, and 900 granted after the split."""
    assert [("600", "2003-04-01")] == exercised.column("cancellations", "shares", "cancelled_on", grant_id="G1")
    assert [("600", "granted")] == exercised.column("promises", "shares", "outcome", holder_id="H1")
    assert [("600", "accepted", "TND-1")] == exercised.column("tenders", "shares", "decision", "rule", grant_id="G1")
    assert [("G1-N", "900")] == exercised.column("new_options", "grant_id", "shares", holder_id="H1")
    [letter] = exercised.letters("correction", "Ann Lee")
    assert "shares accepted and cancelled 1,000 600" in letter
    assert "shares promised 1,000 600" in letter
    assert "- April 1, 2003: Accepted and cancelled: " in letter


def test_it_comes_out_of_what_was_not_tendered_first(exercised):
    """Bo kept 400 of 1,000: 150 exercised leave 250 of them, and the 600 that were accepted stay so."""
    assert ["600"] == exercised.column("cancellations", "shares", grant_id="G2")
    assert [("G2-B", "250", "12.50")] == exercised.column("balancing_options", "grant_id", "shares", "price")
    assert [("2001-05-16", "54"), ("2002-05-16", "98"), ("2003-05-16", "98")] == exercised.column(
        "vesting", "vests_on", "shares", grant_id="G2-B"
    )
    [letter] = exercised.letters("correction", "Bo Ray")
    assert "shares of the balancing option 400 250" in letter
    assert "shares promised 600" not in letter


def test_it_is_restated_again_when_it_is_corrected_again(exercised):
    """Of Cy's exercise of 300 only 101 were hers: 900 tendered, 799 accepted, 1,198 granted after the split."""
    assert ["799"] == exercised.column("cancellations", "shares", grant_id="G3")
    assert [
        "shares exercised: 0 → 300 — Exercised on February 12, told late. — recorded after the deadline of "
        "2003-04-01 09:00:00 EST",
        "cancelled: 900 → 600; promised: 900 → 600",
        "shares exercised: 300 → 101 — Another holder's. — recorded after the deadline of 2003-04-01 09:00:00 EST",
        "cancelled: 600 → 799; promised: 600 → 799",
    ] == [detail for _, _, detail in audited(exercised, "G3")]
    assert ["1198"] == exercised.column("new_options", "shares", holder_id="H3")


def test_each_position_of_the_pool_is_moved_by_an_entry_of_its_own(exercised):
    """What is exercised is neither outstanding nor reserved; after the split each is so in the shares of that day."""
    moved = [row for row in exercised.column("pool", "on", "event", "shares") if "restated" in row[1]]
    assert [
        ("2003-04-10", "reserved restated", "400"),
        ("2003-04-10", "exercised restated", "-400"),
        ("2003-04-10", "outstanding restated", "150"),
        ("2003-04-10", "exercised restated", "-150"),
        ("2003-04-11", "reserved restated", "300"),
        ("2003-04-11", "exercised restated", "-300"),
        ("2003-06-10", "exercised restated", "299"),
        ("2003-06-10", "reserved restated", "-298"),
        ("2003-06-10", "outstanding restated", "11"),
        ("2003-06-10", "exercised restated", "-10"),
    ] == moved


def test_what_is_corrected_after_the_acceptance_must_be_shown(exercised):
    """Without evidence it is refused; shown, it is taken; told twice, it is on record once."""
    assert ["correct-grant refused", "correct-grant", "promise restated", "acceptance restated"] == [
        row["action"]
        for row in exercised.ledger("audit")
        if row["subject"] in ("G1", "P-H1") and row["at"] < "2003-04-10T16:30"
    ]
    refused = exercised.ledger("audit", action="correct-grant refused")[0]
    assert "REC-1" == refused["rule"]
    assert "state the evidence of it (--evidence)" in refused["detail"]


def test_after_the_grant_nothing_is_undone(exercised):
    """On October 6 it is too late: a person settles it."""
    last = exercised.ledger("audit", action="correct-grant refused")[-1]
    reason = "new options took the place of G1 on 2003-10-03, and after the grant nothing is undone"
    assert f"{reason}: a person settles it by `settle`" == last["detail"]
    assert ["900"] == exercised.column("new_options", "shares", holder_id="H1")


@pytest.fixture(scope="module")
def whole(new_offer):
    """After the acceptance Ann's options turn out to be exercised whole; of Bo's that was a slip; Cy keeps another."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=700)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.holder("H3", "Cy Fox").grant("G3", 400).grant("G4", 300).tenders("F3", "2003-03-10T10:00:00", G3=400, G4=300)
    why = {"reason": "Exercised in February, told late.", **SHOWN}
    offer.happens("2003-04-10T10:00:00", "correct-grant", grant="G1", exercised=1000, **why)
    offer.happens("2003-04-10T11:00:00", "correct-grant", grant="G2", exercised=500, **why)
    offer.happens("2003-04-10T12:00:00", "correct-grant", grant="G3", exercised=400, **why)
    offer.happens("2003-04-11T10:00:00", "correct-grant", grant="G2", exercised=0, reason="A slip.", **SHOWN)
    offer.happens("2003-04-14T10:00:00", "correct-grant", grant="G4", price="11.00", **why)
    offer.happens("2003-06-02T10:00:00", "split", on="2003-06-02", new=2, old=1, by="Ruth Counsel")
    return offer.closes_at("2003-10-03", "1.27").play()


def test_of_what_was_exercised_whole_nothing_is_accepted_or_promised(whole):
    """Ann's acceptance does not hold since April 10, her balancing option is gone, and her promise is void."""
    assert [("G1", "700", "2003-04-10", "")] == whole.column(
        "cancellations", "grant_id", "shares", "voided_on", "balancing_grant_id", holder_id="H1"
    )
    assert [("G1", "700", "rejected", "TND-1")] == whole.column(
        "tenders", "grant_id", "shares", "decision", "rule", holder_id="H1"
    )
    assert [("voided", "REC-3")] == whole.column("promises", "outcome", "rule", holder_id="H1")
    assert [] == whole.column("balancing_options", "grant_id") == whole.ledger("new_options", holder_id="H1")
    [letter] = whole.letters("correction", "Ann Lee")
    assert "shares promised 700 0" in letter
    assert "the Promise to Grant Stock Option(s) is void" in letter


def test_what_was_a_slip_is_accepted_and_promised_again(whole):
    """Bo's 500 shares are promised again on April 11, and after the split 1,000 are granted."""
    assert [("G2", "500", "")] == whole.column("cancellations", "grant_id", "shares", "voided_on", holder_id="H2")
    assert [("granted", "500")] == whole.column("promises", "outcome", "shares", holder_id="H2")
    assert [("G2-N", "1000")] == whole.column("new_options", "grant_id", "shares", holder_id="H2")
    assert ["promised: 500 → 0", "promised: 0 → 500"] == [
        row["detail"].rpartition("; ")[2] for row in whole.ledger("audit", action="acceptance restated", subject="G2")
    ]


def test_the_other_option_of_the_holder_stays_accepted(whole):
    """Of Cy's two options G4 is left, and its price is no matter of what is granted for it."""
    assert ["300"] == whole.column("promises", "shares", holder_id="H3")
    assert [("G4-N", "600")] == whole.column("new_options", "grant_id", "shares", holder_id="H3")


def test_the_pool_has_in_the_end_what_the_plan_has_left(whole):
    """Twice 100,000 less what is exercised (1,000 and 400, doubled) less what is granted (1,000 and 600).

    By its corrected price G4 was stated wrongly on the form, which a person must settle; nothing else is an alarm.
    """
    assert "195600" == whole.column("pool", "available_after")[-1]
    with whole.workspace() as workspace, workspace.read() as db:
        status = offer_status(db, local("2003-10-08T12:00:00"))
    [told] = [each for each in attention(status) if "By the record" in each]
    assert (
        "nothing of G4 would have been accepted, and not 300: form F3 would be defective (The form states $12.50"
        in told
    )


@pytest.fixture(scope="module")
def accepted(new_offer):
    """After the acceptance: names and a form by which it would have been decided otherwise; one comes right again."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", signed_as="Bob Ray", G2=500)
    offer.holder("H3", "Cy Fox").grant("G3", 400).tenders("F3", "2003-03-31T18:00:00", G3=400)
    passport = {"reason": "The passport.", **SHOWN}
    offer.happens("2003-04-10T10:00:00", "correct-holder", holder="H1", name="Anne Lee", **passport)
    offer.happens("2003-04-11T10:00:00", "correct-holder", holder="H2", name="Bob Ray", **passport)
    offer.happens("2003-04-14T10:00:00", "correct-holder", holder="H1", name="Ann Lee", **passport)
    fax = {"reason": "The fax log.", **SHOWN}
    offer.happens("2003-04-15T10:00:00", "correct-form", form="F3", received_at="2003-03-31T16:00:00", **fax)
    advice = {"reason": "Counsel so advised.", **SHOWN}
    offer.happens("2003-10-07T10:00:00", "settle", grant="G3", as_="rescind", **advice)
    offer.happens("2003-10-07T11:00:00", "settle", grant="G3", as_="stand", **advice)
    return offer.closes_at("2003-10-03", "1.27").play()


def test_what_would_have_been_decided_otherwise_is_an_alarm_and_undoes_nothing(accepted):
    """Bo's form would stand by his right name, and Cy's by its right hour: neither is accepted now."""
    assert [("G1-N", "1000")] == accepted.column("new_options", "grant_id", "shares")
    assert ["G1", "G1", "G2", "G3"] == sorted(
        row["subject"] for row in accepted.ledger("audit") if row["action"] in ("record contradicted", "record agrees")
    )
    assert [
        "By the record as it now stands nothing of G1 would have been accepted, and not 1,000: form F1 would be "
        "defective (The form is signed as Ann Lee, not exactly as Anne Lee, the name on the option agreement, and "
        "states no title in which another person might sign).",
        "By the record as it now stands 500 shares of G2 would have been accepted, and not nothing: form F2 would be "
        "effective (Received in proper form before the offer expired).",
        "By the record as it now stands 400 shares of G3 would have been accepted, and not nothing: form F3 would be "
        "effective (Received in proper form before the offer expired).",
    ] == accepted.column("audit", "detail", action="record contradicted")


def test_an_alarm_ends_when_the_record_agrees_again_or_a_person_settles_it(accepted):
    """Ann's name was right after all, and what became of Cy's tender stands; only Bo's is left."""
    assert ["G1"] == accepted.column("audit", "subject", action="record agrees")
    assert ["what was decided of G3 at the acceptance is not undone: it can only stand"] == accepted.column(
        "audit", "detail", action="settle refused"
    )
    with accepted.workspace() as workspace, workspace.read() as db:
        at = local("2003-10-08T12:00:00")
        told = [each for each in attention(offer_status(db, at)) if "By the record" in each]
        reported = unreported(db, at)["the record contradicts what was done"]
    [only] = told
    assert only.startswith("By the record as it now stands 500 shares of G2 would have been accepted")
    assert ["G2"] == [subject for _, subject, _, _ in reported]


@pytest.fixture(scope="module")
def dates(new_offer):
    """April 1 is proclaimed a day of mourning, two days of October without trade; a price is misread."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    mourning = "A day of mourning, proclaimed on March 15."
    offer.happens("2003-03-16T11:00:00", "correct-calendar", on="2003-04-01", calendar="both", reason=mourning, **RUTH)
    offer.happens("2003-03-16T12:00:00", "correct-calendar", on="2003-04-01", calendar="both", reason=mourning, **RUTH)
    offer.happens("2003-03-16T12:30:00", "correct-calendar", on="2003-07-03", calendar="both", reason=mourning, **RUTH)
    offer.happens("2003-03-16T13:00:00", "correct-calendar", on="2003-04-05", calendar="both", reason="A slip.", **RUTH)
    offer.happens(
        "2003-09-29T11:00:00", "correct-calendar", on="2003-10-06", calendar="exchange", reason="A storm.", **RUTH
    )
    offer.happens(
        "2003-09-30T11:00:00", "correct-calendar", on="2003-10-07", calendar="exchange", reason="A storm.", **RUTH
    )
    offer.happens(
        "2003-10-01T11:00:00",
        "correct-calendar",
        on="2003-10-06",
        calendar="exchange",
        remove=True,
        reason="It passed.",
        **RUTH,
    )
    offer.happens("2003-10-06T16:30:00", "price-set", on="2003-10-06", close="2.17", **RUTH)
    offer.happens("2003-10-06T16:40:00", "correct-price", on="2003-10-06", close="1.27", reason="Misread.", **RUTH)
    offer.happens("2003-10-06T16:45:00", "correct-price", on="2003-10-06", close="1.27", reason="Misread.", **RUTH)
    offer.happens("2003-10-06T16:50:00", "correct-price", on="2003-10-02", close="1.27", reason="Misread.", **RUTH)
    offer.happens("2003-10-08T10:00:00", "correct-price", on="2003-10-06", close="1.28", reason="Misread.", **RUTH)
    offer.happens("2003-10-08T11:00:00", "correct-calendar", on="2003-10-10", calendar="both", reason="Late.", **RUTH)
    return offer.play()


def test_a_day_proclaimed_closed_moves_what_rests_on_it(dates):
    """Cancelled on April 2 instead of April 1; the grant goes from October 3 to October 6, to 8, and back to 6."""
    assert [("2003-04-01T14:00:00Z", "superseded"), ("2003-04-02T14:00:00Z", "done")] == dates.milestone("cancel")
    assert ["2003-10-06T22:00:00Z"] == [due for due, outcome in dates.milestone("regrant") if outcome == "done"]
    assert ["2003-10-06"] == dates.column("new_options", "granted_on")


def test_everyone_whose_dates_move_is_told_the_old_and_the_new(dates):
    """In March everyone; from the acceptance on whoever was promised something."""
    [told] = dates.letters("correction", "Bo Ray")
    assert "acceptance and cancellation, expected April 1, 2003 April 2, 2003" in told
    assert "new options granted, at the earliest October 3, 2003 October 6, 2003" in told
    _, closed, again, opened = dates.letters("correction", "Ann Lee")
    assert "at the earliest October 6, 2003 October 7, 2003" in closed
    assert "at the earliest October 7, 2003 October 8, 2003" in again
    assert "at the earliest October 8, 2003 October 6, 2003" in opened
    assert "The promise that we gave you stands" in opened


def test_a_closing_told_twice_is_on_record_once_and_one_without_effect_is_refused(dates):
    """A Saturday is closed in any case; of an offer that is over no date moves."""
    assert 1 == len(dates.ledger("audit", action="correct-calendar", subject="2003-04-01"))
    assert [
        ("2003-04-05", "2003-04-05 is closed in any case"),
        ("2003-10-10", "nothing of the offer is left to do, so that no date of it moves"),
    ] == dates.column("audit", "subject", "detail", action="correct-calendar refused")


def test_a_price_is_corrected_until_something_is_granted_at_it(dates):
    """Misread as 2.17, corrected to 1.27, at which the grant is made; after that no more."""
    assert ["1.27"] == dates.column("new_options", "price")
    assert ["closing price: 2.17 → 1.27 — Misread."] == dates.column("audit", "detail", action="correct-price")
    assert [
        ("2003-10-02", "no closing price of 2003-10-02 is on record: `price set` records one"),
        ("2003-10-06", "the new options were granted on 2003-10-06 at the price recorded then"),
    ] == dates.column("audit", "subject", "detail", action="correct-price refused")


def test_service_is_corrected_and_promises_are_decided_again(new_offer):
    """Told on May 20 that Ann's spell ended on May 16; Bo's spell was his brother's and is removed, his own stays."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 100).tenders("F1", "2003-03-10T10:00:00", G1=100)
    offer.holder("H2", "Bo Ray").grant("G2", 100).tenders("F2", "2003-03-10T10:00:00", G2=100)
    offer.serves("H2", "consultant", "2001-01-02", "2003-02-28")
    spell = {"holder": "H1", "capacity": "employee", "from_": "1999-01-04"}
    other = {"holder": "H2", "capacity": "consultant", "from_": "2001-01-02"}
    offer.happens("2003-05-20T10:00:00", "correct-service", to="2003-05-16", reason="HR's letter.", **spell, **RUTH)
    offer.happens("2003-05-20T11:00:00", "correct-service", to="2003-05-16", reason="HR's letter.", **spell, **SHOWN)
    offer.happens("2003-05-20T12:00:00", "correct-service", remove=True, reason="His brother's.", **other, **SHOWN)
    offer.happens("2003-05-20T13:00:00", "correct-service", remove=True, reason="His brother's.", **other, **SHOWN)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert ["lapsed", "granted"] == played.column("promises", "outcome")
    said = "service as employee from 1999-01-04: last day: blank → 2003-05-16 — HR's letter."
    [told] = played.column("audit", "detail", action="correct-service", subject="H1")
    assert f"{said} — recorded after the deadline of 2003-04-01 09:00:00 EST" == told
    assert ["REC-1", "REC-3"] == played.column("audit", "rule", action="correct-service refused")
    [_, gone] = played.ledger("audit", action="correct-service refused")
    assert (
        "H2 has no spell as consultant from 2001-01-02 on record; there is employee from 1999-01-04" == gone["detail"]
    )
