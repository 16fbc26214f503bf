"""The vesting terms of OCF as exact tranches, where they can be: chains of dates, and events that have come."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from infra.ocf.item import Item
from optex.vesting import Tranches, in_order


class NoTranches(Exception):
    """Vesting terms from which no exact tranches follow, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Come:
    """What has come of the conditions of one security: the day of its start, and those of its events."""

    started: Mapping[str, date]
    events: Mapping[str, date]


Part = tuple[date, Fraction]


def tranches_of(terms: Item, shares: int, come: Come) -> Tranches:
    """The tranches of a security under vesting terms; NoTranches where a day or a number does not follow from them."""
    conditions = _conditions(terms)
    later = {each for condition in conditions.values() for each in _next(condition)}
    firsts = [key for key in conditions if key not in later]
    if len(firsts) != 1:
        raise NoTranches("does not begin with one condition")
    parts: list[Part] = []
    days: dict[str, date] = {}
    key: str | None = firsts[0]
    while key is not None:
        if key in days or key not in conditions:
            raise NoTranches(f"condition {key} comes twice, or is not among them")
        condition = conditions[key]
        vests_on = _days(condition, days, come)
        days[key] = vests_on[-1]
        for day in vests_on:
            parts.append((day, _part(condition, shares, sum((part for _, part in parts), Fraction(0)))))
        following = _next(condition)
        if len(following) > 1:
            raise NoTranches(f"after condition {key} there are several")
        key = following[0] if following else None
    return _allocated(parts, shares, str(terms.data.get("allocation_type")))


def _conditions(terms: Item) -> dict[str, dict[str, Any]]:
    found = terms.data.get("vesting_conditions")
    if not isinstance(found, list) or not all(isinstance(each, dict) and "id" in each for each in found):
        raise NoTranches("has no list of conditions")
    return {str(each["id"]): each for each in found}


def _next(condition: dict[str, Any]) -> list[str]:
    found = condition.get("next_condition_ids") or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise NoTranches(f"condition {condition['id']} does not say what comes after it")
    return found


def _days(condition: dict[str, Any], days: Mapping[str, date], come: Come) -> list[date]:
    """The days of a condition, in order: one, or one for each time that its period comes again."""
    key, trigger = str(condition["id"]), condition.get("trigger")
    kind = trigger.get("type") if isinstance(trigger, dict) else None
    if not isinstance(trigger, dict) or kind not in _KNOWN:
        raise NoTranches(f"condition {key} has no trigger that is known")
    if kind == "VESTING_SCHEDULE_RELATIVE":
        base = days.get(str(trigger.get("relative_to_condition_id")))
        period = trigger.get("period")
        if base is None or not isinstance(period, dict):
            raise NoTranches(f"condition {key} counts from a condition that does not come before it")
        return _periods(key, base, period)
    if kind == "VESTING_SCHEDULE_ABSOLUTE":
        try:
            return [date.fromisoformat(trigger.get("date") or trigger.get("at") or "")]
        except ValueError:
            raise NoTranches(f"condition {key} has no date") from None
    found = come.started.get(key) if kind == "VESTING_START_DATE" else come.events.get(key)
    if found is None:
        told = "has not started" if kind == "VESTING_START_DATE" else "waits for an event"
        raise NoTranches(f"condition {key} {told}")
    return [found]


_KNOWN = ("VESTING_START_DATE", "VESTING_SCHEDULE_ABSOLUTE", "VESTING_SCHEDULE_RELATIVE", "VESTING_EVENT")


def _periods(key: str, base: date, period: dict[str, Any]) -> list[date]:
    length, times = period.get("length"), period.get("occurrences", period.get("repetitions"))
    if not isinstance(length, int) or not isinstance(times, int) or not (0 <= length <= 1200 and 1 <= times <= 1200):
        raise NoTranches(f"condition {key} has no length and number of periods")
    if period.get("cliff_installment"):
        raise NoTranches(f"condition {key} holds its first periods back")
    try:
        if period.get("type") == "DAYS":
            return [base + timedelta(days=length * nth) for nth in range(1, times + 1)]
        if period.get("type") == "MONTHS":
            day = _day_of_month(key, base, str(period.get("day_of_month")))
            return [_after(base, length * nth, day) for nth in range(1, times + 1)]
    except (OverflowError, ValueError):
        raise NoTranches(f"condition {key} leaves the calendar") from None
    raise NoTranches(f"condition {key} counts neither days nor months")


def _day_of_month(key: str, base: date, stated: str) -> int:
    if stated.startswith("VESTING_START_DAY"):
        return base.day
    if stated[:2].isdigit() and 1 <= int(stated[:2]) <= 31:
        return int(stated[:2])
    raise NoTranches(f"condition {key} does not say on which day of the month")


def _after(base: date, months: int, day: int) -> date:
    years, month = divmod(base.month - 1 + months, 12)
    year = base.year + years
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _part(condition: dict[str, Any], shares: int, vested: Fraction) -> Fraction:
    """How many shares a condition vests each time, before any rounding."""
    try:
        if (portion := condition.get("portion")) is not None:
            whole = shares - vested if portion.get("remainder") else Fraction(shares)
            return whole * Fraction(portion["numerator"]) / Fraction(portion["denominator"])
        return Fraction(condition.get("quantity") or "0")
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        raise NoTranches(f"condition {condition['id']} has no portion and no quantity") from None


def _allocated(parts: list[Part], shares: int, allocation: str) -> Tranches:
    """Whole shares of the parts, by the way in which fractions are allocated."""
    parts = [part for part in parts if part[1]]
    total = sum((part for _, part in parts), Fraction(0))
    if total != shares:
        raise NoTranches(f"comes to {float(total):,.2f} of {shares:,} shares")
    whole = _whole([part for _, part in parts], shares, allocation)
    by_day: dict[date, int] = {}
    for (day, _), each in zip(parts, whole, strict=True):
        by_day[day] = by_day.get(day, 0) + each
    return in_order(by_day)


def _whole(parts: list[Fraction], shares: int, allocation: str) -> list[int]:
    if allocation in ("CUMULATIVE_ROUNDING", "CUMULATIVE_ROUND_DOWN"):
        half = Fraction(1, 2) if allocation == "CUMULATIVE_ROUNDING" else Fraction(0)
        whole, done, boundary = [], 0, Fraction(0)
        for part in parts:
            boundary += part
            upto = floor(boundary + half)
            whole.append(upto - done)
            done = upto
        return whole
    whole = [floor(part) for part in parts]
    left = shares - sum(whole)
    if allocation == "FRACTIONAL" and left:
        raise NoTranches("allocates fractions of a share")
    order = list(range(len(parts)))
    for nth in order[:left] if allocation == "FRONT_LOADED" else order[len(order) - left :]:
        if allocation in ("FRONT_LOADED", "BACK_LOADED"):
            whole[nth] += 1
    if allocation == "FRONT_LOADED_TO_SINGLE_TRANCHE":
        whole[0] += left
    elif allocation == "BACK_LOADED_TO_SINGLE_TRANCHE":
        whole[-1] += left
    if sum(whole) != shares:
        raise NoTranches(f"allocates by {allocation}, which is not known")
    return whole
