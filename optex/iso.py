"""The $100,000 limit: how much of an option may be an incentive stock option, year by year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from optex.cancellation import Cancellation
from optex.records import Grant, Tranche
from optex.terms import Vesting
from optex.vesting import Tranches, in_order, schedule

# Values are whole numbers of a millionth of a dollar: exact for every price a ledger holds, and fast.
UNIT = 1_000_000
LIMIT = 100_000 * UNIT

Room = Mapping[int, int]
"""What is left of the limit by calendar year; a year that is not named has the whole of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercisable:
    """An earlier ISO as far as it counts: value per share at its grant in dollars, and when it becomes exercisable."""

    granted_on: date
    grant_id: str
    fmv: Decimal
    tranches: Tranches


def exercisable(grant: Grant, vesting: Vesting, cancellation: Cancellation | None = None) -> Exercisable:
    """An old ISO as the limit sees it: what is kept, exercised or left as a balancing option, and of what was cancelled
    the tranches that would have become exercisable in the year of cancellation or before it.

    It counts by its fair market value at grant, and not by its price. `vesting` is the plan's schedule.
    Authority: IRC 422(d)(3), the value "as of the time the option with respect to such stock is granted"; Treas. Reg.
    1.422-4(b)(5): disregarded if cancelled before the calendar year, else outstanding
    according to its original terms until that year's end (ISO-1).
    """
    tranches = schedule(grant, vesting)
    if cancellation:
        by_day = {tranche.vests_on: tranche.shares for tranche in tranches}
        for tranche in cancellation.vesting:
            if tranche.vests_on.year > cancellation.cancelled_on.year:
                by_day[tranche.vests_on] -= tranche.shares
        tranches = in_order(by_day)
    return Exercisable(
        granted_on=grant.granted_on, grant_id=grant.grant_id, fmv=grant.value_at_grant, tranches=tranches
    )


def room(old: Iterable[Exercisable]) -> Room:
    """What earlier ISOs leave of each year's limit, taken in order of their grant.

    Authority: IRC 422(d)(2), "in the order in which they were granted" (ISO-1).
    """
    left: Room = {}
    for each in sorted(old, key=lambda option: (option.granted_on, option.grant_id)):
        left = qualify(each.tranches, each.fmv, left)[2]
    return left


def qualify(tranches: Tranches, fmv: Decimal, left: Room) -> tuple[Tranches, Tranches, Room]:
    """The part of an option that is an ISO within the limit, the NSO for the excess, and the room left after it.

    `fmv` is the value per share in dollars on the grant date. Whole shares; within a year the earliest tranches are
    the ISO part; the excess uses no limit.
    Authority: §6, §14, "to the maximum extent they qualify"; IRC 422(d), Treas. Reg. 1.422-4 (ISO-1).
    """
    # Rounded up, so that a price finer than the unit can never bring an option over the limit.
    value = int((fmv * UNIT).to_integral_value(ROUND_CEILING))
    left = dict(left)
    iso, nso = [], []
    for tranche in tranches:
        year, shares = tranche.vests_on.year, tranche.shares
        unused = left.get(year, LIMIT)
        if shares * value <= unused:
            left[year] = unused - shares * value
            iso.append(tranche)
            continue
        fits = unused // value
        left[year] = unused - fits * value
        if fits:
            iso.append(Tranche(vests_on=tranche.vests_on, shares=fits))
        nso.append(Tranche(vests_on=tranche.vests_on, shares=shares - fits))
    return tuple(iso), tuple(nso), left
