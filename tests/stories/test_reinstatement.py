"""A promise that lapsed for want of service and is reinstated, before the lapse is final and after it (REC-4)."""

import pytest

from infra.explain.explain import explain_holder
from infra.handlers.compensations import pending
from infra.status.attention import attention
from infra.status.offer_status import offer_status
from tests.offers import local

LEFT = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-06-30"}
BACK = {"holder": "H2", "capacity": "consultant", "from_": "2003-07-01"}


@pytest.fixture
def two(new_offer):
    """Ann and Bo tender 1,000 and 500 shares; the stock closes at 1.27 on October 3, 2003."""

    def made(**terms):
        offer = new_offer(**terms)
        offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
        offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
        return offer.closes_at("2003-10-03", "1.27")

    return made


def outcomes(played):
    return played.column("promises", "outcome")


def lapse_letters(played):
    return played.column("notices", "notice_id", "queued_at", "sent_at", kind="promise-lapsed")


def test_a_change_of_capacity_keyed_in_two_steps_loses_nothing(two):
    """Bo's employment is ended at 9:00 and his consultancy begun at 9:05: he is granted what he was promised.

    The letter that his promise had lapsed would have gone out on July 15 and never does; the record shows both.
    """
    offer = two()
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-07-08T09:05:00", "service-set", **BACK)
    played = offer.play()
    assert ["granted", "granted"] == outcomes(played)
    assert [("G2-N", "500", "2003-10-03")] == played.column(
        "new_options", "grant_id", "shares", "granted_on", holder_id="H2"
    )
    assert [("lapse:P-H2", "2003-07-08T14:00:00Z", "")] == lapse_letters(played)
    assert [] == played.letters("promise-lapsed") + played.letters("reinstatement")
    assert [
        ("lapsed", "500", "99000"),
        ("reinstated", "-500", "98500"),
        ("released", "1500", "100000"),
        ("granted", "-1500", "98500"),
    ] == played.column("pool", "event", "shares", "available_after")[5:]
    assert [
        ("2003-07-08T14:05:00Z", "optex", "P-H2", "REC-4"),
    ] == played.column("audit", "at", "actor", "subject", "rule", action="promise reinstated")


def test_a_slip_corrected_next_day_loses_nothing(two):
    """Bo's last day was keyed as June 30 and is June 30 of next year: corrected on the morrow, nothing was sent."""
    offer = two()
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-07-09T09:00:00", "service-set", **LEFT | {"to": "2004-06-30"})
    played = offer.play()
    assert ["granted", "granted"] == outcomes(played)
    assert [("lapse:P-H2", "2003-07-08T14:00:00Z", "")] == lapse_letters(played)
    assert [
        "The record now shows unbroken service from March 10, 2003 through July 9, 2003: promise P-H2 is reinstated."
    ] == played.column("audit", "detail", action="promise reinstated")


def test_a_slip_corrected_as_such_loses_nothing(two):
    """The same by `correct service`: the word none says that Bo still serves."""
    offer, own = two(), {key: LEFT[key] for key in ("holder", "capacity", "from_")}
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    own |= {"to": "none", "reason": "A slip.", "by": "Dana Reed", "evidence": "The payroll of July."}
    offer.happens("2003-07-09T09:00:00", "correct-service", **own)
    played = offer.play()
    assert ["granted", "granted"] == outcomes(played)
    assert [("lapse:P-H2", "2003-07-08T14:00:00Z", "")] == lapse_letters(played)


def test_a_letter_of_a_lapse_goes_out_five_business_days_later(two):
    """Told on July 1 that June 30 was Bo's last day: the letter goes on July 9, for July 4 is no business day."""
    played = two().happens("2003-07-01T10:00:00", "service-set", **LEFT).play()
    assert [("lapse:P-H2", "2003-07-01T15:00:00Z", "2003-07-09T14:00:00Z")] == lapse_letters(played)
    [letter] = played.letters("promise-lapsed", "Bo Ray")
    assert "the promise has lapsed as of July 1, 2003" in letter
    assert ["granted", "lapsed"] == outcomes(played)


def test_how_long_a_letter_of_a_lapse_is_held_back_is_a_term(two):
    """Two business days, or none: then it goes out at once."""
    played = two(lapse_letter_after=2).happens("2003-07-01T10:00:00", "service-set", **LEFT).play()
    assert [("lapse:P-H2", "2003-07-01T15:00:00Z", "2003-07-03T14:00:00Z")] == lapse_letters(played)
    played = two(lapse_letter_after=0).happens("2003-07-01T10:00:00", "service-set", **LEFT).play()
    assert [("lapse:P-H2", "2003-07-01T15:00:00Z", "2003-07-01T15:00:00Z")] == lapse_letters(played)


def test_a_play_that_stops_before_the_letter_sends_it_when_it_is_taken_up_again(two):
    """Stopped on July 8, a day early, and played on: as if it had not been stopped."""
    offer = two().happens("2003-07-01T10:00:00", "service-set", **LEFT)
    stopped = offer.play(until="2003-07-08T12:00:00")
    assert [("lapse:P-H2", "2003-07-01T15:00:00Z", "")] == lapse_letters(stopped)
    assert [] == stopped.letters("promise-lapsed")
    resumed = offer.play()
    assert offer.play(out=offer.root / "anew").bytes() == resumed.bytes()
    assert [("lapse:P-H2", "2003-07-01T15:00:00Z", "2003-07-09T14:00:00Z")] == lapse_letters(resumed)


def test_a_letter_held_back_beyond_the_grant_goes_out_after_it(two):
    """Bo leaves on September 29: found on the 30th, the lapse is final on October 3, and the letter goes on the 7th."""
    played = two().happens("2003-09-30T10:00:00", "service-set", **LEFT | {"to": "2003-09-29"}).play()
    assert [("lapse:P-H2", "2003-09-30T15:00:00Z", "2003-10-07T14:00:00Z")] == lapse_letters(played)


def test_a_lapse_that_the_re_check_finds_is_final_and_told_at_once(two):
    """That Bo's last day will be October 2 is told in September; the check of October 3, 9 a.m. finds it."""
    played = two().happens("2003-09-15T10:00:00", "service-set", **LEFT | {"to": "2003-10-02"}).play()
    assert [("lapse:P-H2", "2003-10-03T14:00:00Z", "2003-10-03T14:00:00Z")] == lapse_letters(played)


def test_who_was_told_of_the_lapse_is_told_that_the_promise_stands_again(two):
    """The letter of July 15 has gone out when the slip is corrected on August 1: a letter takes it back."""
    offer = two()
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-08-01T09:00:00", "service-set", **BACK)
    played = offer.play()
    assert [("lapse:P-H2", "2003-07-08T14:00:00Z", "2003-07-15T14:00:00Z")] == lapse_letters(played)
    assert [("reinstatement:P-H2", "2003-08-01T14:00:00Z")] == played.column(
        "notices", "notice_id", "sent_at", kind="reinstatement"
    )
    [letter] = played.letters("reinstatement", "Bo Ray")
    assert "On July 15, 2003 we wrote that the Promise to Grant Stock Option(s)" in letter
    assert "the promise stands again as of August 1, 2003, as if it had never lapsed. Please disregard" in letter
    assert "Your new options are to be granted on Friday, October 3, 2003" in letter
    assert ["granted", "granted"] == outcomes(played)


def test_a_promise_may_lapse_again(two):
    """Bo was back from July 1 to July 31, after all, and no longer: two lapses, two letters, of which one was sent."""
    offer = two()
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-07-09T09:00:00", "service-set", **BACK)
    offer.happens("2003-08-04T09:00:00", "service-set", **BACK | {"to": "2003-07-31"})
    played = offer.play()
    assert ["granted", "lapsed"] == outcomes(played)
    assert [
        ("lapse:P-H2", "2003-07-08T14:00:00Z", ""),
        ("lapse:P-H2.2", "2003-08-04T14:00:00Z", "2003-08-11T14:00:00Z"),
    ] == lapse_letters(played)
    assert ["500", "-500", "500"] == [
        row["shares"] for row in played.ledger("pool") if row["event"] in ("lapsed", "reinstated")
    ]
    assert "99000" == played.column("pool", "available_after")[-1]


def test_a_split_while_the_promise_had_lapsed_counts_all_the_same(two):
    """500 shares lapse in May, the stock is split 3-for-2 on June 2, and 750 are reserved again in July."""
    offer = two()
    offer.happens("2003-05-20T09:00:00", "service-set", **LEFT | {"to": "2003-05-16"})
    offer.happens("2003-05-21T09:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens("2003-07-01T09:00:00", "service-set", **LEFT | {"to": "2004-05-16"})
    played = offer.play()
    assert [("lapsed", "500", "99000"), ("split", "49500", "148500"), ("reinstated", "-750", "147750")] == (
        played.column("pool", "event", "shares", "available_after")[5:8]
    )
    assert ["1500", "750"] == played.column("new_options", "shares")
    [letter] = played.letters("reinstatement", "Bo Ray")
    assert "Option shares, as promised: 500 shares Option shares, as adjusted since (Section 6): 750 shares" in letter


def test_no_promise_is_reinstated_for_which_the_plan_has_no_shares(two):
    """Bo's 500 shares were given to Ann as a deferred grant: his promise waits until the plan has shares again."""
    offer = two(plan={"shares_authorized": 1500})
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-07-08T10:00:00", "defer", holder="H1", shares=500, type="NSO", by="Committee")
    offer.happens("2003-07-09T09:00:00", "service-set", **BACK)
    played = offer.play()
    assert ["granted", "lapsed"] == outcomes(played)
    with played.workspace() as workspace, workspace.read() as db:
        [waits] = pending(db, local("2003-07-09T09:00:00"))
    assert ("PLN-1", "the promise needs 500 shares, and the plan has 0 available") == (
        waits.blocked.rule,
        waits.blocked.reason,
    )


@pytest.fixture
def final(two):
    """That Bo left on June 30 is told on July 8 by Dana Reed; that he did not, after the re-check of October 3."""

    def made(back, *, by="Dana Reed", **terms):
        offer = two(**terms)
        offer.happens("2003-07-08T09:00:00", "service-set", by="Dana Reed", **LEFT)
        offer.happens(back, "service-set", by=by, **BACK)
        return offer

    return made


def approves(offer, when, by, **more):
    return offer.happens(when, "approve", step="reinstate", holder="H2", by=by, **more)


def refusals(played):
    return played.column("audit", "subject", "rule", "detail", action="approve refused")


def test_after_the_re_check_another_person_approves_and_it_is_granted_late(final):
    """Told on Monday, October 20, approved on Tuesday at 10: granted on October 21 at that day's close, 1.45.

    October 20 has a close too, and the others' grant of October 3 stands as it was made.
    """
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-20", "1.39").closes_at("2003-10-21", "1.45")
    played = approves(offer, "2003-10-21T10:00:00", "Eve Holt").play()
    assert ["granted", "granted"] == outcomes(played)
    assert [("G1-N", "2003-10-03", "1.27"), ("G2-N", "2003-10-21", "1.45")] == played.column(
        "new_options", "grant_id", "granted_on", "price"
    )
    assert [("2003-10-03T22:00:00Z", "done"), ("2003-10-21T22:00:00Z", "done")] == played.milestone("regrant")
    assert [("2003-10-03T14:00:00Z", "done")] == played.milestone("recheck-employment")
    assert [
        ("lapsed", "500", "99000"),
        ("released", "1000", "100000"),
        ("granted", "-1000", "99000"),
        ("reinstated", "-500", "98500"),
        ("released", "500", "99000"),
        ("granted", "-500", "98500"),
    ] == played.column("pool", "event", "shares", "available_after")[5:]
    assert [("2003-10-21T15:00:00Z", "Eve Holt", "P-H2")] == played.column(
        "audit", "at", "actor", "subject", action="promise reinstated"
    )
    assert [("approve", "H2", "REC-4", "reinstate of H2 is approved by Eve Holt.")] == played.column(
        "audit", "action", "subject", "rule", "detail", action="approve"
    )
    [told] = played.letters("reinstatement", "Bo Ray")
    assert "The other holders were granted their new options on October 3, 2003." in told
    assert "They are to be granted on Tuesday, October 21, 2003" in told
    assert ["grant:H2.late"] == played.column("notices", "notice_id", kind="grant", holder_id="H2")
    [agreement] = played.letters("grant", "Bo Ray")
    assert (
        "dated October 21, 2003. The closing price of our common stock (ATGI) on NASDAQ that day was $1.45" in agreement
    )


@pytest.mark.parametrize(
    ("approved", "granted_on", "close"),
    [
        ("2003-10-24T16:59:59", "2003-10-24", "1.50"),
        ("2003-10-24T17:00:00", "2003-10-27", "1.51"),
        ("2003-10-25T12:00:00", "2003-10-27", "1.51"),
        ("2003-11-10T18:00:00", "2003-11-12", "1.52"),
    ],
    ids=["before the hour of the grant", "at the hour", "on a Saturday", "on the eve of Veterans Day"],
)
def test_the_next_eligible_day_is_a_business_and_trading_day_to_come(final, approved, granted_on, close):
    """From Friday, October 24 the next is Monday; Veterans Day, November 11, is a trading day and no business day."""
    offer = final("2003-10-20T09:00:00")
    for on, price in (("2003-10-24", "1.50"), ("2003-10-27", "1.51"), ("2003-11-11", "9.99"), ("2003-11-12", "1.52")):
        offer.closes_at(on, price)
    played = approves(offer, approved, "Eve Holt").play()
    assert [(granted_on, close)] == played.column("new_options", "granted_on", "price", holder_id="H2")


def test_neither_who_recorded_the_fact_nor_whom_it_favours_approves(final):
    """Dana recorded it, however her name is written; Bo is favoured. Nothing is done until Eve approves."""
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-22", "1.41")
    approves(offer, "2003-10-20T10:00:00", " dana  REED")
    approves(offer, "2003-10-20T11:00:00", "Bo Ray")
    approves(offer, "2003-10-22T10:00:00", "Eve Holt")
    played = offer.play()
    assert [
        (
            "H2",
            "REC-4",
            " dana  REED recorded the fact on which it rests: another person must approve it",
        ),
        ("H2", "REC-4", "it favours Bo Ray: another person must approve it"),
    ] == refusals(played)
    assert [("G2-N", "2003-10-22")] == played.column("new_options", "grant_id", "granted_on", holder_id="H2")


def test_a_fact_that_nobody_is_named_for_is_approved_on_evidence_only(final):
    """Who recorded it might be who approves it: what shows it is stated with the approval."""
    offer = final("2003-10-20T09:00:00", by="").closes_at("2003-10-22", "1.41")
    approves(offer, "2003-10-20T10:00:00", "Eve Holt")
    approves(offer, "2003-10-22T10:00:00", "Eve Holt", evidence="The consultancy agreement of June 27, 2003.")
    played = offer.play()
    assert ["nobody is named as having recorded the fact on which it rests: state the evidence of it (--evidence)"] == [
        detail for _, _, detail in refusals(played)
    ]
    assert ["The consultancy agreement of June 27, 2003."] == played.column("audit", "evidence", action="approve")
    assert ["2003-10-22"] == played.column("new_options", "granted_on", holder_id="H2")


def test_approved_twice_it_is_done_once(final):
    """The second approval finds nothing that waits; nor does one of somebody else, of a step, or without a holder."""
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-21", "1.45")
    approves(offer, "2003-10-21T10:00:00", "Eve Holt")
    approves(offer, "2003-10-21T10:00:00", "Eve Holt")
    approves(offer, "2003-10-21T11:00:00", "Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="reinstate", holder="H1", by="Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="reinstate", holder="H9", by="Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="reinstate", by="Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="cancel", holder="H2", by="Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="reinstate", holder="H2", digest="abcdef", by="Eve Holt")
    offer.happens("2003-10-21T12:00:00", "approve", step="reinstate", holder="H2", by="")
    played = offer.play()
    assert ["H2"] == played.column("audit", "subject", action="approve")
    assert 1 == len(played.ledger("audit", action="promise reinstated"))
    assert [
        ("H2", "REC-4", "reinstate of H2 does not wait for an approval"),
        ("H1", "REC-4", "reinstate of H1 does not wait for an approval"),
        ("H9", "REC-4", "there is no holder H9"),
        ("reinstate", "REC-4", "reinstate is approved for one holder: state which (--holder)"),
        ("H2", "CAN-1", "cancel is approved for all, and not for one holder"),
        ("H2", "REC-4", "reinstate has no digest: it is approved by holder"),
        ("H2", "CAN-1", "it must state who decided (--by)"),
    ] == refusals(played)


def test_a_play_without_an_approval_rehearses_one(final):
    """Nothing waits for a person in a play whose script has no approval: granted the day it was told, at its close."""
    played = final("2003-10-20T09:00:00").closes_at("2003-10-20", "1.39").play()
    assert [("2003-10-20", "1.39")] == played.column("new_options", "granted_on", "price", holder_id="H2")


def test_what_waits_for_an_approval_waits_in_plain_sight(final):
    """Until the approval that the script has for January the promise stays lapsed; status says what it waits for."""
    offer = approves(final("2003-10-20T09:00:00"), "2004-01-05T10:00:00", "Eve Holt")
    played = offer.play(until="2003-12-31T12:00:00")
    assert ["granted", "lapsed"] == outcomes(played)
    with played.workspace() as workspace, workspace.read() as db:
        status = offer_status(db, local("2003-12-31T12:00:00"))
    assert [
        "The promise to H2 lapsed and is to be reinstated. The record now shows unbroken service from March 10, 2003 "
        "through December 31, 2003: promise P-H2 is reinstated. It waits for approval by another person than "
        "Dana Reed: `optex approve FOLDER --step reinstate --holder H2`."
    ] == list(attention(status))


def test_between_the_re_check_and_the_grant_it_is_granted_with_the_others(final):
    """Told at 11 and approved at noon on October 3: the grant of 5 p.m. includes it."""
    played = approves(final("2003-10-03T11:00:00"), "2003-10-03T12:00:00", "Eve Holt").play()
    assert [("G1-N", "2003-10-03"), ("G2-N", "2003-10-03")] == played.column("new_options", "grant_id", "granted_on")
    assert [("2003-10-03T22:00:00Z", "done")] == played.milestone("regrant")


def test_a_grant_that_waits_for_its_price_takes_in_nothing_that_came_after_its_hour(new_offer):
    """The close of October 3 becomes known on the 7th; Bo, reinstated on the 6th, is granted as of the 6th.

    Both grants are made on the evening of the 7th, when both prices are known.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.happens("2003-07-08T09:00:00", "service-set", by="Dana Reed", **LEFT)
    offer.happens("2003-10-06T09:00:00", "service-set", by="Dana Reed", **BACK)
    approves(offer, "2003-10-06T10:00:00", "Eve Holt")
    offer.happens("2003-10-07T10:00:00", "price-set", on="2003-10-03", close="1.27")
    played = offer.closes_at("2003-10-06", "1.33").play()
    assert [("G1-N", "2003-10-03", "1.27"), ("G2-N", "2003-10-06", "1.33")] == played.column(
        "new_options", "grant_id", "granted_on", "price"
    )
    assert [
        ("2003-10-03T22:00:00Z", "2003-10-07T23:00:00Z"),
        ("2003-10-06T22:00:00Z", "2003-10-07T23:00:00Z"),
    ] == played.column("milestones", "due", "done_at", name="regrant")


def test_a_late_grant_waits_for_its_price_and_service_is_checked_until_its_day(final):
    """Approved on October 21 for that day, whose close is told on the 24th; that price is used, and stays."""
    offer = final("2003-10-20T09:00:00")
    approves(offer, "2003-10-21T10:00:00", "Eve Holt")
    offer.happens("2003-10-24T10:00:00", "price-set", on="2003-10-21", close="1.45")
    offer.happens("2003-10-27T10:00:00", "price-set", on="2003-10-21", close="1.00")
    slip = {"reason": "a slip", "by": "Dana Reed"}
    offer.happens("2003-10-28T10:00:00", "correct-price", on="2003-10-21", close="1.00", **slip)
    played = offer.play()
    assert [("2003-10-03T22:00:00Z", "done"), ("2003-10-21T22:00:00Z", "done")] == played.milestone("regrant")
    assert ["2003-10-24T23:00:00Z"] == played.column("milestones", "done_at", name="regrant")[1:]
    assert [("2003-10-21", "1.45")] == played.column("new_options", "granted_on", "price", holder_id="H2")
    assert [("2003-10-21", "REC-2")] == played.column("audit", "subject", "rule", action="price-set refused")
    assert [("2003-10-21", "REC-3")] == played.column("audit", "subject", "rule", action="correct-price refused")


def test_who_leaves_before_the_late_grant_receives_nothing(final):
    """Approved on Friday evening, October 24; Bo's last day was that Friday: on Monday nothing is granted."""
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-27", "1.51")
    approves(offer, "2003-10-24T18:00:00", "Eve Holt")
    offer.happens("2003-10-27T09:00:00", "service-set", by="Dana Reed", **BACK | {"to": "2003-10-24"})
    played = offer.play()
    assert ["granted", "lapsed"] == outcomes(played)
    assert ["G1-N"] == played.column("new_options", "grant_id")
    assert ["2003-07-15T14:00:00Z", "2003-10-27T14:00:00Z"] == played.column(
        "notices", "sent_at", kind="promise-lapsed"
    )
    assert "99000" == played.column("pool", "available_after")[-1]


def test_two_promises_reinstated_apart_are_granted_apart(final):
    """Bo's on October 21; Cy's, approved that evening, on the 22nd."""
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-21", "1.45").closes_at("2003-10-22", "1.41")
    offer.holder("H3", "Cy Dow").grant("G3", 100).tenders("F3", "2003-03-10T10:00:00", G3=100)
    third = {"holder": "H3", "capacity": "employee", "from_": "1999-01-04", "by": "Dana Reed"}
    offer.happens("2003-07-08T09:00:00", "service-set", to="2003-06-30", **third)
    offer.happens("2003-10-20T09:00:00", "service-set", **third)
    approves(offer, "2003-10-21T10:00:00", "Eve Holt")
    offer.happens("2003-10-21T18:00:00", "approve", step="reinstate", holder="H3", by="Eve Holt")
    played = offer.play()
    assert [("G1-N", "2003-10-03"), ("G2-N", "2003-10-21"), ("G3-N", "2003-10-22")] == played.column(
        "new_options", "grant_id", "granted_on"
    )
    assert ["done", "done", "done"] == played.column("milestones", "outcome", name="regrant")


def test_a_late_grant_counts_the_limit_of_its_own_year(new_offer):
    """1,000 ISO shares at 120.00 come to $120,000: 833 fit the limit, 167 do not. Late, at 90.00, all of them fit."""
    offer, old = new_offer(), {"type": "ISO", "on": "1997-05-16"}
    offer.holder("H1", "Ann Lee").grant("G1", 1000, **old).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 1000, **old).tenders("F2", "2003-03-10T10:00:00", G2=1000)
    offer.happens("2003-07-08T09:00:00", "service-set", **LEFT)
    offer.happens("2003-10-20T09:00:00", "service-set", **LEFT | {"to": "2004-06-30"})
    played = offer.closes_at("2003-10-03", "120.00").closes_at("2003-10-20", "90.00").play()
    assert [
        ("G1-N-ISO", "833", "120.00"),
        ("G1-N-NSO", "167", "120.00"),
        ("G2-N", "1000", "90.00"),
    ] == played.column("new_options", "grant_id", "shares", "price")


def test_a_late_grant_leaves_room_for_what_was_granted_before_it(new_offer):
    """Bo's deferred ISO of October 3 takes $60,000 of 2004, 2005 and 2006: of 333 late shares at 200.00, 200 fit each.

    It was deferred on July 7, when nobody knew of the gap of July 1 for which the promise lapsed in August.
    """
    offer, gap = new_offer(), {"holder": "H2", "capacity": "employee", "by": "Dana Reed"}
    offer.holder("H2", "Bo Ray").grant("G2", 1000, on="2002-05-15", price="2.60", type="ISO")
    offer.tenders("F2", "2003-03-10T10:00:00", G2=1000)
    offer.happens("2003-07-07T10:00:00", "defer", holder="H2", shares=900, type="ISO", by="Committee")
    offer.happens("2003-08-01T09:00:00", "service-end", holder="H2", last_day="2003-06-30", by="Dana Reed")
    offer.happens("2003-08-01T09:05:00", "service-set", from_="2003-07-02", **gap)
    offer.happens("2003-10-20T09:00:00", "service-set", from_="1999-01-04", to="2003-07-01", **gap)
    played = offer.closes_at("2003-10-03", "200.00").closes_at("2003-10-20", "200.00").play()
    assert [
        ("D-1-N", "2003-10-03", "900", "ISO"),
        ("G2-N-ISO", "2003-10-20", "733", "ISO"),
        ("G2-N-NSO", "2003-10-20", "267", "NSO"),
    ] == played.column("new_options", "grant_id", "granted_on", "shares", "type")
    assert [("2003-10-20", "333"), ("2004-05-15", "200"), ("2005-05-15", "200")] == played.column(
        "vesting", "vests_on", "shares", grant_id="G2-N-ISO"
    )
    assert ["grant:H2", "grant:H2.late"] == played.column("notices", "notice_id", kind="grant")


def test_explain_tells_the_whole_of_it(final):
    """The lapse, the approval, the promise reinstated, and the option of the late day."""
    offer = final("2003-10-20T09:00:00").closes_at("2003-10-21", "1.45")
    played = approves(offer, "2003-10-21T10:00:00", "Eve Holt").play()
    with played.workspace() as workspace, workspace.read() as db:
        told = [(line.at, line.what, line.rule) for line in explain_holder(db, "H2")]
    said = [(what, rule) for at, what, rule in told if rule == "REC-4"]
    assert [
        (
            "A promise was to be reinstated, and that was approved. The record now shows unbroken service from "
            "March 10, 2003 through October 21, 2003: promise P-H2 is reinstated. Decided by Eve Holt.",
            "REC-4",
        ),
        (
            "The record now shows unbroken service from March 10, 2003 through October 21, 2003: promise P-H2 is "
            "reinstated. Approved by Eve Holt.",
            "REC-4",
        ),
        ("The notice that the promise stands again was sent by e-mail.", "REC-4"),
    ] == said
    assert ("The price of $1.45 is the closing price of October 21, 2003, the grant date.", "GRT-3") in [
        (what, rule) for _, what, rule in told
    ]
