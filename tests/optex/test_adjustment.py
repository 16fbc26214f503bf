"""Splits between cancellation and grant."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.adjustment import Split, ratio, scale, scaled_total
from optex.records import Tranche
from optex.vesting import total

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
