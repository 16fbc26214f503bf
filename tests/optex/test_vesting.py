"""Schedules of vesting: the plan's own, what is left of one, its division, and its credit at the new grant."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.records import Tranche
from optex.terms import Vesting
from optex.vesting import credited, outstanding, plan_schedule, schedule, split, total
from tests import builders

THIRDS = Vesting()
DAYS = st.dates(min_value=date(1994, 1, 1), max_value=date(2006, 12, 31))
SCHEDULES = st.dictionaries(DAYS, st.integers(1, 5_000), min_size=1, max_size=6).map(
    lambda by_day: tranches(*sorted(by_day.items()))
)


def tranches(*pairs):
    return tuple(Tranche(vests_on=day, shares=shares) for day, shares in pairs)


def grant(shares=1_000, exercised=0, vesting=(), granted_on=date(2002, 5, 15)):
    return builders.grant(shares=shares, exercised=exercised, vesting=vesting, granted_on=granted_on)


def test_plan_schedule_thirds():
    """The plan vests a third after twelve months and a third each year after; the last tranche takes the remainder."""
    expected = tranches((date(2003, 5, 15), 333), (date(2004, 5, 15), 333), (date(2005, 5, 15), 334))
    assert expected == plan_schedule(date(2002, 5, 15), 1_000, THIRDS)


def test_plan_schedule_has_no_empty_tranche():
    """Two shares in thirds are two tranches of one share, and no shares are no tranches."""
    assert tranches((date(2004, 5, 15), 1), (date(2005, 5, 15), 1)) == plan_schedule(date(2002, 5, 15), 2, THIRDS)
    expected = ()
    assert expected == plan_schedule(date(2002, 5, 15), 0, THIRDS)


def test_plan_schedule_clamps_to_the_end_of_the_month():
    """Months count from the grant date itself: after a short month the 31st comes back."""
    monthly = Vesting(first_months=1, every_months=1, tranches=3)
    expected = tranches((date(2003, 2, 28), 1), (date(2003, 3, 31), 1), (date(2003, 4, 30), 1))
    assert expected == plan_schedule(date(2003, 1, 31), 3, monthly)


def test_plan_schedule_from_a_leap_day():
    """A grant of February 29 vests on the 28th, and on the 29th again in the next leap year."""
    four_years = Vesting(first_months=36, every_months=12, tranches=2)
    expected = tranches((date(2003, 2, 28), 5), (date(2004, 2, 29), 5))
    assert expected == plan_schedule(date(2000, 2, 29), 10, four_years)


def test_plan_schedule_crosses_the_year():
    """Months are carried over into the next year: eighteen months from July are January."""
    assert tranches((date(2004, 1, 1), 10)) == plan_schedule(
        date(2002, 7, 1), 10, Vesting(first_months=18, every_months=12, tranches=1)
    )


def test_plan_schedule_of_one_day_is_one_tranche():
    """Tranches that fall on one day are one tranche."""
    at_once = Vesting(first_months=0, every_months=0, tranches=3)
    assert tranches((date(2002, 5, 15), 1_000)) == plan_schedule(date(2002, 5, 15), 1_000, at_once)


def test_schedule_prefers_the_grants_own():
    """A stated schedule takes the place of the plan's; it is put in order and its days are merged."""
    stated = tranches((date(2004, 1, 1), 400), (date(2003, 1, 1), 500), (date(2004, 1, 1), 100))
    assert tranches((date(2003, 1, 1), 500), (date(2004, 1, 1), 500)) == schedule(grant(vesting=stated), THIRDS)
    assert plan_schedule(date(2002, 5, 15), 1_000, THIRDS) == schedule(grant(), THIRDS)


def test_schedule_that_does_not_sum_is_broken():
    """A stated schedule that sums to another number of shares is broken input."""
    with pytest.raises(ValueError, match="G1 sums to 999, not to 1000"):
        schedule(grant(vesting=tranches((date(2003, 1, 1), 999))), THIRDS)


@pytest.mark.parametrize(
    ("exercised", "left"),
    [(0, [333, 333, 334]), (332, [1, 333, 334]), (333, [333, 334]), (400, [266, 334]), (999, [1]), (1_000, [])],
)
def test_outstanding_loses_the_earliest(exercised, left):
    """Shares already exercised used up the earliest tranches."""
    days = (date(2003, 5, 15), date(2004, 5, 15), date(2005, 5, 15))
    expected = tranches(*zip(days[3 - len(left) :], left, strict=True))
    assert expected == outstanding(grant(exercised=exercised), THIRDS)


def test_split_in_halves():
    """Half of 333, 333, 334 is 166, 167, 167 by cumulative floor, and the rest is 167, 166, 167."""
    a, b, c = date(2003, 5, 15), date(2004, 5, 15), date(2005, 5, 15)
    part, rest = split(tranches((a, 333), (b, 333), (c, 334)), 500)
    assert tranches((a, 166), (b, 167), (c, 167)) == part
    assert tranches((a, 167), (b, 166), (c, 167)) == rest


def test_split_of_one_share_leaves_no_empty_tranche():
    """One share out of three falls to the last tranche, and the empty tranches are left out."""
    a, b, c = date(2003, 5, 15), date(2004, 5, 15), date(2005, 5, 15)
    part, rest = split(tranches((a, 1), (b, 1), (c, 1)), 1)
    assert tranches((c, 1)) == part
    assert tranches((a, 1), (b, 1)) == rest


def test_split_of_all_and_of_nothing():
    """The whole leaves no rest, and nothing leaves everything."""
    whole = tranches((date(2003, 5, 15), 333), (date(2004, 5, 15), 667))
    assert (whole, ()) == split(whole, 1_000)
    assert ((), whole) == split(whole, 0)


@pytest.mark.parametrize("part", [-1, 1_001])
def test_split_of_more_than_there_is(part):
    """No part can be less than nothing or more than all."""
    with pytest.raises(ValueError, match="out of 1000"):
        split(tranches((date(2003, 5, 15), 1_000)), part)


def test_credited_up_to_the_grant_date():
    """What vests on the grant date is vested at grant, in one tranche; what vests the day after keeps its day."""
    grant_day = date(2003, 10, 3)
    old = tranches((date(2002, 10, 3), 333), (grant_day, 333), (date(2003, 10, 4), 334))
    assert tranches((grant_day, 666), (date(2003, 10, 4), 334)) == credited(old, grant_day)


def test_credited_with_nothing_vested():
    """A schedule that lies wholly after the grant date is kept as it is."""
    old = tranches((date(2004, 1, 1), 10), (date(2005, 1, 1), 20))
    assert old == credited(old, date(2003, 10, 3))


@given(old=SCHEDULES, part=st.data())
def test_split_sums_exactly(old, part):
    """Both parts of a division sum to the whole, day by day and in total, and neither has an empty tranche."""
    shares = part.draw(st.integers(0, total(old)))
    taken, rest = split(old, shares)
    both = {tranche.vests_on: 0 for tranche in old}
    for tranche in (*taken, *rest):
        assert tranche.shares > 0
        both[tranche.vests_on] += tranche.shares
    assert {tranche.vests_on: tranche.shares for tranche in old} == both
    assert (shares, total(old) - shares) == (total(taken), total(rest))


@given(old=SCHEDULES, part=st.data())
def test_split_is_pro_rata(old, part):
    """At no boundary is a part more than one share short of its exact proportion, nor ever over it."""
    shares = part.draw(st.integers(0, total(old)))
    taken = {tranche.vests_on: tranche.shares for tranche in split(old, shares)[0]}
    cumulative = boundary = 0
    for tranche in old:
        boundary += tranche.shares
        cumulative += taken.get(tranche.vests_on, 0)
        assert 0 <= boundary * shares - cumulative * total(old) < total(old)


@given(old=SCHEDULES, granted_on=DAYS)
def test_credited_vests_as_the_old_one_would(old, granted_on):
    """On every day from the grant date on, the new schedule has vested exactly what the old one would have."""
    new = credited(old, granted_on)
    for day in [granted_on, *(tranche.vests_on for tranche in old if tranche.vests_on > granted_on)]:
        assert sum(t.shares for t in old if t.vests_on <= day) == sum(t.shares for t in new if t.vests_on <= day)
    assert all(tranche.vests_on >= granted_on for tranche in new)
    assert total(old) == total(new)


@given(
    shares=st.integers(0, 5_000),
    granted_on=DAYS,
    vesting=st.builds(
        Vesting,
        first_months=st.integers(0, 60),
        every_months=st.integers(0, 24),
        tranches=st.integers(1, 48),
    ),
)
def test_plan_schedule_sums_and_rises(shares, granted_on, vesting):
    """A plan schedule sums to the option and its days rise, whatever the plan's intervals."""
    found = plan_schedule(granted_on, shares, vesting)
    days = [tranche.vests_on for tranche in found]
    assert shares == total(found)
    assert sorted(set(days)) == days
    assert all(tranche.shares > 0 for tranche in found)
