"""When the shares of an option become exercisable: schedules, what is left of them, their division and their credit."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm

from optex.records import Grant, Tranche
from optex.terms import NewVesting, Terms, Vesting

Tranches = tuple[Tranche, ...]


def plan_schedule(granted_on: date, shares: int, vesting: Vesting) -> Tranches:
    """The plan's own schedule: tranches by cumulative floor, at whole months counted from the grant date itself.

    They are equal, unless a cliff states what percentage the first is; the others then share the rest equally.
    Authority: §9, "one-third of the shares subject to the option after twelve months" (VST-1).
    """
    return _plan_tranches(
        granted_on, shares, vesting.first_months, vesting.every_months, vesting.tranches, vesting.first_percent
    )


# What is cancelled is checked right afterwards, and an ISO counted: an option's schedule is asked for several times.
@lru_cache(maxsize=1 << 14)
def _plan_tranches(
    granted_on: date, shares: int, first_months: int, every_months: int, count: int, first_percent: int | None
) -> Tranches:
    days = _plan_days(granted_on, first_months, every_months, count)
    parts, whole = _plan_parts(count, first_percent)
    tranches = []
    done = 0
    for day, part in zip(days, parts, strict=True):
        boundary = shares if day == days[-1] else shares * part // whole
        if boundary > done:
            tranches.append(Tranche(vests_on=day, shares=boundary - done))
            done = boundary
    return tuple(tranches)


def schedule(grant: Grant, vesting: Vesting) -> Tranches:
    """The schedule of a grant as granted, exercised shares included: its own where stated, else the plan's.

    ValueError where a stated schedule does not sum to the grant's shares.
    Authority: §9 (VST-1).
    """
    if not grant.vesting:
        return plan_schedule(grant.granted_on, grant.shares, vesting)
    by_day: dict[date, int] = {}
    for tranche in grant.vesting:
        by_day[tranche.vests_on] = by_day.get(tranche.vests_on, 0) + tranche.shares
    if sum(by_day.values()) != grant.shares:
        raise ValueError(f"the vesting of {grant.grant_id} sums to {sum(by_day.values())}, not to {grant.shares}")
    return in_order(by_day)


def outstanding(grant: Grant, vesting: Vesting) -> Tranches:
    """What is left of a grant's schedule: shares already exercised used up the earliest tranches.

    Authority: §6, "only to the extent such grant has not previously been exercised" (TND-1, TND-2).
    """
    tranches = schedule(grant, vesting)
    used = grant.exercised
    if not used:
        return tranches
    left = []
    for tranche in tranches:
        if used >= tranche.shares:
            used -= tranche.shares
        else:
            left.append(Tranche(vests_on=tranche.vests_on, shares=tranche.shares - used) if used else tranche)
            used = 0
    return tuple(left)


def split(tranches: Tranches, part: int) -> tuple[Tranches, Tranches]:
    """A part of the shares and the rest, divided pro rata by cumulative floor, so that both sum exactly.

    ValueError where the part is negative or more than there is.
    Authority: §2, the "balancing" option for the untendered shares (TND-2).
    """
    whole = total(tranches)
    if not 0 <= part <= whole:
        raise ValueError(f"{part} shares cannot be taken out of {whole}")
    if part == whole:
        return tranches, ()
    taken, rest = [], []
    boundary = done = 0
    for tranche in tranches:
        boundary += tranche.shares
        share = boundary * part // whole - done
        done += share
        if share:
            taken.append(Tranche(vests_on=tranche.vests_on, shares=share))
        if tranche.shares > share:
            rest.append(Tranche(vests_on=tranche.vests_on, shares=tranche.shares - share))
    return tuple(taken), tuple(rest)


def credited(tranches: Tranches, granted_on: date) -> Tranches:
    """The old schedule read on the grant date: what has vested by then is vested at grant, the rest keeps its dates.

    Authority: §9, "a vesting schedule that is equivalent to what would have been in place" (VST-1).
    """
    vested = sum(tranche.shares for tranche in tranches if tranche.vests_on <= granted_on)
    later = tuple(tranche for tranche in tranches if tranche.vests_on > granted_on)
    return (Tranche(vests_on=granted_on, shares=vested), *later) if vested else later


def renewed(tranches: Tranches, granted_on: date, terms: Terms) -> Tranches:
    """How the option vests that is granted for such an old schedule: as that would have, anew, or later.

    Authority: §9 (VST-1); where the offer's terms say otherwise, these (XCH-2).
    """
    new = terms.exchange.vesting
    match new.kind:
        case "restart":
            return plan_schedule(granted_on, total(tranches), new.schedule or terms.plan.vesting)
        case "extended":
            return _extended(tranches, granted_on, new)
    return credited(tranches, granted_on)


def _extended(tranches: Tranches, granted_on: date, new: NewVesting) -> Tranches:
    """The old schedule with months added to each day, none before the earliest; what is past by then vests at grant.

    Authority: the offer's own terms (XCH-2).
    """
    # So did Google in 2009: twelve months later, vested or not, and none within six months.
    earliest = _months_after(granted_on, new.earliest_months or 0)
    by_day: dict[date, int] = {}
    for tranche in tranches:
        if new.vested == "kept" and tranche.vests_on <= granted_on:
            day = granted_on
        else:
            day = max(_months_after(tranche.vests_on, new.months or 0), earliest)
        by_day[day] = by_day.get(day, 0) + tranche.shares
    return in_order(by_day)


def in_order(by_day: dict[date, int]) -> Tranches:
    """Tranches in order of their days, none of them empty."""
    return tuple(Tranche(vests_on=day, shares=shares) for day, shares in sorted(by_day.items()) if shares)


def total(tranches: Iterable[Tranche]) -> int:
    """The shares of all tranches together."""
    return sum([tranche.shares for tranche in tranches])  # a list: twice as fast, of a few


# Half a million options share a few hundred grant dates.
@lru_cache(maxsize=4096)
def _plan_days(granted_on: date, first_months: int, every_months: int, count: int) -> tuple[date, ...]:
    return tuple(_months_after(granted_on, first_months + nth * every_months) for nth in range(count))


@lru_cache(maxsize=64)
def _plan_parts(count: int, first_percent: Decimal | None) -> tuple[tuple[int, ...], int]:
    """How many parts of the whole have vested with each tranche, and of how many parts the whole is."""
    if first_percent is None:
        return tuple(range(1, count + 1)), count
    first = Fraction(first_percent) / 100
    vested = [first + (1 - first) * Fraction(nth, count - 1) for nth in range(count)]
    whole = lcm(*(each.denominator for each in vested))
    return tuple(int(each * whole) for each in vested), whole


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
