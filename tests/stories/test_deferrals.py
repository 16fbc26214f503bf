"""Deferred grants: promised in writing, released where nothing is exchanged; grants that nobody deferred (LCK-1)."""

import pytest

from infra.explain.explain import explain_holder
from infra.status.attention import attention, unreported
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from tests.offers import local


def participant(new_offer, **terms):
    """Ann tenders 1,000 shares on March 10 and stays; Bo tenders 500 on the same day."""
    offer = new_offer(**terms)
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    return offer.closes_at("2003-10-03", "1.27")


@pytest.fixture(scope="module")
def withdrawn(new_offer):
    """300 shares are deferred for Bo on March 20, and 200 promised in writing; on March 25 he withdraws."""
    offer = participant(new_offer)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H2", shares=300, type="ISO", by="Committee")
    offer.happens("2003-03-20T11:00:00", "defer", holder="H2", shares=200, type="NSO", promise=True, by="Committee")
    offer.happens("2003-03-20T12:00:00", "defer", holder="H1", shares=100, type="NSO", by="Committee")
    offer.withdraws("N1", "H2", "2003-03-25T10:00:00")
    return offer.play()


def test_a_grant_deferred_for_whoever_withdrew_is_released_at_the_acceptance(withdrawn):
    """Not before it, for until then Bo may tender again; of 98,500 available 600 are reserved, 500 free again."""
    released = withdrawn.column("audit", "at", "subject", "rule", action="deferred grant released")
    assert [("2003-04-01T14:00:00Z", "D-1", "LCK-1"), ("2003-04-01T14:00:00Z", "D-2", "LCK-1")] == released
    assert [
        ("2003-03-20", "reserved", "-300", "98200"),
        ("2003-03-20", "reserved", "-200", "98000"),
        ("2003-03-20", "reserved", "-100", "97900"),
        ("2003-04-01", "cancelled", "1000", "98900"),
        ("2003-04-01", "reserved", "-1000", "97900"),
        ("2003-04-01", "released", "500", "98400"),
        ("2003-10-03", "released", "1100", "99500"),
        ("2003-10-03", "granted", "-1100", "98400"),
    ] == withdrawn.column("pool", "on", "event", "shares", "available_after")[3:]


def test_what_is_released_is_not_granted_with_the_new_options(withdrawn):
    """Ann's deferred grant is, Bo's two are the Committee's."""
    assert ["D-3-N", "G1-N"] == withdrawn.column("new_options", "grant_id")


def test_the_acceptance_says_what_the_committee_may_grant_now(withdrawn):
    """In the outcome of the step, which operations see."""
    [said] = withdrawn.column("audit", "detail", action="cancel done")
    assert said.endswith(
        "0 tenders rejected. 2 deferred grants for 500 shares released: the Committee may grant what it decided now."
    )


def test_the_holder_is_told_of_the_release(withdrawn):
    """A letter for each deferred grant; the one that was promised gives its promise back."""
    promised, plain, kept = withdrawn.letters("deferral", "Bo Ray")
    assert "We promise to grant you, under the" in promised
    assert "As of April 1, 2003 it is not deferred any longer." in plain
    assert "takes the place of our promise" not in plain
    assert "takes the place of our promise to make it together with the new options of the offer" in kept
    assert [] == withdrawn.letters("deferral", "Ann Lee"), "a grant that is not promised is told to nobody"


def test_explain_tells_the_release(withdrawn):
    """Deferred, promised, and released because nothing was accepted."""
    with withdrawn.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H2") if line.rule == "LCK-1"]
    assert [
        "A further grant of 300 shares (ISO) was decided and is deferred until the new options are granted. "
        "Decided by Committee.",
        "A further grant of 200 shares (NSO) was decided and is deferred until the new options are granted, and "
        "promised in writing. Decided by Committee.",
    ] == told[:2]
    assert (
        "No tendered option was accepted for exchange. D-1, the grant of 300 shares decided March 20, 2003, is "
        "not deferred any longer: the Committee may make it now."
    ) in told


def test_the_status_tells_what_has_become_of_each_deferred_grant(withdrawn):
    """Two may be granted by the Committee now, the third was granted with the new options; the watch tells the two."""
    with withdrawn.workspace() as workspace, workspace.read() as db:
        now = offer_status(db, local("2003-10-06T12:00:00"))
        raised = unreported(db, local("2003-10-06T12:00:00"))["a deferred grant is released"]
    said = [
        "D-1, 300 shares (ISO) for H2, decided March 20, 2003: released April 1, 2003, and may be granted by the "
        "Committee now.",
        "D-2, 200 shares (NSO) for H2, decided March 20, 2003, promised in writing: released April 1, 2003, and may be "
        "granted by the Committee now.",
        "D-3, 100 shares (NSO) for H1, decided March 20, 2003: granted October 3, 2003.",
    ]
    assert said == [each.says for each in now.deferrals]
    assert "### Deferred grants\n\n- " + "\n- ".join(said) in as_markdown(now)
    assert ["D-1", "D-2"] == [subject for _, subject, _, _ in raised]


def test_a_promise_of_a_deferred_grant_is_in_writing(new_offer):
    """It states the shares, the date, that day's price, the plan's schedule from that day, and service."""
    offer = participant(new_offer)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H2", shares=200, type="NSO", promise=True, by="Committee")
    played = offer.play(until="2003-03-21T12:00:00")
    [letter] = played.letters("deferral")
    for said in (
        "Grant D-1 deferred: 200 shares promised",
        "no earlier than October 3, 2003, a stock option for 200 shares of our common stock",
        "will be the closing price of our common stock on NASDAQ on the date of grant (Section 9)",
        "counted from the date of grant and not from today: in three equal parts, the first 12 months after the "
        "grant, each of the others 12 months after the one before it (Section 9)",
        "provided that you remain an employee, director or consultant of ours",
    ):
        assert said in letter
    assert ["deferral:D-1"] == played.column("notices", "notice_id", kind="deferral")
    [said] = played.column("audit", "detail", action="defer")
    assert "A grant of 200 shares (NSO) is deferred until the new options are granted, and promised to the" in said


def test_a_promise_given_after_the_acceptance_leaves_nothing_open(new_offer):
    """Whether the grant must wait depends on the acceptance: before it the letter says so, after it no more."""
    offer = participant(new_offer)
    for when in ("2003-03-20T10:00:00", "2003-04-15T10:00:00"):
        offer.happens(when, "defer", holder="H2", shares=200, type="NSO", promise=True, by="Committee")
    before, after = offer.play(until="2003-04-16T12:00:00").letters("deferral")
    depends = "If your options are not exchanged."
    assert (True, "You have options tendered" in before) == (depends in before, True)
    assert (False, "We have accepted and cancelled options of yours" in after) == (depends in after, True)


def test_a_grant_deferred_for_whoever_is_rejected_is_released(new_offer):
    """Bo left on March 31 and is not accepted; the letter of a released grant goes out with that of the rejection."""
    offer = new_offer().holder("H2", "Bo Ray", until="2003-03-31").grant("G2", 500)
    offer.tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H2", shares=300, type="NSO", by="Committee")
    played = offer.play(until="2003-04-02T12:00:00")
    assert ["ELG-1"] == played.column("tenders", "rule")
    assert ["D-1"] == played.column("audit", "subject", action="deferred grant released")
    assert 1 == len(played.letters("rejection")) == len(played.letters("deferral"))


def test_whoever_tenders_again_keeps_the_deferral(new_offer):
    """Withdrawn on March 25 and tendered again on March 28: 300 shares are granted with the new options."""
    offer = participant(new_offer)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H2", shares=300, type="NSO", by="Committee")
    offer.withdraws("N1", "H2", "2003-03-25T10:00:00").tenders("F3", "2003-03-28T10:00:00", G2=500)
    played = offer.play()
    assert [] == played.ledger("audit", action="deferred grant released")
    assert ["D-1-N", "G1-N", "G2-N"] == played.column("new_options", "grant_id")


def test_a_termination_releases_every_deferred_grant(new_offer):
    """With a decision, a letter and an entry of its own for each."""
    offer = participant(new_offer)
    offer.happens("2003-03-20T10:00:00", "defer", holder="H2", shares=300, type="NSO", promise=True, by="Committee")
    offer.happens("2003-03-24T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
    offer.happens(
        "2003-03-25T10:00:00",
        "terminate",
        number=4,
        reason="The proposal of Acme was accepted.",
        by="Board",
        evidence="A bid.",
    )
    played = offer.play()
    assert ["98500", "98200", "98500"] == played.column("pool", "available_after")[2:]
    _, released = played.letters("deferral")
    assert "Why: The exchange offer was terminated." in released


def test_voiding_an_acceptance_releases_what_was_deferred(new_offer):
    """HR tells on May 5 that Bo had left on March 28: his 300 shares are free that day, not in October."""
    offer = participant(new_offer)
    offer.happens("2003-04-15T10:00:00", "defer", holder="H2", shares=300, type="NSO", by="Committee")
    offer.happens(
        "2003-05-05T10:00:00",
        "service-set",
        holder="H2",
        capacity="employee",
        from_="1999-01-04",
        to="2003-03-28",
        by="Dana Reed",
    )
    played = offer.play(until="2003-05-30T12:00:00")
    assert [("2003-05-05T15:00:00Z", "D-1")] == played.column(
        "audit", "at", "subject", action="deferred grant released"
    )
    assert "released" == played.column("pool", "event")[-1]
    assert ["G2"] == played.column("audit", "subject", action="acceptance voided")


def test_a_split_before_the_release_scales_what_is_free_again(new_offer):
    """101 shares deferred on April 15 are 151 after the 3-for-2 split of June 2, and so many are released in July."""
    offer = participant(new_offer)
    offer.happens("2003-04-15T10:00:00", "defer", holder="H2", shares=101, type="NSO", promise=True, by="Committee")
    offer.happens("2003-06-02T10:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens(
        "2003-07-07T10:00:00",
        "service-set",
        holder="H2",
        capacity="employee",
        from_="1999-01-04",
        to="2003-03-28",
        by="Dana Reed",
    )
    played = offer.play(until="2003-07-30T12:00:00")
    assert ["151"] == played.column("pool", "shares", event="released")
    [_, released] = played.letters("deferral", "Bo Ray")
    assert "Option shares, as decided: 101 shares Option shares, as adjusted since (Section 6): 151 shares" in released


MEANWHILE = (
    "{} was granted to {} on {}, between the tender and the new options: whoever takes part gets no other grant in "
    "that time, and it spoils the accounting."
)


def alarms(played, at):
    """What is to be settled by then, and what the watch would raise of it."""
    with played.workspace() as workspace, workspace.read() as db:
        said = [each for each in attention(offer_status(db, local(at))) if "optex settle" in each]
        raised = unreported(db, local(at)).get("the record contradicts what was done", [])
    return said, [(subject, rule) for _, subject, rule, _ in raised]


def added(offer, when, grant, holder, on):
    """A grant of 50 shares that turns up in the record later."""
    stated = {"shares": 50, "exercised": 0, "price": "1.20", "type": "NSO", "expires_on": "2013-06-02"}
    return offer.happens(
        when,
        "correct-grant",
        grant=grant,
        holder=holder,
        granted_on=on,
        reason="It was missing.",
        by="Dana Reed",
        evidence="Minutes",
        **stated,
    )


def test_a_grant_dated_while_its_holder_takes_part_is_an_alarm(new_offer):
    """Of March 10, the day of the tender, and of October 2; not of March 9, nor of October 3, nor Cy's, who stays out.

    It says so where it turns up, stands on the dashboard, and is raised by the watch.
    """
    offer = participant(new_offer)
    offer.holder("H3", "Cy Dow").grant("G3", 300)
    days = {"X1": "2003-03-09", "X2": "2003-03-10", "X3": "2003-10-02", "X4": "2003-10-03"}
    for grant, on in days.items():
        added(offer, "2003-10-06T10:00:00", grant, "H2", on)
    added(offer, "2003-10-06T10:00:00", "X5", "H3", "2003-06-02")
    played = offer.play()
    said, raised = alarms(played, "2003-10-06T12:00:00")
    must = "A person must settle it: `optex settle FOLDER --grant {} --as stand`."
    assert [
        f"{MEANWHILE.format('X2', 'H2', 'March 10, 2003')} {must.format('X2')}",
        f"{MEANWHILE.format('X3', 'H2', 'October 2, 2003')} {must.format('X3')}",
    ] == said
    assert [("X2", "LCK-1"), ("X3", "LCK-1")] == raised
    assert [("X2", "LCK-1"), ("X3", "LCK-1")] == played.column("audit", "subject", "rule", action="record contradicted")


def test_it_is_an_alarm_while_the_tender_stands(new_offer):
    """Told on March 20 of March 14; once Bo withdraws there is nothing against it, and of Ann it is as before."""
    offer = participant(new_offer)
    for grant, holder in (("X1", "H1"), ("X2", "H2")):
        added(offer, "2003-03-20T10:00:00", grant, holder, "2003-03-14")
    said, raised = alarms(offer.play(until="2003-03-21T12:00:00"), "2003-03-21T12:00:00")
    assert (2, ["X1", "X2"]) == (len(said), [subject for subject, _ in raised])
    offer.withdraws("N1", "H2", "2003-03-25T10:00:00")
    said, raised = alarms(offer.play(until="2003-04-02T12:00:00"), "2003-04-02T12:00:00")
    assert (1, ["X1"]) == (len(said), [subject for subject, _ in raised])


def test_a_grant_of_the_folder_itself_is_an_alarm(new_offer):
    """Dated June 2 in grants.csv: as soon as its holder takes part, however early that is known."""
    offer = participant(new_offer).grant("X1", 50, on="2003-06-02", price="1.20", holder="H2")
    said, _ = alarms(offer.play(until="2003-03-12T12:00:00"), "2003-03-12T12:00:00")
    assert [MEANWHILE.format("X1", "H2", "June 2, 2003")] == [each.partition(" A person")[0] for each in said]


def test_it_is_settled_by_a_person(new_offer):
    """It cannot be rescinded by the program, which did not grant it; once it stands by a decision the alarm is gone."""
    offer = added(participant(new_offer), "2003-06-10T10:00:00", "X1", "H2", "2003-06-02")
    decided = {"grant": "X1", "reason": "The auditors agree.", "evidence": "Letter of June 12", "by": "Ruth Counsel"}
    offer.happens("2003-06-16T10:00:00", "settle", **{"as": "rescind"}, **decided)
    offer.happens("2003-06-16T11:00:00", "settle", **{"as": "stand"}, **decided)
    played = offer.play(until="2003-06-20T12:00:00")
    assert [
        "the company granted X1 itself, beside the offer, and only the company can undo that: it can only stand"
    ] == played.column("audit", "detail", action="settle refused")
    assert ([], []) == alarms(played, "2003-06-20T12:00:00")
    with played.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H2")]
    assert MEANWHILE.format("X1", "H2", "June 2, 2003") in told
