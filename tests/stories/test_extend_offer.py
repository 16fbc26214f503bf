"""Extensions: announced before the close, after it, a second too late, and past the day of the withdrawal right."""

import pytest


@pytest.fixture(scope="module")
def before_close(new_offer):
    """Announced on Friday, March 28: extended to Thursday, April 10."""
    offer = new_offer(reminders=[10, 5, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-04-10T16:59:59", G2=500)
    offer.happens("2003-03-28T12:00:00", "extend", to="2003-04-10T17:00:00", reason="more time")
    return offer.closes_at("2003-10-14", "1.30").play()


@pytest.fixture(scope="module")
def after_close(new_offer):
    """Announced on Tuesday, April 1, at 7:30 a.m., half an hour before it would be too late: extended to April 14."""
    offer = new_offer(reminders=[10, 5, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-31T18:00:00", G2=500)
    offer.holder("H3", "Cy Dow").grant("G3", 300)
    offer.tenders("F3", "2003-04-01T07:00:00", signed_as="C. Dow", G3=300)
    offer.tenders("F4", "2003-04-03T10:00:00", G3=300)
    offer.holder("H4", "Di Fox").grant("G4", 200).tenders("F5", "2003-03-12T10:00:00", G4=200)
    offer.withdraws("F6", "H4", "2003-03-31T17:00:01")
    offer.holder("H5", "Ed Gil").grant("G5", 50)
    offer.happens("2003-04-01T07:30:00", "extend", to="2003-04-14T17:00:00")
    return offer.closes_at("2003-10-17", "1.20").play()


def test_an_extension_before_the_close_moves_every_date_that_follows(before_close):
    """Close, deadline, cancellation and grant move; Monday, October 13 is Columbus Day, so the grant is on the 14th."""
    assert [("2003-03-31T22:00:00Z", "superseded"), ("2003-04-10T22:00:00Z", "done")] == before_close.milestone("close")
    assert [("2003-04-01T13:00:00Z", "superseded"), ("2003-04-11T12:00:00Z", "done")] == before_close.milestone(
        "extension-deadline"
    )
    assert [("2003-04-01T14:00:00Z", "superseded"), ("2003-04-11T14:00:00Z", "done")] == before_close.milestone(
        "cancel"
    )
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2003-10-14T22:00:00Z", "done")] == before_close.milestone(
        "regrant"
    )
    assert ["2003-10-14"] * 2 == before_close.column("promises", "not_before")


def test_a_close_that_never_came_is_superseded_without_having_been_done(before_close):
    """The offer did not close on March 31, and the record does not say so."""
    assert ["", "2003-04-10T22:00:00Z"] == before_close.column("milestones", "done_at", name="close")
    assert [] == before_close.ledger("audit", action="close superseded")


def test_reminders_are_given_anew_before_the_new_expiration(before_close):
    """Ten, five and one business days before April 10, as before March 31; what was sent was sent."""
    assert [("2003-03-17T14:00:00Z", "done"), ("2003-03-27T14:00:00Z", "moot")] == before_close.milestone("reminder-10")
    assert [("2003-03-24T14:00:00Z", "done"), ("2003-04-03T14:00:00Z", "done")] == before_close.milestone("reminder-5")
    assert [("2003-03-28T14:00:00Z", "done"), ("2003-04-09T14:00:00Z", "done")] == before_close.milestone("reminder-1")
    assert 5 == len(before_close.letters("reminder", "Bo Ray"))


def test_a_form_received_before_the_new_expiration_is_in_time(before_close):
    """A second before 5 p.m. of April 10 is in time, and is confirmed once."""
    assert ("effective", "EXP-1") == before_close.form("F2")
    assert ["confirmation:F1", "confirmation:F2"] == before_close.column(
        "notices", "notice_id", kind="confirmation-of-receipt"
    )


def test_what_the_close_had_decided_is_superseded(after_close):
    """The close of March 31 was done and is superseded by that of April 14; so are all that would have followed it."""
    assert [
        ("2003-03-31T22:00:00Z", "2003-03-31T22:00:00Z", "superseded"),
        ("2003-04-14T22:00:00Z", "2003-04-14T22:00:00Z", "done"),
    ] == after_close.column("milestones", "due", "done_at", "outcome", name="close")
    assert [("2003-04-01T13:00:00Z", "superseded"), ("2003-04-15T12:00:00Z", "done")] == after_close.milestone(
        "extension-deadline"
    )
    assert [("2003-04-01T14:00:00Z", "superseded"), ("2003-04-15T14:00:00Z", "done")] == after_close.milestone("cancel")
    assert [("2003-10-03T14:00:00Z", "superseded"), ("2003-10-17T14:00:00Z", "done")] == after_close.milestone(
        "recheck-employment"
    )
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2003-10-17T22:00:00Z", "done")] == after_close.milestone(
        "regrant"
    )
    assert ["EXT-2"] == after_close.column("audit", "rule", action="close superseded")


def test_reminders_move_with_an_extension_after_the_close(after_close):
    """Ten business days before April 14 was March 31, which is over; five are April 7, one is April 11."""
    assert [("2003-03-17T14:00:00Z", "done"), ("2003-03-31T14:00:00Z", "moot")] == after_close.milestone("reminder-10")
    assert [("2003-03-24T14:00:00Z", "done"), ("2003-04-07T14:00:00Z", "done")] == after_close.milestone("reminder-5")
    assert [("2003-03-28T14:00:00Z", "done"), ("2003-04-11T14:00:00Z", "done")] == after_close.milestone("reminder-1")


def test_look_back_and_withdrawal_instant_stay(after_close):
    """An extension moves neither August 28, 2002 nor 5 p.m. of April 28, 2003."""
    [letter] = after_close.letters("extension", "Ann Lee")
    assert "options granted since August 28, 2002 must be tendered if anything is" in letter
    assert "not accepted by Monday, April 28, 2003 at 5:00 p.m. Eastern Standard Time" in letter
    assert [("2003-04-28T22:00:00Z", "moot")] == after_close.milestone("withdrawal-right")


def test_a_form_received_between_the_close_and_the_announcement_is_timely(after_close):
    """Bo was told that his form was late; now it stands, and he is told so in a revised confirmation."""
    assert ("effective", "EXP-1") == after_close.form("F2")
    first, revised = after_close.letters("confirmation-of-receipt", "Bo Ray")
    assert "We cannot act on this form" in first
    assert "This revised Confirmation of Receipt (revision 2) replaces the earlier one" in revised
    assert "Your Election Form is in force." in revised


def test_a_notice_received_between_the_close_and_the_announcement_withdraws(after_close):
    """Di's notice came a second after the close: late then, timely under the extension."""
    assert ("withdrawn", "WDR-1") == after_close.form("F5")
    assert ("effective", "WDR-1") == after_close.form("F6")
    assert ["confirmation:F5", "confirmation:F6", "confirmation:F6.2"] == after_close.column(
        "notices", "notice_id", kind="confirmation-of-receipt", holder_id="H4"
    )


def test_a_late_form_that_is_only_defective_now_can_be_cured(after_close):
    """Cy's form was late and wrongly signed: he is told that time is left to cure it, and does."""
    assert ("defective", "TND-5") == after_close.form("F3")
    assert ("effective", "EXP-1") == after_close.form("F4")
    late, revised, cure = after_close.letters("confirmation-of-receipt", "Cy Dow")
    assert "We cannot act on this form" in late
    assert "How to cure this:" in revised
    assert "Your Election Form is in force." in cure


def test_everyone_is_told_of_the_extension_with_the_tally(after_close):
    """All five holders hear of it, whether they tendered or not: 1,000 shares and Bo's 500 stood tendered."""
    letters = after_close.letters("extension")
    assert 5 == len(letters)
    assert all("approximately 1,500 shares" in letter for letter in letters)
    assert all(
        "now expires on Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time" in letter for letter in letters
    )
    assert all("announced on Tuesday, April 1, 2003 at 7:30 a.m. Eastern Standard Time" in letter for letter in letters)
    assert {"2003-04-01T12:30:00Z"} == set(after_close.column("notices", "queued_at", kind="extension"))


def test_acceptance_follows_the_new_expiration(after_close):
    """On April 15 all that stands is accepted, on October 17 granted; Di's withdrawn option is not touched."""
    assert [("G1", "2003-04-15"), ("G2", "2003-04-15"), ("G3", "2003-04-15")] == after_close.column(
        "cancellations", "grant_id", "cancelled_on"
    )
    assert [("G1-N", "2003-10-17", "1.20"), ("G2-N", "2003-10-17", "1.20"), ("G3-N", "2003-10-17", "1.20")] == (
        after_close.column("new_options", "grant_id", "granted_on", "price")
    )


def test_an_extension_a_second_after_eight_is_refused(new_offer):
    """At 8:00:01 the offer stays closed, the refusal is on record, nobody is written to, and acceptance goes on."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-04-01T08:00:01", "extend", to="2003-04-14T17:00:00", by="CFO")
    played = offer.play(until="2003-04-01T12:00:00")
    assert [("2003-03-31T22:00:00Z", "done")] == played.milestone("close")
    assert ["G1"] == played.column("cancellations", "grant_id")
    assert [("CFO", "EXT-1", "§15")] == played.column("audit", "actor", "rule", "section", action="extend refused")
    [detail] = played.column("audit", "detail", action="extend refused")
    assert "announced 2003-04-01 08:00:01 EST, after 2003-04-01 08:00:00 EST, the last instant" in detail
    assert [] == played.letters("extension")


def test_an_announcement_in_time_may_be_recorded_later(new_offer):
    """Announced at 7:30 a.m. and keyed in at 8:30: the deadline had passed without it, and the record is put right."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens(
        "2003-04-01T08:30:00",
        "extend",
        to="2003-04-14T17:00:00",
        announced_at="2003-04-01T07:30:00",
        by="CFO",
        evidence="the press release",
    )
    played = offer.play(until="2003-04-01T12:00:00")
    assert [("2003-04-01T13:00:00Z", "superseded"), ("2003-04-15T12:00:00Z", "pending")] == played.milestone(
        "extension-deadline"
    )
    assert [] == played.ledger("cancellations")
    assert "announced on Tuesday, April 1, 2003 at 7:30 a.m." in played.letters("extension", "Ann Lee")[0]


def test_in_summer_the_earlier_reading_of_eight_decides(new_offer):
    """On April 15, New York is an hour ahead of the offer's clock: a second after 12:00Z, 7 a.m. there, is too late."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-04-01T08:00:00", "extend", to="2003-04-14T17:00:00")
    offer.happens("2003-04-15T12:00:01Z", "extend", to="2003-04-30T17:00:00")
    played = offer.play(until="2003-04-15T12:00:00")
    assert [("EXT-1", "§15")] == played.column("audit", "rule", "section", action="extend refused")
    assert [("G1", "2003-04-15")] == played.column("cancellations", "grant_id", "cancelled_on")


@pytest.fixture(scope="module")
def past_april_28(new_offer):
    """Extended twice, at 12:00:00Z of April 15 to April 30: nothing is accepted on the day of the withdrawal right."""
    offer = new_offer(reminders=[10, 5, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-12T10:00:00", G2=500)
    offer.holder("H3", "Cy Dow").grant("G3", 300)
    offer.happens("2003-04-01T08:00:00", "extend", to="2003-04-14T17:00:00")
    offer.happens("2003-04-15T12:00:00Z", "extend", to="2003-04-30T17:00:00")
    offer.withdraws("F3", "H2", "2003-05-01T08:30:00")
    offer.tenders("F4", "2003-05-01T08:40:00", G3=300)
    offer.tenders("F5", "2003-05-01T08:45:00", G2=500)
    return offer.closes_at("2003-11-03", "1.40").play()


def test_an_extension_at_eight_is_good(past_april_28):
    """8:00:00 a.m. of April 1, and 12:00:00Z of April 15, are the last instants for an extension, and good."""
    assert ["2003-04-01T13:00:00Z", "2003-04-15T12:00:00Z"] == past_april_28.column("audit", "at", action="extend")
    assert [] == past_april_28.ledger("audit", action="extend refused")


def test_an_extension_to_april_30_gives_the_worked_dates(past_april_28):
    """The last column of the worked dates: reminders April 16, 23 and 29, accepted on May 1, granted on November 3."""
    last = {name: past_april_28.milestone(name)[-1] for name in ("reminder-10", "reminder-5", "reminder-1", "close")}
    assert {
        "reminder-10": ("2003-04-16T14:00:00Z", "done"),
        "reminder-5": ("2003-04-23T14:00:00Z", "done"),
        "reminder-1": ("2003-04-29T14:00:00Z", "done"),
        "close": ("2003-04-30T22:00:00Z", "done"),
    } == last
    assert ("2003-05-01T12:00:00Z", "done") == past_april_28.milestone("extension-deadline")[-1]
    assert ("2003-05-01T14:00:00Z", "done") == past_april_28.milestone("cancel")[-1]
    assert ("2003-11-03T22:00:00Z", "done") == past_april_28.milestone("regrant")[-1]
    assert ["superseded", "superseded", "done"] == past_april_28.column("milestones", "outcome", name="close")


def test_the_withdrawal_right_opens_while_the_offer_is_open(past_april_28):
    """At 5 p.m. of April 28 nothing was accepted: both who have tendered are told that they may withdraw."""
    assert [("2003-04-28T22:00:00Z", "done")] == past_april_28.milestone("withdrawal-right")
    assert [("H1", "2003-04-28T22:00:00Z"), ("H2", "2003-04-28T22:00:00Z")] == past_april_28.column(
        "notices", "holder_id", "queued_at", kind="withdrawal-right"
    )


def test_a_withdrawal_between_expiration_and_acceptance_counts(past_april_28):
    """Bo withdraws half an hour before the acceptance of May 1, which reads the withdrawals again."""
    assert ("withdrawn", "WDR-3") == past_april_28.form("F2")
    assert ("effective", "WDR-3") == past_april_28.form("F3")
    assert [("G1", "2003-05-01")] == past_april_28.column("cancellations", "grant_id", "cancelled_on")


def test_nothing_is_tendered_again_after_the_expiration(past_april_28):
    """The right to withdraw is no right to tender: neither a first form nor a new one after a withdrawal."""
    assert ("late", "EXP-1") == past_april_28.form("F4")
    assert ("late", "EXP-1") == past_april_28.form("F5")
    assert ["G1-N"] == past_april_28.column("new_options", "grant_id")
