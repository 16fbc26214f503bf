"""What happens between cancellation and grant: splits scale the promise, and other grants are deferred."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from optex.records import OptionType, Tranche
from optex.vesting import Tranches

UNCHANGED = Fraction(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A stock split, reverse split or stock dividend: `new` shares for `old` ones (3-for-2; a 5% dividend is 105:100).

    ValueError where one of the two is not positive.
    """

    on: date
    new: int
    old: int

    def __post_init__(self) -> None:
        if self.new < 1 or self.old < 1:
            raise ValueError(f"a split of {self.new} for {self.old} is none: both numbers must be positive")


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
        if after < each.on <= through:
            product *= Fraction(each.new, each.old)
    return product


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
