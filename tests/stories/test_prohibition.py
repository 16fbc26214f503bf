"""A grant that is prohibited for good: every promise ends, the pool is freed, everyone concerned is told (§13)."""

import pytest

from infra.explain.explain import explain_holder
from infra.handlers.compensations import pending
from infra.report.data import report_data
from infra.report.page import render_report
from infra.status.attention import attention, unreported
from infra.status.offer_status import offer_status
from optex.authority import PROHIBITED
from tests.offers import local


@pytest.fixture(scope="module")
def prohibited(new_offer):
    """An injunction holds the grant from September 15 on, and on November 20 a court prohibits it for good.

    A 3-for-2 split of November 3 has scaled what is promised and deferred. Cy left in July; that this was an error is
    told only after the prohibition.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=600)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-11-24T11:00:00", G2=500)
    offer.holder("H3", "Cy Dow", until="2003-07-31").grant("G3", 300).tenders("F3", "2003-03-10T10:00:00", G3=300)
    why = {"reason": "The court has enjoined the grant for good.", "evidence": "Order of November 19"}
    offer.happens("2003-03-20T10:00:00", "prohibit", by="Counsel", **why)
    offer.happens("2003-05-06T10:00:00", "defer", holder="H1", shares=40, type="NSO", by="Committee")
    offer.happens("2003-09-15T10:00:00", "hold", reason="an injunction", by="Board")
    offer.happens("2003-11-03T10:00:00", "split", on="2003-11-03", new=3, old=2)
    offer.happens("2003-11-20T09:00:00", "prohibit", reason="The court has enjoined the grant for good.", by="Counsel")
    offer.happens("2003-11-20T10:00:00", "prohibit", by="Counsel", **why)
    offer.happens("2003-11-20T11:00:00", "prohibit", by="Counsel", **why)
    offer.happens("2003-11-21T10:00:00", "prohibit", reason="Another.", evidence="Order", by="Counsel")
    offer.happens("2003-11-24T10:00:00", "release", reason="The court reversed itself.", by="Board")
    offer.happens("2003-11-24T11:00:00", "committee-grant-date", on="2003-12-01", reason="So.", by="Committee")
    offer.happens("2003-11-24T12:00:00", "service-set", holder="H3", capacity="employee", from_="1999-01-04")
    return offer.closes_at("2003-10-03", "1.27").closes_at("2003-12-01", "1.30").play()


def test_it_needs_a_promise_evidence_and_cannot_be_undone(prohibited):
    """Before the acceptance there is no grant to prohibit; told twice it is one; nothing is released after it."""
    assert [
        ("2003-03-20T15:00:00Z", "CIC-1"),
        ("2003-11-20T14:00:00Z", "CIC-1"),
        ("2003-11-21T15:00:00Z", "REC-2"),
    ] == (prohibited.column("audit", "at", "rule", action="prohibit refused"))
    assert ["2003-11-20T15:00:00Z"] == prohibited.column("audit", "at", action="prohibit")
    over = [
        (rule, detail)
        for verb in ("release", "committee-grant-date")
        for rule, detail in prohibited.column("audit", "rule", "detail", action=f"{verb} refused")
    ]
    gone = "the grant was prohibited for good on 2003-11-20: nothing will be granted"
    assert [("CIC-1", gone), ("GRT-2", gone)] == over


def test_every_open_promise_ends_by_its_rule_and_in_the_words_of_section_13(prohibited):
    """Ann's by the prohibition; Cy's had lapsed before, and nobody is asked to reinstate it."""
    reason = (
        'The grant is prohibited for good; as §13 says, "if the grant is prohibited we will not grant any new options '
        'and you will not get any other consideration for the options you tendered." The court has enjoined the grant '
        "for good."
    )
    assert ("lapsed", "CIC-1", reason) == prohibited.column("promises", "outcome", "rule", "reason")[0]
    assert ("lapsed", "ELG-3") == prohibited.column("promises", "outcome", "rule")[1]
    assert [] == prohibited.ledger("new_options")
    with prohibited.workspace() as workspace, workspace.read() as db:
        assert [] == pending(db, local("2003-12-01T12:00:00"))


def test_the_pool_has_back_what_was_reserved(prohibited):
    """900 shares of the promise of 600, and 60 of the 40 deferred: 150,000 less the 600 and 750 still outstanding."""
    assert [("lapsed", "900"), ("released", "60")] == prohibited.column("pool", "event", "shares")[-2:]
    assert "148650" == prohibited.column("pool", "available_after")[-1]


def test_the_promised_holder_is_told_with_the_words_of_section_13(prohibited):
    """In one letter, which says what became of the deferred grant too; who was promised nothing is told nothing."""
    assert [("prohibition:P-H1", "2003-11-20T15:00:00Z")] == prohibited.column(
        "notices", "notice_id", "queued_at", kind="prohibition"
    )
    [letter] = prohibited.letters("prohibition", "Ann Lee")
    assert f'Section 13 of the Offer to Exchange says: "{PROHIBITED.sentence}"' in letter
    assert "Your promise has ended as of November 20, 2003." in letter
    assert "The reason: The court has enjoined the grant for good." in letter
    assert "Option shares, as promised: 600 shares Option shares, as adjusted since: 900 shares" in letter
    assert "The further grant of 60 shares that was deferred" in letter


def test_nothing_is_left_to_do_and_the_status_says_why(prohibited):
    """No step waits, nothing is urgent and no alarm left, months after the day for which the grant was planned."""
    assert [("2003-10-03T22:00:00Z", "moot")] == prohibited.milestone("regrant")
    assert {"done", "moot"} == set(prohibited.column("milestones", "outcome"))
    with prohibited.workspace() as workspace, workspace.read() as db:
        found, new = offer_status(db, local("2004-03-01T12:00:00")), unreported(db, local("2004-03-01T12:00:00"))
    assert ("prohibited", []) == (found.phase, list(attention(found)))
    assert ["a deferred grant is released"] == list(new), "what the Committee may grant now it is told once"
    assert found.says.startswith("The grant was prohibited for good November 20, 2003 at 10:00 a.m.")


def test_a_form_that_comes_after_it_is_not_told_of_a_grant(prohibited):
    """Bo's form of November 24 is out of time, and the letter names no day of a grant."""
    [letter] = prohibited.letters("confirmation-of-receipt", "Bo Ray")
    assert "October" not in letter


def test_the_report_tells_it(prohibited):
    """When it was, that nothing will be granted, and that nothing is still promised."""
    with prohibited.workspace() as workspace, workspace.read() as db:
        page = " ".join(render_report(report_data(db)).split())
    assert "The grant was prohibited for good November 20, 2003" in page
    assert "The grant is prohibited" in page
    assert "none will be" in page
    assert "900 option shares were cancelled and promised anew: 0 were granted again, 900 lapsed" in page


def test_the_holder_s_history_tells_who_prohibited_it_and_what_shows_it(prohibited):
    with prohibited.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H1")]
    assert (
        "The grant was prohibited for good: no new options will be granted. The court has enjoined the grant for good. "
        "Decided by Counsel. Evidence: Order of November 19."
    ) in told
    assert any(PROHIBITED.sentence in what for what in told)
    assert any(
        what.startswith("The grant of the new options is prohibited for good. D-1, the grant of 40 shares decided")
        for what in told
    )


def late(new_offer):
    """Cy's promise lapsed in July, and is reinstated on October 8, after the grant, to be granted that evening."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H3", "Cy Dow", until="2003-07-31").grant("G3", 300).tenders("F3", "2003-03-10T10:00:00", G3=300)
    offer.happens("2003-05-06T10:00:00", "defer", holder="H1", shares=40, type="NSO", by="Committee")
    offer.happens("2003-10-07T10:00:00", "hold", reason="too late", by="Board")
    offer.happens("2003-10-08T10:00:00", "service-set", holder="H3", capacity="employee", from_="1999-01-04")
    offer.happens("2003-10-08T11:00:00", "approve", step="reinstate", holder="H3", by="Ruth Counsel", evidence="Letter")
    for on, close in (("2003-10-03", "1.27"), ("2003-10-08", "1.30"), ("2003-10-16", "1.40"), ("2003-10-30", "1.50")):
        offer.closes_at(on, close)
    return offer


def test_a_late_grant_is_held_moved_and_released_like_any_other(new_offer):
    """Held on October 8 and released on the 16th; the Committee may not choose the 7th, but may choose the 30th, for a
    reason: it is the fifteenth business day after the 8th. Nothing that was granted on October 3 moves.
    """
    offer = late(new_offer)
    offer.happens("2003-10-08T12:00:00", "hold", reason="an injunction", by="Board")
    offer.happens("2003-10-09T10:00:00", "committee-grant-date", on="2003-10-07", by="Committee")
    offer.happens("2003-10-16T12:00:00", "release", reason="lifted", by="Board")
    offer.happens("2003-10-16T13:00:00", "committee-grant-date", on="2003-10-30", by="Committee")
    offer.happens("2003-10-16T14:00:00", "committee-grant-date", on="2003-10-30", reason="A blackout.", by="Committee")
    played = offer.play()
    assert ["CIC-1"] == played.column("audit", "rule", action="hold refused"), "on October 7 all was granted"
    assert ["2003-10-09T15:00:00Z", "2003-10-16T18:00:00Z"] == played.column(
        "audit", "at", action="committee-grant-date refused"
    )
    assert [
        ("2003-10-03T22:00:00Z", "done"),
        ("2003-10-08T22:00:00Z", "held"),
        ("2003-10-16T22:00:00Z", "superseded"),
        ("2003-10-30T22:00:00Z", "done"),
    ] == played.milestone("regrant")
    assert [("2003-10-03T14:00:00Z", "done")] == played.milestone("recheck-employment")
    assert [("D-1-N", "2003-10-03"), ("G1-N", "2003-10-03"), ("G3-N", "2003-10-30")] == played.column(
        "new_options", "grant_id", "granted_on"
    )
    told = played.column("notices", "notice_id", kind="grant-delayed") + played.column(
        "notices", "notice_id", kind="resumed"
    )
    assert ["grant-delayed:H3.1", "grant-delayed:H3.2", "resumed:H3.1"] == told


def test_a_late_grant_is_prohibited_without_touching_the_first(new_offer):
    """Prohibited on October 9 while it is held: Cy's promise ends, what Ann was granted stays, deferral included."""
    offer = late(new_offer)
    offer.happens("2003-10-08T12:00:00", "hold", reason="an injunction", by="Board")
    offer.happens("2003-10-09T12:00:00", "prohibit", reason="an injunction for good", evidence="Order", by="Board")
    played = offer.play()
    assert ["granted", "lapsed"] == played.column("promises", "outcome")
    assert ["D-1-N", "G1-N"] == played.column("new_options", "grant_id")
    assert [("2003-10-03T22:00:00Z", "done"), ("2003-10-08T22:00:00Z", "moot")] == played.milestone("regrant")
    assert [("reinstated", "-300"), ("lapsed", "300")] == played.column("pool", "event", "shares")[-2:]
    assert ["prohibition:P-H3"] == played.column("notices", "notice_id", kind="prohibition")
    with played.workspace() as workspace, workspace.read() as db:
        found = offer_status(db, local("2003-12-01T12:00:00"))
    assert "granted" == found.phase
    assert "the late grant of what was reinstated after it was prohibited October 9, 2003" in found.says


def test_a_late_grant_that_is_held_says_so_and_becomes_an_alarm(new_offer):
    """Held since October 8, the fifth business day after it is the 16th, for October 13 is Columbus Day."""
    offer = late(new_offer)
    offer.happens("2003-10-08T12:00:00", "hold", reason="an injunction", by="Board")
    played = offer.play(until="2003-10-20T12:00:00")
    with played.workspace() as workspace, workspace.read() as db:
        before, found = (offer_status(db, local(f"2003-10-{day}T12:00:00")) for day in (15, 16))
    assert "The new options were granted on October 3, 2003; a late grant is held: an injunction." == found.says
    assert "" == before.waiting_too_long
    assert found.waiting_too_long.startswith("The grant has waited 5 business days since October 8, 2003")
