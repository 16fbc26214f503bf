"""Subjects: what happened first, at most 78 characters, of every kind of letter, whatever the names."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from optex import notices
from optex.actions import read_action
from optex.adjustment import Deferred, Split
from optex.cancellation import Cancellation
from optex.deferral_notices import deferral_released, deferred_promised
from optex.delay_notices import acceptance_resumed, grant_delayed, postponement, prohibition
from optex.election import FormReview
from optex.errors import Ruling
from optex.milestones import schedule_of
from optex.notices import Kind, Notice
from optex.records import Form, FormKind, FormStanding, IssuedOption, OptionType
from optex.state import OfferState
from optex.subjects import LONGEST, subject_line
from tests import builders

ALPHA = "Alpha Technologies Group, Inc."
RULING = Ruling(rule="EXP-1", reason="In time.")
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True)


def every(issuer: str, id_: str, shares: int, number: int) -> list[Notice]:
    """A letter of every kind, of an issuer and a holder of such names: a new kind is added here."""
    terms = builders.terms(withdrawable_after="2003-04-28T17:00:00").model_copy(update={"issuer": issuer})
    schedule, state = schedule_of(terms), OfferState(terms=terms)
    holder, promise = builders.holder(id_), builders.promise(f"P-{id_}", id_, shares)
    on, at = date(2003, 9, 30), datetime(2003, 9, 30, 21, 59, 59, tzinfo=UTC)
    form = Form(
        form_id=id_,
        holder_id=id_,
        kind=FormKind.WITHDRAWAL,
        received_at=at,
        signed_on=on,
        signed_as="Ann Lee",
        channel="fax",
        lines=(),
    )
    review = FormReview(form=form, standing=FormStanding.EFFECTIVE, ruling=RULING)
    new = IssuedOption(
        grant_id=id_,
        holder_id=id_,
        from_grant_id="",
        granted_on=on,
        shares=shares,
        price=Decimal("1.45"),
        type=OptionType.NSO,
        expires_on=date(2013, 9, 30),
        vesting=(),
    )
    corrected = read_action(
        "correct-holder", {"holder": id_, "name": "Ann Lee", "reason": "x", "by": "Dana Reed", "at": at}, terms.zone
    )
    cancelled = [Cancellation(grant_id=id_, holder_id=id_, shares=shares, cancelled_on=on, vesting=())]
    split = Split(on=on, new=shares, old=number)
    deferred = Deferred(
        deferred_id=f"D-{number}", holder_id=id_, shares=shares, type=OptionType.NSO, decided_at=at, promised=True
    )
    grants = {id_: builders.grant(id_, holder_id=id_, shares=shares)}
    return [
        notices.offer_opened(terms, schedule, holder, []),
        notices.reminder(terms, schedule, holder, number, 1, [], grants),
        notices.confirmation(state, holder, review, grants, at, number),
        notices.extension(terms, schedule, holder, number, terms.expires, at, shares, [], grants),
        notices.amendment(terms, holder, number, "other", None, "x", schedule, shares),
        notices.acceptance_and_promise(terms, schedule, holder, cancelled, promise, grants),
        notices.rejection(terms, holder, [], grants, on),
        notices.withdrawal_right(state, holder, [], grants, "", at),
        notices.exclusion(terms, holder, number, id_, "x", [], grants, open_=True, removed=number > 1),
        notices.termination(terms, holder, "x", [], grants),
        notices.promise_lapsed(terms, holder, promise, shares, RULING, on, number),
        notices.acceptance_voided(terms, holder, cancelled, promise, RULING, on, grants, lapsed=False),
        notices.correction(state, holder, number, corrected, {}, [], at),
        notices.option_rescinded(terms, holder, new, "x", on),
        notices.promise_reinstated(
            terms,
            schedule,
            holder,
            promise,
            shares,
            RULING,
            lapsed_on=on,
            told_on=None,
            reinstated_on=on,
            granted_on=None,
            grant_on=None,
            number=number,
        ),
        notices.split_adjusted(state, holder, split, [], [], unseated=False),
        postponement(state, holder, number, at, [], grants, was_due=on, rung_on=on, due=None),
        acceptance_resumed(state, holder, number, at, [], grants, why="x"),
        grant_delayed(state, holder, number, promise, was_due=on, reason="x", rule="CIC-1"),
        prohibition(state, holder, promise, shares, 0, "x", on),
        deferred_promised(terms, schedule, holder, deferred, on, accepted=False),
        deferral_released(terms, holder, deferred, shares, on, "x", on),
        notices.grant(terms, holder, None, [new] * number, Decimal("1.45"), grants),
    ]


def test_every_kind_of_letter_is_here():
    """So that none escapes what the others keep to."""
    assert set(Kind) == {letter.kind for letter in every(ALPHA, "H-1", 900, 1)}


@given(
    issuer=st.lists(NAMES, min_size=1, max_size=12).map(" ".join),
    id_=IDS,
    shares=st.integers(1, 10**15),
    number=st.integers(1, 99),
)
def test_no_subject_is_longer_than_78_characters(issuer, id_, shares, number):
    """Of whatever company, holder and form, and never a broken line or a blank too many."""
    for letter in every(issuer, id_, shares, number):
        assert 10 < len(letter.subject) <= LONGEST == 78, letter.subject
        assert letter.subject == " ".join(letter.subject.split())


def test_an_issuer_is_named_once_or_cut_at_a_word():
    """Where there is room the whole name, else as many words of it as fit, and none where not even one does."""
    assert all(letter.subject.count(ALPHA) == 1 for letter in every(ALPHA, "H1", 900, 1) if ALPHA in letter.subject)
    long = "The Amalgamated International Widget, Gadget & Gizmo Manufacturing Company"
    told = {letter.kind: letter.subject for letter in every(long, "H1", 900, 1)}
    assert "Offer amended: Amendment No. 1, The Amalgamated International Widget..." == told[Kind.AMENDMENT]
    assert "Accepted and cancelled: 900 shares promised, The Amalgamated International..." == told[Kind.ACCEPTANCE]
    assert "Granted October 3: 12 agreements" == subject_line("Granted October 3", "12 agreements", "W" * 60)


def test_what_happened_stands_first_also_where_an_id_is_very_long():
    """An id of 100 letters loses its middle, so that two of them stay apart."""
    first, second = (
        next(letter.subject for letter in every(ALPHA, "F" * 97 + n, 900, 1) if letter.kind == Kind.CONFIRMATION)
        for n in ("001", "002")
    )
    assert "Notice FFFFFFFF...FFFFFFFFFF001 received: Confirmation of Receipt, Alpha..." == first
    assert first != second


def test_exactly_78_characters_are_not_cut():
    """One more letter in the issuer's name and it is."""
    head = "Not accepted yet: you may withdraw your tender, "
    issuer = "Beta " + "b" * (78 - len(head) - 5)
    assert head + issuer == subject_line("Not accepted yet", "you may withdraw your tender", issuer)
    assert f"{head}Beta..." == subject_line("Not accepted yet", "you may withdraw your tender", issuer + "b")


def test_two_extensions_to_one_day_are_told_apart():
    """By the hour; a midnight is that of the day before."""
    terms = builders.terms()
    told = []
    for hour in (21, 22):
        extended = terms.extended(datetime(2003, 4, 14, hour, tzinfo=UTC))
        letter = notices.extension(
            extended, schedule_of(extended), builders.holder(), 2, terms.expires, terms.expires, 0, [], {}
        )
        told.append(replace(letter).subject)
    assert [
        f"Extended to April 14: until 4:00 p.m. EST, {ALPHA}",
        f"Extended to April 14: until 5:00 p.m. EST, {ALPHA}",
    ] == told
