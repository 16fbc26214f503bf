"""How many new shares are promised for the shares of an option: the ratio of its price, rounded for each grant."""

from fractions import Fraction

from optex.adjustment import scale
from optex.errors import Ruling
from optex.exchange_words import price_is
from optex.formatting import count, listed, money
from optex.records import Grant
from optex.terms import Exchange, Terms, Tier
from optex.vesting import Tranches, total

ONE_FOR_ONE = Exchange()


def tier_of(grant: Grant, exchange: Exchange) -> Tier | None:
    """The tier by which an option is exchanged; None where there are none, or its price is below all of them.

    The price is that from before any split of the offer's time, as the tiers are.
    Authority: the offer's own terms (XCH-1).
    """
    reached = [tier for tier in exchange.ratio if tier.price_from <= grant.price_before_splits]
    return reached[-1] if reached else None


def new_shares(shares: int, grant: Grant, exchange: Exchange) -> int:
    """The new shares for so many of a grant, whole ones; 0 where the ratio leaves less than one, or there is no tier.

    Authority: the offer's own terms (XCH-1).
    """
    if not exchange.ratio:
        return shares
    tier = tier_of(grant, exchange)
    if tier is None:
        return 0
    exact = Fraction(shares * tier.new, tier.old)
    return int(exact + Fraction(1, 2)) if exchange.rounding == "nearest" else int(exact)


def exchanged(tranches: Tranches, grant: Grant, exchange: Exchange) -> Tranches:
    """The old tranches of the cancelled shares in new shares, by cumulative floor, so that they sum to the new shares.

    Authority: §9, "a vesting schedule that is equivalent" (VST-1); the offer's own terms (XCH-1).
    """
    old = total(tranches)
    new = new_shares(old, grant, exchange)
    return scale(tranches, Fraction(new, old)) if new != old else tranches


def comes_to_nothing(shares: int, grant: Grant, exchange: Exchange) -> Ruling | None:
    """Why so many shares of a grant cannot be exchanged: no whole new share would be given for them; None where it is.

    Authority: the offer's own terms (XCH-1).
    """
    if new_shares(shares, grant, exchange):
        return None
    tier = tier_of(grant, exchange)
    at = in_words(tier) if tier else f"a price of {money(grant.price_before_splits)}"
    reason = (
        f"At {at} no whole new share would be given for {count(shares, 'share')} of {grant.grant_id}: they "
        "cannot be accepted, and the option stays outstanding."
    )
    return Ruling(rule="XCH-1", reason=reason)


def in_words(tier: Tier) -> str:
    """A tier's ratio: "5 old shares for 2 new ones"."""
    return f"{count(tier.old, 'old share')} for {tier.new:,} new {'one' if tier.new == 1 else 'ones'}"


def said(old: int, grant: Grant, exchange: Exchange) -> str:
    """What is given for so many shares of a grant and by which ratio, as what goes before a stop; "" one for one."""
    tier = tier_of(grant, exchange)
    if tier is None:
        return ""
    new = new_shares(old, grant, exchange)
    rounded = "" if new * tier.old == old * tier.new else f", rounded {_ROUNDED[exchange.rounding]}"
    return f"{count(new, 'new share')} for {old:,} of {grant.grant_id} at {in_words(tier)}{rounded}"


_ROUNDED = {"down": "down", "nearest": "to the nearest whole share"}


def consideration(terms: Terms) -> str:
    """What is promised for the cancelled options, as the filings state it. Authority: Schedule TO, Item 4 (XCH-1)."""
    exchange = terms.exchange
    what = "restricted stock units" if exchange.awards_units else "a new option"
    at_price = "" if exchange.awards_units else f", at {price_is(terms) or 'the closing price on the grant date'}"
    if not exchange.ratio:
        return f"a promise to grant {what} for each option share cancelled, share for share{at_price}"
    tiers = listed([f"from {money(tier.price_from)} on {in_words(tier)}" for tier in exchange.ratio])
    return (
        f"a promise to grant {what} for the option shares cancelled, by the exercise price of each option: {tiers}, "
        f"rounded {_ROUNDED[exchange.rounding]} for each option{at_price}"
    )
