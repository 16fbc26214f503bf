"""The ratio of an exchange: by the price of each option, rounded for each grant."""

from datetime import date
from decimal import Decimal

import pytest

from optex.adjustment import Split, adjusted_by
from optex.cancellation import cancel, decide, promise
from optex.eligible import left_out
from optex.exchange import comes_to_nothing, consideration, new_shares
from optex.grant import new_options
from optex.records import Capacity, Tender, UnitType
from optex.terms import Exchange, Tier, Vesting
from tests import builders

CANCELLED_ON, GRANTED_ON = date(2003, 4, 1), date(2003, 10, 3)
TIERS = {
    "ratio": [{"price_from": "10.00", "old": 5, "new": 2}, {"price_from": "20.00", "old": 3, "new": 1}],
}
BY_TIERS = Exchange(
    ratio=(Tier(price_from=Decimal("10.00"), old=5, new=2), Tier(price_from=Decimal("20.00"), old=3, new=1))
)
TO_NEAREST = BY_TIERS.model_copy(update={"rounding": "nearest"})


@pytest.mark.parametrize(
    ("price", "shares", "exchange", "expected"),
    [
        ("10.00", 1_000, BY_TIERS, 400),
        ("19.99", 1_000, BY_TIERS, 400),
        ("20.00", 1_000, BY_TIERS, 333),
        ("12.50", 501, BY_TIERS, 200),
        ("12.50", 502, BY_TIERS, 200),
        ("12.50", 502, TO_NEAREST, 201),
        ("12.50", 501, TO_NEAREST, 200),
        ("20.00", 2, BY_TIERS, 0),
        ("20.00", 2, TO_NEAREST, 1),
        ("20.00", 1, TO_NEAREST, 0),
        ("9.99", 1_000, BY_TIERS, 0),
        ("9.99", 1_000, Exchange(), 1_000),
    ],
)
def test_the_price_decides_the_ratio_and_each_grant_is_rounded(price, shares, exchange, expected):
    """5 for 2 from $10, 3 for 1 from $20: down to whole shares or to the nearest; nothing below the lowest tier."""
    assert expected == new_shares(shares, builders.grant(price=price, shares=2_000), exchange)


def test_a_half_goes_up():
    """One of two old shares for one new one is a half, and to the nearest whole share that is one."""
    half = Exchange(ratio=(Tier(price_from=Decimal(0), old=2, new=1),), rounding="nearest")
    assert 1 == new_shares(1, builders.grant(price="1.00"), half)


def test_the_new_tranches_keep_the_days_of_the_old_ones():
    """1,000 at 5 for 2 are 400: thirds of 333, 333, 334 become 133, 133, 134 on the same days."""
    old = builders.grant(shares=1_000, price="12.50", granted_on=date(2002, 5, 15))
    cancelled = cancel(1_000, old, Vesting(), CANCELLED_ON, BY_TIERS)
    expected = [(date(2003, 5, 15), 133), (date(2004, 5, 15), 133), (date(2005, 5, 15), 134)]
    assert expected == [(tranche.vests_on, tranche.shares) for tranche in cancelled.promised]
    assert (1_000, 400) == (cancelled.shares, cancelled.new_shares)


def test_a_partial_tender_is_exchanged_by_what_is_tendered():
    """Of 1,001 shares 501 are tendered: 500 stay in the balancing option, and 200 new ones are promised."""
    cancelled = cancel(501, builders.grant(shares=1_001, price="12.50"), Vesting(), CANCELLED_ON, BY_TIERS)
    assert (500, 200) == (cancelled.balancing.shares, cancelled.new_shares)
    assert 200 == promise("H1", [cancelled], CANCELLED_ON, GRANTED_ON).shares


def test_each_grant_is_rounded_by_itself():
    """Two grants of 7 shares at 5 for 2 are 2 new shares each, together 4, and not the 5 of 14."""
    grants = [builders.grant(f"G{n}", shares=7, price="12.50") for n in (1, 2)]
    cancelled = [cancel(7, each, Vesting(), CANCELLED_ON, BY_TIERS) for each in grants]
    assert 4 == promise("H1", cancelled, CANCELLED_ON, GRANTED_ON).shares


def test_the_tier_is_that_of_the_price_before_a_split_of_the_offers_time():
    """Split 2-for-1 while the offer is open, an option at $24 costs $12, and is still exchanged 3 for 1."""
    old = builders.grant(shares=300, price="24.00", granted_on=date(2000, 5, 15))
    split = adjusted_by(old, [Split(on=date(2003, 3, 10), new=2, old=1)], Vesting())
    assert (Decimal("12.00"), 600) == (split.price, split.shares)
    assert 200 == new_shares(600, split, BY_TIERS)


def test_what_comes_to_no_new_share_is_not_accepted():
    """2 shares at 3 for 1 are no whole share: the tender is rejected, and the option stays outstanding."""
    terms = builders.terms(exchange=TIERS)
    grants = {"G1": builders.grant("G1", price="20.00"), "G2": builders.grant("G2", price="12.50")}
    tenders = [
        Tender(holder_id="H1", grant_id="G1", shares=2, form_id="F1"),
        Tender(holder_id="H1", grant_id="G2", shares=3, form_id="F1"),
    ]
    worthless, accepted = decide(
        tenders,
        received_on=date(2003, 3, 10),
        periods=[builders.period()],
        grants=grants,
        terms=terms,
        cancelled_on=CANCELLED_ON,
    )
    assert (False, "XCH-1") == (worthless.accepted, worthless.ruling.rule)
    expected = (
        "Accepted for exchange and cancelled as of April 1, 2003. Promised: 1 new share for 3 of G2 at 5 old shares "
        "for 2 new ones, rounded down (XCH-1)."
    )
    assert (True, expected) == (accepted.accepted, accepted.ruling.reason)


def test_three_shares_at_three_for_one_are_not_nothing():
    """What gives one whole new share is exchanged."""
    assert comes_to_nothing(3, builders.grant(price="20.00"), BY_TIERS) is None


@pytest.mark.parametrize(("price", "rule"), [("9.99", "ELG-5"), ("10.00", None)])
def test_an_option_below_every_tier_is_not_in_the_offer(price, rule):
    """The lowest tier is the lowest price of the class that the offer is for."""
    out = left_out(builders.grant(price=price), builders.terms(exchange=TIERS))
    assert rule == (out and out.rule)


def test_units_take_the_place_of_an_option_without_price_type_and_limit():
    """An ISO far beyond $100,000 becomes one grant of units: no price, no ISO part, ended by its last vesting."""
    old = builders.grant(shares=100_000, price="12.50", granted_on=date(2001, 5, 15))
    terms = builders.terms(exchange={**TIERS, "award": "rsu"})
    cancelled = cancel(100_000, old, Vesting(), CANCELLED_ON, terms.exchange)
    (units,) = new_options(
        terms=terms,
        holder=builders.holder(voting_percent=Decimal(15)),
        capacity=Capacity.EMPLOYEE,
        granted_on=GRANTED_ON,
        close=Decimal("95.00"),
        cancellations=[cancelled],
        grants={"G1": old},
    )
    assert ("G1-N", UnitType.RSU, 0) == (units.grant_id, units.type, units.price)
    assert [(GRANTED_ON, 26_666), (date(2004, 5, 15), 13_334)] == [(t.vests_on, t.shares) for t in units.vesting]
    assert ["XCH-3", "VST-1"] == [reason.rule for reason in units.reasons]


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (
            {},
            "a promise to grant a new option for each option share cancelled, share for share, at the closing price on "
            "the grant date",
        ),
        (
            {"award": "rsu"},
            "a promise to grant restricted stock units for each option share cancelled, share for share",
        ),
        (
            TIERS,
            "a promise to grant a new option for the option shares cancelled, by the exercise price of each option: "
            "from $10.00 on 5 old shares for 2 new ones and from $20.00 on 3 old shares for 1 new one, rounded down "
            "for each option, at the closing price on the grant date",
        ),
    ],
)
def test_the_filings_state_what_is_given(exchange, expected):
    """Item 4 of Schedule TO says what is promised for the cancelled options."""
    assert expected == consideration(builders.terms(exchange=exchange))
