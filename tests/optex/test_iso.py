"""The $100,000 limit on incentive stock options."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.cancellation import cancel
from optex.iso import LIMIT, UNIT, Exercisable, exercisable, qualify, room
from optex.records import Tranche
from optex.terms import Vesting
from tests import builders

THIRDS = Vesting()


def tranches(*pairs):
    return tuple(Tranche(vests_on=day, shares=shares) for day, shares in pairs)


def grant(shares=30_000, exercised=0, price="6.00", granted_on=date(2001, 12, 15), grant_id="G1", **more):
    return builders.grant(grant_id, shares=shares, exercised=exercised, price=price, granted_on=granted_on, **more)


def dollars_left(left):
    return {year: Decimal(unused) / UNIT for year, unused in left.items()}


def test_fully_vested_200_000_at_two_dollars():
    """Of 200,000 shares exercisable at once at $2.00, 50,000 are worth $100,000 and are the ISO."""
    day = date(2003, 10, 3)
    iso, nso, left = qualify(tranches((day, 200_000)), Decimal("2.00"), {})
    assert (tranches((day, 50_000)), tranches((day, 150_000))) == (iso, nso)
    expected = {2003: 0}
    assert expected == dollars_left(left)


@pytest.mark.parametrize(("shares", "over"), [(50_000, 0), (50_001, 1)])
def test_the_limit_itself_qualifies(shares, over):
    """Exactly $100,000 does not exceed the limit; one share more does."""
    nso = qualify(tranches((date(2003, 10, 3), shares)), Decimal("2.00"), {})[1]
    assert over == sum(tranche.shares for tranche in nso)


def test_each_year_has_its_own_limit():
    """Tranches of different calendar years do not share a limit; December 31 and January 1 are different years."""
    schedule = tranches((date(2003, 12, 31), 50_000), (date(2004, 1, 1), 50_000))
    assert (schedule, ()) == qualify(schedule, Decimal("2.00"), {})[:2]


def test_the_earliest_tranches_of_a_year_are_the_iso():
    """Within a year the limit goes to the tranches in order of their days."""
    schedule = tranches((date(2004, 1, 1), 30_000), (date(2004, 7, 1), 30_000), (date(2004, 10, 1), 30_000))
    iso, nso, _ = qualify(schedule, Decimal("2.00"), {})
    assert tranches((date(2004, 1, 1), 30_000), (date(2004, 7, 1), 20_000)) == iso
    assert tranches((date(2004, 7, 1), 10_000), (date(2004, 10, 1), 30_000)) == nso


def test_whole_shares_only():
    """At $0.95 the limit holds 105,263 shares; the 15 cents that are left buy none."""
    day = date(2003, 10, 3)
    iso, nso, left = qualify(tranches((day, 200_000)), Decimal("0.95"), {})
    assert (tranches((day, 105_263)), tranches((day, 94_737))) == (iso, nso)
    assert {2003: Decimal("0.15")} == dollars_left(left)


def test_the_excess_uses_no_limit():
    """What is left beside a share that does not fit is still there for a cheaper option granted later."""
    day = date(2003, 10, 3)
    left = qualify(tranches((day, 2)), Decimal("60000"), {})[2]
    assert {2003: Decimal("40000")} == dollars_left(left)
    assert tranches((day, 20_000)) == qualify(tranches((day, 30_000)), Decimal("2.00"), left)[0]


def test_a_price_finer_than_the_unit_never_exceeds_the_limit():
    """Three shares at $33,333.3333335 come to half a millionth of a dollar too much: only two are the ISO."""
    day = date(2003, 10, 3)
    iso = qualify(tranches((day, 3)), Decimal("33333.3333335"), {})[0]
    assert tranches((day, 2)) == iso


def test_qualify_leaves_the_given_room_alone():
    """The room that was given is not changed; the room after comes back."""
    before = {2003: LIMIT}
    after = qualify(tranches((date(2003, 10, 3), 1)), Decimal("1.00"), before)[2]
    expected = ({2003: LIMIT}, {2003: LIMIT - UNIT})
    assert expected == (before, after)


def test_kept_iso_counts_in_every_year():
    """An untendered ISO uses the limit of each year in which a tranche of it becomes exercisable."""
    left = room([exercisable(grant(), THIRDS)])
    expected = {2002: 40_000, 2003: 40_000, 2004: 40_000}
    assert expected == dollars_left(left)


def test_an_owners_kept_iso_counts_by_its_value_at_grant_and_not_by_its_price():
    """10,000 kept at a price of $5.50 and worth $5.00 take $50,000 of 2003: of 60,000 new at $1.00 50,000 are an ISO.

    By its price it would take $55,000, and leave room for 45,000.
    """
    day = date(2003, 10, 3)
    vesting = tranches((date(2003, 5, 1), 10_000))
    kept = grant(10_000, price="5.50", fmv=Decimal("5.00"), vesting=vesting)
    unvalued = grant(10_000, price="5.50", vesting=vesting)
    new = tranches((day, 60_000))
    assert (tranches((day, 50_000)), tranches((day, 10_000))) == qualify(
        new, Decimal("1.00"), room([exercisable(kept, THIRDS)])
    )[:2]
    assert tranches((day, 45_000)) == qualify(new, Decimal("1.00"), room([exercisable(unvalued, THIRDS)]))[0]


def test_cancelled_tranche_uses_the_year_of_cancellation():
    """Cancelled on April 1, 2003: the tranche of December 2003 still uses 2003, the one of December 2004 nothing."""
    cancelled = cancel(30_000, grant(), THIRDS, date(2003, 4, 1))
    expected = {2002: 40_000, 2003: 40_000}
    assert expected == dollars_left(room([exercisable(grant(), THIRDS, cancelled)]))


@pytest.mark.parametrize(
    ("cancelled_on", "expected"),
    [(date(2002, 12, 31), {2002: 40_000}), (date(2003, 1, 1), {2002: 40_000, 2003: 40_000})],
)
def test_cancelled_before_the_year_is_disregarded(cancelled_on, expected):
    """Cancelled on December 31, 2002, the tranche of December 2003 uses nothing; a day later it uses 2003."""
    cancelled = cancel(30_000, grant(), THIRDS, cancelled_on)
    assert expected == dollars_left(room([exercisable(grant(), THIRDS, cancelled)]))


def test_balancing_option_goes_on_counting():
    """Of a grant cancelled by a third the balancing two thirds still use the later years."""
    cancelled = cancel(10_000, grant(), THIRDS, date(2003, 4, 1))
    # 2004: 10,000 shares less the 3,334 cancelled, at $6.00: $39,996.
    expected = {2002: 40_000, 2003: 40_000, 2004: 60_004}
    assert expected == dollars_left(room([exercisable(grant(), THIRDS, cancelled)]))


def test_exercised_shares_count():
    """Shares exercised before the offer used the limit of the year in which they became exercisable."""
    exercised = grant(exercised=10_000)
    cancelled = cancel(20_000, exercised, THIRDS, date(2003, 4, 1))
    expected = {2002: 40_000, 2003: 40_000}
    assert expected == dollars_left(room([exercisable(exercised, THIRDS, cancelled)]))


def test_earlier_grants_come_first():
    """The earlier of two grants has the year's limit first, in whichever order they are handed in."""
    day = date(2003, 12, 15)
    early = Exercisable(granted_on=date(2001, 1, 2), grant_id="G2", fmv=Decimal("60000"), tranches=tranches((day, 1)))
    late = Exercisable(granted_on=date(2001, 1, 3), grant_id="G1", fmv=Decimal("50000"), tranches=tranches((day, 2)))
    # Had the later one come first, its two shares would have used the whole $100,000.
    expected = {2003: 40_000}
    assert expected == dollars_left(room([late, early])) == dollars_left(room([early, late]))


def test_on_one_day_the_grant_id_decides():
    """Grants of the same day are taken in order of their ids."""
    day, granted_on = date(2003, 12, 15), date(2001, 1, 2)
    first = Exercisable(granted_on=granted_on, grant_id="G1", fmv=Decimal("60000"), tranches=tranches((day, 1)))
    second = Exercisable(granted_on=granted_on, grant_id="G2", fmv=Decimal("50000"), tranches=tranches((day, 2)))
    expected = {2003: 40_000}
    assert expected == dollars_left(room([second, first]))


@given(
    schedule=st.dictionaries(
        st.dates(min_value=date(2003, 10, 3), max_value=date(2005, 12, 31)), st.integers(1, 40), max_size=8
    ),
    cents=st.integers(1, 9_000_000),
    used=st.dictionaries(st.integers(2003, 2005), st.integers(0, 100_000)),
)
def test_the_iso_part_is_as_large_as_the_limit_lets_it_be(schedule, cents, used):
    """In no year is the ISO part over what was left, one more share would be, and nothing is lost."""
    fmv = Decimal(cents) / 100
    given_room = {year: (100_000 - spent) * UNIT for year, spent in used.items()}
    iso, nso, _ = qualify(tranches(*sorted(schedule.items())), fmv, given_room)
    for year in (2003, 2004, 2005):
        kept = sum(tranche.shares for tranche in iso if tranche.vests_on.year == year)
        excess = sum(tranche.shares for tranche in nso if tranche.vests_on.year == year)
        unused = 100_000 - used.get(year, 0)
        assert sum(shares for day, shares in schedule.items() if day.year == year) == kept + excess
        assert kept * fmv <= unused
        assert excess == 0 or (kept + 1) * fmv > unused
