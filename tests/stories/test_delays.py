"""What keeps holders waiting is told to them, and so is its end: a postponement, a hold, another grant date."""

import asyncio
import json
from datetime import date

import pytest

from infra.explain.explain import explain_holder
from infra.folder.reader import read_folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder
from infra.ledgers.export import export
from infra.status.attention import mark_reported, unreported
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from infra.workspace import workspace_in
from optex.actions import CommitteeGrantDate, ConditionEnd
from tests.driver import run_body
from tests.flows.test_cli import optex
from tests.offers import local


def rung(played, at):
    """The acceptance rung at an instant, in its last version, and the ledgers written anew."""
    with played.workspace() as workspace:
        with workspace.read() as db:
            step = db.step("cancel")
        state = asyncio.run(run_body(workspace.offer, step, local(at)))
        with workspace.read() as db:
            export(db, played.out / "ledgers")
    return state.name


def delays(played):
    """The letters on delays, in the order in which they were written."""
    kinds = ("postponement", "grant-delayed", "resumed", "prohibition")
    told = [row for kind in kinds for row in played.column("notices", "queued_at", "notice_id", kind=kind)]
    return [(key, at) for at, key in sorted(told)]


@pytest.fixture(scope="module")
def postponed(new_offer):
    """A bid is asserted on March 20 and ends on Thursday, April 10: acceptance, due on April 1, is made on April 11.

    Ann has tendered, Bo has not; Cy has tendered and left on March 28; Di was not in service any more.
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


def test_a_postponement_and_its_end_are_told_to_whoever_may_tender_or_has(postponed):
    """On April 1 at nine, and on April 10; that one of two conditions ended on April 2 postpones nothing anew."""
    assert [
        ("postponement.v1:H1", "2003-04-01T14:00:00Z"),
        ("postponement.v1:H2", "2003-04-01T14:00:00Z"),
        ("postponement.v1:H3", "2003-04-01T14:00:00Z"),
        ("resumed.v2:H1", "2003-04-10T15:00:00Z"),
        ("resumed.v2:H2", "2003-04-10T15:00:00Z"),
        ("resumed.v2:H3", "2003-04-10T15:00:00Z"),
    ] == delays(postponed)
    assert [("2003-04-01T14:00:00Z", "held"), ("2003-04-11T14:00:00Z", "done")] == postponed.milestone("cancel")


def test_the_letter_of_a_postponement_says_why_and_what_can_be_done(postponed):
    """In general words, without the evidence; whoever has tendered reads that it may be withdrawn after April 28."""
    [ann], [bo] = (postponed.letters("postponement", name) for name in ("Ann Lee", "Bo Ray"))
    for letter in (ann, bo):
        assert "We had expected to accept them on Tuesday, April 1, 2003 (Sections 7 and 15)." in letter
        assert "While they stand, we accept nothing: - Condition 2, an action, approval withheld, or law" in letter
        assert "Condition 4, a tender offer, merger or acquisition proposal" in letter
        assert "Acceptance and cancellation, expected: not known yet; we will tell you" in letter
        assert "A bid" not in letter
    assert "If we have not accepted your options by Monday, April 28, 2003 at 5:00 p.m." in ann
    assert "No Election Form of yours is in force" in bo


def test_the_letter_of_its_end_says_the_new_dates(postponed):
    """Accepted on April 11, granted on October 14, the day after Columbus Day."""
    [ann] = postponed.letters("resumed", "Ann Lee")
    assert "We now expect to accept and cancel the options tendered on Friday, April 11, 2003" in ann
    assert "New options granted, at the earliest: Tuesday, October 14, 2003" in ann


def test_the_letter_of_its_end_says_what_stands_tendered(postponed):
    """Ann's tender of 1,000 shares is in force; of Bo, who has tendered nothing, nothing is accepted."""
    [ann], [bo] = (postponed.letters("resumed", name) for name in ("Ann Lee", "Bo Ray"))
    assert "Your tender is in force, and you need not do anything: we will tell you when we have accepted it." in ann
    assert "G1 May 16, 2000 NSO $12.50 1,000 1,000" in ann
    assert "If we have not accepted your options by Monday, April 28, 2003 at 5:00 p.m." in ann
    assert "No Election Form of yours is in force: your options stay outstanding under their present terms" in bo
    assert ("withdraw" in bo.partition("What this means for you")[2], "Tendered" in bo) == (False, False)


def test_a_postponed_acceptance_that_is_rung_again_tells_nobody_anything(new_offer):
    """Held since April 1 and rung on April 2 and 3, three letters stay three."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    played = offer.play(until="2003-04-01T12:00:00")
    before = played.bytes()
    assert ["Held", "Held"] == [rung(played, f"2003-04-0{day}T09:00:00") for day in (2, 3)]
    assert before == played.bytes()


def test_after_the_right_to_withdraw_has_opened_the_letter_says_that_it_is_open(new_offer):
    """Ended on April 30, two days after the right to withdraw has opened."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    offer.happens("2003-04-30T10:00:00", "condition-end", number=4, by="Board")
    [ann] = offer.play(until="2003-05-01T12:00:00").letters("resumed", "Ann Lee")
    assert "What we have not accepted may be withdrawn: since Monday, April 28, 2003 at 5:00 p.m." in ann
    assert "Until we accept your options you may still withdraw them" in ann


def test_a_condition_that_ends_before_anybody_was_told_is_told_in_one_letter(new_offer):
    """Acceptance, due on April 1 at nine, had not been tried when the condition ended at ten: it is due on April 2."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    played = offer.play(until="2003-04-01T08:30:00")
    with played.workspace() as workspace, workspace.write() as db:
        ended = record_action(db, ConditionEnd(at=local("2003-04-01T10:00:00"), by="Board", number=4))
    assert "Acceptance falls due again 2003-04-02 09:00 EST; 1 holder told." in ended.message
    rung(played, "2003-04-02T09:00:00")
    assert ["postponement.v1:H1"] == [key for key, _ in delays(played)]
    [letter] = played.letters("postponement", "Ann Lee")
    assert "It has ended since: - Condition 4" in letter
    assert "Acceptance and cancellation, expected: Wednesday, April 2, 2003" in letter


def test_acceptance_put_off_because_its_day_is_no_business_day_is_told_with_the_new_one(new_offer):
    """Rung only on Saturday, April 5, it is put off to Monday: told once, however often the Saturday rings."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.play(until="2003-04-01T08:30:00")
    assert ["Postponed", "NothingToDo"] == [rung(played, f"2003-04-05T{hour}:00:00") for hour in ("09", "10")]
    rung(played, "2003-04-07T09:00:00")
    assert [("postponement.v1:H1", "2003-04-05T14:00:00Z")] == delays(played)
    [letter] = played.letters("postponement", "Ann Lee")
    assert "The reason: it was not done by then, and Saturday, April 5, 2003 is not a business day." in letter
    assert "Acceptance and cancellation, expected: Monday, April 7, 2003" in letter
    assert "We will tell you when the postponement ends" not in letter


@pytest.fixture(scope="module")
def merged(new_offer):
    """A merger with Acme holds the grant from September 15 to October 20; the Committee looks for a date meanwhile.

    Ann's promise is open; Bo has tendered nothing, and Cy has left in July.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.holder("H3", "Cy Dow", until="2003-07-31").grant("G3", 300).tenders("F3", "2003-03-10T10:00:00", G3=300)
    why = "a merger with Acme awaits clearance"
    offer.happens("2003-09-15T10:00:00", "hold", reason=why, by="Board")
    offer.happens("2003-09-16T10:00:00", "hold", reason=why, by="Board")
    offer.happens("2003-09-17T10:00:00", "hold", reason=why, successor="Acme Corp.", by="Board")
    offer.happens("2003-09-18T10:00:00", "hold", reason=why, successor="Acme Corp.", by="Board")
    offer.happens("2003-09-18T11:00:00", "hold", reason=why, successor="Beta Corp.", by="Board")
    offer.happens("2003-09-22T10:00:00", "committee-grant-date", on="2003-10-21", by="Committee")
    offer.happens("2003-09-22T11:00:00", "committee-grant-date", on="2003-10-21", reason="It closes.", by="Committee")
    offer.happens("2003-09-22T12:00:00", "committee-grant-date", on="2003-10-21", reason="It closes!", by="Committee")
    offer.happens("2003-09-23T10:00:00", "committee-grant-date", on="2003-10-10", reason="Sooner.", by="Committee")
    offer.happens("2003-10-20T10:00:00", "release", reason="the merger is cleared", by="Board")
    offer.happens("2003-10-20T11:00:00", "hold", reason=why, by="Board")
    offer.happens("2003-10-21T10:00:00", "release", reason="cleared after all", by="Board")
    return offer.closes_at("2003-10-10", "1.27").closes_at("2003-10-20", "1.30").closes_at("2003-10-21", "1.31").play()


def test_every_promised_holder_is_told_of_a_hold_of_each_move_and_of_the_end(merged):
    """A hold told twice is one; what first names the successor is told; a date that moves nothing is not."""
    assert [
        ("grant-delayed:H1.1", "2003-09-15T15:00:00Z"),
        ("grant-delayed:H1.2", "2003-09-17T15:00:00Z"),
        ("grant-delayed:H1.3", "2003-09-22T16:00:00Z"),
        ("resumed:H1.1", "2003-09-23T15:00:00Z"),
        ("resumed:H1.2", "2003-10-20T15:00:00Z"),
        ("grant-delayed:H1.4", "2003-10-20T16:00:00Z"),
        ("resumed:H1.3", "2003-10-21T15:00:00Z"),
    ] == delays(merged)
    assert [
        "Grant of new options held back: Alpha Technologies Group, Inc.",
        "Grant of new options held back (No. 2): Alpha Technologies Group, Inc.",
        "New options delayed to October 21, 2003 (No. 3): Alpha Technologies Group...",
        "Grant of new options held back (No. 4): Alpha Technologies Group, Inc.",
    ] == merged.column("notices", "subject", kind="grant-delayed")


def test_a_hold_names_another_successor_only_anew(merged):
    """Acme is on record: Beta is refused, and how to correct it is said."""
    [refusal] = merged.column("audit", "rule", "detail", action="hold refused")
    assert "REC-2" == refusal[0]
    assert "(successor: Acme Corp. on record, Beta Corp. told). `optex release` ends what is held" in refusal[1]


def test_a_date_eleven_business_days_after_the_first_possible_needs_a_reason(merged):
    """October 3 is the first; October 20 would be the tenth business day after it, October 21 is the eleventh."""
    assert [
        (
            "GRT-2",
            "2003-10-21 is 11 business days after 2003-10-03, the first possible day: it needs a reason (--reason)",
        )
    ] == merged.column("audit", "rule", "detail", action="committee-grant-date refused")
    taken = merged.column("audit", "detail", action="committee-grant-date")
    assert "grant date. Warning: 2003-10-21 is 11 business days after 2003-10-03, the first possible day" in taken[0]
    assert "The Committee chose 2003-10-10 as the grant date. — Sooner." == taken[-1]


def test_the_plan_warns_of_a_date_long_after_the_first_possible_one(new_offer):
    """October 20 is the tenth business day after October 3, October 21 the eleventh; extended, it is the third."""
    folder = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).write()
    books = workspace_in(folder)
    load_folder(books.engine, read_folder(folder), local("2003-02-27T12:00:00"))

    def chosen(on, at):
        shown = {"reason": "The merger closes.", "by": "Committee", "evidence": "The Committee's minutes."}
        with books.write() as db:
            assert record_action(db, CommitteeGrantDate(at=local(at), on=date.fromisoformat(on), **shown)).accepted

    def warned(*more):
        plan = json.loads(optex("plan", folder, "--json", *more).stdout)
        return [each["message"] for each in plan["warnings"] if each["rule"] == "GRT-2"]

    chosen("2003-10-20", "2003-03-10T10:00:00")
    assert [] == warned()
    chosen("2003-10-21", "2003-03-11T10:00:00")
    late = "the grant is planned late: 2003-10-21 is 11 business days after 2003-10-03, the first possible day"
    assert [late] == warned()
    assert f"GRT-2 {late}" in " ".join(optex("plan", folder).stdout.split())
    assert [] == warned("--extend-to", "2003-04-14T17:00:00")


def test_the_letters_of_a_delay_say_why_until_when_and_whom_the_promise_binds(merged):
    """The first hold names nobody, all that follow name Acme; what is held has no date."""
    held, bound, later, held_again = merged.letters("grant-delayed", "Ann Lee")
    assert "is held back until further notice. It was planned for October 3, 2003." in held
    assert "The reason: A merger with Acme awaits clearance." in held
    assert "Grant now planned: not known yet; we will tell you" in held
    binds = "The obligations under your promise bind Acme Corp. as our successor, which is required to honor them."
    assert [False, True, True, True] == [binds in letter for letter in (held, bound, later, held_again)]
    assert "will be granted on Tuesday, October 21, 2003. The grant was planned for October 3, 2003 before" in later
    assert "The grant is still held back, as we wrote to you" in later
    earlier, released, again = merged.letters("resumed", "Ann Lee")
    assert "delayed to October 21, 2003, is now planned for Friday, October 10, 2003. It is still held" in earlier
    assert "is no longer held back. They will be granted on Monday, October 20, 2003." in released
    assert "is no longer held back. They will be granted on Tuesday, October 21, 2003." in again


def test_the_successor_is_on_record_for_the_holder_and_for_operations(merged):
    """In the holder's history since September 17, and at the head of the dashboard."""
    with merged.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H1")]
        page = as_markdown(offer_status(db, local("2003-10-19T12:00:00")))
    assert (
        "The grant was held back until further notice; the promise binds Acme Corp. as successor. A merger with Acme "
        "awaits clearance. Decided by Board."
    ) in told
    assert "The promises bind **Acme Corp.** as successor." in page


def test_the_new_agreement_names_the_successor(merged):
    """Granted on October 21 at that day's price, to be honored by Acme."""
    assert [("G1-N", "2003-10-21", "1.31")] == merged.column("new_options", "grant_id", "granted_on", "price")
    [agreement] = merged.letters("grant", "Ann Lee")
    assert "The obligations under the promise, and under this agreement, bind Acme Corp. as our successor." in agreement


def test_a_date_ten_business_days_after_the_first_possible_needs_none(new_offer):
    """October 20 is chosen without a reason and without a warning; whoever was promised something is told."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-09-22T10:00:00", "committee-grant-date", on="2003-10-20", by="Committee")
    played = offer.closes_at("2003-10-20", "1.27").play()
    assert ["The Committee chose 2003-10-20 as the grant date."] == played.column(
        "audit", "detail", action="committee-grant-date"
    )
    [letter] = played.letters("grant-delayed", "Ann Lee")
    assert "The reason:" not in letter


def test_before_the_acceptance_there_is_nobody_to_tell_and_the_promise_says_it(new_offer):
    """Held on March 5 for a merger with Acme, and planned for October 10: the letter of acceptance says both."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-05T10:00:00", "hold", reason="a merger is coming", successor="Acme Corp.", by="Board")
    offer.happens("2003-03-06T10:00:00", "committee-grant-date", on="2003-10-10", by="Committee")
    played = offer.play(until="2003-04-02T12:00:00")
    assert [] == delays(played)
    [promise] = played.letters("acceptance-and-promise", "Ann Lee")
    assert "The obligations under it bind Acme Corp. as our successor." in promise
    assert "The grant is held back until further notice (Section 13): A merger is coming." in promise
    assert "It was planned for Friday, October 10, 2003" in promise


def alarms(played, at):
    """What is an alarm at an instant, but for what is held at all, and has not been raised before; it is then."""
    with played.workspace() as workspace:
        with workspace.read() as db:
            found = [entry for entries in unreported(db, local(at)).values() for entry in entries]
        with workspace.write() as db:
            mark_reported(db, found, local(at))
    return [(action, subject, rule) for action, subject, rule, _ in found if action != "held step told"]


def urgent(played, at):
    with played.workspace() as workspace, workspace.read() as db:
        return offer_status(db, local(at)).waiting_too_long


def test_acceptance_held_into_the_fifth_business_day_is_an_alarm_once(new_offer):
    """Expired on March 31, the fifth is Monday, April 7: that begins on the wall at 11 p.m. EST of the 6th (CAL-2)."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    played = offer.play(until="2003-04-20T12:00:00")
    assert ([], "") == (alarms(played, "2003-04-06T22:59:59"), urgent(played, "2003-04-06T22:59:59"))
    assert [("cancel waits too long", "2003-03-31", "CND-1")] == alarms(played, "2003-04-06T23:00:00")
    assert [] == alarms(played, "2003-04-14T12:00:00")
    assert urgent(played, "2003-04-14T12:00:00").startswith(
        "Acceptance has waited 10 business days since the expiration of March 31, 2003: what was tendered must be "
        "accepted or returned promptly (Rules 13e-4(f)(5), 14e-1(c)). Nothing is accepted while a condition of §7"
    )


def test_a_grant_held_into_the_fifth_business_day_is_an_alarm_once(new_offer):
    """Planned for Friday, October 3: not before it and not on the 9th, but on the 10th; and not for each day anew."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-05-15T10:00:00", "hold", reason="an injunction", by="Board")
    played = offer.play(until="2003-10-20T12:00:00")
    assert [] == alarms(played, "2003-09-30T12:00:00") + alarms(played, "2003-10-09T12:00:00")
    assert [("regrant waits too long", "2003-10-03", "CIC-1")] == alarms(played, "2003-10-10T12:00:00")
    assert [] == alarms(played, "2003-10-20T12:00:00")
    assert (
        "The grant has waited 5 business days since October 3, 2003, the day for which it was planned. The grant "
        in (urgent(played, "2003-10-10T12:00:00"))
    )


def test_a_price_that_is_missing_for_five_business_days_is_an_alarm(new_offer):
    """Nobody tells the close of October 3 by October 10; told then, nothing waits any more."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-02", "1.27").play(until="2003-10-10T12:00:00")
    assert [] == alarms(played, "2003-10-09T12:00:00")
    assert [("regrant waits too long", "2003-10-03", "GRT-3")] == alarms(played, "2003-10-10T12:00:00")
    assert "The closing price of 2003-10-03 is not known yet" in urgent(played, "2003-10-10T12:00:00")
    offer.happens("2003-10-13T10:00:00", "price-set", on="2003-10-03", close="1.28", by="Desk")
    played = offer.play()
    assert "" == urgent(played, "2003-10-20T12:00:00")
