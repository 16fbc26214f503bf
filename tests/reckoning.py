"""What an offer must come to, counted slowly and by itself: day by day, share by share, without the rules' own code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

from infra.folder.arrivals import ArrivalQueue
from infra.folder.script import ScriptEntry
from optex.action import Action
from optex.records import Capacity, Grant, OptionType, ServicePeriod, Tranche
from optex.terms import Terms
from tests.strategies import Tale

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
FEDERAL, NASDAQ = holidays.country_holidays("US"), holidays.financial_holidays("NASDAQ")


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in FEDERAL


def last_call(expires: datetime, terms: Terms) -> datetime:
    """8 a.m. of the business day after the last day, by whichever clock it is earliest; midnight ends a day."""
    day = (expires - timedelta(seconds=1)).astimezone(terms.zone).date() + DAY
    while not is_business_day(day):
        day += DAY
    return min(datetime.combine(day, time(8), tzinfo=zone) for zone in (terms.zone, NEW_YORK))


def waited_until(cancelled_on: date, terms: Terms) -> date:
    """The first day after the months and days of waiting; a day that a month does not have is the first of the next."""
    months, days = terms.waiting.months, terms.waiting.days
    if terms.waiting.begins == "on_cancellation":
        return cancelled_on + relativedelta(months=months) + days * DAY
    begins = cancelled_on + DAY
    reached = (begins.replace(day=1) + relativedelta(months=months)) + (begins.day - 1) * DAY
    clamped = begins + relativedelta(months=months)
    return (clamped if clamped.day == begins.day else reached.replace(day=1)) + days * DAY


def is_grant_day(day: date) -> bool:
    return is_business_day(day) and day not in NASDAQ


def service_known(tale: Tale, until: datetime) -> dict[str, list[ServicePeriod]]:
    """The spells of every holder as they had been told by an instant: an end is told once it has come."""
    folder, commences = tale.folder, tale.terms.commences
    known: dict[tuple[str, str, date], ServicePeriod] = {}

    def told(holder_id: str, capacity: str, first: date, last: date | None) -> None:
        period = ServicePeriod(holder_id=holder_id, capacity=Capacity(capacity), first_day=first, last_day=last)
        known[holder_id, capacity, first] = period

    for period in folder.service_periods:
        if period.first_day <= commences:
            ended = period.last_day is not None and period.last_day < commences
            told(period.holder_id, period.capacity.value, period.first_day, period.last_day if ended else None)
    for arrival in ArrivalQueue(folder).arrivals:
        if arrival.at <= until and isinstance(arrival.thing, ServicePeriod):
            period = arrival.thing
            told(period.holder_id, period.capacity.value, period.first_day, period.last_day)
        elif (
            arrival.at <= until
            and isinstance(arrival.thing, ScriptEntry)
            and arrival.thing.action.verb == "service-set"
        ):
            data = arrival.thing.action.data
            last = date.fromisoformat(data["to"]) if "to" in data else None
            told(data["holder"], data["capacity"], date.fromisoformat(data["from"]), last)
    periods = defaultdict(list)
    for period in known.values():
        periods[period.holder_id].append(period)
    return periods


def service_told(tale: Tale, holder_id: str) -> list[datetime]:
    """When something of a holder's service was told, after the opening."""
    told = []
    for arrival in ArrivalQueue(tale.folder).arrivals:
        thing = arrival.thing
        period = isinstance(thing, ServicePeriod) and thing.holder_id == holder_id
        set_ = isinstance(thing, ScriptEntry) and thing.action.verb == "service-set"
        if period or (set_ and thing.action.data["holder"] == holder_id):
            told.append(arrival.at)
    return told


def counting(periods: Iterable[ServicePeriod], terms: Terms) -> list[ServicePeriod]:
    """The service in a capacity to which the offer is open."""
    return [period for period in periods if period.capacity.value in terms.eligible.capacities]


def is_eligible(told: Grant, terms: Terms) -> bool:
    """Whether the offer is for an option, as it was told before any split."""
    before = terms.eligible.granted_before
    in_time = told.granted_on <= terms.commences and (before is None or told.granted_on < before)
    return (
        in_time and told.price >= terms.eligible.minimum_price and told.holder_id not in terms.eligible.excluded_holders
    )


def serves(periods: Iterable[ServicePeriod], on: date) -> bool:
    return any(s.first_day <= on and (s.last_day is None or on <= s.last_day) for s in periods)


def serves_throughout(periods: Sequence[ServicePeriod], first: date, last: date) -> bool:
    return all(serves(periods, first + n * DAY) for n in range((last - first).days + 1))


def days_of(grant: Grant, terms: Terms) -> list[date]:
    """The day on which each share of a grant vests, in order."""
    if grant.vesting:
        return [tranche.vests_on for tranche in grant.vesting for _ in range(tranche.shares)]
    return planned_days(grant.granted_on, grant.shares, terms)


def planned_days(granted_on: date, shares: int, terms: Terms) -> list[date]:
    plan = terms.plan.vesting
    days = [granted_on + relativedelta(months=plan.first_months + n * plan.every_months) for n in range(plan.tranches)]
    return [
        next(day for n, day in enumerate(days, start=1) if shares * n // plan.tranches >= share)
        for share in range(1, shares + 1)
    ]


def divided(grant: Grant, part: int, terms: Terms) -> tuple[list[date], list[date]]:
    """The vesting days of the cancelled shares, and of those that are left, pro rata by cumulative floor."""
    left = days_of(grant, terms)[grant.exercised :]
    cancelled, kept = [], []
    for nth, day in enumerate(left, start=1):
        (cancelled if nth * part // len(left) > (nth - 1) * part // len(left) else kept).append(day)
    return cancelled, kept


def scaled(days: list[date], by: Fraction) -> list[date]:
    """The vesting day of every share after a split: each boundary floored."""
    return [day for nth, day in enumerate(days, start=1) for _ in range(int(nth * by) - int((nth - 1) * by))]


def given(shares: int, told: Grant, terms: Terms) -> int:
    """The new shares for so many of a grant, by its price as it was told, before any split."""
    if not terms.exchange.ratio:
        return shares
    reached = [tier for tier in terms.exchange.ratio if tier.price_from <= told.price]
    if not reached:
        return 0
    exact = Decimal(shares) * reached[-1].new / reached[-1].old
    return int(exact.to_integral_value(ROUND_HALF_UP if terms.exchange.rounding == "nearest" else ROUND_DOWN))


def reaches_a_tier(told: Grant, terms: Terms) -> bool:
    tiers = terms.exchange.ratio
    return not tiers or told.price >= min(tier.price_from for tier in tiers)


def exchanged(days: list[date], new: int) -> list[date]:
    """The vesting day of every new share, of days of the old ones: pro rata by cumulative floor."""
    return [
        day
        for nth, day in enumerate(days, start=1)
        for _ in range(nth * new // len(days) - (nth - 1) * new // len(days))
    ]


Splits = Sequence[tuple[date, Fraction]]
"""From which day each split counts, and how many shares it makes of one."""


def splits_told(actions: Iterable[Action]) -> list[tuple[datetime, date, Fraction]]:
    """When each split was told, its day, and how many shares it makes of one."""
    return [
        (action.at, date.fromisoformat(action.data["on"]), Fraction(action.data["new"], action.data["old"]))
        for action in actions
        if action.verb == "split"
    ]


def split_ratio(splits: Splits, after: date, through: date) -> Fraction:
    by = Fraction(1)
    for on, ratio in splits:
        by *= ratio if after < on <= through else 1
    return by


def adjusted(grant: Grant, by: Fraction, terms: Terms) -> Grant:
    """A grant after a split: what is exercised and what is left counted share by share, the price up to the cent."""
    if by == 1:
        return grant
    days = days_of(grant, terms)
    used, left = scaled(days[: grant.exercised], by), scaled(days[grant.exercised :], by)
    cents, worth = (value * by.denominator / by.numerator for value in (grant.price * 100, grant.value_at_grant))
    return replace(
        grant,
        shares=len(used) + len(left),
        exercised=len(used),
        price=cents.to_integral_value(ROUND_UP) / 100,
        fmv=worth.quantize(Decimal("0.000001"), ROUND_UP),
        vesting=tuple(Tranche(vests_on=day, shares=n) for day, n in sorted(Counter(used + left).items())),
    )


class IsoLimit:
    """$100,000 a holder and calendar year of first exercise, taken up share by share."""

    def __init__(self, grants: Sequence[Grant], cancelled: dict[str, int], cancelled_on: date, terms: Terms) -> None:
        self.used: Counter[int] = Counter()
        for grant in sorted(grants, key=lambda each: (each.granted_on, each.grant_id)):
            if grant.type is not OptionType.ISO:
                continue
            counting = days_of(grant, terms)
            if part := cancelled.get(grant.grant_id):
                for day in divided(grant, part, terms)[0]:
                    if day.year > cancelled_on.year:
                        counting.remove(day)
            for day in counting:
                self.takes(day, grant.value_at_grant)

    def takes(self, day: date, value: Decimal) -> bool:
        """Whether a share that becomes exercisable on a day still fits; if so it is counted."""
        if self.used[day.year] + value > 100_000:
            return False
        self.used[day.year] += value
        return True


def new_price(close: Decimal, type_: OptionType, voting_percent: Decimal) -> Decimal:
    """The close, to an owner of more than a tenth 110% of it for an ISO, up to the next cent."""
    if type_ == OptionType.ISO and voting_percent > 10:
        return (close * Decimal("1.1")).quantize(Decimal("0.01"), rounding=ROUND_UP)
    return close
