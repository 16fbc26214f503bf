"""What a split makes of options and of what is promised for them; and the grants that are deferred meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from optex.formatting import day
from optex.records import Grant, OptionType, Tranche
from optex.terms import Vesting
from optex.vesting import Tranches, in_order, outstanding, schedule

UNCHANGED = Fraction(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A stock split, reverse split or stock dividend: `new` shares for `old` ones (3-for-2; a 5% dividend is 105:100).

    `counts_from` is a later day from which it counts, where it was told too late. ValueError where one of the two
    numbers is not positive.
    """

    on: date
    new: int
    old: int
    counts_from: date | None = None

    def __post_init__(self) -> None:
        if self.new < 1 or self.old < 1:
            raise ValueError(f"a split of {self.new} for {self.old} is none: both numbers must be positive")

    @property
    def effective(self) -> date:
        """The day from which it counts."""
        return self.counts_from or self.on

    @property
    def named(self) -> str:
        """The split as letters and reasons name it: "3-for-2 split of June 2, 2003"."""
        return f"{self.new}-for-{self.old} split of {day(self.on)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferred:
    """A grant decided between tender and grant date, held back until the new options are granted (§6, LCK-1).

    `promised` says that the holder has it in writing.
    """

    deferred_id: str
    holder_id: str
    shares: int
    type: OptionType
    decided_at: datetime
    promised: bool = False


def ratio(splits: Iterable[Split], after: date, through: date) -> Fraction:
    """How many shares one share has become by the splits after a day, through another day inclusive.

    Authority: §2, §6, §9, "adjusted for any stock splits, reverse stock splits, stock dividends" (ADJ-1).
    """
    product = UNCHANGED
    for each in splits:
        if after < each.effective <= through:
            product *= Fraction(each.new, each.old)
    return product


def together(splits: Iterable[Split]) -> Fraction:
    """How many shares one share has become by all of these splits."""
    return ratio(splits, date.min, date.max)


def scaled_total(shares: int, by: Fraction) -> int:
    """A number of shares after a split, floored: a fraction of a share is neither granted nor paid (ADJ-1)."""
    return shares * by.numerator // by.denominator


def scale(tranches: Tranches, by: Fraction) -> Tranches:
    """The tranches of one grant after a split: every cumulative boundary scaled and floored, so the total is too.

    Authority: §9 (ADJ-1).
    """
    if by == UNCHANGED:
        return tranches
    scaled = []
    boundary = done = 0
    for tranche in tranches:
        boundary += tranche.shares
        shares = scaled_total(boundary, by) - done
        done += shares
        if shares:
            scaled.append(Tranche(vests_on=tranche.vests_on, shares=shares))
    return tuple(scaled)


CENT = Decimal("0.01")


def scaled_price(price: Decimal, by: Fraction) -> Decimal:
    """An exercise price after a split, up to the next cent: an option is never made cheaper than it was.

    Authority: §9, "an appropriate adjustment will be made to the price of each option" (ADJ-1).
    """
    if by == UNCHANGED:
        return price
    return (price * by.denominator / by.numerator).quantize(CENT, rounding=ROUND_CEILING)


def since(granted_on: date, splits: Iterable[Split]) -> Fraction:
    """How many shares one share of an option has become by the splits after the day of its grant (ADJ-1)."""
    return ratio(splits, granted_on, date.max)


def adjusted_by(grant: Grant, splits: Iterable[Split], vesting: Vesting) -> Grant:
    """An option of the plan after splits, of which it follows those that came after the day of its grant (ADJ-1)."""
    return adjusted(grant, since(grant.granted_on, splits), vesting)


def adjusted(grant: Grant, by: Fraction, vesting: Vesting) -> Grant:
    """An option of the plan after a split: what is exercised and what is left of it each floored, the price rounded up.

    Every cumulative boundary of what is left is floored too, so its tranches are stated from now on. Nothing may be
    left of it. `vesting` is the plan's schedule.
    Authority: §9, "an appropriate adjustment will be made to the price of each option and the number of shares subject
    to each option" (ADJ-1).
    """
    if by == UNCHANGED:
        return grant
    left = outstanding(grant, vesting)
    used = _less(schedule(grant, vesting), left)
    by_day: dict[date, int] = {}
    for tranche in (*scale(used, by), *scale(left, by)):
        by_day[tranche.vests_on] = by_day.get(tranche.vests_on, 0) + tranche.shares
    exercised = scaled_total(grant.exercised, by)
    return replace(
        grant,
        shares=exercised + scaled_total(grant.remaining, by),
        exercised=exercised,
        price=scaled_price(grant.price, by),
        told_price=grant.price_before_splits,
        vesting=in_order(by_day),
        # The value of the whole stays what it was at the grant, whatever the price is rounded to (ISO-1).
        fmv=grant.value_at_grant * by.denominator / by.numerator,
    )


def _less(whole: Tranches, part: Tranches) -> Tranches:
    left = {tranche.vests_on: tranche.shares for tranche in whole}
    for tranche in part:
        left[tranche.vests_on] -= tranche.shares
    return in_order(left)
