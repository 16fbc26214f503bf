"""Schedules of vesting: the plan's own, what is left of one, its division, and its credit at the new grant."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.records import Tranche
from optex.terms import Vesting
from optex.vesting import credited, outstanding, plan_schedule, renewed, schedule, split, total
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


CLIFF = Vesting(first_months=12, every_months=1, tranches=37, first_percent=Decimal(25))


def test_a_cliff_of_a_quarter_then_monthly():
    """A quarter after twelve months, then a forty-eighth a month: 1,000 shares, 250 and in the end all of them."""
    vests = plan_schedule(date(2009, 3, 9), 1_000, CLIFF)
    # 250 + 750/36 = 270.83, 291.66, 312.5: floored, 20, 21 and 21 shares.
    assert (
        tranches((date(2010, 3, 9), 250), (date(2010, 4, 9), 20), (date(2010, 5, 9), 21), (date(2010, 6, 9), 21))
        == (vests[:4])
    )
    assert (37, date(2013, 3, 9), 1_000) == (len(vests), vests[-1].vests_on, total(vests))


def test_a_cliff_of_an_eighth_is_exact():
    """12.5% after six months, then a forty-eighth of the whole each month: of 96 shares 12, then 2 a month."""
    vests = plan_schedule(
        date(2009, 3, 9), 96, Vesting(first_months=6, every_months=1, tranches=43, first_percent=Decimal("12.5"))
    )
    assert [12, *[2] * 42] == [tranche.shares for tranche in vests]


@given(shares=st.integers(0, 10_000), percent=st.integers(1, 99), count=st.integers(2, 60))
def test_a_cliff_leaves_no_share_over(shares, percent, count):
    """Whatever the cliff, its tranches sum to the option, and the first is its percentage, floored."""
    vests = plan_schedule(
        date(2009, 3, 9),
        shares,
        Vesting(first_months=12, every_months=1, tranches=count, first_percent=Decimal(percent)),
    )
    first = shares * percent // 100
    assert shares == total(vests)
    assert first == sum(tranche.shares for tranche in vests if tranche.vests_on == date(2010, 3, 9))


OLD = tranches((date(2006, 1, 15), 100), (date(2008, 6, 15), 200), (date(2008, 10, 15), 300), (date(2010, 1, 15), 400))
GRANTED = date(2009, 3, 9)


def renewed_by(**vesting):
    return renewed(OLD, GRANTED, builders.terms(exchange={"vesting": vesting}))


def test_what_is_carried_is_credited():
    """The default, said or not: what the old schedule had vested is vested at grant, the rest keeps its days."""
    carried = tranches((GRANTED, 600), (date(2010, 1, 15), 400))
    assert carried == renewed_by(kind="carried") == renewed(OLD, GRANTED, builders.terms())


def test_restarted_vesting_counts_from_the_grant():
    """Nothing is vested at grant, whatever was: half after six months, the rest after twelve."""
    assert tranches((date(2009, 9, 9), 500), (date(2010, 3, 9), 500)) == renewed_by(
        kind="restart", first_months=6, every_months=6, tranches=2
    )


def test_restarted_vesting_with_a_cliff():
    """40% at once and the rest a year later."""
    assert tranches((GRANTED, 400), (date(2010, 3, 9), 600)) == renewed_by(
        kind="restart", first_months=0, every_months=12, tranches=2, first_percent=40
    )


def test_restarted_vesting_that_states_no_schedule_is_the_plans():
    """A restart alone is by `plan.vesting`: thirds."""
    assert tranches((date(2010, 3, 9), 333), (date(2011, 3, 9), 333), (date(2012, 3, 9), 334)) == renewed_by(
        kind="restart"
    )


def test_extended_vesting_adds_the_months_to_every_date():
    """Twelve months later, vested or not: what vested in 2006 is vested at grant, that of 2008 is not any more."""
    assert tranches(
        (GRANTED, 100), (date(2009, 6, 15), 200), (date(2009, 10, 15), 300), (date(2011, 1, 15), 400)
    ) == renewed_by(kind="extended", months=12)


def test_extended_vesting_has_an_earliest_day():
    """As Google's in 2009: twelve months later, and none sooner than six months after March 9, which is September 9."""
    assert tranches((date(2009, 9, 9), 300), (date(2009, 10, 15), 300), (date(2011, 1, 15), 400)) == renewed_by(
        kind="extended", months=12, earliest_months=6
    )


def test_extended_vesting_may_keep_what_is_vested():
    """Then only what was still to vest is moved."""
    assert tranches((GRANTED, 600), (date(2011, 1, 15), 400)) == renewed_by(
        kind="extended", months=12, vested="kept", earliest_months=6
    )


@given(old=SCHEDULES, granted_on=DAYS, months=st.integers(1, 60), earliest=st.integers(0, 24))
def test_extended_vesting_loses_no_share(old, granted_on, months, earliest):
    """All shares vest, each no sooner than by the old schedule, and none before the grant."""
    terms = builders.terms(exchange={"vesting": {"kind": "extended", "months": months, "earliest_months": earliest}})
    new = renewed(old, granted_on, terms)
    assert total(old) == total(new)
    assert all(tranche.vests_on >= granted_on for tranche in new)
    for day in {tranche.vests_on for tranche in (*old, *new)}:
        by_then = [sum(each.shares for each in vesting if each.vests_on <= day) for vesting in (new, old)]
        assert by_then[0] <= by_then[1]
