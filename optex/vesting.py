"""When the shares of an option become exercisable: schedules, what is left of them, their division and their credit."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from optex.records import Grant, Tranche
from optex.terms import Vesting

Tranches = tuple[Tranche, ...]


def plan_schedule(granted_on: date, shares: int, vesting: Vesting) -> Tranches:
    """The plan's own schedule: equal tranches by cumulative floor, at whole months counted from the grant date itself.

    Authority: §9, "one-third of the shares subject to the option after twelve months" (VST-1).
    """
    return _plan_tranches(granted_on, shares, vesting.first_months, vesting.every_months, vesting.tranches)


# What is cancelled is checked right afterwards, and an ISO counted: an option's schedule is asked for several times.
@lru_cache(maxsize=1 << 15)
def _plan_tranches(granted_on: date, shares: int, first_months: int, every_months: int, count: int) -> Tranches:
    days = _plan_days(granted_on, first_months, every_months, count)
    tranches = []
    done = 0
    for nth, day in enumerate(days, start=1):
        boundary = shares if day == days[-1] else shares * nth // count
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


def in_order(by_day: dict[date, int]) -> Tranches:
    """Tranches in order of their days, none of them empty."""
    return tuple(Tranche(vests_on=day, shares=shares) for day, shares in sorted(by_day.items()) if shares)


def total(tranches: Iterable[Tranche]) -> int:
    """The shares of all tranches together."""
    return sum(tranche.shares for tranche in tranches)


# Half a million options share a few hundred grant dates.
@lru_cache(maxsize=4096)
def _plan_days(granted_on: date, first_months: int, every_months: int, count: int) -> tuple[date, ...]:
    return tuple(_months_after(granted_on, first_months + nth * every_months) for nth in range(count))


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
