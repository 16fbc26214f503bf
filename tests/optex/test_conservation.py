"""The sums of a finished offer: granted, cancelled, promised, granted anew."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.adjustment import Split, ratio, scaled_total
from optex.cancellation import cancel, promise
from optex.exchange import comes_to_nothing
from optex.grant import new_options
from optex.pool import available, cancelled, exceeds_reserve, granted, imbalances, lapsed, opening, post, reserve, split
from optex.records import Capacity, Tranche
from optex.terms import Exchange, Tier
from tests import builders

TERMS = builders.terms()
THIRDS = TERMS.plan.vesting
OPENED_ON, CANCELLED_ON, GRANTED_ON = date(2003, 2, 28), date(2003, 4, 1), date(2003, 10, 3)
THREE_FOR_TWO = Split(on=date(2003, 6, 2), new=3, old=2)


def grant(grant_id="G1", shares=1_000, exercised=0, holder_id="H1"):
    return builders.grant(
        grant_id, holder_id=holder_id, shares=shares, exercised=exercised, price="6.00", granted_on=date(2002, 5, 15)
    )


def moved(cancellation, vests_on):
    """A cancellation for which as many new shares are promised, all of them on another day."""
    return replace(cancellation, exchanged=(Tranche(vests_on=vests_on, shares=cancellation.shares),))


def regrant(grants, cancellations, splits=(), lapsed_holders=()):
    """The new options of every holder whose promise did not lapse."""
    options = []
    for holder_id in sorted({each.holder_id for each in cancellations} - set(lapsed_holders)):
        options += new_options(
            terms=TERMS,
            holder=builders.holder(holder_id),
            capacity=Capacity.EMPLOYEE,
            granted_on=GRANTED_ON,
            close=Decimal("95.00"),
            cancellations=[each for each in cancellations if each.holder_id == holder_id],
            grants={each.grant_id: each for each in grants.values() if each.holder_id == holder_id},
            splits=splits,
        )
    return options


def books():
    """One finished offer: G1 cancelled in part, G2 whole; H2 left before the grant."""
    grants = {"G1": grant(exercised=100), "G2": grant("G2", 501, holder_id="H2")}
    cancellations = [
        cancel(400, grants["G1"], THIRDS, CANCELLED_ON),
        cancel(501, grants["G2"], THIRDS, CANCELLED_ON),
    ]
    return {
        "vesting": THIRDS,
        "grants": grants,
        "cancellations": cancellations,
        "promises": [promise(each.holder_id, [each], CANCELLED_ON, GRANTED_ON) for each in cancellations],
        "options": regrant(grants, cancellations, [THREE_FOR_TWO], ["H2"]),
        "lapsed_holders": {"H2"},
        "granted_on": GRANTED_ON,
        "splits": [THREE_FOR_TWO],
    }


def test_finished_books_balance():
    """Cancelled 400 of 900 and granted 600 after 3-for-2; the other holder's 501 lapsed: every sum balances."""
    expected = []
    assert expected == imbalances(**books())


def test_books_balance_between_cancellation_and_grant():
    """Before the grant nothing is due yet, and nothing is missing."""
    expected = []
    assert expected == imbalances(**(books() | {"options": (), "lapsed_holders": (), "granted_on": None}))


def broken_balancing(facts):
    first, second = facts["cancellations"]
    smaller = replace(first.balancing, shares=499)
    return {"cancellations": [replace(first, balancing=smaller), second]}


def broken_tranches(facts):
    first, second = facts["cancellations"]
    late, *others = first.vesting
    return {"cancellations": [replace(first, vesting=(replace(late, vests_on=date(2003, 5, 16)), *others)), second]}


def broken_promise(facts):
    return {"promises": [replace(facts["promises"][0], shares=401), facts["promises"][1]]}


def granted_too_much(facts):
    (option,) = facts["options"]
    *others, last = option.vesting
    return {"options": [replace(option, shares=601, vesting=(*others, replace(last, shares=last.shares + 1)))]}


def vested(facts, *tranches):
    (option,) = facts["options"]
    return {"options": [replace(option, vesting=tuple(Tranche(vests_on=day, shares=n) for day, n in tranches))]}


def granted_too_early(facts):
    (option,) = facts["options"]
    return {"options": [replace(option, granted_on=date(2003, 10, 2))]}


@pytest.mark.parametrize(
    ("breach", "found"),
    [
        (broken_balancing, "G1: granted 1000 less exercised 100 is not cancelled 400 plus balancing 499"),
        (broken_balancing, "G1-B: the tranches sum to 500, the option to 499"),
        (broken_tranches, "G1: cancelled and balancing tranches do not make up the tranches outstanding"),
        (broken_promise, "H1: promised 401, cancelled for 400"),
        (granted_too_much, "G1 of H1: 600 shares are due after adjustment, 601 are granted"),
        (granted_too_early, "G1-N: not granted on 2003-10-03, or vested before it"),
        (
            lambda facts: vested(facts, (date(2004, 5, 15), 300), (GRANTED_ON, 300)),
            "G1-N: the tranches are out of order, empty or doubled",
        ),
        (
            lambda facts: vested(facts, (GRANTED_ON, 600), (date(2004, 5, 15), 0)),
            "G1-N: the tranches are out of order, empty or doubled",
        ),
        (
            lambda facts: vested(facts, (date(2003, 10, 2), 600)),
            "G1-N: not granted on 2003-10-03, or vested before it",
        ),
        (
            lambda facts: {"cancellations": [replace(facts["cancellations"][0], shares=401)]},
            "G1: the cancelled tranches do not sum to 401",
        ),
        (lambda _: {"lapsed_holders": ()}, "G2 of H2: 751 shares are due after adjustment, 0 are granted"),
        (lambda _: {"splits": ()}, "G1 of H1: 400 shares are due after adjustment, 600 are granted"),
        (lambda _: {"lapsed_holders": {"H1", "H2"}}, "G1 of H1: 0 shares are due after adjustment, 600 are granted"),
        (lambda facts: {"options": facts["options"] * 2}, "G1-N is issued 2 times"),
        (lambda facts: {"cancellations": facts["cancellations"] * 2}, "G1 is cancelled 2 times"),
        (
            lambda _: {"exchange": Exchange(ratio=(Tier(price_from=Decimal(0), old=2, new=1),))},
            "G1: 200 new shares are due for 400, 400 are promised",
        ),
        (
            lambda facts: {"cancellations": [moved(facts["cancellations"][0], date(2009, 1, 2))]},
            "G1: new shares vest on other days than those that were cancelled",
        ),
        (lambda facts: {"promises": facts["promises"][:1]}, "H2: promised 0, cancelled for 501"),
    ],
)
def test_every_broken_sum_is_named(breach, found):
    """A sum that does not balance is named in words."""
    facts = books()
    assert found in imbalances(**(facts | breach(facts)))


def test_a_regrant_to_another_holder_is_found():
    """Shares cancelled for one holder and granted to another are missing there and too many here."""
    facts = books()
    (option,) = facts["options"]
    expected = [
        "G1 of H1: 600 shares are due after adjustment, 0 are granted",
        "G1 of H9: 0 shares are due after adjustment, 600 are granted",
    ]
    assert expected == imbalances(**(facts | {"options": [replace(option, holder_id="H9")]}))


@st.composite
def offers(draw):
    """Grants of some holders, tendered in part or whole, with splits and holders who leave before the grant."""
    grants, tendered = {}, {}
    for n in range(draw(st.integers(1, 8))):
        size = draw(st.integers(1, 5_000))
        each = grant(f"G{n}", size, draw(st.integers(0, size - 1)), holder_id=f"H{draw(st.integers(0, 3))}")
        grants[each.grant_id] = each
        tendered[each.grant_id] = draw(st.integers(0, each.remaining))
    days = st.dates(min_value=date(2003, 3, 1), max_value=date(2003, 11, 30))
    few = st.integers(1, 4)
    splits = draw(st.lists(st.builds(Split, on=days, new=few, old=few), max_size=3))
    tiers = [
        Tier(price_from=Decimal(0), old=old, new=draw(st.integers(1, old))) for old in draw(st.lists(few, max_size=1))
    ]
    exchange = Exchange(ratio=tuple(tiers), rounding=draw(st.sampled_from(["down", "nearest"])))
    return grants, tendered, exchange, splits, draw(st.sets(st.sampled_from(["H0", "H1", "H2", "H3"])))


@given(offer=offers(), spare=st.integers(0, 10_000))
def test_every_offer_balances(offer, spare):
    """Over random offers every sum balances, what is granted is what was reserved, and the pool ends as defined."""
    grants, tendered, exchange, splits, leavers = offer
    tendered = {key: n if n and not comes_to_nothing(n, grants[key], exchange) else 0 for key, n in tendered.items()}
    cancellations = [cancel(n, grants[key], THIRDS, CANCELLED_ON, exchange) for key, n in tendered.items() if n]
    promises = [
        promise(holder, [each for each in cancellations if each.holder_id == holder], CANCELLED_ON, GRANTED_ON)
        for holder in {each.holder_id for each in cancellations}
    ]
    options = regrant(grants, cancellations, splits, leavers)
    faults = imbalances(
        vesting=THIRDS,
        grants=grants,
        cancellations=cancellations,
        promises=promises,
        options=options,
        lapsed_holders=leavers,
        granted_on=GRANTED_ON,
        splits=splits,
        exchange=exchange,
    )
    assert not faults

    by = ratio(splits, CANCELLED_ON, GRANTED_ON)
    left = [each.new_shares for each in cancellations if each.holder_id in leavers]
    kept = [each.new_shares for each in cancellations if each.holder_id not in leavers]
    assert exceeds_reserve(reserve(kept, by), sum(each.shares for each in options)) is None
    assert sum(option.shares for option in options) == reserve(kept, by)

    authorized = sum(each.shares for each in grants.values()) + spare
    outstanding = [each.remaining - tendered[each.grant_id] for each in grants.values()]
    exercised = [each.exercised for each in grants.values()]
    holdings = [*outstanding, *exercised, *left, *kept]
    before = available(authorized, Fraction(1), [(each, Fraction(1)) for each in holdings])
    after = available(authorized, by, [(each, by) for each in holdings])
    entries = post(
        0,
        [
            *opening(OPENED_ON, authorized, grants.values()),
            *cancelled(CANCELLED_ON, sum(each.shares for each in cancellations), sum(each.shares for each in promises)),
            *split(GRANTED_ON, before=before, after=after),
            *lapsed(GRANTED_ON, reserve(left, by)),
            *granted(GRANTED_ON, reserve(kept, by), sum(each.shares for each in options)),
        ],
    )
    held = sum(scaled_total(each, by) for each in (*outstanding, *exercised))
    new = sum(option.shares for option in options)
    assert scaled_total(authorized, by) - held - new == entries[-1].available_after
    assert entries[-1].available_after >= 0
