"""What the letters say: every kind, rendered from a realistic offer, in plain text and HTML."""

import html as html_entities
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from infra.mail.render import WIDTH, Columns, fill, in_columns, render
from optex import delay_notices, notices
from optex.actions import read_action
from optex.adjusted_holdings import AdjustedHolding, Holding
from optex.adjustment import Deferred, Split
from optex.authority import RULES
from optex.calendar import EST
from optex.cancellation import Cancellation
from optex.deferral_notices import deferral_released
from optex.election import FormReview
from optex.errors import Ruling
from optex.milestones import schedule_of
from optex.notices import Kind, Notice
from optex.records import (
    Capacity,
    Form,
    FormKind,
    FormLine,
    FormStanding,
    IssuedOption,
    OptionType,
    Tender,
    Tranche,
)
from optex.state import OfferState
from optex.terms import Terms
from tests import builders
from tests.offers import local

BARE = {
    "withdrawable_after": "2003-04-28T17:00:00",
    "plan": {"name": "Amended and Restated 1994 Stock Option Plan"},
}
TERMS = builders.terms(
    **BARE,
    contact={
        "title": "Chief Financial Officer",
        "phone": "(603) 635-5160",
        "fax": "(603) 635-5260",
        "address": "33 Bridge Street, Pelham, NH 03076",
    },
)
STATE = OfferState(terms=TERMS)
EXTENDED = TERMS.extended(datetime(2003, 4, 14, 22, tzinfo=UTC))
HOLDER = builders.holder("H-017", "Zoë O'Brien & Co")
OLD = builders.grant("G-0017", holder_id="H-017", granted_on=date(2000, 3, 15), shares=12_000, exercised=2_000)
RECENT = builders.grant(
    "G-0170", holder_id="H-017", granted_on=date(2002, 9, 3), shares=1_500, price="2.10", type=OptionType.NSO
)
GRANTS = {grant.grant_id: grant for grant in (OLD, RECENT)}
TENDERS = (
    Tender(holder_id="H-017", grant_id="G-0017", shares=6_000, form_id="F-31"),
    Tender(holder_id="H-017", grant_id="G-0170", shares=1_500, form_id="F-31", added=True),
)
FORM = Form(
    form_id="F-31",
    holder_id="H-017",
    kind=FormKind.ELECTION,
    received_at=datetime(2003, 3, 14, 19, 5, tzinfo=UTC),
    signed_on=date(2003, 3, 13),
    signed_as="Zoë O'Brien & Co",
    channel="fax",
    lines=(FormLine(grant_id="G-0017", shares=6_000),),
)
IN_TIME = Ruling(rule="EXP-1", reason="Received in proper form before the offer expired.")
ADDED = Ruling(
    rule="TND-3", reason="Granted within the look-back window: all of its 1,500 shares are tendered with it."
)
EFFECTIVE = FormReview(form=FORM, standing=FormStanding.EFFECTIVE, ruling=IN_TIME, remarks=(ADDED,), tenders=TENDERS)
UNSIGNED = Ruling(rule="TND-5", reason="The form is not signed.")
UNKNOWN = Ruling(rule="TND-4", reason="Option G-9999 is not an option of yours.")
BALANCING = IssuedOption(
    grant_id="G-0017-B",
    holder_id="H-017",
    from_grant_id="G-0017",
    granted_on=date(2000, 3, 15),
    shares=4_000,
    price=Decimal("4.25"),
    type=OptionType.ISO,
    expires_on=date(2010, 3, 15),
    vesting=(Tranche(vests_on=date(2003, 3, 15), shares=4_000),),
)
CANCELLATIONS = (
    Cancellation(
        grant_id="G-0017",
        holder_id="H-017",
        shares=6_000,
        cancelled_on=date(2003, 4, 1),
        vesting=(Tranche(vests_on=date(2003, 3, 15), shares=6_000),),
        balancing=BALANCING,
    ),
    Cancellation(
        grant_id="G-0170",
        holder_id="H-017",
        shares=1_500,
        cancelled_on=date(2003, 4, 1),
        vesting=(Tranche(vests_on=date(2003, 9, 3), shares=500), Tranche(vests_on=date(2004, 9, 3), shares=1_000)),
    ),
)
PROMISE = builders.promise("P-H-017", "H-017", 7_500)
DEFERRED = Deferred(
    deferred_id="D-1", holder_id="H-017", shares=300, type=OptionType.ISO, decided_at=FORM.received_at, promised=True
)
NEW = (
    IssuedOption(
        grant_id="G-0017-N",
        holder_id="H-017",
        from_grant_id="G-0017",
        granted_on=date(2003, 10, 3),
        shares=6_000,
        price=Decimal("1.60"),
        type=OptionType.ISO,
        expires_on=date(2008, 10, 3),
        vesting=(Tranche(vests_on=date(2003, 10, 3), shares=6_000),),
    ),
    IssuedOption(
        grant_id="G-0170-N",
        holder_id="H-017",
        from_grant_id="G-0170",
        granted_on=date(2003, 10, 3),
        shares=1_500,
        price=Decimal("1.45"),
        type=OptionType.NSO,
        expires_on=date(2013, 10, 3),
        vesting=(Tranche(vests_on=date(2003, 10, 3), shares=500), Tranche(vests_on=date(2004, 9, 3), shares=1_000)),
    ),
)
GONE = Ruling(
    rule="ELG-1", reason="Not in service on April 1, 2003: the tender is void and the option is not cancelled."
)
LEFT = Ruling(rule="ELG-3", reason="Service ended before the new options were granted. The promise lapses.")
VOID = Ruling(rule="ELG-1", reason="The record now shows no service on March 21, 2003: the tender was void.")
BACK = Ruling(
    rule="REC-4",
    reason="The record now shows unbroken service from March 10, 2003 through October 21, 2003: promise P-H-017 is "
    "reinstated.",
)
COURT = "A court has stayed the acceptance (condition 2 of Section 7)"
ACCEPTED = replace(STATE, accepted_at=local("2003-04-01T09:00:00"), cancelled_on=date(2003, 4, 1))
CORRECTED_AT = "2003-04-10T11:00:00"


def correction(
    verb: str, was: dict[str, str] | None, now: dict[str, str] | None, state: OfferState = STATE, **more: Any
) -> Notice:
    """The letter of a correction from what was on record to what is right."""
    key = {"correct-holder": "holder", "correct-grant": "grant", "correct-form": "form"}.get(verb)
    spell = {"holder": "H-017", "capacity": "employee", "from": "1999-01-04"} if verb == "correct-service" else {}
    day = {"on": "2003-10-03", "calendar": "both"} if verb == "correct-calendar" else {}
    what = {"holder": "H-017", "grant": "G-0017", "form": "F-31"}
    stated = {key: what[key]} if key else {**spell, **day}
    action = read_action(verb, {"at": CORRECTED_AT, "by": "R", "reason": "a slip of the keyboard", **stated}, EST)
    corrected = action.model_copy(update={"was": was, "becomes": now})
    restated, told, came_back = more.get("restated", {}), more.get("told", []), more.get("came_back", [])
    return notices.correction(
        state, HOLDER, more.get("number", 1), corrected, restated, told, local(CORRECTED_AT), came_back
    )


def reinstated(terms: Terms = TERMS, shares: int = 7_500, **changes: date | None) -> Notice:
    """The letter of a promise reinstated on October 21, 2003, after the grant, that had lapsed in July."""
    days = {
        "lapsed_on": date(2003, 7, 8),
        "told_on": date(2003, 7, 15),
        "reinstated_on": date(2003, 10, 21),
        "granted_on": date(2003, 10, 3),
        "grant_on": date(2003, 10, 21),
    }
    return notices.promise_reinstated(terms, schedule_of(terms), HOLDER, PROMISE, shares, BACK, **(days | changes))


def voided(terms: Terms, on: date = date(2003, 7, 1), *, lapsed: bool = True) -> Notice:
    """An acceptance that does not hold."""
    splits = "the 3-for-2 split of June 2, 2003"
    return notices.acceptance_voided(
        terms, HOLDER, CANCELLATIONS, PROMISE, VOID, on, GRANTS, lapsed=lapsed, splits=splits
    )


def adjusted(state: OfferState = STATE, *, unseated: bool = False) -> Notice:
    """The letter of a 3-for-2 split of March 17, 2003, while half of an option in part exercised stands tendered."""
    split = Split(on=date(2003, 3, 17), new=3, old=2)
    was = Holding(
        subject="G-0017", holder_id="H-017", what="option", shares=6_000, price=Decimal("4.25"), exercised=100
    )
    now = replace(was, shares=9_000, price=Decimal("2.84"), exercised=150)
    promise = Holding(subject="P-H-017", holder_id="H-017", what="promise", shares=7_500)
    held = [(was, now)] if state.accepted_at is None else [(promise, replace(promise, shares=11_250))]
    changed = [AdjustedHolding(split=split, was=one, became=other) for one, other in held]
    tendered = [("G-0017", 3_000, 4_500)] if state.accepted_at is None and not unseated else []
    return notices.split_adjusted(state, HOLDER, split, changed, tendered, unseated=unseated)


def delayed(state: OfferState) -> tuple[Notice, ...]:
    """One letter of each kind on what keeps holders waiting."""
    due, at, to = date(2003, 4, 1), local("2003-04-01T09:00:00"), HOLDER
    why = {"was_due": date(2003, 10, 3), "reason": "a merger", "rule": "CIC-1"}
    return (
        delay_notices.postponement(
            state, to, 1, at, TENDERS, GRANTS, was_due=due, rung_on=due, due=None, conditions=[4]
        ),
        delay_notices.grant_delayed(state, to, 1, PROMISE, **why),
        delay_notices.grant_resumed(state, to, 2, PROMISE, **why),
        delay_notices.prohibition(state, to, PROMISE, 11_250, 400, "an injunction", date(2003, 11, 20)),
    )


def letters(terms: Terms = TERMS, extended: Terms = EXTENDED) -> dict[str, Notice]:
    """One notice of every kind."""
    previous, announced = terms.expires, datetime(2003, 4, 1, 12, 30, tzinfo=UTC)
    made = (
        notices.offer_opened(terms, schedule_of(terms), HOLDER, GRANTS.values()),
        notices.reminder(terms, schedule_of(terms), HOLDER, 10, 1, TENDERS, GRANTS),
        notices.confirmation(OfferState(terms=terms), HOLDER, EFFECTIVE, GRANTS, FORM.received_at),
        notices.extension(extended, schedule_of(extended), HOLDER, 2, previous, announced, 1_204_300, TENDERS, GRANTS),
        notices.amendment(
            extended,
            HOLDER,
            1,
            "increase",
            Decimal("3.50"),
            "options of consultants join",
            schedule_of(extended),
            1_204_300,
        ),
        notices.acceptance_and_promise(terms, schedule_of(terms), HOLDER, CANCELLATIONS, PROMISE, GRANTS),
        notices.rejection(terms, HOLDER, [("G-0017", 6_000, GONE), ("G-0170", 1_500, GONE)], GRANTS, date(2003, 4, 1)),
        notices.withdrawal_right(OfferState(terms=terms), HOLDER, TENDERS, GRANTS, COURT, terms.withdrawal_right),
        notices.exclusion(terms, HOLDER, 2, "US", "its law does not permit it", TENDERS, GRANTS, open_=True),
        notices.termination(terms, HOLDER, "a merger proposal was made", TENDERS, GRANTS),
        notices.promise_lapsed(terms, HOLDER, PROMISE, 7_500, LEFT, date(2003, 7, 1)),
        voided(terms),
        adjusted(replace(STATE, terms=terms)),
        notices.option_rescinded(terms, HOLDER, NEW[0], "Counsel so advised", date(2003, 10, 20)),
        reinstated(terms),
        deferral_released(
            terms, HOLDER, DEFERRED, 450, date(2003, 3, 20), "The offer was terminated", date(2003, 4, 1)
        ),
        notices.grant(terms, HOLDER, PROMISE, NEW, Decimal("1.45"), GRANTS, "a 3-for-2 split on June 2, 2003"),
        *delayed(OfferState(terms=terms, successor="Acme & Sons")),
    )
    return {notice.kind: notice for notice in made}


LETTERS = letters()
NO_OPTIONS = notices.offer_opened(TERMS, schedule_of(TERMS), HOLDER, [])


def flat(text: str) -> str:
    """The words of a letter in one line: tags and entities resolved, the rules drawn in plain text left out."""
    text = re.sub(r"<style>.*?</style>|</?(strong|b|a)\b[^>]*>", "", text, flags=re.S)
    text = html_entities.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(re.sub(r"^ {2}\| |_{3,}|-{3,}|={3,}", " ", text, flags=re.M).split())


def said(notice: Notice) -> str:
    """The plain text of a letter in one line."""
    return flat(render(notice.kind, notice.data)[0])


def confirmed(review: FormReview, state: OfferState = STATE, at: str = "", **more: Any) -> str:
    """The confirmation of a form, sent at once unless an instant is named."""
    received = local(at) if at else review.form.received_at
    return said(notices.confirmation(state, HOLDER, review, GRANTS, received, **more))


def test_every_kind_has_a_letter():
    """Each notice kind of the manual is rendered; none is left without a template."""
    assert set(Kind) == set(LETTERS)


def test_what_a_notice_states_survives_storage():
    """A notice read back from JSON renders the very same letter."""
    for notice in LETTERS.values():
        stored = json.loads(json.dumps(notice.data))
        assert render(notice.kind, notice.data) == render(notice.kind, stored)


@pytest.mark.parametrize("kind", Kind)
def test_letters_are_finished(kind):
    """No letter shows a hole, a placeholder or the inside of the program, and every one says whom to ask."""
    for letter in render(kind, LETTERS[kind].data):
        words = flat(letter)
        assert re.findall(r"None|\{\{|\}\}|Decimal|datetime|Undefined|\[\]|T\d\d:\d\d|\d{4}-\d\d-\d\d", words) == []
        for contact in ("James Polakiewicz", "Chief Financial Officer", "(603) 635-5160", "options@alpha.example"):
            assert contact in words
        assert "Dear Zoë O'Brien & Co:" in words
        assert LETTERS[kind].data["heading"] in words
        assert "Basis: Offer to Exchange" in words


@pytest.mark.parametrize("kind", Kind)
def test_plain_text_is_narrow(kind):
    """No line of the plain text is wider than 76 columns, and none ends in a blank."""
    lines = render(kind, LETTERS[kind].data)[0].splitlines()
    assert [line for line in lines if len(line) > WIDTH or line != line.rstrip()] == []


@pytest.mark.parametrize("kind", Kind)
def test_text_and_html_say_the_same(kind):
    """Both versions of a letter state the same words in the same order; only bullets and colons are the text's own."""
    text, html = render(kind, LETTERS[kind].data)

    def words(letter: str) -> list[str]:
        return [word for word in flat(letter).replace(":", " ").split() if word != "-"]

    assert words(text) == words(html[html.index('<div class="sheet">') :])


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_reader_shows_the_first_words_beside_the_subject(kind):
    """Hidden above the letter's head, which says only whose plan it is."""
    text, html = render(kind, LETTERS[kind].data)
    [hidden] = re.findall(r'<body>\s*<div style="display: none">(.*?)</div>', html)
    assert 20 < len(html_entities.unescape(hidden)) <= 140
    assert flat(hidden).removesuffix("…") in flat(text)


@pytest.mark.parametrize("kind", Kind)
def test_a_holder_reads_no_codes_of_ours(kind):
    """Where something stands in the Offer to Exchange is told, not by which of our rules it was decided."""
    ours = "|".join(rule.partition("-")[0] for rule in RULES)
    for written in render(kind, LETTERS[kind].data):
        assert re.findall(rf"\b(?:{ours})-\d", flat(written)) == []


def test_a_holder_reads_no_seconds():
    """Half a minute too early: the record keeps the second, the letter tells the minute."""
    reason = "The form was received on February 28, 2003 at 12:00:30 a.m. Eastern Standard Time, before 12:01 a.m."
    early = bad(FormStanding.LATE, Ruling(rule="EXP-1", reason=reason), FormKind.ELECTION, "2003-02-28T00:00:30")
    words = confirmed(early)
    assert "on Friday, February 28, 2003 at 12:00 a.m. Eastern Standard Time" in words
    assert "was received on February 28, 2003 at 12:00 a.m. Eastern Standard Time, before 12:01 a.m." in words


@pytest.mark.parametrize("kind", Kind)
def test_html_is_safe_and_needs_nothing_else(kind):
    """A name is text, never markup; nothing is loaded from elsewhere and nothing runs."""
    data = {**LETTERS[kind].data, "holder": {"name": "<script>x</script>"}}
    html = render(kind, data)[1]
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert re.findall(r"<script|<img|<link|https?://|url\(|@import", html) == []
    assert "prefers-color-scheme: dark" in html
    assert 'name="viewport"' in html


def test_missing_data_is_an_error():
    """A letter with a hole in its data is not sent: rendering fails."""
    data = {key: value for key, value in LETTERS["reminder"].data.items() if key != "days"}
    with pytest.raises(UndefinedError):
        render("reminder", data)


def test_contact_may_be_bare():
    """An issuer that gives only a name and an e-mail gets whole letters, with no empty lines for the rest."""
    bare = builders.terms(**BARE)
    for notice in letters(bare, bare.extended(EXTENDED.expires)).values():
        text = render(notice.kind, notice.data)[0]
        assert "  James Polakiewicz\n  Alpha Technologies Group, Inc.\n  E-mail options@alpha.example\n" in text
        assert re.findall(r"None|, ,|to  |Telephone|Facsimile \n", text) == []


def test_offer_opened_states_the_holders_options_and_the_way():
    """The opening letter: own options, look-back, where and by when, withdrawal, dates, and no recommendation."""
    words = said(LETTERS["offer-opened"])
    assert "G-0017 Mar 15, 2000 ISO $4.25 12,000 2,000 10,000" in words
    assert "G-0170 Sep 3, 2002 NSO $2.10 1,500 0 1,500" in words
    assert "every option granted to you since August 28, 2002, that is, in the six months before" in words
    assert "your option of September 3, 2002 for 1,500 shares at $2.10 (NSO)" in words
    assert (
        "by facsimile to (603) 635-5260 or by hand delivery to James Polakiewicz, Chief Financial Officer, "
        "33 Bridge Street, Pelham, NH 03076, so that we have received it before "
        "Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time (Sections 4 and 5)" in words
    )
    assert (
        "if we have not accepted your tendered options by Monday, April 28, 2003 at 5:00 p.m. Eastern Standard Time "
        "(6:00 p.m. Eastern Daylight Time), you may withdraw them at any time after that until we do" in words
    )
    assert "Acceptance and cancellation, expected: Tuesday, April 1, 2003" in words
    assert "New options granted, at the earliest: Friday, October 3, 2003" in words
    assert "Neither we nor our Board of Directors make any recommendation" in words


def test_offer_opened_without_options():
    """A holder of whom no option is on record is told so, and until when to object."""
    words = said(NO_OPTIONS)
    assert "Our records show no outstanding option of yours." in words
    assert "You may tender all, some or none" not in words


def test_offer_opened_with_nothing_in_the_lookback():
    """A holder without a recent grant is told that the look-back adds nothing."""
    words = said(notices.offer_opened(TERMS, schedule_of(TERMS), HOLDER, [OLD]))
    assert "Our records show none for you" in words
    assert "For you this means" not in words


def test_reminder_states_what_is_tendered():
    """A reminder says how long is left, what is tendered so far, and what the look-back added."""
    words = said(LETTERS["reminder"])
    assert "expires in 10 business days, on Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time" in words
    assert "G-0017 Mar 15, 2000 ISO $4.25 12,000 6,000" in words
    assert "This list is not an acceptance" in words
    nothing = said(notices.reminder(TERMS, schedule_of(TERMS), HOLDER, 1, 1, (), GRANTS))
    assert "expires in 1 business day, on" in nothing
    assert "At this time no Election Form of yours is in force" in nothing


def test_who_has_withdrawn_is_reminded_that_the_notice_stands():
    """Of the tender before it nothing is said; whoever has tendered again is reminded of that alone."""
    at = local("2003-03-10T10:00:00")
    words = said(notices.reminder(TERMS, schedule_of(TERMS), HOLDER, 1, 1, (), GRANTS, at))
    assert "You have withdrawn, and none of your options is tendered." in words
    assert "which we received on Monday, March 10, 2003 at 10:00 a.m. Eastern Standard Time, is in force" in words
    assert "no Election Form of yours is in force" not in words


def test_a_letter_that_an_earlier_version_wrote_of_the_end_of_a_postponement_tells_both():
    """It does not state what is tendered, and says what that means for who has tendered and who has not."""
    at = local("2003-04-10T10:00:00")
    now = delay_notices.acceptance_resumed(STATE, HOLDER, 2, at, TENDERS, GRANTS, why="it has ended")
    assert "Your tender is in force" in said(now)
    data = {key: value for key, value in now.data.items() if key != "tenders"}
    before = said(replace(now, data=data))
    assert "If options of yours are tendered, you need not do anything" in before
    assert "Options that are not tendered stay outstanding under their present terms." in before


def test_confirmation_is_not_an_acceptance():
    """Every confirmation, of whatever form and standing, says in these words that it is no acceptance (§6)."""
    for standing in FormStanding:
        for kind in FormKind:
            form = Form(
                form_id="F-1",
                holder_id="H-017",
                kind=kind,
                received_at=FORM.received_at,
                signed_on=None,
                signed_as="",
                channel="hand",
            )
            review = FormReview(form=form, standing=standing, ruling=UNSIGNED)
            words = confirmed(review)
            assert "This is a Confirmation of Receipt. It is not an acceptance of your options for exchange" in words
            assert "by hand delivery on Friday, March 14, 2003 at 2:05 p.m. Eastern Standard Time" in words


def test_confirmation_states_what_was_received_and_added():
    """The confirmation of a good form lists its options, the look-back's additions, and how to change or withdraw."""
    words = said(LETTERS["confirmation-of-receipt"])
    assert "It tenders 7,500 shares in all" in words
    assert "your option of September 3, 2002 for 1,500 shares at $2.10 (NSO), number G-0170: 1,500 shares" in words
    assert "Until Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time you may change your election" in words
    assert "How to cure" not in words


def test_confirmation_of_a_defective_form_says_how_to_cure_it():
    """Every uncured defect is told with its rule, what to deliver, and by when; a waived one is a remark only."""
    stated = FormLine(grant_id="G-9999", shares=100, original_shares=100, price=Decimal("3.00"))
    form = Form(
        form_id="F-40",
        holder_id="H-017",
        kind=FormKind.ELECTION,
        received_at=FORM.received_at,
        signed_on=date(2003, 3, 13),
        signed_as="",
        channel="fax",
        lines=(stated,),
    )
    undated = Ruling(rule="TND-5", reason="The form is not dated.")
    waived = Ruling(rule="TND-7", reason="Waived by J. Polakiewicz (late counsel): The form is not dated.")
    review = FormReview(
        form=form,
        standing=FormStanding.DEFECTIVE,
        ruling=UNSIGNED,
        remarks=(UNKNOWN, waived),
        defects=(UNSIGNED, undated, UNKNOWN),
    )
    notice = notices.confirmation(STATE, HOLDER, review, GRANTS, form.received_at)
    words = said(notice)
    assert [UNSIGNED.reason, UNKNOWN.reason] == [defect["reason"] for defect in notice.data["defects"]]
    assert "- The form is not signed. (§5) - Option G-9999 is not an option of yours. (§5)" in words
    assert "Please also note: - Waived by J. Polakiewicz" in words
    assert "G-9999 not stated $3.00 100 100" in words
    assert "so that we have received it before Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time" in words
    assert "No other form of yours stands: none of your options is tendered, and none will be cancelled." in words
    assert "New options granted" not in words


def test_confirmation_of_a_late_form_offers_no_cure():
    """A form received at the expiration instant cannot be cured, and the letter does not pretend otherwise."""
    late = Ruling(rule="EXP-1", reason="The form was received at the instant of expiration.")
    form = Form(
        form_id="F-41",
        holder_id="H-017",
        kind=FormKind.ELECTION,
        received_at=TERMS.expires,
        signed_on=date(2003, 3, 31),
        signed_as="Zoë O'Brien & Co",
        channel="fax",
    )
    review = FormReview(form=form, standing=FormStanding.LATE, ruling=late, defects=(late,))
    words = confirmed(review)
    assert "no right to tender was in force when it was received" in words
    assert "The time for delivering an Election Form ended at Monday, March 31, 2003 at 5:00 p.m." in words
    assert "How to cure" not in words


def notice_of(kind: FormKind, received_at: str) -> Form:
    return Form(
        form_id="F-42",
        holder_id="H-017",
        kind=kind,
        received_at=local(received_at),
        signed_on=None,
        signed_as="",
        channel="fax",
    )


def bad(standing: FormStanding, ruling: Ruling, kind: FormKind, received_at: str, **more: Ruling) -> FormReview:
    return FormReview(form=notice_of(kind, received_at), standing=standing, ruling=ruling, defects=(ruling,), **more)


def test_a_defective_notice_can_be_cured_until_the_acceptance():
    """Nothing accepted by April 28: a notice of April 30 that is not signed can be delivered anew until we accept."""
    review = bad(FormStanding.DEFECTIVE, UNSIGNED, FormKind.WITHDRAWAL, "2003-04-30T10:00:00")
    held = OfferState(terms=TERMS, conditions=(4,))
    words = confirmed(review, held, in_force=EFFECTIVE)
    assert "How to cure this: deliver a new, complete Notice, signed and dated, by facsimile" in words
    assert "so that we have received it before we accept your options" in words
    assert "The time for delivering" not in words
    assert "The offer expired: Monday, March 31, 2003" in words
    assert "Acceptance and cancellation, expected: put off; we will tell you when we accept" in words
    assert "New options granted" not in words
    stands = confirmed(EFFECTIVE, held, at="2003-04-30T10:00:00")
    assert "New options granted, at the earliest: six months and one day after the cancellation" in stands
    between = confirmed(bad(FormStanding.DEFECTIVE, UNSIGNED, FormKind.WITHDRAWAL, "2003-04-15T10:00:00"))
    assert "How to cure" not in between
    assert "If your tendered options are not accepted by Monday, April 28, 2003 at 5:00 p.m." in between


def test_a_defective_notice_says_which_form_stands_and_what_will_be_cancelled():
    """The election of March 14 stands: its options are listed, with the day on which they will be cancelled."""
    review = bad(FormStanding.DEFECTIVE, UNSIGNED, FormKind.WITHDRAWAL, "2003-03-20T10:00:00")
    words = confirmed(review, in_force=EFFECTIVE)
    assert (
        "Your Election Form F-31 stands, received on Friday, March 14, 2003 at 2:05 p.m. Eastern Standard Time: this "
        "notice does not disturb it. Unless you change or withdraw it in time, what it tenders will therefore be "
        "cancelled if we accept it, expected on Tuesday, April 1, 2003:"
    ) in words
    assert "G-0017 Mar 15, 2000 ISO $4.25 12,000 6,000 G-0170 Sep 3, 2002 NSO $2.10 1,500 1,500" in words
    assert "Acceptance and cancellation, expected: Tuesday, April 1, 2003" in words
    assert "New options" not in words


def test_a_defective_form_after_a_withdrawal_says_that_nothing_will_be_cancelled():
    """The notice stands: none of the options is tendered, and no day of a cancellation is told."""
    notice = FormReview(
        form=notice_of(FormKind.WITHDRAWAL, "2003-03-18T10:00:00"), standing=FormStanding.EFFECTIVE, ruling=IN_TIME
    )
    review = bad(FormStanding.DEFECTIVE, UNSIGNED, FormKind.ELECTION, "2003-03-20T10:00:00")
    words = confirmed(review, in_force=notice)
    assert "Your Notice F-42 stands, received on Tuesday, March 18, 2003 at 10:00 a.m." in words
    assert "none of your options is tendered, and none will be cancelled." in words
    assert [] == re.findall("New options|Acceptance and cancellation, expected", words)


def test_a_late_or_withdrawn_form_is_not_told_of_new_options():
    """Nothing of it will be cancelled, so that no day is named on which new options would be granted."""
    late = bad(FormStanding.LATE, IN_TIME, FormKind.ELECTION, "2003-03-31T18:00:00")
    withdrawn = replace(EFFECTIVE, standing=FormStanding.WITHDRAWN, tenders=())
    notice = replace(late, standing=FormStanding.EFFECTIVE, form=notice_of(FormKind.WITHDRAWAL, "2003-03-20T10:00:00"))
    for review in (late, withdrawn, notice):
        assert [] == re.findall("[Nn]ew option|cancellation, expected", confirmed(review))
    assert "New options granted, at the earliest: Friday, October 3, 2003" in confirmed(EFFECTIVE)


def test_an_addition_told_at_the_last_minute_can_be_objected_to():
    """Told at the close, the letter names the instant until which a notice withdraws the whole tender all the same."""
    until = local("2003-04-01T08:00:00")
    words = confirmed(EFFECTIVE, at="2003-03-31T17:00:00", objection_until=until)
    assert (
        "a tender without these options is not possible. As we tell you of it so late, you may do so although the "
        "offer has expired: a signed and dated Notice to Change Election From Accept to Reject, delivered by facsimile"
    ) in words
    at_eight = "Tuesday, April 1, 2003 at 8:00 a.m. Eastern Standard Time"
    assert f"withdraws the whole of it if we have received it no later than {at_eight}" in words
    assert (
        f"The time for changing it ended at Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time; until {at_eight}"
        in words
    )
    assert "even after the offer has expired" in confirmed(EFFECTIVE, at="2003-03-31T16:00:00", objection_until=until)
    assert "so late" not in confirmed(EFFECTIVE, at="2003-03-31T17:00:00")
    unsigned = bad(FormStanding.DEFECTIVE, UNSIGNED, FormKind.WITHDRAWAL, "2003-03-31T18:00:00")
    cure = confirmed(unsigned, in_force=EFFECTIVE, objection_until=until)
    assert "How to cure this: deliver a new, complete Notice, signed and dated, by facsimile" in cure
    assert f"so that we have received it no later than {at_eight}" in cure
    assert "Unless you object in time, what it tenders will therefore be cancelled" in cure


def test_what_a_waiver_leaves_outstanding_is_told():
    """Where an omitted look-back grant is a defect, the remark on what a waiver leaves of it is not left out."""
    left = Ruling(rule="TND-3", reason="A waiver takes the tender as made and leaves 1,500 shares of it outstanding.")
    terms = TERMS.model_copy(update={"lookback": TERMS.lookback.model_copy(update={"omitted": "defect"})})
    review = replace(EFFECTIVE, remarks=(left,), tenders=TENDERS[:1], left_out=(left,))
    assert "Please also note: - A waiver takes the tender as made" in confirmed(review, OfferState(terms=terms))


def test_an_extension_is_spoken_of_only_while_it_can_be_announced():
    """Until 8 a.m. of April 1 an extension may still re-open the offer; a second later it cannot."""
    late = Ruling(rule="EXP-1", reason="The form was received too late.")
    review = bad(FormStanding.LATE, late, FormKind.ELECTION, "2003-03-31T18:00:00")
    assert "If we extend the offer, we will tell you." in confirmed(review, at="2003-04-01T08:00:00")
    words = confirmed(review, at="2003-04-01T08:00:01")
    assert "If we extend" not in words
    assert "The offer can no longer be extended." in words


@pytest.mark.parametrize("kind", FormKind)
def test_after_the_acceptance_a_confirmation_says_what_is_final(kind):
    """A form of May 6, after the acceptance of May 5: no cure, no extension, no withdrawal; the dates as they came."""
    late = Ruling(rule="EXP-1", reason="The form was received after the tendered options had been accepted.")
    state = OfferState(terms=TERMS, accepted_at=local("2003-05-05T09:00:00"), cancelled_on=date(2003, 5, 5))
    words = confirmed(bad(FormStanding.LATE, late, kind, "2003-05-06T10:00:00"), state)
    assert "This is final: the options tendered to us were accepted and cancelled on Monday, May 5, 2003" in words
    assert "Options accepted and cancelled: Monday, May 5, 2003" in words
    assert [] == re.findall(
        "New options|How to cure|extend the offer|you may withdraw|does not disturb|if at all", words
    )


@pytest.mark.parametrize("kind", FormKind)
def test_after_the_termination_a_confirmation_says_what_is_final(kind):
    """A form of March 31, after the termination of March 28: nothing can be done, and no date is to be expected."""
    late = Ruling(rule="EXP-1", reason="The form was received after the offer had been terminated.")
    state = OfferState(terms=TERMS, terminated_at=local("2003-03-28T11:00:00"))
    words = confirmed(bad(FormStanding.LATE, late, kind, "2003-03-31T10:00:00"), state)
    assert "The offer was terminated on Friday, March 28, 2003 at 11:00 a.m. Eastern Standard Time. Nothing" in words
    assert [] == re.findall("How to cure|extend the offer|you may withdraw|does not disturb|expected|at the", words)


def test_a_tender_recorded_after_the_termination_is_returned():
    """It came in time and in proper form: the confirmation says that it is returned, and states no dates."""
    state = OfferState(terms=TERMS, terminated_at=local("2003-03-28T11:00:00"))
    words = confirmed(EFFECTIVE, state, at="2003-03-31T10:00:00")
    assert "But the offer was terminated on Friday, March 28, 2003 at 11:00 a.m." in words
    assert "is returned to you, and the options stay outstanding under their present terms (Section 15)" in words
    assert [] == re.findall("in force|you may change|expected|Added to", words)


def test_whoever_may_not_tender_is_not_told_how_to_cure_it():
    """A holder in an excluded jurisdiction is not solicited: no cure, no way of delivery, no dates."""
    excluded = Ruling(rule="ELG-4", reason="The offer is not made to holders residing in AU.")
    for standing, kind in ((FormStanding.DEFECTIVE, FormKind.ELECTION), (FormStanding.EFFECTIVE, FormKind.WITHDRAWAL)):
        words = confirmed(bad(standing, excluded, kind, "2003-03-10T10:00:00", barred=excluded))
        assert "You need not do anything: your options stay outstanding under their present terms." in words
        assert [] == re.findall("How to cure|deliver|unless you tender|expected|at the earliest|if at all", words)
    assert "Another form could not cure this" in confirmed(
        bad(FormStanding.DEFECTIVE, excluded, FormKind.ELECTION, "2003-03-10T10:00:00", barred=excluded)
    )


def test_the_promise_letter_states_the_grant_date_that_was_chosen():
    """The promise is not before October 3, 2003, as ever; the agreement comes on the Committee's November 3."""
    chosen = schedule_of(TERMS, grant_from=date(2003, 11, 3))
    words = said(notices.acceptance_and_promise(TERMS, chosen, HOLDER, CANCELLATIONS, PROMISE, GRANTS))
    assert "on a date no earlier than October 3, 2003" in words
    assert "On or shortly after Monday, November 3, 2003, the date chosen for the grant, we will send you" in words
    assert "On or shortly after Friday, October 3, 2003 we will send you" in said(LETTERS["acceptance-and-promise"])


def test_extension_states_dates_and_the_tally():
    """An extension tells old and new expiration, both readings of the clock, and about how much is tendered."""
    words = said(LETTERS["extension"])
    assert "which had been scheduled to expire on Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time" in words
    assert (
        "now expires on Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time)"
        in words
    )
    assert "options to purchase approximately 1,204,300 shares of our common stock had been tendered" in words
    assert "(Rule 14e-1(d))" in words
    assert "Acceptance and cancellation, expected: Tuesday, April 15, 2003" in words
    assert "New options granted, at the earliest: Friday, October 17, 2003" in words


@pytest.mark.parametrize(
    ("change", "percent", "required"),
    [
        ("increase", Decimal(2), False),
        ("increase", Decimal("2.1"), True),
        ("increase", None, True),
        ("decrease", Decimal(1), True),
        ("consideration", None, True),
        ("other", None, False),
    ],
)
def test_an_amendment_speaks_of_ten_business_days_where_they_are_required(change, percent, required):
    """An increase of up to 2% needs no ten business days, so that the letter must not claim that they are left."""
    words = said(notices.amendment(TERMS, HOLDER, 1, change, percent, "more", schedule_of(TERMS), 900))
    assert required == ("at least ten business days after notice" in words)


@pytest.mark.parametrize(("days", "left"), [(0, ""), (1, "one business day"), (5, "five business days")])
def test_a_material_change_says_how_many_business_days_are_left(days, left):
    """So it does of the waiver of a condition; of an immaterial one nothing is said."""
    for change in ("other", "waiver"):
        words = said(notices.amendment(TERMS, HOLDER, 1, change, None, "more", schedule_of(TERMS), 900, days))
        assert bool(days) == ("as Rules 13e-4(d)(2) and 13e-4(e)(3) require" in words)
        assert f"leaves at least {left} after this notice, its own day included." in words or not days


def test_letters_that_an_earlier_version_wrote_can_still_be_sent():
    """An amendment and a termination that waited for the mail while the program was exchanged."""
    for kind, later in (("amendment", "days"), ("termination", "events")):
        notice = LETTERS[kind]
        data = {key: value for key, value in notice.data.items() if key != later}
        assert render(kind, data) == render(kind, {**notice.data, later: 0 if later == "days" else []})


def test_acceptance_contains_the_promise():
    """The promise itself: shares, not-before date, service proviso, nothing paid, no other grants; and what is left."""
    words = said(LETTERS["acceptance-and-promise"])
    assert "cancelled them as of Tuesday, April 1, 2003" in words
    assert "on a date no earlier than October 3, 2003, stock options covering 7,500 shares" in words
    assert "provided that you remain an employee, director or consultant" in words
    assert "You will receive no new options, no payment and no other consideration" in words
    assert "We will defer any other option grant" in words
    assert "G-0017-B Mar 15, 2000 ISO $4.25 Mar 15, 2010 4,000" in words
    assert "All of it is exercisable now." in words, "it vested on March 15"


def test_rejection_says_why_and_that_options_stay():
    """Returned options are named with the reason, once for all that share it."""
    words = said(LETTERS["rejection"])
    assert "They have not been cancelled and stay outstanding under their present terms" in words
    assert words.count("Not in service on April 1, 2003") == 1
    assert "your option of March 15, 2000 for 12,000 shares at $4.25 (ISO), number G-0017: 6,000 shares" in words


def test_a_rejection_does_not_call_an_expired_option_outstanding():
    """G-0017 ends on March 15, 2010: outstanding on that day, not on the next; one that has ended is not exercised."""
    expired = Ruling(rule="TND-1", reason="The option expired by its own terms on March 15, 2010.")

    def rejected(on: date, *tendered: str) -> str:
        return said(notices.rejection(TERMS, HOLDER, [(each, 500, expired) for each in tendered], GRANTS, on))

    assert "not been cancelled and stays outstanding under its present terms;" in rejected(date(2010, 3, 15), "G-0017")
    words = rejected(date(2010, 3, 16), "G-0017")
    assert "It has not been cancelled; no new option will be granted for it." in words
    assert "stay" not in words
    both = rejected(date(2010, 3, 16), "G-0017", "G-0170")
    assert "They have not been cancelled, and what has not expired by its own terms stays outstanding under" in both


def test_grant_contains_the_agreement():
    """The new option agreement: shares, price, type, expiry, every tranche, and to be signed before exercise."""
    words = said(LETTERS["grant"])
    assert "On Friday, October 3, 2003 we granted you new stock options to purchase 7,500 shares" in words
    assert "Exercise price: $1.60 per share, 110% of the closing price, rounded up to the cent (Section 9)" in words
    assert "Exercise price: $1.45 per share Type: nonqualified stock option (NSO)" in words
    assert "Expires: October 3, 2008, or earlier" in words
    assert "Oct 3, 2003 500 Sep 3, 2004 1,000" in words
    assert "execute each of them before you can exercise the option that it is about (Summary Term Sheet)." in words
    assert "A 3-for-2 split on June 2, 2003." in words


def test_there_is_one_agreement_an_option():
    """Each names its parties, option, terms and plan, and is signed by itself; one option has one agreement."""
    _, first, second = said(LETTERS["grant"]).split("New option agreement ")
    for n, (agreement, option) in enumerate(((first, "G-0017-N"), (second, "G-0170-N")), start=1):
        assert agreement.startswith(f"{n} of 2 Between Alpha Technologies Group, Inc. and Zoë O'Brien & Co")
        assert f"I accept option {option} on these terms and those of the plan." in agreement
        for once in ("Expires:", "Transfer.", "Tax.", "The plan governs.", "Signature:"):
            assert 1 == agreement.count(once)
    [_, alone] = said(notices.grant(TERMS, HOLDER, PROMISE, NEW[1:], Decimal("1.45"), GRANTS)).split("New option agr")
    assert alone.startswith("eement Between Alpha")


def test_an_agreement_speaks_of_no_day_that_its_table_does_not_show():
    """Vested at grant is said of what the table shows on that day: all, 500 shares, or none."""
    _, first, second = said(LETTERS["grant"]).split("New option agreement ")
    assert "Exercise. All shares are vested at grant. Once this agreement is signed" in first
    assert "Exercise. 500 shares are vested at grant, the others vest on the days shown above." in second
    later = replace(NEW[1], vesting=(Tranche(vests_on=date(2004, 9, 3), shares=1_500),))
    words = said(notices.grant(TERMS, HOLDER, PROMISE, [later], Decimal("1.45"), GRANTS))
    assert "Exercise. The shares vest on the days shown above." in words
    assert "vested at grant" not in words


def test_the_acceptance_accounts_for_every_share_of_an_option():
    """Granted are exercised, cancelled and balancing shares; an option that is cancelled whole needs no sum."""
    words = said(LETTERS["acceptance-and-promise"])
    assert "12,000 = 2,000 exercised before + 6,000 cancelled + 4,000 in the balancing option G-0017-B." in words
    assert "1,500 =" not in words
    whole = said(notices.acceptance_and_promise(TERMS, schedule_of(TERMS), HOLDER, CANCELLATIONS[1:], PROMISE, GRANTS))
    assert "not all were cancelled" not in whole


def test_a_balancing_option_becomes_exercisable_only_on_days_to_come():
    """Of 4,000 shares 1,000 that vested on April 1 are exercisable now, those of April 2 become so."""
    days = ((date(2002, 3, 15), 600), (date(2003, 4, 1), 400), (date(2003, 4, 2), 3_000))
    vesting = tuple(Tranche(vests_on=on, shares=shares) for on, shares in days)

    def accepted(vesting: tuple[Tranche, ...]) -> str:
        partial = replace(CANCELLATIONS[0], balancing=replace(BALANCING, vesting=vesting))
        return said(notices.acceptance_and_promise(TERMS, schedule_of(TERMS), HOLDER, [partial], PROMISE, GRANTS))

    words = accepted(vesting)
    assert "1,000 shares are exercisable now; it becomes exercisable for the rest as follows: 3,000 shares on" in words
    assert "It becomes exercisable as follows: 3,000 shares on April 2, 2003." in accepted(vesting[2:])
    assert "All of it is exercisable now." in accepted(vesting[:2])


def test_the_agreement_of_a_director_states_the_ninety_days():
    """Five years, or 90 days after the directorship ends: in words, whether or not it is known when that will be."""
    words = said(notices.grant(TERMS, HOLDER, PROMISE, NEW, Decimal("1.45"), GRANTS, capacity=Capacity.DIRECTOR))
    assert "Expires: October 3, 2008, or 90 days after you cease to be a director of the Company, if that is" in words
    assert "90 days" not in said(LETTERS["grant"])


def test_the_agreement_says_why_an_incentive_stock_option_is_none_any_more():
    """An NSO in place of an ISO: for an employee by the $100,000 limit, for anybody else because only employees may."""
    incentive = {key: replace(grant, type=OptionType.ISO) for key, grant in GRANTS.items()}
    employee, consultant = (
        said(notices.grant(TERMS, HOLDER, PROMISE, NEW, Decimal("1.45"), incentive, capacity=capacity))
        for capacity in (Capacity.EMPLOYEE, Capacity.CONSULTANT)
    )
    limit = "as the value first exercisable in a calendar year is beyond $100,000 (Sections 6 and 14)"
    assert f"Type: nonqualified stock option (NSO), {limit}" in employee
    assert "(NSO), as only an employee can be granted an incentive stock option (Sections 6 and 14)" in consultant
    assert "(ISO), as" not in employee
    assert limit not in said(LETTERS["grant"])


def test_the_grant_tells_apart_what_was_promised_and_what_was_deferred():
    """Of 7,800 shares 300 are of a deferred grant, and no part of what the promise was for."""
    further = replace(NEW[1], grant_id="D-1-N", from_grant_id="", shares=300)
    words = said(notices.grant(TERMS, HOLDER, PROMISE, [*NEW, further], Decimal("1.45"), GRANTS))
    assert "new stock options to purchase 7,800 shares of our common stock" in words
    assert "for 7,500 shares. With them we make the grant of 300 shares that was deferred until this date" in words
    assert "deferred until this date" not in said(LETTERS["grant"])


def test_grant_of_a_deferred_option_alone():
    """A deferred grant replaces nothing and fulfils no promise, and the letter says neither."""
    deferred = IssuedOption(
        grant_id="D-1-N",
        holder_id="H-017",
        from_grant_id="",
        granted_on=date(2003, 10, 3),
        shares=1,
        price=Decimal("1.45"),
        type=OptionType.NSO,
        expires_on=date(2013, 10, 3),
        vesting=(Tranche(vests_on=date(2004, 10, 3), shares=1),),
    )
    words = said(notices.grant(TERMS, HOLDER, None, [deferred], Decimal("1.4500"), GRANTS))
    assert "a new stock option to purchase 1 share of our common stock" in words
    assert "a grant deferred until this date" in words
    assert "fulfils our Promise" not in words
    assert "110%" not in words


def test_lapse_and_termination_and_withdrawal_say_their_reasons():
    """The other letters carry their reason and their consequence."""
    assert "the promise has lapsed as of July 1, 2003" in said(LETTERS["promise-lapsed"])
    assert "nothing is paid, for the options that were cancelled on April 1, 2003" in said(LETTERS["promise-lapsed"])
    assert "The reason: A merger proposal was made." in said(LETTERS["termination"])
    withdrawal = said(LETTERS["withdrawal-right"])
    assert (
        "by Monday, April 28, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time)" in withdrawal
    )
    assert "A court has stayed the acceptance (condition 2 of Section 7)." in withdrawal


def test_a_promise_of_which_a_split_leaves_nothing_says_so():
    """Not for want of service: a reverse split has left no share, and no fraction of one is paid."""
    nothing = Ruling(rule="ADJ-1", reason="After the 1-for-10 split of June 2, 2003 nothing is left of the 5 shares.")
    words = said(notices.promise_lapsed(TERMS, HOLDER, PROMISE, 0, nothing, date(2003, 10, 3)))
    assert "After that adjustment no share is left, and the promise has lapsed as of October 3, 2003." in words
    assert "A fraction of a share is neither granted nor paid." in words
    assert "Reason: After the 1-for-10 split of June 2, 2003 nothing is left of the 5 shares." in words
    assert [] == re.findall("continuous service|record of service|does not remain", words)


def test_a_promise_that_stands_again_says_what_was_told_and_when_it_is_kept():
    """After the grant on a day of its own, at that day's price; before it with the others; held back on no day yet."""
    late = said(reinstated())
    assert "On July 15, 2003 we wrote that the Promise to Grant Stock Option(s)" in late
    assert "had lapsed as of July 8, 2003, because our record of service showed a break" in late
    assert "the promise stands again as of October 21, 2003. Please disregard our letter of July 15, 2003." in late
    assert "The other holders were granted their new options on October 3, 2003" in late
    assert "They are to be granted on Tuesday, October 21, 2003" in late
    assert "on NASDAQ on that day, not that of October 3, 2003 (Section 9)" in late
    before = said(reinstated(granted_on=None, grant_on=date(2003, 10, 3), reinstated_on=date(2003, 8, 1)))
    assert "stands again as of August 1, 2003, as if it had never lapsed. Please disregard" in before
    assert "Your new options are to be granted on Friday, October 3, 2003" in before
    assert "The other holders" not in before
    held = said(reinstated(granted_on=None, grant_on=None))
    assert "The grant of the new options is held back for now, and no day is set for it." in held


def test_a_promise_that_stands_again_says_what_it_was_adjusted_to_and_that_a_letter_may_not_have_come():
    """11,250 shares after a 3-for-2 split; whoever has no e-mail address may have been told on paper, or not."""
    words = said(reinstated(shares=11_250, told_on=None))
    assert "Option shares, as promised: 7,500 shares" in words
    assert "Option shares, as adjusted since (Section 6): 11,250 shares" in words
    assert "We may have written to you that the Promise" in words
    assert "Please disregard any letter of ours that says otherwise." in words
    assert "as adjusted since" not in said(reinstated())


def test_an_offer_overrides_a_template_by_its_name(tmp_path: Path):
    """A file in the offer's own templates folder takes the place of ours; the others stay."""
    (tmp_path / "termination.j2").write_text("{% extends layout %}{% block letter %}Ended: {{ reason }}{% endblock %}")
    text, html = render("termination", LETTERS["termination"].data, tmp_path)
    assert "Ended: a merger proposal was made" in text
    assert "Ended: a merger proposal was made" in html
    assert render("grant", LETTERS["grant"].data) == render("grant", LETTERS["grant"].data, tmp_path)


def test_fill_breaks_between_words_only():
    """A line holds 76 columns; a longer word stands alone, whole."""
    assert f"{'a' * 38} {'b' * 37}" == fill(f"{'a' * 38} {'b' * 37}")
    assert f"{'a' * 38}\n{'b' * 38}" == fill(f"{'a' * 38} {'b' * 38}")
    assert f"- x\n  {'c' * 90}\n  y" == fill(f"x {'c' * 90} y", first="- ", rest="  ")


def test_a_table_too_wide_for_the_letter_is_stacked():
    """Where ids or amounts are too long for 76 columns, each option becomes a list."""
    table = Columns(heads=["Option", "Shares"], aligns=["left", "right"], rows=[["G" * 70, "1,000,000"]])
    assert f"  Option: {'G' * 70}\n  Shares: 1,000,000" == in_columns(table)


def test_a_correction_states_what_was_and_what_is_right():
    """What was on record beside what is right, why, when, the letters that said otherwise, and what follows."""
    words = said(
        correction(
            "correct-grant",
            {"exercised": "2000"},
            {"exercised": "7000"},
            ACCEPTED,
            restated={"cancelled": ("6,000", "5,000"), "balancing": ("4,000", "0"), "promised": ("7,500", "6,500")},
            told=[("Options accepted and cancelled April 1, 2003", date(2003, 4, 1))],
        )
    )
    assert "shares exercised 2,000 7,000" in words
    assert "shares accepted and cancelled 6,000 5,000" in words
    assert "shares of the balancing option 4,000 0" in words
    assert "shares promised 7,500 6,500" in words
    assert "Why: A slip of the keyboard." in words
    assert "Corrected on: Thursday, April 10, 2003 at 11:00 a.m. Eastern Standard Time" in words
    assert "- April 1, 2003: Options accepted and cancelled April 1, 2003" in words
    assert "New options will be granted for the shares promised as they now stand" in words


@pytest.mark.parametrize(
    ("notice", "stated"),
    [
        (
            correction("correct-holder", {"email": "a@old.example"}, {"email": ""}, told=[("A", date(2003, 3, 10))]),
            [
                "e-mail a@old.example none",
                "This letter of ours was sent there.",
                "- March 10, 2003: A",
                "From now on our letters reach you on paper.",
            ],
        ),
        (
            correction(
                "correct-holder",
                {"email": "a@old.example"},
                {"email": ""},
                came_back=[("A", date(2003, 3, 10)), ("B", date(2003, 3, 11))],
            ),
            [
                "These letters of ours, sent to the address that we had before, came back to us.",
                "They now go to you again, on paper: - March 10, 2003: A - March 11, 2003: B",
            ],
        ),
        (
            correction(
                "correct-holder", {"name": "Zoe", "voting_percent": "0"}, {"name": "Zoë", "voting_percent": "12.5"}
            ),
            ["name Zoe Zoë", "voting percentage 0% 12.5%", "a revised Confirmation of Receipt tells you so"],
        ),
        (
            correction(
                "correct-grant",
                {"granted_on": "2000-03-15", "price": "4.25", "vesting": ""},
                {"granted_on": "2000-03-16", "price": "0.3333", "vesting": "2001-01-03:400;2002-01-03:600"},
            ),
            [
                "grant date On record before: March 15, 2000 Right: March 16, 2000",
                "exercise price On record before: $4.25 Right: $0.3333",
                "the plan's own schedule Right: 400 on Jan 3, 2001 and 600 on Jan 3, 2002",
            ],
        ),
        (
            correction("correct-grant", {}, {"shares": "500", "vesting": "", "type": "NSO"}),
            ["shares not on record 500", "type not on record NSO"],
        ),
        (
            correction(
                "correct-form",
                {
                    "holder_id": "H-9",
                    "kind": "election",
                    "received_at": "2003-03-14T19:05:00Z",
                    "options": "G-1:10 G-2:5",
                },
                {"holder_id": "H-017", "kind": "withdrawal", "received_at": "2003-03-14T19:06:00Z", "options": ""},
            ),
            [
                "another holder Right: you",
                "Election Form Right: notice of withdrawal",
                "March 14, 2003 at 2:05 p.m. Eastern Standard Time",
                "10 shares of G-1 and 5 shares of G-2 Right: none",
                "A form counts as you signed it",
            ],
        ),
        (
            correction("correct-service", {"to": ""}, {"to": "2003-03-20"}, ACCEPTED),
            ["last day still in service March 20, 2003", "This correction undoes nothing"],
        ),
        (
            correction("correct-service", {"capacity": "employee", "from": "1999-01-04", "to": ""}, None),
            ["capacity employee not on record", "first day January 4, 1999 not on record"],
        ),
        (
            correction("correct-calendar", None, None, restated={"cancel_on": ("2003-04-01", "2003-04-02")}, number=2),
            ["Corrected (No. 2)", "expected April 1, 2003 April 2, 2003", "The expiration of the offer does not move"],
        ),
        (
            correction("correct-calendar", None, None, ACCEPTED, restated={"grant_on": ("2003-10-03", "2003-10-06")}),
            ["at the earliest October 3, 2003 October 6, 2003", "The promise that we gave you stands"],
        ),
        (
            correction(
                "correct-grant",
                {"exercised": "2000"},
                {"exercised": "12000"},
                ACCEPTED,
                restated={"cancelled": ("6,000", "0"), "promised": ("6,000", "0")},
            ),
            ["shares promised 6,000 0", "the Promise to Grant Stock Option(s) is void"],
        ),
    ],
)  # fmt: skip
def test_every_correction_is_a_letter(notice, stated):
    """Whatever is corrected, both versions say the same, in lines of a letter's width and as a holder reads them."""
    text, html = render(notice.kind, notice.data)
    words = flat(text)
    assert [each for each in stated if each not in words.replace("What: ", "")] == []
    assert [line for line in text.splitlines() if len(line) > WIDTH or line != line.rstrip()] == []
    assert re.findall(r"None|\{\{|T\d\d:\d\d|\d{4}-\d\d-\d\d", words) == []
    assert [each for each in re.findall(r"[A-Za-z]{4,}", words) if each not in flat(html[html.index("<body") :])] == []


def test_a_voided_acceptance_says_what_is_right():
    """The whole options of old, the balancing option withdrawn, the promise gone, and that time may be short."""
    text = said(voided(TERMS))
    for what in (
        "This letter takes the place of that one, and of the one that told you that the promise had lapsed.",
        "The record now shows no service on March 21, 2003: the tender was void. (§1)",
        "G-0017 Mar 15, 2000 ISO $4.25 Mar 15, 2010 10,000",
        "These are the shares and prices before the 3-for-2 split of June 2, 2003.",
        "The balancing option G-0017-B, which we had issued for the shares not tendered, is withdrawn",
        "for 7,500 shares had lapsed and stays without effect.",
        "That time is counted from the end of your service, not from this letter",
    ):
        assert what in text
    untold = said(voided(TERMS, lapsed=False))
    assert "had lapsed" not in untold
    assert "for 7,500 shares is withdrawn." in untold


def test_a_voided_acceptance_of_what_has_expired_since_promises_no_exercise():
    """Once every option of old has run out nothing is left to be exercised."""
    text = said(voided(TERMS, date(2013, 1, 2)))
    assert "The expiration above has passed, so the options can no longer be exercised." in text
    assert "You need not do anything" not in text


def test_a_rescission_names_the_option_and_the_decision():
    """Which option, since when, and why; what was signed for it is of no effect."""
    text = said(LETTERS["correction"])
    for what in (
        "That option is rescinded as of October 20, 2003",
        "Option number: G-0017-N",
        "The decision: Counsel so advised.",
        "one that you have signed is of no effect",
    ):
        assert what in text


def test_a_split_shows_what_it_adjusted_and_in_which_shares_a_form_is_read():
    """6,000 at $4.25 become 9,000 at $2.84, and of the form signed before it 3,000 shares 4,500."""
    words = said(adjusted())
    assert "Our common stock has been split as of March 17, 2003: 3 new shares for every 2 old ones." in words
    assert "option G-0017 6,000 at $4.25 9,000 at $2.84 exercised of G-0017 100 of 6,100 150 of 9,150" in words
    assert "tendered of G-0017 3,000 4,500" in words
    assert "You need not send another form." in words
    assert "A form that you sign on or after March 17, 2003 must state your options as adjusted." in words


def test_a_form_that_states_options_as_before_the_split_is_told_apart():
    words = said(adjusted(unseated=True))
    assert "states your options as they were before it. It is no longer in proper form" in words
    assert "You need not send another form." not in words


def test_after_the_acceptance_a_split_is_of_the_promise():
    words = said(adjusted(ACCEPTED))
    assert "promise P-H-017 7,500 11,250" in words
    assert "The promise stands on the same terms as before, for the number of shares as adjusted." in words
    assert "sign" not in words.split("What this means for you")[1].split("please keep")[0]


def test_an_exclusion_says_what_becomes_of_the_options_and_so_does_its_end():
    """Nothing tendered, or no time left to object: nothing is said of it; taken back, until when one may tender."""

    def excluded(tenders, **more):
        return said(notices.exclusion(TERMS, HOLDER, 2, "CA", "its law forbids it", tenders, GRANTS, **more))

    words = excluded(TENDERS, open_=True)
    assert "The reason: Its law forbids it." in words
    assert "are returned to you. They are not cancelled and stay outstanding" in words
    assert "before the offer expires on Monday, March 31, 2003 at 5:00 p.m." in words
    none = excluded((), open_=False)
    assert "No tender of yours was in force." in none
    assert "before the offer expires" not in none
    back = excluded(TENDERS, open_=True, removed=True)
    assert "It is made to you after all." in back
    assert "The following options stand tendered:" in back
    assert "returned" not in back
