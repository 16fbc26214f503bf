"""Which form stands: the offer of Feb 28, 2003, which expires at 5:00 p.m. on March 31, 2003 (22:00Z)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from optex.election import DefectWaiver, FormRejection, FormReview, review_forms, waivable
from optex.records import Capacity, Form, FormKind, FormLine, FormStanding, Grant, ServicePeriod, Tender
from optex.terms import Lookback
from tests import builders

EST = timezone(timedelta(hours=-5))
TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00")
ANN = builders.holder(name="José Ann Lee")
SERVING = (ServicePeriod(holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4)),)


def est(month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """An instant of 2003 in Eastern Standard Time, stored in UTC."""
    return datetime(2003, month, day, hour, minute, second, tzinfo=EST).astimezone(UTC)


def grant(grant_id: str, granted_on: date = date(2000, 1, 4), **changes) -> Grant:
    return builders.grant(grant_id, granted_on=granted_on, **({"exercised": 200} | changes))


MARCH_10, MARCH_20, SEPTEMBER = est(3, 10), est(3, 20), est(9, 1)
G1 = grant("G1")
G2 = grant("G2", date(2001, 5, 1), shares=500, exercised=0, price=Decimal("12.50"))


def line(of: Grant, shares: int | None = None, **changes) -> FormLine:
    """A line that restates its grant correctly and tenders it whole, but for the changes."""
    facts = {
        "shares": of.remaining if shares is None else shares,
        "original_shares": of.shares,
        "granted_on": of.granted_on,
        "price": of.price,
        "exercised": of.exercised,
    }
    return FormLine(grant_id=of.grant_id, **(facts | changes))


def election(form_id: str, received_at: datetime = MARCH_10, *lines: FormLine, **changes) -> Form:
    facts = {"holder_id": "H1", "signed_on": date(2003, 3, 10), "signed_as": "José Ann Lee", "channel": "fax"}
    return Form(
        form_id=form_id,
        kind=FormKind.ELECTION,
        received_at=received_at,
        lines=lines or (line(G1),),
        **(facts | changes),
    )


def notice(form_id: str, received_at: datetime, **changes) -> Form:
    facts = {"holder_id": "H1", "signed_on": date(2003, 3, 10), "signed_as": "José Ann Lee", "channel": "hand"}
    return Form(form_id=form_id, kind=FormKind.WITHDRAWAL, received_at=received_at, **(facts | changes))


def waiver(form_id: str, at: datetime = MARCH_20, **changes) -> DefectWaiver:
    return DefectWaiver(form_id=form_id, at=at, by="J. Polakiewicz", reason="the intent is plain", **changes)


def judged(*forms: Form, grants: tuple[Grant, ...] = (G1, G2), **changes) -> list[FormReview]:
    facts = {
        "terms": TERMS,
        "holder": ANN,
        "periods": SERVING,
        "foreign": frozenset({"G9"}),
        "waivers": (),
        "accepted_at": None,
        "terminated_at": None,
        "at": SEPTEMBER,
    }
    return review_forms(forms=forms, grants={each.grant_id: each for each in grants}, **(facts | changes))


def only(form: Form, **changes) -> FormReview:
    [review] = judged(form, **changes)
    return review


def standings(*forms: Form, **changes) -> dict[str, str]:
    """The standing and the rule of each form by its id, such as `effective EXP-1`."""
    return {each.form.form_id: f"{each.standing} {each.ruling.rule}" for each in judged(*forms, **changes)}


def rules(review: FormReview) -> list[str]:
    return [each.rule for each in review.defects]


def test_a_proper_form_is_effective():
    """A form in order, received in time, stands and tenders what it says."""
    review = only(election("F1", est(3, 10), line(G1, 300), line(G2)))
    assert (review.standing, review.ruling.rule) == (FormStanding.EFFECTIVE, "EXP-1")
    expected = (
        Tender(holder_id="H1", grant_id="G1", shares=300, form_id="F1"),
        Tender(holder_id="H1", grant_id="G2", shares=500, form_id="F1"),
    )
    assert expected == review.tenders
    assert review.defects == review.remarks == ()


def test_no_form():
    """A holder who sends nothing has nothing judged."""
    assert judged() == []


# The deadline (EXP-1)


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        (est(2, 28, 0, 0, 59), "late EXP-1"),
        (est(2, 28, 0, 1), "effective EXP-1"),
        (est(2, 28, 8, 59, 59), "effective EXP-1"),
        (est(3, 31, 16, 59, 59), "effective EXP-1"),
        (est(3, 31, 17), "late EXP-1"),
        (est(4, 1, 7), "late EXP-1"),
    ],
)
def test_timely_means_on_the_day_of_commencement_and_strictly_before_expiration(received_at, expected):
    """16:59:59 is in, 17:00:00 is late; 12:01 a.m. of the first day is in, though the letters go out at nine."""
    assert standings(election("F1", received_at)) == {"F1": expected}


def test_late_says_why():
    """A late form says when it was received and when the offer expired; it tenders nothing."""
    review = only(election("F1", est(3, 31, 17)))
    assert review.ruling.reason == (
        "The form was received on March 31, 2003 at 5:00 p.m. Eastern Standard Time, "
        "not before the offer expired on March 31, 2003 at 5:00 p.m. Eastern Standard Time."
    )
    assert review.tenders == ()
    assert only(election("F1", est(2, 28, 0, 0, 59))).ruling.reason == (
        "The form was received on February 28, 2003 at 12:00:59 a.m. Eastern Standard Time, "
        "before the offer commenced on February 28, 2003 at 12:01 a.m. Eastern Standard Time."
    )


def test_an_extension_makes_timely_what_came_after_the_old_close():
    """Received April 1 at 7 a.m.: late under March 31, timely once the offer is extended to April 14 (EXT-2)."""
    form = election("F1", est(4, 1, 7))
    assert standings(form) == {"F1": "late EXP-1"}
    assert standings(form, terms=TERMS.extended(est(4, 14, 17))) == {"F1": "effective EXP-1"}


@pytest.mark.parametrize(
    ("clock", "last", "first_late"),
    [("EST", "21:59:59", "22:00:00"), ("America/New_York", "20:59:59", "21:00:00")],
)
def test_the_clock_decides_what_five_oclock_is_in_summer(clock, last, first_late):
    """5 p.m. on April 14, 2003 is 22:00Z in standard time and 21:00Z on the wall clock of New York (CAL-2)."""
    terms = builders.terms(clock=clock, expires="2003-04-14T17:00:00")
    for at, expected in ((last, "effective EXP-1"), (first_late, "late EXP-1")):
        received_at = datetime.fromisoformat(f"2003-04-14T{at}+00:00")
        assert standings(election("F1", received_at), terms=terms) == {"F1": expected}


def test_nothing_is_timely_after_termination_or_acceptance():
    """A form received at the instant of termination or acceptance is late; one received before it still stands."""
    early, exact = election("F1", est(3, 11)), election("F2", est(3, 12), signed_on=date(2003, 3, 11))
    for ended in ("terminated_at", "accepted_at"):
        expected = {"F1": "effective EXP-1", "F2": "late EXP-1"}
        assert expected == standings(early, exact, **{ended: est(3, 12)})


def test_only_what_has_been_received_counts():
    """A form received at `at` is judged, one received a second later is not there yet."""
    forms = election("F1", est(3, 10)), election("F2", est(3, 12))
    assert standings(*forms, at=est(3, 12) - timedelta(seconds=1)) == {"F1": "effective EXP-1"}
    assert standings(*forms, at=est(3, 12)) == {"F1": "superseded CHG-1", "F2": "effective CHG-1"}


# Delivery and signature (TND-6, TND-5)


@pytest.mark.parametrize("channel", ["Fax", "FAX", " fax ", "Hand"])
def test_a_channel_is_known_by_its_name(channel):
    """Fax, typed with a capital or with a blank beside it, is fax (TND-6)."""
    assert standings(election("F1", channel=channel)) == {"F1": "effective EXP-1"}


@pytest.mark.parametrize("channel", ["mail", "email", ""])
def test_other_channels_are_a_defect(channel):
    """A form or a notice must come by fax or by hand, unless the terms name another way."""
    assert standings(election("F1", channel=channel)) == {"F1": "defective TND-6"}
    assert standings(notice("N1", est(3, 10), channel=channel)) == {"N1": "defective TND-6"}
    if channel:
        terms = TERMS.model_copy(update={"channels": (channel,)})
        assert standings(election("F1", channel=channel), terms=terms) == {"F1": "effective EXP-1"}
        assert standings(election("F1", channel="fax"), terms=terms) == {"F1": "defective TND-6"}


@pytest.mark.parametrize(
    "signed_as",
    ["José Ann Lee", "Jose\u0301 Ann Lee", "  José Ann Lee \t"],
)
def test_signed_as_on_the_agreement(signed_as):
    """The name counts, not its Unicode form nor the space around it."""
    assert standings(election("F1", signed_as=signed_as)) == {"F1": "effective EXP-1"}
    assert standings(notice("N1", est(3, 10), signed_as=signed_as)) == {"N1": "effective WDR-1"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signed_as": "Jose Ann Lee"}, "not exactly as José Ann Lee"),
        ({"signed_as": "josé ann lee"}, "not exactly as José Ann Lee"),
        ({"signed_as": "José  Ann Lee"}, "not exactly as José Ann Lee"),
        ({"signed_as": " "}, "not signed"),
        ({"signed_on": None}, "not dated"),
        ({"signed_as": "Bo Lee", "authority": "probate court, 2003-01-07"}, "states no title"),
        ({"signed_as": "Bo Lee", "title": "executor"}, "without evidence of authority"),
        ({"signed_as": "Bo Lee", "title": "executor", "authority": " "}, "without evidence of authority"),
        ({"signed_as": "\u200b"}, "not signed"),
        ({"signed_as": "", "title": "executor", "authority": "probate court"}, "not signed"),
    ],
)
def test_improper_signature(changes, reason):
    """Unsigned, undated, another name, or a fiduciary without title or authority: a defect, on a notice as well."""
    for form in (election("F1", **changes), notice("F1", est(3, 10), **changes)):
        review = only(form)
        assert (review.standing, rules(review)) == (FormStanding.DEFECTIVE, ["TND-5"])
        assert reason in review.ruling.reason


def test_signed_by_the_holder_a_title_is_harmless():
    """Signed exactly as the name, a title beside it asks for no evidence of authority; on a notice neither."""
    titled = {"title": "Chief Financial Officer"}
    assert standings(election("F1", **titled)) == {"F1": "effective EXP-1"}
    assert standings(notice("N1", est(3, 10), **titled)) == {"N1": "effective WDR-1"}


def test_a_difference_that_cannot_be_seen_is_named():
    """A no-break space in the name is a defect as any other, and the reason says where it stands."""
    review = only(election("F1", signed_as="José Ann\u00a0Lee"))
    assert (review.standing, review.ruling.rule) == ("defective", "TND-5")
    assert review.ruling.reason.endswith(
        'after "José Ann" the signature has a no-break space (U+00A0), the agreement a space.'
    )
    titled = only(election("F1", signed_as="José  Ann Lee", title="CFO"))
    assert 'after "José" the signature has a space more than the agreement' in titled.ruling.reason


def test_a_fiduciary_with_title_and_authority():
    """Another person may sign with the full title and evidence of authority."""
    changes = {"signed_as": "Bo Lee", "title": "executor", "authority": "probate court, 2003-01-07"}
    assert standings(election("F1", **changes)) == {"F1": "effective EXP-1"}


# The options named (TND-4, TND-1, ELG-1)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"original_shares": 999}, "999 as the original number of shares of option G1; our records say 1,000"),
        ({"granted_on": date(2000, 1, 5)}, "January 5, 2000 as the grant date of option G1; our records say"),
        ({"price": Decimal("4.26")}, "$4.26 as the exercise price of option G1; our records say $4.25"),
        ({"exercised": 0}, "0 as the number of shares exercised of option G1; our records say 200"),
    ],
)
def test_what_is_stated_must_match(changes, what):
    """Each of the four particulars is reconciled with the ledger, also where stating them is not required."""
    form = election("F1", est(3, 10), line(G1, **changes))
    for terms in (TERMS, TERMS.model_copy(update={"form_details": "if_stated"})):
        review = only(form, terms=terms)
        assert (review.standing, rules(review)) == (FormStanding.DEFECTIVE, ["TND-4"])
        assert what in review.ruling.reason


@pytest.mark.parametrize("left_out", ["original_shares", "granted_on", "price", "exercised"])
def test_what_is_left_out(left_out):
    """A particular left out is a defect, unless the terms ask for it only if stated."""
    form = election("F1", est(3, 10), line(G1, **{left_out: None}))
    assert standings(form) == {"F1": "defective TND-4"}
    if_stated = TERMS.model_copy(update={"form_details": "if_stated"})
    assert standings(form, terms=if_stated) == {"F1": "effective EXP-1"}


def test_the_same_price_written_otherwise():
    """$4.250 is $4.25."""
    assert standings(election("F1", est(3, 10), line(G1, price=Decimal("4.250")))) == {"F1": "effective EXP-1"}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (-1, "defective TND-1"),
        (0, "defective TND-1"),
        (1, "effective EXP-1"),
        (800, "effective EXP-1"),
        (801, "defective TND-1"),
    ],
)
def test_tendered_shares(shares, expected):
    """At least one share, at most what was granted and not exercised: 800 of 1,000 with 200 exercised."""
    assert standings(election("F1", est(3, 10), line(G1, shares))) == {"F1": expected}


def test_an_expired_option():
    """An option may be tendered on its last day, by the offer's clock, not on the day after."""
    last_day = grant("G3", expires_on=date(2003, 3, 10))
    assert standings(election("F1", est(3, 10, 23, 59), line(last_day)), grants=(last_day,)) == {
        "F1": "effective EXP-1"
    }
    assert standings(election("F1", est(3, 11, 0), line(last_day)), grants=(last_day,)) == {"F1": "defective TND-1"}


@pytest.mark.parametrize(
    ("grant_id", "reason"), [("G9", "belongs to another holder"), ("G7", "not an option of yours")]
)
def test_an_option_of_somebody_else(grant_id, reason):
    """A grant of another holder, or none at all, is a defect that no waiver clears."""
    form = election("F1", est(3, 10), line(G1), line(grant(grant_id)))
    review = only(form, waivers=[waiver("F1")])
    assert (review.standing, rules(review)) == (FormStanding.DEFECTIVE, ["TND-4"])
    assert reason in review.ruling.reason
    assert waivable(review).rule == "TND-4"


def test_a_grant_after_commencement():
    """An option granted on the commencement date may be tendered, one granted the next day may not (ELG-1)."""
    on, after = grant("G3", date(2003, 2, 28)), grant("G4", date(2003, 3, 1))
    assert standings(election("F1", est(3, 10), line(on)), grants=(on,)) == {"F1": "effective EXP-1"}
    assert standings(election("F1", est(3, 10), line(after)), grants=(after,)) == {"F1": "defective ELG-1"}


def test_a_form_without_options_or_with_one_twice():
    """A form that names no option, or one twice, does not say how many shares it tenders (TND-1)."""
    assert standings(replace(election("F1"), lines=())) == {"F1": "defective TND-1"}
    assert standings(election("F1", est(3, 10), line(G1, 100), line(G1, 200))) == {"F1": "defective TND-1"}


def test_who_may_not_tender():
    """A holder not in service on commencement, or in an excluded jurisdiction, cannot tender."""
    late_starter = (replace(SERVING[0], first_day=date(2003, 3, 1)),)
    assert standings(election("F1"), periods=late_starter) == {"F1": "defective ELG-1"}
    terms = TERMS.model_copy(update={"excluded_jurisdictions": ("US-NH",)})
    assert standings(election("F1"), terms=terms) == {"F1": "defective ELG-4"}
    assert waivable(only(election("F1"), terms=terms)).rule == "ELG-4"


def rejection(form_id: str, at: datetime) -> FormRejection:
    return FormRejection(form_id=form_id, at=at, reason="a court forbade it")


def test_a_rejected_form_tenders_nothing_from_its_rejection_on():
    """At noon of March 20, and not a second before; nobody can waive it, and the reason is told (ELG-4, §4)."""
    rejected = (rejection("F1", MARCH_20),)
    assert {"F1": "effective EXP-1"} == standings(election("F1"), rejections=rejected, at=est(3, 20, 11, 59, 59))
    assert {"F1": "defective ELG-4"} == standings(election("F1"), rejections=rejected, at=MARCH_20)
    review = only(election("F1"), rejections=rejected, waivers=(waiver("F1", est(3, 21)),))
    assert (FormStanding.DEFECTIVE, ()) == (review.standing, review.tenders)
    assert "Rejected as unlawful to accept: a court forbade it" == review.ruling.reason
    assert "ELG-4" == waivable(review).rule


def test_a_rejected_form_lets_the_earlier_one_stand():
    """What F2 had replaced stands again; a later form stands in its place (TND-7, CHG-1)."""
    forms = (election("F1"), election("F2", est(3, 12)), election("F3", est(3, 25)))
    rejected = (rejection("F2", MARCH_20),)
    assert {"F1": "effective EXP-1", "F2": "defective ELG-4"} == standings(*forms[:2], rejections=rejected)
    assert ["superseded", "defective", "effective"] == [each.standing for each in judged(*forms, rejections=rejected)]


@pytest.mark.parametrize(("received_at", "expected"), [(est(3, 20, 11), "CHG-1"), (est(3, 20, 13), "EXP-1")])
def test_a_form_is_measured_against_what_stood_when_it_was_received(received_at, expected):
    """Signed earlier than F1, which is rejected at noon of March 20: received before it a defect, after it none."""
    forms = (election("F1"), election("F2", received_at, signed_on=date(2003, 3, 9)))
    assert expected == judged(*forms, rejections=(rejection("F1", MARCH_20),))[1].ruling.rule


def test_a_late_form_that_is_rejected_is_late_all_the_same():
    """Were the offer extended it would be in time, and rejected."""
    form, rejected = election("F1", est(3, 31, 17)), (rejection("F1", est(3, 31, 18)),)
    assert {"F1": "late EXP-1"} == standings(form, rejections=rejected)
    extended = TERMS.extended(est(4, 14, 17))
    assert {"F1": "defective ELG-4"} == standings(form, rejections=rejected, terms=extended)


def test_several_defects():
    """The gravest defect is the ruling, in a fixed order; the others are remarks, and all of them are kept."""
    form = election("F1", est(3, 31, 17), line(G1, 801, exercised=0), signed_on=None, channel="mail")
    terms = TERMS.model_copy(update={"excluded_jurisdictions": ("US-NH",)})
    review = only(form, terms=terms)
    expected = ["EXP-1", "ELG-4", "TND-6", "TND-5", "TND-4", "TND-1"]
    assert expected == rules(review)
    assert review.standing == FormStanding.LATE
    assert (review.ruling, *review.remarks) == review.defects


# The look-back (TND-3)

INSIDE = grant("L1", date(2002, 8, 28), shares=100, exercised=0)
OUTSIDE = grant("L0", date(2002, 8, 27), shares=100, exercised=0)
ON_COMMENCEMENT = grant("L2", date(2003, 2, 28), shares=90, exercised=40)


def test_lookback_grants_are_added():
    """Every grant from Aug 28, 2002 through Feb 28, 2003 is added whole, of an exercised one what is left."""
    review = only(election("F1"), grants=(G1, ON_COMMENCEMENT, OUTSIDE, INSIDE))
    expected = (
        Tender(holder_id="H1", grant_id="G1", shares=800, form_id="F1"),
        Tender(holder_id="H1", grant_id="L1", shares=100, form_id="F1", added=True),
        Tender(holder_id="H1", grant_id="L2", shares=50, form_id="F1", added=True),
    )
    assert expected == review.tenders
    assert [each.rule for each in review.remarks] == ["TND-3", "TND-3"]
    assert "Option L1 was granted on August 28, 2002" in review.remarks[0].reason


def test_a_partial_lookback_line_is_raised():
    """A look-back grant tendered in part is raised to the whole; one tendered whole is left as it is."""
    review = only(election("F1", est(3, 10), line(INSIDE, 99)), grants=(INSIDE,))
    expected = (Tender(holder_id="H1", grant_id="L1", shares=100, form_id="F1", added=True),)
    assert expected == review.tenders
    whole = only(election("F1", est(3, 10), line(INSIDE, 100)), grants=(INSIDE,))
    assert whole.tenders == (Tender(holder_id="H1", grant_id="L1", shares=100, form_id="F1"),)
    assert whole.remarks == ()


def test_lookback_leaves_out_what_is_gone():
    """A look-back grant that was exercised whole or has expired cannot be tendered and is not missed."""
    exercised = replace(INSIDE, exercised=100)
    expired = replace(ON_COMMENCEMENT, expires_on=date(2003, 3, 9))
    terms = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
    for each in (TERMS, terms):
        review = only(election("F1"), grants=(G1, exercised, expired), terms=each)
        assert [tender.grant_id for tender in review.tenders] == ["G1"]


def test_lookback_omitted_can_be_a_defect():
    """Where the terms say so, a form that omits a look-back grant, or cuts one, is defective."""
    terms = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
    omits = election("F1")
    cuts = election("F1", est(3, 10), line(INSIDE, 99))
    whole = election("F1", est(3, 10), line(G1), line(INSIDE))
    for form, expected in ((omits, "defective TND-3"), (cuts, "defective TND-3"), (whole, "effective EXP-1")):
        assert standings(form, grants=(G1, INSIDE), terms=terms) == {"F1": expected}


@pytest.mark.parametrize(
    "let_off", [{}, {"rules": frozenset({"TND-3"})}, {"rules": frozenset({"TND-3"}), "form_id": "F7"}]
)
@pytest.mark.parametrize(
    ("lines", "tendered", "kept"),
    [((line(G1),), [("G1", 800)], "100 shares"), ((line(G1), line(INSIDE, 99)), [("G1", 800), ("L1", 99)], "1 share")],
)
def test_a_waiver_takes_the_tender_as_made(lines, tendered, kept, let_off):
    """What was left out of a look-back grant stays outstanding, with a warning of what that does (TND-7)."""
    terms = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
    given = replace(waiver("F1", all_holders="form_id" in let_off), **let_off)
    waived = only(election("F1", est(3, 10), *lines), grants=(G1, INSIDE), terms=terms, waivers=[given])
    assert (waived.standing, waived.ruling.rule) == ("effective", "EXP-1")
    assert tendered == [(each.grant_id, each.shares) for each in waived.tenders]
    assert not any(each.added for each in waived.tenders)
    assert [each.rule for each in waived.remarks] == ["TND-7", "TND-3"]
    [left] = waived.left_out
    assert f"A waiver takes the tender as made and leaves {kept} of it outstanding." in left.reason
    assert "a variable award" in left.reason


def test_a_waiver_of_another_defect_adds_no_more_than_the_look_back_does():
    """Unsigned and waived, a form has its look-back grants added as any form has where the terms include them."""
    unsigned = election("F1", signed_as="", signed_on=None)
    waived = only(unsigned, grants=(G1, INSIDE), waivers=[waiver("F1")])
    assert [("G1", 800), ("L1", 100)] == [(each.grant_id, each.shares) for each in waived.tenders]
    assert waived.left_out == ()
    as_defect = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
    other = waiver("F1", rules=frozenset({"TND-5"}))
    assert standings(unsigned, grants=(G1, INSIDE), terms=as_defect, waivers=[other]) == {"F1": "defective TND-3"}


def test_lookback_does_not_move_with_an_extension():
    """Extended to April 30 the look-back still begins on Aug 28, 2002 (EXT-2)."""
    review = only(election("F1"), grants=(G1, INSIDE, OUTSIDE), terms=TERMS.extended(est(4, 30, 17)))
    assert [each.grant_id for each in review.tenders] == ["G1", "L1"]


# A later form (CHG-1)


def test_a_later_form_replaces_the_earlier_entirely():
    """What the new form leaves out is no longer tendered; the order in which forms are given does not matter."""
    first = election("F1", est(3, 10), line(G1))
    second = election("F2", est(3, 12), line(G2), signed_on=date(2003, 3, 12))
    for forms in ((first, second), (second, first)):
        old, new = judged(*forms)
        assert (old.form.form_id, old.standing, old.ruling.rule, old.tenders) == ("F1", "superseded", "CHG-1", ())
        assert (new.form.form_id, new.standing, new.ruling.rule) == ("F2", "effective", "CHG-1")
        assert [each.grant_id for each in new.tenders] == ["G2"]
        assert new.remarks == ()


def test_signed_earlier_than_the_form_it_would_replace():
    """A form signed March 9 does not replace one signed March 10, although received later."""
    first = election("F1", est(3, 10))
    second = election("F2", est(3, 12), signed_on=date(2003, 3, 9))
    assert standings(first, second) == {"F1": "effective EXP-1", "F2": "defective CHG-1"}
    waived = standings(first, second, waivers=[waiver("F2")])
    assert waived == {"F1": "superseded CHG-1", "F2": "effective CHG-1"}


def test_signed_on_the_same_day():
    """Of two forms signed on one day the one received last stands, with a remark."""
    old, new = judged(election("F1", est(3, 10, 9)), election("F2", est(3, 10, 10)))
    assert (old.standing, new.standing) == ("superseded", "effective")
    assert [each.rule for each in new.remarks] == ["CHG-1"]
    assert "both signed on March 10, 2003" in new.remarks[0].reason


def test_received_at_the_same_instant():
    """Of two forms received at one instant the one given last stands."""
    first, second = election("F1"), election("F2")
    assert standings(first, second) == {"F1": "superseded CHG-1", "F2": "effective CHG-1"}
    assert standings(second, first) == {"F2": "superseded CHG-1", "F1": "effective CHG-1"}


@pytest.mark.parametrize("changes", [{"channel": "mail"}, {"signed_on": None}, {"signed_as": "Bo Lee"}])
def test_a_defective_form_never_destroys_a_valid_one(changes):
    """An improper new form, or notice, leaves the earlier election standing (TND-7)."""
    first = election("F1", est(3, 10))
    improper = {"signed_on": date(2003, 3, 12)} | changes
    assert standings(first, election("F2", est(3, 12), **improper))["F1"] == "effective EXP-1"
    assert standings(first, notice("N2", est(3, 12), **improper))["F1"] == "effective EXP-1"


def test_a_late_form_replaces_nothing():
    """A new form received at 17:00:00 is late and the old one stands."""
    second = election("F2", est(3, 31, 17), signed_on=date(2003, 3, 31))
    assert standings(election("F1"), second) == {"F1": "effective EXP-1", "F2": "late EXP-1"}


def test_an_older_date_counts_only_against_what_is_in_force():
    """Signed before a form that is itself defective, a form undoes nothing and is proper."""
    second = election("F2", est(3, 12), signed_on=date(2003, 3, 9))
    defective = election("F1", est(3, 10), channel="mail")
    assert standings(defective, second) == {"F1": "defective TND-6", "F2": "effective EXP-1"}


def test_signed_before_the_withdrawal_a_form_does_not_tender_again():
    """Signed March 11 and received after the notice of March 12, a form is defective; one of March 12 tenders again."""
    withdrawn = (election("F1", est(3, 10)), notice("N1", est(3, 12), signed_on=date(2003, 3, 12)))
    older, old = judged(*withdrawn, election("F2", est(3, 13), signed_on=date(2003, 3, 11)))[::-2]
    assert (older.standing, older.ruling.rule, old.standing) == ("defective", "CHG-1", "withdrawn")
    assert older.ruling.reason == (
        "The form was signed on March 11, 2003, earlier than notice N1 of March 12, 2003, which it would undo."
    )
    [*_, again] = judged(*withdrawn, election("F2", est(3, 13), signed_on=date(2003, 3, 12)))
    assert (again.standing, again.ruling.rule) == ("effective", "WDR-2")
    assert [each.reason for each in again.remarks] == [
        "Notice N1 and form F2 are both signed on March 12, 2003: the one received last stands."
    ]


def test_a_notice_that_does_nothing_does_not_hide_the_withdrawal():
    """After the notice of March 12 an older one comes: a form of March 11 is older than the withdrawal all the same."""
    notices = (notice("N1", est(3, 12), signed_on=date(2003, 3, 12)), notice("N2", est(3, 13)))
    late = election("F2", est(3, 14), signed_on=date(2003, 3, 11))
    assert standings(election("F1"), *notices, late)["F2"] == "defective CHG-1"
    assert standings(election("F1"), *notices, late)["N2"] == "effective WDR-1"


def test_a_notice_signed_before_the_election_it_would_withdraw():
    """Signed March 9, a notice does not withdraw the election of March 10; signed March 10 it does, with a remark."""
    forms = election("F1", est(3, 10)), notice("N1", est(3, 12), signed_on=date(2003, 3, 9))
    assert standings(*forms) == {"F1": "effective EXP-1", "N1": "defective CHG-1"}
    assert judged(*forms)[1].ruling.reason == (
        "The notice was signed on March 9, 2003, earlier than form F1 of March 10, 2003, which it would withdraw."
    )
    assert standings(*forms, waivers=[waiver("N1")]) == {"F1": "withdrawn WDR-1", "N1": "effective WDR-1"}
    same = judged(election("F1", est(3, 10)), notice("N1", est(3, 12)))[1]
    assert (same.standing, [each.rule for each in same.remarks]) == ("effective", ["CHG-1"])


def test_a_date_after_the_receipt_counts_as_the_day_of_receipt():
    """Dated December 1 and received March 10, a form shuts out none that is signed on March 10 or later."""
    ahead = election("F1", est(3, 10), signed_on=date(2003, 12, 1))
    [review] = judged(ahead)
    assert (review.standing, [each.reason for each in review.remarks]) == (
        "effective",
        [
            "The form is dated December 1, 2003, after the day of its receipt: that is no proper date, and it counts "
            "as signed on March 10, 2003, the day of receipt."
        ],
    )
    older, newer = (election("F2", est(3, 12), signed_on=date(2003, 3, signed)) for signed in (9, 11))
    assert standings(ahead, newer) == {"F1": "superseded CHG-1", "F2": "effective CHG-1"}
    assert standings(ahead, older) == {"F1": "effective EXP-1", "F2": "defective CHG-1"}
    assert judged(ahead, older)[1].ruling.reason == (
        "The form was signed on March 9, 2003, earlier than form F1 of March 10, 2003, the day of its receipt, which "
        "it would replace."
    )
    same_day = judged(ahead, election("F2", est(3, 12), signed_on=date(2003, 3, 10)))[1]
    assert same_day.remarks[0].reason == (
        "Forms F1 and F2 both count as signed on March 10, 2003: the one received last stands."
    )


def test_the_day_of_receipt_is_that_of_the_clock():
    """11:30 p.m. of March 10 on the offer's clock is the next day in UTC: a date of March 11 is after the receipt."""
    at = est(3, 10, 23, 30)
    assert [each.rule for each in only(election("F1", at, signed_on=date(2003, 3, 11))).remarks] == ["CHG-1"]
    assert only(election("F1", at, signed_on=date(2003, 3, 10))).remarks == ()


# Withdrawal (WDR-1, WDR-2, WDR-3)


def test_a_notice_withdraws_the_whole_tender():
    """A proper notice before expiration withdraws everything; nothing is tendered any more."""
    form, withdrawal = judged(election("F1", est(3, 10), line(G1), line(G2)), notice("N1", est(3, 31, 16, 59, 59)))
    assert (form.standing, form.ruling.rule, form.tenders) == ("withdrawn", "WDR-1", ())
    assert (withdrawal.standing, withdrawal.ruling.rule) == ("effective", "WDR-1")
    assert withdrawal.ruling.reason == "Withdraws all that form F1 tendered."


def test_a_notice_where_nothing_stands():
    """A notice that finds no tender is effective and says that there was nothing to withdraw."""
    review = only(notice("N1", est(3, 12)))
    assert (review.standing, review.ruling.rule) == ("effective", "WDR-1")
    assert "nothing to withdraw" in review.ruling.reason


def test_tendered_again_after_a_withdrawal():
    """A new form before expiration tenders again (WDR-2); after expiration it is late and the options stay."""
    forms = election("F1", est(3, 10)), notice("N1", est(3, 11))
    again = standings(*forms, election("F2", est(3, 31, 16, 59, 59)))
    assert again == {"F1": "withdrawn WDR-1", "N1": "effective WDR-1", "F2": "effective WDR-2"}
    late = standings(*forms, election("F2", est(3, 31, 17)))
    assert late == {"F1": "withdrawn WDR-1", "N1": "effective WDR-1", "F2": "late EXP-1"}


def test_a_first_tender_after_an_idle_notice_is_not_a_re_tender():
    """A notice that withdrew nothing leaves the next form a first tender."""
    assert standings(notice("N1", est(3, 9)), election("F1"))["F1"] == "effective EXP-1"


@pytest.mark.parametrize(
    ("received_at", "form", "withdrawal"),
    [
        (est(3, 31, 16, 59, 59), "withdrawn WDR-1", "effective WDR-1"),
        (est(3, 31, 17), "effective EXP-1", "late WDR-1"),
        (est(4, 28, 16), "effective EXP-1", "late WDR-1"),
        (est(4, 28, 17), "effective EXP-1", "late WDR-1"),
        (est(4, 28, 17, 0, 1), "withdrawn WDR-3", "effective WDR-3"),
        (est(4, 29, 9), "withdrawn WDR-3", "effective WDR-3"),
    ],
)
def test_withdrawal_between_expiration_and_acceptance(received_at, form, withdrawal):
    """What is not accepted by 5:00 p.m. on April 28 may be withdrawn after that instant, and not on it."""
    assert standings(election("F1"), notice("N1", received_at)) == {"F1": form, "N1": withdrawal}


def test_a_late_notice_says_when_it_may_come_again():
    """A notice between expiration and April 28 is told of the right that begins then."""
    reason = only(notice("N1", est(4, 28, 16))).ruling.reason
    assert reason.endswith("withdrawn again only after April 28, 2003 at 5:00 p.m. Eastern Standard Time.")


def test_no_new_tender_after_a_late_withdrawal():
    """Withdrawn on April 29, the options cannot be tendered again: the offer has expired (WDR-2)."""
    forms = election("F1"), notice("N1", est(4, 29, 9)), election("F2", est(4, 29, 10))
    assert standings(*forms) == {"F1": "withdrawn WDR-3", "N1": "effective WDR-3", "F2": "late EXP-1"}


@pytest.mark.parametrize("ended", ["accepted_at", "terminated_at"])
def test_no_withdrawal_once_accepted_or_terminated(ended):
    """Accepted, or terminated, on May 1 at 9 a.m.: a notice a second before withdraws, one at nine does not."""
    before = standings(election("F1"), notice("N1", est(5, 1, 8, 59, 59)), **{ended: est(5, 1, 9)})
    assert before == {"F1": "withdrawn WDR-3", "N1": "effective WDR-3"}
    after = standings(election("F1"), notice("N1", est(5, 1, 9)), **{ended: est(5, 1, 9)})
    assert after == {"F1": "effective EXP-1", "N1": f"late {'WDR-3' if ended == 'accepted_at' else 'WDR-1'}"}


def test_the_stated_instant_does_not_move_with_an_extension():
    """Extended to April 30, a notice of April 29 is before expiration (WDR-1), one of April 30 at 17:00 is WDR-3."""
    terms = TERMS.extended(est(4, 30, 17))
    assert standings(election("F1"), notice("N1", est(4, 29)), terms=terms)["N1"] == "effective WDR-1"
    assert standings(election("F1"), notice("N1", est(4, 30, 17)), terms=terms)["N1"] == "effective WDR-3"


def test_a_notice_before_the_offer_commences():
    """A notice that came before the offer commenced is late as well."""
    assert standings(notice("N1", est(2, 27, 23))) == {"N1": "late WDR-1"}
    assert standings(notice("N1", est(2, 28, 8))) == {"N1": "effective WDR-1"}


@pytest.mark.parametrize(
    ("stated", "governs", "received_at", "expected"),
    [
        ("2003-04-28T17:00:00", "stated", est(4, 25, 9), "late WDR-1"),
        ("2003-04-28T17:00:00", "earlier", est(4, 25, 0, 1), "late WDR-1"),
        ("2003-04-28T17:00:00", "earlier", est(4, 25, 0, 1, 1), "effective WDR-3"),
        (None, "stated", est(4, 25, 0, 1), "late WDR-1"),
        (None, "stated", est(4, 25, 0, 1, 1), "effective WDR-3"),
        ("2003-04-21T17:00:00", "earlier", est(4, 21, 17, 0, 1), "effective WDR-3"),
    ],
)
def test_the_rules_own_right_to_withdraw_opens_on_april_25(stated, governs, received_at, expected):
    """The stated April 28 governs, unless the earlier is to; where none is stated, the rule's April 25 does (WDR-3)."""
    terms = builders.terms(withdrawable_after=stated, withdrawable_from=governs)
    assert standings(election("F1"), notice("N1", received_at), terms=terms)["N1"] == expected


# Waivers (TND-7)

UNSIGNED = election("F1", est(3, 10), signed_as="", signed_on=None)


def test_a_waiver_without_a_name_names_nobody():
    """Who waived it need not be known; then the remark does not take the reason for the person."""
    nameless = replace(waiver("F1"), by="", reason="maiden name")
    assert only(UNSIGNED, waivers=[nameless]).remarks[0].reason == "Waived (maiden name): The form is not signed."


def test_a_waiver_clears_the_defects_of_its_form():
    """A waived form is effective, and a remark on each defect says by whom and why it was waived."""
    review = only(UNSIGNED, waivers=[waiver("F1")])
    assert (review.standing, review.ruling.rule) == ("effective", "EXP-1")
    assert [each.grant_id for each in review.tenders] == ["G1"]
    assert [(each.rule, each.reason) for each in review.remarks] == [
        ("TND-7", "Waived by J. Polakiewicz (the intent is plain): The form is not signed."),
        ("TND-7", "Waived by J. Polakiewicz (the intent is plain): The form is not dated."),
    ]
    assert rules(review) == ["TND-5", "TND-5"]


def test_a_waiver_of_another_form_does_nothing():
    """A waiver for one form leaves the others defective."""
    assert standings(UNSIGNED, waivers=[waiver("F7")]) == {"F1": "defective TND-5"}
    assert standings(UNSIGNED, waivers=[waiver("F7", rules=frozenset({"TND-5"}))]) == {"F1": "defective TND-5"}


def test_a_waiver_for_all_holders_clears_the_same_defects_everywhere():
    """Waived for all, the rules named are overlooked on every form, those not named are not."""
    for_all = waiver("F7", all_holders=True, rules=frozenset({"TND-5"}))
    assert standings(UNSIGNED, waivers=[for_all]) == {"F1": "effective EXP-1"}
    mailed = replace(UNSIGNED, channel="mail")
    review = only(mailed, waivers=[for_all])
    assert (review.standing, review.ruling.rule) == ("defective", "TND-6")
    assert [each.rule for each in review.remarks] == ["TND-7", "TND-7"]
    nameless = waiver("F7", all_holders=True)
    assert standings(UNSIGNED, waivers=[nameless]) == {"F1": "defective TND-5"}


def test_a_waiver_of_named_rules():
    """A waiver of one form that names rules clears those and no others."""
    mailed = replace(UNSIGNED, channel="mail")
    assert standings(mailed, waivers=[waiver("F1", rules=frozenset({"TND-6"}))]) == {"F1": "defective TND-5"}
    both = [waiver("F1", rules=frozenset({"TND-6"})), waiver("F1", rules=frozenset({"TND-5"}))]
    assert standings(mailed, waivers=both) == {"F1": "effective EXP-1"}


def test_a_waiver_for_all_never_clears_what_is_not_a_defect_of_form():
    """Naming EXP-1, TND-1, ELG-1, or TND-4 for somebody else's option, a waiver clears none of them."""
    everything = frozenset({"EXP-1", "TND-1", "ELG-1", "TND-4"})
    waivers = [waiver("F7", all_holders=True, rules=everything), waiver("F1", rules=everything)]
    after = grant("G4", date(2003, 3, 1))
    for form, expected in (
        (election("F1", est(3, 31, 17)), "late EXP-1"),
        (election("F1", est(3, 10), line(G1, 801)), "defective TND-1"),
        (election("F1", est(3, 10), line(after)), "defective ELG-1"),
        (election("F1", est(3, 10), line(grant("G9"))), "defective TND-4"),
    ):
        assert standings(form, grants=(G1, after), waivers=waivers) == {"F1": expected}


def test_a_waiver_counts_from_when_it_is_given_up_to_acceptance():
    """Given at `at` a waiver counts, later not yet; a second before acceptance it counts, at acceptance no more."""
    waivers = [waiver("F1", est(4, 1, 8, 59, 59))]
    assert standings(UNSIGNED, waivers=waivers, at=est(4, 1, 8, 59, 58)) == {"F1": "defective TND-5"}
    assert standings(UNSIGNED, waivers=waivers, at=est(4, 1, 8, 59, 59)) == {"F1": "effective EXP-1"}
    assert standings(UNSIGNED, waivers=waivers, accepted_at=est(4, 1, 9)) == {"F1": "effective EXP-1"}
    assert standings(UNSIGNED, waivers=[waiver("F1", est(4, 1, 9))], accepted_at=est(4, 1, 9)) == {
        "F1": "defective TND-5"
    }


def test_a_waived_form_takes_its_place_in_the_order_of_receipt():
    """A waived form replaces the earlier one, and a later proper form still replaces it."""
    first = election("F1", est(3, 10))
    second = election("F2", est(3, 11), signed_as="Bo Lee", signed_on=date(2003, 3, 11))
    third = election("F3", est(3, 12), signed_on=date(2003, 3, 12))
    waivers = [waiver("F2")]
    assert standings(first, second, waivers=waivers) == {"F1": "superseded CHG-1", "F2": "effective CHG-1"}
    expected = {"F1": "superseded CHG-1", "F2": "superseded CHG-1", "F3": "effective CHG-1"}
    assert expected == standings(first, second, third, waivers=waivers)


def test_a_waiver_does_not_unseat_a_form_that_was_proper_when_received():
    """F3, signed after F1 which then stood, stands; waiving F2 in between, signed later still, does not undo that."""
    first = election("F1", est(3, 10), signed_on=date(2003, 3, 8))
    second = election("F2", est(3, 11), signed_on=date(2003, 3, 11), channel="mail")
    third = election("F3", est(3, 12), signed_on=date(2003, 3, 9))
    assert standings(first, second, third, waivers=[waiver("F2", est(3, 20))])["F3"] == "effective CHG-1"
    waived_before = standings(first, second, third, waivers=[waiver("F2", est(3, 11, 13))])
    assert waived_before == {"F1": "superseded CHG-1", "F2": "effective CHG-1", "F3": "defective CHG-1"}


def test_a_waiver_does_not_revive_what_was_withdrawn_meanwhile():
    """A defective form followed by a notice is withdrawn once its defects are waived, never tendered."""
    withdrawal = notice("N1", est(3, 12))
    assert standings(UNSIGNED, withdrawal)["F1"] == "defective TND-5"
    waived = standings(UNSIGNED, withdrawal, waivers=[waiver("F1")])
    assert waived == {"F1": "withdrawn WDR-1", "N1": "effective WDR-1"}


def test_a_waived_notice_withdraws():
    """An undated notice, waived, withdraws the tender that stood when it was received."""
    forms = election("F1"), notice("N1", est(3, 12), signed_on=None)
    assert standings(*forms)["F1"] == "effective EXP-1"
    assert standings(*forms, waivers=[waiver("N1")]) == {"F1": "withdrawn WDR-1", "N1": "effective WDR-1"}


def test_what_can_be_waived():
    """Defects of form can be waived; lateness, ineligibility and too many shares cannot, nor what has no defect."""
    assert waivable(only(UNSIGNED)) is None
    assert waivable(only(election("F1", channel="mail"))) is None
    assert waivable(only(election("F1", est(3, 10), line(G1, exercised=0)))) is None
    assert waivable(judged(election("F1"), election("F2", est(3, 12), signed_on=date(2003, 3, 9)))[1]) is None
    assert waivable(only(election("F1"))).rule == "TND-7"
    assert waivable(only(replace(UNSIGNED, lines=(line(G1, 801),)))).rule == "TND-1"
    assert waivable(only(UNSIGNED, periods=())).rule == "ELG-1"


@pytest.mark.parametrize("form", [election("F1", est(3, 31, 17)), notice("N1", est(3, 31, 17))])
def test_lateness_is_not_waived(form):
    """A late form or notice cannot be waived: the offer period is strictly enforced (§4)."""
    refused = waivable(only(form))
    assert (refused.rule, refused.section) == ("EXP-1", "§4")
    assert refused.reason.endswith("The time of receipt is not waived: we strictly enforce the offer period.")
