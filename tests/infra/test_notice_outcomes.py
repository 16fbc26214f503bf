"""What became of letters, on both databases: delivered on paper they are not mailed, come back they go out again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from infra.database import tables as t
from infra.database.writer import open_writer
from infra.handlers.actions import record_action
from infra.handlers.forms import record_forms
from infra.handlers.intake import load_folder
from infra.mail import outbox
from infra.status.mail_status import confirmations_due
from optex import notices
from optex.actions import read_action
from optex.calendar import EST

MONDAY = datetime(2003, 3, 10, 16, tzinfo=UTC)
NEXT_MONDAY = datetime(2003, 3, 17, 16, tzinfo=UTC)


@pytest.fixture
def db(engine, folder):
    """The good folder, whose offer is made on March 10 to H1 and to H2, who has no e-mail address; F1 is of H1."""
    read = folder.read()
    load_folder(engine, read, MONDAY)
    with open_writer(engine, "alpha-2003") as opened:
        state = opened.state()
        letters = (notices.offer_opened(state.terms, state.schedule, each, read.grants[:1]) for each in read.holders)
        opened.queue_notices(letters, MONDAY)
        record_forms(opened, read.forms[:1], MONDAY)
        yield opened


def act(db, verb, notice, at=NEXT_MONDAY, **options):
    return record_action(db, read_action(f"notice-{verb}", {"notice": notice, "at": at, **options}, EST))


def sent(db, notice, at=MONDAY):
    mark = {"notice_id": notice, "sent_at": at, "message_id": "<1@x>", "answer": "250", "refused": False}
    outbox.mark(db, [mark])


def row(db, notice):
    n = t.notices
    return db.connection.execute(select(n).where(n.c.notice_id == notice)).one()


def test_a_letter_delivered_on_paper_is_not_mailed_any_more(db):
    """H1 has an address, but got the letter by hand: one letter of two is left to be sent, F1's confirmation."""
    assert 2 == outbox.waiting(db)
    done = act(db, "delivered", "offer-opened:H1", on="2003-03-10", how="hand", by="Ruth Counsel")
    assert (True, "Letter offer-opened:H1 was delivered by hand on 2003-03-10.") == (done.accepted, done.message)
    assert 1 == outbox.waiting(db)
    found = row(db, "offer-opened:H1")
    assert (date(2003, 3, 10), "hand", None) == (found.delivered_on, found.delivered_how, found.sent_at)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2003-03-09", "March 9, 2003 lies before March 10, 2003, when it was written"),
        ("2003-03-10", ""),
        ("2003-03-17", ""),
        ("2003-03-18", "March 18, 2003 has not come yet"),
    ],
)
def test_a_letter_is_delivered_between_the_day_it_was_written_and_today(db, on, said):
    """Told on March 17 of a letter of March 10: both days are taken, the day before and the day after are not."""
    result = act(db, "delivered", "offer-opened:H2", on=on, how="mail")
    assert (not said, said or "REC-1") == (result.accepted, result.ruling.reason if said else result.ruling.rule)


def test_a_letter_that_is_held_back_is_not_delivered_before_its_day(db):
    """Held back until March 14 it cannot have been handed over on March 13."""
    letter = notices.termination(db.state().terms, db.holders()["H2"], "A merger.", [], {})
    db.queue_notices([letter], MONDAY, send_after=MONDAY + timedelta(days=4))
    early = act(db, "delivered", letter.notice_id, on="2003-03-13", how="hand")
    assert "March 13, 2003 lies before March 14, 2003, when it was held back until then, and dated" == (
        early.ruling.reason
    )
    assert act(db, "delivered", letter.notice_id, on="2003-03-14", how="hand").accepted


def test_a_letter_that_was_taken_back_is_not_delivered_after_that(db):
    """Taken back on March 14: on March 15 nobody delivers it, on March 13 somebody may have."""
    outbox.withdraw(db, ["offer-opened:H2"], MONDAY + timedelta(days=4))
    late = act(db, "delivered", "offer-opened:H2", on="2003-03-15", how="hand")
    assert "the letter was taken back on March 14, 2003: it is not delivered any more" == late.ruling.reason
    assert act(db, "delivered", "offer-opened:H2", on="2003-03-13", how="hand").accepted


@pytest.mark.parametrize("verb", ["delivered", "bounced"])
def test_of_a_letter_that_is_not_there_nothing_is_recorded(db, verb):
    """It is refused, and how its number is found is told."""
    options = {"on": "2003-03-10", "how": "hand"} if verb == "delivered" else {}
    refused = act(db, verb, "offer-opened:H9", **options)
    assert "there is no letter offer-opened:H9: `optex letters` prints their numbers" == refused.ruling.reason


def test_told_again_and_told_otherwise(db):
    """The same is already recorded, another day is refused naming it; taken back, it is recorded anew (REC-2)."""
    mail = {"on": "2003-03-11", "how": "mail"}
    assert act(db, "delivered", "offer-opened:H2", **mail).accepted
    again = act(db, "delivered", "offer-opened:H2", at=NEXT_MONDAY + timedelta(hours=1), **mail)
    assert (True, True) == (again.accepted, again.repeated)
    other = act(db, "delivered", "offer-opened:H2", on="2003-03-12", how="mail")
    assert ("REC-2", True) == (other.ruling.rule, "on: 2003-03-11 on record, 2003-03-12 told" in other.ruling.reason)
    assert "`optex notice bounced` takes that back." in other.ruling.reason
    assert act(db, "bounced", "offer-opened:H2", reason="Returned: moved.").accepted
    assert act(db, "bounced", "offer-opened:H2", at=NEXT_MONDAY + timedelta(hours=2)).repeated
    assert "REC-2" == act(db, "bounced", "offer-opened:H2", reason="No such street.").ruling.rule
    assert act(db, "delivered", "offer-opened:H2", on="2003-03-12", how="hand").accepted
    found = row(db, "offer-opened:H2")
    assert (date(2003, 3, 12), "hand", None) == (found.delivered_on, found.delivered_how, found.bounced_at)


def test_what_was_never_sent_cannot_come_back(db):
    """H1's letter waits in the outbox; sent on March 10 at 16:00 UTC it has not come back a second before."""
    unsent = act(db, "bounced", "offer-opened:H1")
    assert "letter offer-opened:H1 was not sent, so that it cannot have come back" == unsent.ruling.reason
    sent(db, "offer-opened:H1")
    early = act(db, "bounced", "offer-opened:H1", at=MONDAY - timedelta(seconds=1))
    assert (False, "it was sent only 2003-03-10 11:00 EST") == (early.accepted, early.ruling.reason)
    assert act(db, "bounced", "offer-opened:H1", at=MONDAY).accepted


def test_a_letter_that_came_back_goes_out_again_to_a_corrected_address(db):
    """It waits for a person until then; that it had come back stays in the record of the actions."""
    sent(db, "offer-opened:H1")
    said = act(db, "bounced", "offer-opened:H1", reason="550 No such user").message
    assert "H1 is not told by it: correct the address (`optex correct holder --holder H1 --email …`)" in said
    assert 1 == outbox.waiting(db)
    stated = {"holder": "H1", "email": "ann@new.example", "reason": "She moved.", "by": "Ruth", "at": NEXT_MONDAY}
    moved = record_action(db, read_action("correct-holder", stated, EST))
    assert "2 letters not sent yet go to the corrected address." in moved.message
    found = row(db, "offer-opened:H1")
    assert (None, None, None) == (found.sent_at, found.bounced_at, found.bounce_reason)
    [bounced] = db.recorded_actions("notice-bounced")
    assert ("550 No such user", "H1") == (bounced.action.reason, bounced.action.holder)


def test_a_letter_that_comes_back_after_the_address_was_corrected_goes_out_at_once(db):
    """Sent to the earlier address on March 10, corrected on March 11, come back on March 17."""
    sent(db, "offer-opened:H1")
    corrected = {"holder": "H1", "email": "ann@new.example", "reason": "She moved.", "by": "Ruth"}
    record_action(db, read_action("correct-holder", {**corrected, "at": MONDAY + timedelta(days=1)}, EST))
    before = outbox.waiting(db, NEXT_MONDAY)
    said = act(db, "bounced", "offer-opened:H1").message
    assert (True, before + 1) == (
        said.endswith("The address was corrected since: it goes out again."),
        outbox.waiting(db, NEXT_MONDAY),
    )


def due(db, at):
    return [(each.form_id, each.alarm, each.overdue) for each in confirmations_due(db, db.state().terms, at)]


def test_a_confirmation_delivered_on_paper_is_a_confirmation(db):
    """F1 of March 10 must be confirmed by the end of March 17; handed over on March 17 nothing is due any more."""
    friday, tuesday = datetime(2003, 3, 14, 16, tzinfo=UTC), datetime(2003, 3, 18, 16, tzinfo=UTC)
    assert [("F1", True, False)] == due(db, friday)
    assert [("F1", True, True)] == due(db, tuesday)
    assert act(db, "delivered", "confirmation:F1", on="2003-03-17", how="hand").accepted
    assert [] == due(db, tuesday)


def test_a_confirmation_that_came_back_is_due_again(db):
    """Sent in time and come back, it has not notified anybody (CNF-1)."""
    sent(db, "confirmation:F1")
    assert [] == due(db, NEXT_MONDAY)
    assert act(db, "bounced", "confirmation:F1").accepted
    [found] = confirmations_due(db, db.state().terms, NEXT_MONDAY)
    assert ("F1", True, "it was sent and came back") == (found.form_id, found.alarm, found.why)


@pytest.mark.parametrize(("on", "proof"), [("2003-03-17", True), ("2003-03-18", False)])
def test_a_confirmation_in_time_that_is_recorded_after_its_last_day_needs_evidence(db, on, proof):
    """Recorded on March 19 as delivered on March 17 a name and evidence are needed; on the 18th it was late anyhow."""
    wednesday = datetime(2003, 3, 19, 16, tzinfo=UTC)
    bare = act(db, "delivered", "confirmation:F1", at=wednesday, on=on, how="hand", by="Ruth Counsel")
    assert (not proof) == bare.accepted
    if proof:
        assert bare.ruling.reason == (
            "it is told to have been delivered on March 17, 2003, but recorded 2003-03-19 11:00:00 EST, after the "
            "deadline of 2003-03-18 00:00:00 EST: state who reports it (--by) and the evidence (--evidence)"
        )
        shown = {"by": "Ruth Counsel", "evidence": "Her receipt of March 17."}
        assert act(db, "delivered", "confirmation:F1", at=wednesday, on=on, how="hand", **shown).accepted
    [*_, last] = db.recorded_actions("notice-delivered")
    assert proof == (last.after_deadline is not None)
