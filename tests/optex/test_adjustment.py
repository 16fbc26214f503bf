"""Splits: of what is outstanding, until the cancellation, and of what is promised and kept, until the grant."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.adjustment import Split, adjusted, ratio, scale, scaled_price, scaled_total
from optex.changes import may_split
from optex.records import Tranche
from optex.state import OfferState
from optex.vesting import outstanding, total
from tests import builders

A, B, C = date(2003, 5, 15), date(2004, 5, 15), date(2005, 5, 15)
CANCELLED_ON, GRANTED_ON = date(2003, 4, 1), date(2003, 10, 3)
THIRDS = (Tranche(vests_on=A, shares=333), Tranche(vests_on=B, shares=333), Tranche(vests_on=C, shares=334))


def shares_by_day(tranches):
    return {tranche.vests_on: tranche.shares for tranche in tranches}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2003, 4, 1), Fraction(1)),
        (date(2003, 4, 2), Fraction(3, 2)),
        (date(2003, 10, 3), Fraction(3, 2)),
        (date(2003, 10, 4), Fraction(1)),
    ],
)
def test_only_splits_after_cancellation_through_grant_count(on, expected):
    """A split of the cancellation day is already in the cancelled shares; one of the grant day is in the close."""
    assert expected == ratio([Split(on=on, new=3, old=2)], CANCELLED_ON, GRANTED_ON)


def test_splits_multiply():
    """A 3-for-2 split and a reverse split of 1 for 3 together make one share a half."""
    splits = [Split(on=date(2003, 6, 2), new=3, old=2), Split(on=date(2003, 9, 2), new=1, old=3)]
    assert Fraction(1, 2) == ratio(splits, CANCELLED_ON, GRANTED_ON)


def test_no_split_changes_nothing():
    """Without a split one share stays one share."""
    assert Fraction(1) == ratio([], CANCELLED_ON, GRANTED_ON)
    scaled = scale(THIRDS, Fraction(1))
    expected = {A: 333, B: 333, C: 334}
    assert expected == shares_by_day(scaled)


def test_three_for_two():
    """333, 333, 334 become 499, 500, 501: the boundaries 499.5, 999 and 1,500 are floored."""
    expected = {A: 499, B: 500, C: 501}
    assert expected == shares_by_day(scale(THIRDS, Fraction(3, 2)))


def test_stock_dividend():
    """A stock dividend of 5% makes 333, 333, 334 into 349, 350, 351."""
    expected = {A: 349, B: 350, C: 351}
    assert expected == shares_by_day(scale(THIRDS, Fraction(105, 100)))


def test_reverse_split_leaves_no_empty_tranche():
    """One for three of 1, 1, 2 shares is one share in the last tranche."""
    few = (Tranche(vests_on=A, shares=1), Tranche(vests_on=B, shares=1), Tranche(vests_on=C, shares=2))
    expected = {C: 1}
    assert expected == shares_by_day(scale(few, Fraction(1, 3)))


@pytest.mark.parametrize(("shares", "expected"), [(9, 0), (10, 1), (19, 1)])
def test_reverse_split_may_leave_nothing(shares, expected):
    """Nine shares in a reverse split of 1 for 10 are none: there is no cash for a fraction."""
    assert expected == scaled_total(shares, Fraction(1, 10))
    assert expected == total(scale((Tranche(vests_on=A, shares=shares),), Fraction(1, 10)))


@pytest.mark.parametrize(("new", "old"), [(0, 1), (1, 0), (-2, 1)])
def test_split_of_nothing_is_broken_input(new, old):
    """Both numbers of a split are positive."""
    with pytest.raises(ValueError, match="must be positive"):
        Split(on=A, new=new, old=old)


@given(
    shares=st.lists(st.integers(1, 5_000), min_size=1, max_size=6),
    by=st.fractions(min_value=Fraction(1, 50), max_value=20, max_denominator=100),
)
def test_every_boundary_is_floored(shares, by):
    """By each vesting day the holder has the floor of what the exact ratio would give, and so in total."""
    tranches = tuple(Tranche(vests_on=date(2003, 1, n + 1), shares=each) for n, each in enumerate(shares))
    scaled = scale(tranches, by)
    for day in (tranche.vests_on for tranche in tranches):
        exact = sum(t.shares for t in tranches if t.vests_on <= day) * by
        assert exact // 1 == sum(t.shares for t in scaled if t.vests_on <= day)
    assert scaled_total(sum(shares), by) == total(scaled)
    assert all(tranche.shares > 0 for tranche in scaled)


THREE_FOR_TWO, ONE_FOR_SEVEN = Fraction(3, 2), Fraction(1, 7)
PLAN = builders.terms().plan.vesting


@pytest.mark.parametrize(
    ("price", "by", "expected"),
    [
        ("12.50", THREE_FOR_TWO, "8.34"),
        ("12.50", Fraction(2), "6.25"),
        ("12.50", ONE_FOR_SEVEN, "87.50"),
        ("0.01", Fraction(2), "0.01"),
        ("4.255", Fraction(1), "4.255"),
    ],
)
def test_a_price_is_adjusted_up_to_the_cent(price, by, expected):
    """$12.50 is $8.333… after a 3-for-2 split: never rounded down, and without a split left as it is."""
    assert Decimal(expected) == scaled_price(Decimal(price), by)


def test_an_option_is_adjusted_in_what_is_exercised_and_what_is_left():
    """Of 1,000 shares 301 are exercised: 451 and, of the 699 left, 1,048; each floored, by cumulative boundaries."""
    now = adjusted(builders.grant(exercised=301, price="12.50"), THREE_FOR_TWO, PLAN)
    assert (1_499, 451, 1_048, Decimal("8.34")) == (now.shares, now.exercised, now.remaining, now.price)
    assert {date(2001, 1, 4): 499, date(2002, 1, 4): 499, date(2003, 1, 4): 501} == shares_by_day(now.vesting)
    assert {date(2001, 1, 4): 48, date(2002, 1, 4): 499, date(2003, 1, 4): 501} == shares_by_day(outstanding(now, PLAN))


def test_a_reverse_split_may_leave_nothing_of_an_option():
    now = adjusted(builders.grant(shares=6), ONE_FOR_SEVEN, PLAN)
    assert (0, 0, ()) == (now.shares, now.remaining, now.vesting)


def test_the_value_at_grant_is_kept_however_the_price_is_rounded():
    """1,500 shares of $8.333… are worth the $12,500 that 1,000 of $12.50 were, not the $12,510 of their price."""
    now = adjusted(builders.grant(price="12.50"), THREE_FOR_TWO, PLAN)
    assert Decimal("12500.00") == (now.value_at_grant * now.shares).quantize(Decimal("0.01"))


@given(
    st.integers(0, 5_000), st.integers(0, 5_000), st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9)
)
def test_whatever_is_adjusted_keeps_its_sums(left, exercised, by):
    """What is left is floored by itself, and the tranches sum to the option."""
    now = adjusted(builders.grant(shares=left + exercised, exercised=exercised), by, PLAN)
    assert scaled_total(left, by) == now.remaining
    assert scaled_total(exercised, by) == now.exercised
    assert now.remaining == total(outstanding(now, PLAN))


def test_a_split_told_too_late_counts_from_a_later_day():
    late = Split(on=date(2003, 3, 17), new=3, old=2, counts_from=date(2003, 4, 2))
    assert Fraction(3, 2) == ratio([late], CANCELLED_ON, GRANTED_ON)
    assert "3-for-2 split of March 17, 2003" == late.named


SPLIT = Split(on=date(2003, 3, 17), new=3, old=2)


@pytest.mark.parametrize(
    ("on", "granted", "promised", "why"),
    [
        (date(2003, 2, 27), None, False, "2003-02-27 is before the offer commenced (2003-02-28)"),
        (date(2003, 2, 28), None, False, None),
        (date(2003, 3, 17), None, False, None),
        (date(2003, 4, 1), None, False, None),
        (date(2003, 10, 3), None, False, None),
        (date(2003, 10, 4), None, False, "2003-10-04 is after the grant (2003-10-03)"),
        (date(2003, 10, 6), date(2003, 10, 3), False, "the new options were granted on 2003-10-03"),
        (date(2003, 10, 3), date(2003, 10, 3), True, "2003-10-03 is not after the grant of 2003-10-03"),
    ],
)
def test_when_a_split_may_be_told(on, granted, promised, why):
    """From commencement to grant; afterwards only while a promise is still to be kept."""
    state = OfferState(terms=builders.terms(), cancelled_on=CANCELLED_ON, granted_on=granted)
    ruling = may_split(state, on, promised=promised)
    assert (why is None, "ADJ-1") == (ruling is None, ruling.rule if ruling else "ADJ-1")
    assert why is None or ruling.reason.startswith(why)


def test_a_split_scales_a_promise_that_is_still_to_be_kept_after_the_grant():
    granted = {"cancelled_on": CANCELLED_ON, "granted_on": date(2003, 10, 3), "late_grant_on": date(2003, 10, 20)}
    state = OfferState(terms=builders.terms(), **granted)
    assert may_split(state, date(2003, 10, 15), promised=True) is None


def test_which_splits_adjust_the_grants_and_which_the_promises():
    """What was carried out before the acceptance adjusted the grants; the others count after it, also one told late."""
    later = Split(on=date(2003, 6, 2), new=2, old=1)
    state = OfferState(
        terms=builders.terms(),
        cancelled_on=CANCELLED_ON,
        told_splits=(SPLIT, later),
        followed=frozenset([SPLIT.on]),
        followed_before=frozenset([SPLIT.on]),
    )
    assert ((SPLIT,), (later,)) == (state.grant_splits, state.splits)
    late = replace(state, followed=frozenset(), followed_before=frozenset())
    assert [date(2003, 4, 2), date(2003, 6, 2)] == [split.effective for split in late.splits]
