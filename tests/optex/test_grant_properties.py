"""The new options of random holders: the $100,000 limit against a slow count share by share, and the sums."""

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from optex.adjustment import Split
from optex.cancellation import cancel
from optex.grant import new_options
from optex.records import Capacity, Grant, OptionType
from tests import builders

TERMS = builders.terms()
THIRDS = TERMS.plan.vesting
CANCELLED_ON, GRANTED_ON = date(2003, 4, 1), date(2003, 10, 3)
HOLDER = builders.holder()


@st.composite
def holdings(draw):
    """Grants of a holder, so dear that the limit bites after a few shares, some of them cancelled."""
    days = st.dates(min_value=date(1999, 1, 1), max_value=date(2003, 2, 28))
    grants, cancellations = {}, []
    for n in range(draw(st.integers(1, 5))):
        size = draw(st.integers(1, 25))
        each = Grant(
            grant_id=f"G{n}",
            holder_id="H1",
            granted_on=draw(days),
            shares=size,
            exercised=draw(st.integers(0, size)),
            price=Decimal(draw(st.integers(100_000, 6_000_000))) / 100,
            type=draw(st.sampled_from(OptionType)),
            expires_on=date(2013, 2, 28),
        )
        grants[each.grant_id] = each
        if tendered := draw(st.integers(0, each.remaining)):
            cancellations.append(cancel(tendered, each, THIRDS, CANCELLED_ON))
    return grants, cancellations


def regrant(grants, cancellations, close=Decimal("2.00"), splits=()):
    return new_options(
        terms=TERMS,
        holder=HOLDER,
        capacity=Capacity.EMPLOYEE,
        granted_on=GRANTED_ON,
        close=close,
        cancellations=cancellations,
        grants=grants,
        splits=splits,
    )


def count_share_by_share(grants, cancellations, close):
    """The new shares by old grant, type and vesting day, each share held up to the limit by itself."""
    used = Counter()

    def is_iso(day, value):
        if used[day.year] + value > 100_000:
            return False
        used[day.year] += value
        return True

    cancelled = {each.grant_id: each for each in cancellations}
    in_order = sorted(grants, key=lambda each: (each.granted_on, each.grant_id))
    for old in in_order:
        if old.type is OptionType.NSO:
            continue
        counting = []
        for share in range(1, old.shares + 1):
            # Share k vests with the first third whose floored boundary reaches it.
            third = next(n for n in (1, 2, 3) if old.shares * n // 3 >= share)
            year = old.granted_on.year + third
            leap = old.granted_on.month == 2 and old.granted_on.day == 29 and year % 4
            counting.append(date(year, old.granted_on.month, 28 if leap else old.granted_on.day))
        if old.grant_id in cancelled:
            for tranche in cancelled[old.grant_id].vesting:
                if date(tranche.vests_on.year, 1, 1) > CANCELLED_ON:
                    for _ in range(tranche.shares):
                        counting.remove(tranche.vests_on)
        for day in counting:
            is_iso(day, old.price)
    found = Counter()
    for old in in_order:
        for tranche in cancelled[old.grant_id].vesting if old.grant_id in cancelled else ():
            day = GRANTED_ON if tranche.vests_on <= GRANTED_ON else tranche.vests_on
            for _ in range(tranche.shares):
                iso = old.type is OptionType.ISO and is_iso(day, close)
                found[old.grant_id, OptionType.ISO if iso else OptionType.NSO, day] += 1
    return found


@given(holding=holdings(), cents=st.integers(100_000, 6_000_000))
def test_the_limit_agrees_with_a_count_share_by_share(holding, cents):
    """For any holder the ISO and NSO parts, day by day, are those of a slow count of single shares."""
    grants, cancellations = holding
    close = Decimal(cents) / 100
    found = Counter()
    for option in regrant(grants, cancellations, close):
        for tranche in option.vesting:
            found[option.from_grant_id, option.type, tranche.vests_on] += tranche.shares
    assert count_share_by_share(grants.values(), cancellations, close) == found


@given(holding=holdings(), ratio=st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_new_options_are_the_adjusted_promise(holding, ratio):
    """For each cancelled grant the new options sum to the floor of the scaled shares; none of them is empty."""
    grants, cancellations = holding
    new, old = ratio
    options = regrant(grants, cancellations, splits=[Split(on=date(2003, 7, 1), new=new, old=old)])
    by_grant = Counter()
    for option in options:
        by_grant[option.from_grant_id] += option.shares
        assert option.shares == sum(tranche.shares for tranche in option.vesting) > 0
    assert {c.grant_id: c.shares * new // old for c in cancellations if c.shares * new // old} == dict(by_grant)
