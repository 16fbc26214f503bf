"""The pool of the plan: what is authorized, outstanding, reserved and available."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.cancellation import cancel
from optex.pool import PoolEntry, available, cancelled, deferred, exceeds_reserve, granted, lapsed, opening, post, split
from optex.records import IssuedOption, OptionType, Tranche
from optex.terms import Vesting
from tests import builders

OPENED_ON, CANCELLED_ON, GRANTED_ON = date(2003, 2, 28), date(2003, 4, 1), date(2003, 10, 3)


def grant(grant_id="G1", shares=1_000, exercised=0):
    return builders.grant(grant_id, shares=shares, exercised=exercised, price="6.00", granted_on=date(2002, 5, 15))


def new_option(shares):
    return IssuedOption(
        grant_id=f"G{shares}-N",
        holder_id="H1",
        from_grant_id=f"G{shares}",
        granted_on=GRANTED_ON,
        shares=shares,
        price=Decimal("0.95"),
        type=OptionType.NSO,
        expires_on=date(2013, 10, 3),
        vesting=(Tranche(vests_on=GRANTED_ON, shares=shares),),
    )


def test_the_pool_of_the_document():
    """Of 2,400,000 shares authorized 1,592,376 are outstanding; cancelling 1,406,542 of them changes nothing yet."""
    grants = [grant("G1", 1_406_542), grant("G2", 285_834, exercised=100_000)]
    cancellations = [cancel(1_406_542, grants[0], Vesting(), CANCELLED_ON)]
    shares = sum(each.shares for each in cancellations)
    movements = [*opening(OPENED_ON, 2_400_000, grants), *cancelled(CANCELLED_ON, shares, shares)]
    expected = [
        PoolEntry(on=OPENED_ON, event="authorized", shares=2_400_000, available_after=2_400_000),
        PoolEntry(on=OPENED_ON, event="outstanding", shares=-1_592_376, available_after=807_624),
        PoolEntry(on=OPENED_ON, event="exercised", shares=-100_000, available_after=707_624),
        PoolEntry(on=CANCELLED_ON, event="cancelled", shares=1_406_542, available_after=2_114_166),
        PoolEntry(on=CANCELLED_ON, event="reserved", shares=-1_406_542, available_after=707_624),
    ]
    assert expected == post(0, movements)


def test_a_lapsed_promise_frees_its_shares():
    """Of 901 shares reserved 501 lapse and are available again; the grant of 400 takes the rest of the reserve."""
    movements = [*lapsed(date(2003, 7, 1), 501), *granted(GRANTED_ON, 400, 400)]
    expected = [("lapsed", 501, 601), ("released", 400, 1_001), ("granted", -400, 601)]
    assert expected == [(entry.event, entry.shares, entry.available_after) for entry in post(100, movements)]


def test_a_deferred_grant_is_reserved():
    """The shares of a deferred grant are held back from the day on which it is decided."""
    expected = [PoolEntry(on=date(2003, 5, 6), event="reserved", shares=-300, available_after=200)]
    assert expected == post(500, deferred(date(2003, 5, 6), 300))


def left(authorized, holdings, *ratios, earlier=Fraction(1)):
    """What is left of the pool before and after a split, by the cumulative ratios of all holdings."""
    sides = zip(("before", "after"), ratios, strict=True)
    return {side: available(authorized, earlier * by, [(each, by) for each in holdings]) for side, by in sides}


def test_split_scales_the_pool():
    """3-for-2: 1,001 authorized become 1,501, holdings of 333 and 335 become 499 and 502, so 333 become 500."""
    expected = [(date(2003, 6, 2), "split", 167)]
    assert expected == split(date(2003, 6, 2), **left(1_001, [333, 335], Fraction(1), Fraction(3, 2)))


def test_splits_before_the_cancellation_have_scaled_what_is_held_already():
    """Of 100 authorized, 150 after a 3-for-2 split, 30 are held then: 300 and 60 after a 2-for-1, 120 more are left."""
    by = left(100, [10, 20], Fraction(1), Fraction(2), earlier=Fraction(3, 2))
    assert [(date(2003, 6, 2), "split", 120)] == split(date(2003, 6, 2), **by)


def test_an_option_granted_after_a_split_is_in_the_new_shares_already():
    """Of 1,001, 1,501 after a 3-for-2 split, 499 of an older option and 100 of a younger one are held: 902 are left."""
    older, younger = (333, Fraction(3, 2)), (100, Fraction(1))
    assert 902 == available(1_001, Fraction(3, 2), [older, younger])


def test_a_second_split_counts_from_the_first_shares():
    """3-for-2 and then 2-for-3 bring the pool back to what it was: ratios are cumulative, nothing is floored twice."""
    after_one = split(date(2003, 6, 2), **left(1_001, [333, 335], Fraction(1), Fraction(3, 2)))
    after_two = split(date(2003, 7, 1), **left(1_001, [333, 335], Fraction(3, 2), Fraction(1)))
    final = post(333, [*after_one, *after_two])[-1]
    expected = 333
    assert expected == final.available_after


@given(
    holdings=st.lists(st.integers(0, 5_000), max_size=8),
    spare=st.integers(0, 5_000),
    by=st.fractions(min_value=Fraction(1, 50), max_value=20, max_denominator=100),
)
def test_a_split_never_overdraws_the_pool(holdings, spare, by):
    """A pool that was not overdrawn before a split is not overdrawn after it."""
    assert spare == available(sum(holdings) + spare, Fraction(1), [(each, Fraction(1)) for each in holdings])
    assert available(sum(holdings) + spare, by, [(each, by) for each in holdings]) >= 0


@pytest.mark.parametrize("reserved", [600, 601])
def test_options_within_the_reserve(reserved):
    """New options of 600 shares may be granted from a reserve of 600 or more."""
    assert exceeds_reserve(reserved, 600) is None


def test_options_over_the_reserve_are_refused():
    """One share less in reserve, and they are refused by PLN-1, §12."""
    ruling = exceeds_reserve(599, 600)
    expected = ("PLN-1", "§12", "The new options come to 600 shares, but only 599 are reserved for them.")
    assert expected == (ruling.rule, ruling.section, ruling.reason)
