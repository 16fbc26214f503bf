"""Accepted from somebody who, as HR tells later, was not in service on the cancellation date: voided (REC-4, ELG-1)."""

from datetime import UTC, datetime

import pytest

from infra.status.attention import attention
from infra.status.offer_status import offer_status
from optex.calendar import EST

GONE = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-03-20"}
SHOWN = (
    "The record now shows no service on March 21, 2003, though it had to last from the receipt of the election through "
    "the cancellation on April 1, 2003: the tender was void and the option ought not to have been cancelled."
)


def late_leaver(new_offer, told="2003-04-10T10:00:00", by="Hana Reed", **tendered):
    """Accepted on April 1; told on April 10 that the last day of Bo Ray was March 20."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000, type="ISO").tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 1000, type="ISO").grant("G3", 500)
    offer.tenders("F2", "2003-03-11T10:00:00", **(tendered or {"G2": 600, "G3": 500}))
    offer.happens(told, "service-set", by=by, **GONE)
    return offer.closes_at("2003-10-03", "1.27")


def approves(offer, when, by, holder="H2"):
    return offer.happens(when, "approve", step="void", holder=holder, by=by)


def urgent(played, at="2003-10-31T12:00:00"):
    with played.workspace() as workspace, workspace.read() as db:
        return list(attention(offer_status(db, datetime.fromisoformat(at).replace(tzinfo=EST).astimezone(UTC))))


def pool(played):
    return [row for row in played.column("pool", "on", "event", "shares") if row[0] > "2003-04-01"]


@pytest.fixture(scope="module")
def voided(new_offer):
    """Approved on April 14 by another person, after the one who told it and Bo himself had tried."""
    offer = late_leaver(new_offer)
    approves(offer, "2003-04-11T10:00:00", by="hana  REED")
    approves(offer, "2003-04-11T11:00:00", by="Bo Ray")
    approves(offer, "2003-04-14T10:00:00", by="Ruth Counsel")
    approves(offer, "2003-04-15T10:00:00", by="Ruth Counsel")
    return offer.play()


def test_the_cancellation_holds_no_more_since_the_approval(voided):
    """Both of Bo's rows stay and say since when; Ann's stands."""
    assert [("G1", ""), ("G2", "2003-04-14"), ("G3", "2003-04-14")] == voided.column(
        "cancellations", "grant_id", "voided_on"
    )


def test_the_tenders_are_rejected_by_the_rule(voided):
    """With the reason that the record now shows, as if it had been known on April 1."""
    assert [("G2", "600", "rejected", "ELG-1", SHOWN), ("G3", "500", "rejected", "ELG-1", SHOWN)] == voided.column(
        "tenders", "grant_id", "shares", "decision", "rule", "reason", holder_id="H2"
    )


def test_the_balancing_option_is_withdrawn(voided):
    """G2-B of 400 shares was issued on April 1: it is in no ledger any more, nor are its tranches."""
    assert [] == voided.ledger("balancing_options")
    assert ["G1-N"] == sorted(set(voided.column("vesting", "grant_id")))
    [withdrawn] = voided.ledger("audit", action="balancing option withdrawn")
    assert "Balancing option G2-B is withdrawn: its 400 shares are part of G2 again." == withdrawn["detail"]


def test_the_promise_is_voided_and_nothing_is_granted_for_it(voided):
    """By REC-4, with the rule that voids it named; Ann is granted what she was promised."""
    assert [
        ("P-H2", "voided", "REC-4", f"{SHOWN} The promise is withdrawn (§1; ELG-1). Approved by Ruth Counsel.")
    ] == voided.column("promises", "promise_id", "outcome", "rule", "reason", holder_id="H2")
    assert ["G1-N"] == voided.column("new_options", "grant_id")


def test_the_pool_is_moved_back_by_entries_of_its_own(voided):
    """1,100 shares are reserved no more and outstanding again: of 100,000, Bo's 1,500 and Ann's 1,000 are taken."""
    assert [
        ("2003-04-14", "voided", "1100"),
        ("2003-04-14", "outstanding", "-1100"),
        ("2003-10-03", "released", "1000"),
        ("2003-10-03", "granted", "-1000"),
    ] == pool(voided)
    assert "97500" == voided.column("pool", "available_after")[-1]


def test_another_person_approves_it_than_told_it_and_not_whom_it_favours(voided):
    """However the name is written; and once it is carried out nothing waits."""
    assert [
        "hana  REED recorded the fact on which it rests: another person must approve it",
        "it favours Bo Ray: another person must approve it",
        "void of H2 does not wait for an approval",
    ] == voided.column("audit", "detail", action="approve refused")


def test_each_move_is_audited_with_who_approved(voided):
    """The three options and the promise, by the person who approved."""
    entries = [row for row in voided.ledger("audit") if row["at"] == "2003-04-14T15:00:00Z"]
    done = [row for row in entries if "SHA-256" not in row["detail"]]  # those vouch for what is on record elsewhere
    assert [
        ("approve", "H2"),
        ("acceptance voided", "G2"),
        ("balancing option withdrawn", "G2-B"),
        ("acceptance voided", "G3"),
        ("promise withdrawn", "P-H2"),
    ] == [(row["action"], row["subject"]) for row in done]
    assert {"Ruth Counsel"} == {row["actor"] for row in done}


def test_the_holder_is_told_once_what_is_right(voided):
    """Which letter it replaces, why, what is outstanding, and that time may be short; no letter says that it lapsed."""
    [letter] = voided.letters("acceptance-voided", "Bo Ray")
    for said in (
        "On April 1, 2003 we wrote to you that we had accepted the options you tendered",
        "That acceptance does not hold. This letter takes the place of that one. We regret having told you otherwise.",
        f"{SHOWN} (§1)",
        "The balancing option G2-B, which we had issued for the shares not tendered, is withdrawn",
        "(number P-H2) for 1,100 shares is withdrawn. No new option will be granted",
        "That time is counted from the end of your service, not from this letter",
    ):
        assert said in letter
    assert [] == voided.ledger("notices", kind="promise-lapsed", holder_id="H2")
    assert 1 == len(voided.ledger("notices", kind="acceptance-voided"))


def test_a_void_waits_for_its_approval(new_offer):
    """Until somebody approves it nothing lapses and nothing is taken back: it is a matter for a person."""
    offer = approves(late_leaver(new_offer), "2003-11-03T10:00:00", by="Ruth Counsel")
    played = offer.play(until="2003-06-30T12:00:00")
    assert ["open", "open"] == played.column("promises", "outcome")
    assert ["", "", ""] == played.column("cancellations", "voided_on")
    assert [] == played.ledger("notices", kind="promise-lapsed")
    [said] = [said for said in urgent(played) if "H2" in said]
    assert "waits for approval by another person than Hana Reed" in said


def test_it_lapses_in_the_end_and_can_still_be_voided(new_offer):
    """Nobody approved it, so on October 3 the promise lapses for good; voided on November 3, the option is restored."""
    played = approves(late_leaver(new_offer), "2003-11-03T10:00:00", by="Ruth Counsel").play()
    assert ["lapsed", "voided"] == [
        row["action"].removeprefix("promise ").replace("withdrawn", "voided")
        for row in played.ledger("audit", subject="P-H2")
    ]
    assert [
        ("2003-10-03", "lapsed", "1100"),
        ("2003-10-03", "released", "1000"),
        ("2003-10-03", "granted", "-1000"),
        ("2003-11-03", "outstanding", "-1100"),
    ] == pool(played)
    [letter] = played.letters("acceptance-voided", "Bo Ray")
    assert "and of the one that told you that the promise had lapsed" in letter
    assert "had lapsed and stays without effect" in letter
    assert "voided" == played.column("promises", "outcome")[-1]


def test_a_play_that_approves_nothing_rehearses(new_offer):
    """Without an approval in the script it is carried out as soon as it is told."""
    played = late_leaver(new_offer).play()
    assert ["", "2003-04-10", "2003-04-10"] == played.column("cancellations", "voided_on")
    assert [("2003-04-10", "voided", "1100"), ("2003-04-10", "outstanding", "-1100")] == pool(played)[:2]


def test_it_is_told_again_without_effect(new_offer):
    """The same end told once more on May 5 voids nothing twice, and no second letter goes out."""
    played = late_leaver(new_offer).happens("2003-05-05T10:00:00", "service-set", by="Ian Hull", **GONE).play()
    assert 2 == len(played.ledger("audit", action="acceptance voided"))
    assert 1 == len(played.ledger("notices", kind="acceptance-voided"))


def test_a_split_before_scales_what_is_moved_back(new_offer):
    """3-for-2 on June 2, told on July 1: of 1,001 shares 334 were tendered; 1,501 are outstanding again."""
    offer = new_offer().holder("H2", "Bo Ray").grant("G2", 1001).tenders("F2", "2003-03-11T10:00:00", G2=334)
    offer.happens("2003-06-02T08:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens("2003-07-01T10:00:00", "service-set", by="Hana Reed", **GONE)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [
        ("2003-06-02", "split", "49500"),
        ("2003-07-01", "voided", "501"),
        ("2003-07-01", "outstanding", "-501"),
    ] == pool(played)
    assert str(150_000 - 1_501) == played.column("pool", "available_after")[-1]
    [letter] = played.letters("acceptance-voided", "Bo Ray")
    assert "These are the shares and prices before the 3-for-2 split of June 2, 2003." in letter


def test_a_voided_acceptance_that_was_good_after_all_is_an_alarm_until_settled(new_offer):
    """On May 5 HR takes the end back: nothing is accepted twice, so a person lets it stand as voided."""
    offer = late_leaver(new_offer, G2=600)
    offer.happens("2003-05-05T10:00:00", "service-set", holder="H2", capacity="employee", from_="1999-01-04")
    until = offer.play(until="2003-05-31T12:00:00")
    [said] = [said for said in urgent(until) if "settle" in said]
    shown = "the record now shows unbroken service through the cancellation of April 1, 2003"
    assert f"G2 was voided as an acceptance of H2 on April 10, 2003; {shown}" in said
    stated = {"grant": "G2", "by": "Ruth Counsel", "evidence": "Minutes of May 20", "reason": "Paid in cash instead."}
    offer.happens("2003-05-20T10:00:00", "settle", as_="rescind", **stated)
    offer.happens("2003-05-21T10:00:00", "settle", as_="stand", **stated)
    played = offer.play(out=offer.root / "again")
    assert [] == [said for said in urgent(played) if "settle" in said]
    assert ["the acceptance of G2 was voided, and nothing is accepted twice: it can only stand as voided"] == (
        played.column("audit", "detail", action="settle refused")
    )
    assert ["rejected"] == played.column("tenders", "decision", holder_id="H2")


def test_what_lapsed_in_service_and_is_voided_later(new_offer):
    """Told on April 10 that Bo left on April 5 it lapses; told on May 5 that it was March 20 it is voided."""
    offer = new_offer().holder("H2", "Bo Ray").grant("G2", 600).tenders("F2", "2003-03-11T10:00:00", G2=600)
    offer.happens("2003-04-10T10:00:00", "service-set", by="Hana Reed", **{**GONE, "to": "2003-04-05"})
    offer.happens("2003-05-05T10:00:00", "service-set", by="Hana Reed", **GONE)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [("2003-04-10", "lapsed", "600"), ("2003-05-05", "outstanding", "-600")] == pool(played)
    assert [("voided", "REC-4")] == played.column("promises", "outcome", "rule")
