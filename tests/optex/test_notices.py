"""Notices: their keys, their subjects, and what they state, as plain data."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from optex import notice_data, notices
from optex.authority import RULES
from optex.cancellation import Cancellation, Promise
from optex.election import FormReview
from optex.errors import Ruling
from optex.milestones import schedule_of
from optex.notices import Notice
from optex.records import Form, FormKind, FormLine, FormStanding, IssuedOption, OptionType, Tender, Tranche
from optex.state import OfferState
from tests import builders
from tests.offers import local

TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00")
EXTENDED = TERMS.extended(datetime(2003, 4, 14, 22, tzinfo=UTC))
HOLDER = builders.holder("H-1")
GRANT = builders.grant("G-1", holder_id="H-1", granted_on=date(2000, 3, 15), exercised=100)
GRANTS = {"G-1": GRANT}
TENDER = Tender(holder_id="H-1", grant_id="G-1", shares=900, form_id="F-1")
PROMISE = builders.promise("P-H-1", "H-1")
NEW = IssuedOption(
    grant_id="G-1-N",
    holder_id="H-1",
    from_grant_id="G-1",
    granted_on=date(2003, 10, 3),
    shares=900,
    price=Decimal("1.60"),
    type=OptionType.ISO,
    expires_on=date(2008, 10, 3),
    vesting=(Tranche(vests_on=date(2003, 10, 3), shares=900),),
)
CANCELLED = Cancellation(
    grant_id="G-1",
    holder_id="H-1",
    shares=900,
    cancelled_on=date(2003, 4, 1),
    vesting=(Tranche(vests_on=date(2003, 3, 15), shares=900),),
)
RULING = Ruling(rule="EXP-1", reason="In time.")


def form(second: int = 0, kind: FormKind = FormKind.ELECTION, form_id: str = "F-1") -> Form:
    return Form(
        form_id=form_id,
        holder_id="H-1",
        kind=kind,
        received_at=datetime(2003, 3, 14, 19, 5, second, tzinfo=UTC),
        signed_on=date(2003, 3, 13),
        signed_as="Ann Lee",
        channel="fax",
        lines=(FormLine(grant_id="G-1", shares=900),) if kind is FormKind.ELECTION else (),
    )


def confirmed(received: Form, revision: int = 1) -> Notice:
    review = FormReview(form=received, standing=FormStanding.EFFECTIVE, ruling=RULING)
    return notices.confirmation(OfferState(terms=TERMS), HOLDER, review, GRANTS, received.received_at, revision)


def extended() -> Notice:
    announced = datetime(2003, 4, 1, 12, 30, tzinfo=UTC)
    return notices.extension(
        EXTENDED, schedule_of(EXTENDED), HOLDER, 2, TERMS.expires, announced, 900, [TENDER], GRANTS
    )


def every() -> list[Notice]:
    return [
        notices.offer_opened(TERMS, schedule_of(TERMS), HOLDER, [GRANT]),
        notices.reminder(TERMS, schedule_of(TERMS), HOLDER, 10, 1, [TENDER], GRANTS),
        confirmed(form()),
        extended(),
        notices.amendment(TERMS, HOLDER, 1, "decrease", Decimal("10"), "fewer", schedule_of(TERMS), 900),
        notices.acceptance_and_promise(TERMS, schedule_of(TERMS), HOLDER, [CANCELLED], PROMISE, GRANTS),
        notices.rejection(TERMS, HOLDER, [("G-1", 900, RULING)], GRANTS, date(2003, 4, 1)),
        notices.withdrawal_right(OfferState(terms=TERMS), HOLDER, [TENDER], GRANTS, "", TERMS.withdrawal_right),
        notices.termination(TERMS, HOLDER, "merger", [TENDER], GRANTS),
        notices.promise_lapsed(TERMS, HOLDER, PROMISE, 900, RULING, date(2003, 7, 1)),
        notices.grant(TERMS, HOLDER, PROMISE, [NEW], Decimal("1.45"), GRANTS),
    ]


def test_keys_and_kinds():
    """Each kind has its key, one per thing that must not be told twice, and the name that the manual gives it."""
    assert [
        ("offer-opened:H-1", "offer-opened"),
        ("reminder-10.v1:H-1", "reminder"),
        ("confirmation:F-1", "confirmation-of-receipt"),
        ("extension.v2:H-1", "extension"),
        ("amendment.1:H-1", "amendment"),
        ("acceptance:H-1", "acceptance-and-promise"),
        ("rejection:H-1", "rejection"),
        ("withdrawal-right:H-1", "withdrawal-right"),
        ("termination:H-1", "termination"),
        ("lapse:P-H-1", "promise-lapsed"),
        ("grant:H-1", "grant"),
    ] == [(notice.notice_id, notice.kind) for notice in every()]


def test_what_a_notice_states_is_json():
    """Everything a letter will state can be stored and read back unchanged: no date or Decimal is left in it."""
    for notice in every():
        assert notice.data == json.loads(json.dumps(notice.data))
        assert type(notice.kind) is str


def test_subjects_begin_with_what_happened():
    """A subject says what happened, to what, and whose offer it is; the issuer's name gives way."""
    assert [
        "Offer open until March 31: your stock options, Alpha Technologies Group, Inc.",
        "10 business days left: offer expires March 31, Alpha Technologies Group, Inc.",
        "Form F-1 received: Confirmation of Receipt, Alpha Technologies Group, Inc.",
        "Extended to April 14: until 5:00 p.m. EST, Alpha Technologies Group, Inc.",
        "Offer amended: Amendment No. 1, Alpha Technologies Group, Inc.",
        "Accepted and cancelled: 900 shares promised, Alpha Technologies Group, Inc.",
        "Not accepted: options you tendered, Alpha Technologies Group, Inc.",
        "Not accepted yet: you may withdraw your tender, Alpha Technologies Group, Inc.",
        "Offer terminated: no options are exchanged, Alpha Technologies Group, Inc.",
        "Promise lapsed: 900 shares promised April 1, Alpha Technologies Group, Inc.",
        "Granted October 3: option agreement to sign, Alpha Technologies Group, Inc.",
    ] == [notice.subject for notice in every()]


def test_two_notices_to_one_holder_can_be_told_apart():
    """Reminders, forms a second apart, notices, revisions, amendments and promises differ in key and in subject."""
    other = Promise(
        promise_id="P-2", holder_id="H-1", shares=50, issued_on=date(2003, 4, 1), not_before=date(2003, 10, 3)
    )
    told = [
        notices.reminder(TERMS, schedule_of(TERMS), HOLDER, 10, 1, [], GRANTS),
        notices.reminder(TERMS, schedule_of(TERMS), HOLDER, 1, 1, [], GRANTS),
        notices.reminder(EXTENDED, schedule_of(EXTENDED), HOLDER, 10, 2, [], GRANTS),
        confirmed(form()),
        confirmed(form(), revision=2),
        confirmed(form(second=1, form_id="F-2")),
        confirmed(form(kind=FormKind.WITHDRAWAL, form_id="F-3")),
        notices.amendment(TERMS, HOLDER, 1, "other", None, "x", schedule_of(TERMS), 0),
        notices.amendment(TERMS, HOLDER, 2, "other", None, "x", schedule_of(TERMS), 0),
        notices.promise_lapsed(TERMS, HOLDER, PROMISE, 900, RULING, date(2003, 7, 1)),
        notices.promise_lapsed(TERMS, HOLDER, other, 50, RULING, date(2003, 7, 1)),
    ]
    assert len(told) == len({notice.notice_id for notice in told}) == len({notice.subject for notice in told})
    assert told[4].notice_id == "confirmation:F-1.2"
    assert "(revision 2)" in told[4].subject


def test_opening_marks_the_lookback_and_leaves_out_what_is_used_up():
    """Options from August 28, 2002 are marked, those of the day before are not, and an exercised one is not listed."""
    dated = {day: date(2002, 8, day) for day in (27, 28)}
    grants = [
        builders.grant(f"G-{day}", holder_id="H-1", granted_on=granted_on, shares=500)
        for day, granted_on in dated.items()
    ]
    used_up = builders.grant("G-0", holder_id="H-1", granted_on=date(1999, 1, 4), shares=500, exercised=500)
    options = notices.offer_opened(TERMS, schedule_of(TERMS), HOLDER, [*grants, GRANT, used_up]).data["options"]
    assert [("G-27", 500, False), ("G-28", 500, True), ("G-1", 900, False)] == [
        (option["grant_id"], option["shares"], option["lookback"]) for option in options
    ]


def test_extension_states_the_new_dates():
    """The dates of an extension are those after it, with the old expiration beside them and the tally."""
    stated = extended().data
    assert stated["previous_expires"] == "2003-03-31T22:00:00Z"
    assert stated["offer"]["expires"] == "2003-04-14T22:00:00Z"
    assert (stated["offer"]["cancel_on"], stated["offer"]["grant_on"]) == ("2003-04-15", "2003-10-17")
    assert stated["offer"]["withdrawal_right"] == "2003-04-28T22:00:00Z"
    assert (stated["tally"], stated["reopened"]) == (900, True)


def test_confirmation_tells_uncured_defects_apart_from_waived_ones():
    """Of the defects of a form only those that still decide are told as such; a form that stands has none."""
    unsigned, undated = (Ruling(rule="TND-5", reason=f"The form is not {what}.") for what in ("signed", "dated"))
    waived = Ruling(rule="TND-7", reason="Waived by counsel: The form is not dated.")
    both = (unsigned, undated)

    def stated(standing: FormStanding, ruling: Ruling, remarks: tuple[Ruling, ...]) -> tuple[list[str], list[str]]:
        review = FormReview(form=form(), standing=standing, ruling=ruling, remarks=remarks, defects=both)
        data = notices.confirmation(OfferState(terms=TERMS), HOLDER, review, GRANTS, TERMS.opens).data
        return [each["reason"] for each in data["defects"]], [each["reason"] for each in data["remarks"]]

    assert ([unsigned.reason, undated.reason], []) == stated(FormStanding.DEFECTIVE, unsigned, (undated,))
    assert ([unsigned.reason], [waived.reason]) == stated(FormStanding.DEFECTIVE, unsigned, (waived,))
    assert ([], [waived.reason]) == stated(FormStanding.EFFECTIVE, RULING, (waived,))


def test_confirmation_knows_whether_a_cure_can_still_arrive():
    """A second before the expiration there is time to cure a form; at the instant there is none."""
    assert stated_at("2003-03-31T16:59:59")["open"] is True
    assert stated_at("2003-03-31T17:00:00")["open"] is False


def test_what_is_still_possible_at_an_instant():
    """An extension until 8 a.m. of April 1, a withdrawal under WDR-3 after 5 p.m. of April 28; then all is final."""
    state = OfferState(terms=TERMS)
    assert [True, False] == [stated_at(f"2003-04-01T08:00:0{n}")["extendable"] for n in (0, 1)]
    assert [False, True] == [stated_at(f"2003-04-28T17:00:0{n}")["withdrawable"] for n in (0, 1)]
    accepted = replace(state, accepted_at=local("2003-05-05T09:00:00"), cancelled_on=date(2003, 5, 5))
    terminated = replace(state, terminated_at=local("2003-03-28T11:00:00"))
    for over in (accepted, terminated):
        now = notice_data.offer_state_at(over, local("2003-05-06T10:00:00"))
        assert [False] * 4 == [now[key] for key in ("running", "open", "extendable", "withdrawable")]
    assert ("2003-05-05", "2003-11-07") == (now_of(accepted)["accepted_on"], now_of(accepted)["grant_on"])
    assert "2003-03-28T16:00:00Z" == now_of(terminated)["terminated_at"]


def test_expected_dates_are_those_of_the_state():
    """The Committee's November 3; the day to which acceptance is put off; none while a condition keeps it held."""
    state = OfferState(terms=TERMS, grant_from=date(2003, 11, 3))
    assert ("2003-04-01", "2003-11-03") == expected(state, "2003-03-10T10:00:00")
    held = OfferState(terms=TERMS, conditions=(4,))
    assert ("2003-04-01", "2003-10-03") == expected(held, "2003-04-01T08:59:59")
    assert ("", "") == expected(held, "2003-04-01T09:00:00")
    put_off = OfferState(terms=TERMS, postponed_to=date(2003, 5, 5))
    assert ("2003-05-05", "2003-11-07") == expected(put_off, "2003-05-03T10:00:00")
    assert ("", "") == expected(OfferState(terms=TERMS), "2003-04-02T10:00:00")


def expected(state: OfferState, at: str) -> tuple[str, str]:
    now = notice_data.offer_state_at(state, local(at))
    return now["cancel_on"], now["grant_on"]


def stated_at(at: str) -> Any:
    return notice_data.offer_state_at(OfferState(terms=TERMS), local(at))


def now_of(state: OfferState) -> Any:
    return notice_data.offer_state_at(state, local("2003-05-06T10:00:00"))


def test_grant_needs_an_option():
    """A grant letter without an option is a mistake of ours, not a letter."""
    with pytest.raises(ValueError, match="H-1"):
        notices.grant(TERMS, HOLDER, PROMISE, [], Decimal("1.45"), GRANTS)


def test_facts_of_the_offer_are_shared():
    """What is common to all letters is computed once for all holders, so that 100,000 of them cost little."""
    first, second = (notices.reminder(TERMS, schedule_of(TERMS), HOLDER, days, 1, [], GRANTS) for days in (10, 5))
    assert first.data["offer"] is second.data["offer"]


def test_every_kind_of_letter_is_asked_for_by_a_rule():
    """The audit names it and says why it was written."""
    assert [] == [kind.value for kind in notices.Kind if not kind.words or kind.rule not in RULES]
