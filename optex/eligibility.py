"""Who may tender, whose tender may be accepted, and who may receive new options: all read from the service record.

Every function takes the periods of service of one holder, in any order. The last day of one counts as in service.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter

from optex import formatting
from optex.calendar import ONE_DAY
from optex.errors import Ruling
from optex.exchange import below_every_tier
from optex.records import Capacity, Grant, Holder, ServicePeriod
from optex.terms import Terms

_PRECEDENCE = (Capacity.EMPLOYEE, Capacity.DIRECTOR, Capacity.CONSULTANT)


def serves(periods: Sequence[ServicePeriod], on: date) -> bool:
    """Whether the holder is in service, in any capacity, on a day. Authority: §1 (ELG-1)."""
    return any(period.first_day <= on and (period.last_day is None or on <= period.last_day) for period in periods)


def capacity_on(periods: Sequence[ServicePeriod], on: date) -> Capacity | None:
    """In which capacity the holder serves on a day: employee before director before consultant where several overlap.

    Authority: Summary Term Sheet, "Eligible Employees other than non-employee directors" (ELG-1, GRT-4).
    """
    served = {period.capacity for period in periods if serves((period,), on)}
    return next((capacity for capacity in _PRECEDENCE if capacity in served), None)


def last_day_as(periods: Sequence[ServicePeriod], capacity: Capacity, on: date) -> date | None:
    """The last day of the unbroken service in one capacity that a day falls in; None while no end of it is known.

    Authority: Summary Term Sheet, "ceases to be a director of the Company" (GRT-4).
    """
    last = on
    for period in sorted((each for each in periods if each.capacity is capacity), key=attrgetter("first_day")):
        if period.first_day > last + ONE_DAY:
            break
        if period.last_day is None:
            return None
        last = max(last, period.last_day)
    return last


def first_gap(periods: Sequence[ServicePeriod], first: date, last: date) -> date | None:
    """The first day from `first` through `last` without service; a change of capacity is no gap, one day without is.

    Authority: §2, §6, §9 (ELG-2).
    """
    day = first
    for period in sorted(periods, key=attrgetter("first_day")):
        if day > last or period.first_day > day:
            break
        if period.last_day is None or period.last_day >= last:
            return None
        day = max(day, period.last_day + ONE_DAY)
    return day if day <= last else None


def may_tender(holder: Holder, periods: Sequence[ServicePeriod], terms: Terms) -> Ruling | None:
    """Why the holder may not tender at all; None for an Eligible Employee.

    Authority: §1 service on the commencement date; §18 excluded jurisdictions (ELG-1, ELG-4).
    """
    if not serves(periods, terms.commences):
        return _not_at_commencement(terms)
    if excluded := excluded_by(holder.jurisdiction, terms):
        where = holder.jurisdiction if lies_in(excluded, holder.jurisdiction) else excluded
        within = "" if where == holder.jurisdiction else f", and {holder.jurisdiction} lies in it"
        return Ruling(rule="ELG-4", reason=f"The offer is not made to holders residing in {where}{within}.")
    return None


def excluded_by(place: str, terms: Terms) -> str | None:
    """The excluded jurisdiction that one is, or lies in; None where the offer is made there. Authority: §18 (ELG-4)."""
    return next((excluded for excluded in terms.excluded_jurisdictions if lies_in(place, excluded)), None)


def lies_in(place: str, wider: str) -> bool:
    """Whether a jurisdiction is another one or lies in it: CA-QC in CA, US-CA not. Authority: §18 (ELG-4)."""
    whole = _parts(wider)
    return _parts(place)[: len(whole)] == whole


def may_lie_in(place: str, excluded: str) -> bool:
    """Whether a jurisdiction is blank, or too wide to tell whether it is an excluded one (ELG-4)."""
    return not lies_in(place, excluded) and (not place.strip() or lies_in(excluded, place))


# Not by case or spacing: a slip of the keyboard must not let the offer into a jurisdiction where it is unlawful.
@lru_cache(maxsize=1024)
def _parts(jurisdiction: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()).casefold() for part in jurisdiction.split("-"))


def may_be_accepted(
    periods: Sequence[ServicePeriod], *, received_on: date, cancelled_on: date, terms: Terms
) -> Ruling | None:
    """Why a tender is void on the cancellation date for want of service, so that the option is not cancelled, or None.

    Authority: §1 service on commencement and on cancellation; §2 who leaves before (ELG-1, ELG-3).
    """
    if not serves(periods, terms.commences):
        return _not_at_commencement(terms)
    gap = first_gap(periods, received_on, cancelled_on)
    if gap is None:
        return None
    if not serves(periods, cancelled_on):
        missing = f"Not in service on {formatting.day(cancelled_on)}, the day the tendered options are cancelled"
        return Ruling(rule="ELG-1", reason=f"{missing}: the tender is void and the option is not cancelled.")
    broken = f"Service was broken between the receipt of the election and the cancellation, on {formatting.day(gap)}"
    return Ruling(rule="ELG-3", reason=f"{broken}: the tender is void and the option is not cancelled.")


def acceptance_void(
    periods: Sequence[ServicePeriod], *, received_on: date, cancelled_on: date, terms: Terms
) -> Ruling | None:
    """Why a tender that was accepted ought not to have been, by what the service record shows now; None where it holds.

    Authority: §1 service on commencement and on cancellation; §2 who leaves before (ELG-1, ELG-3, REC-4).
    """
    found = may_be_accepted(periods, received_on=received_on, cancelled_on=cancelled_on, terms=terms)
    if found is None:
        return None
    void = "the tender was void and the option ought not to have been cancelled"
    if not serves(periods, terms.commences):
        shown = f"no service on {formatting.day(terms.commences)}, the day the offer commenced"
        return Ruling(rule=found.rule, reason=f"The record now shows {shown}: {void}.")
    gap = first_gap(periods, received_on, cancelled_on)
    assert gap is not None, "service that is not broken voids nothing"
    lasting = f"from the receipt of the election through the cancellation on {formatting.day(cancelled_on)}"
    shown = f"no service on {formatting.day(gap)}, though it had to last {lasting}"
    return Ruling(rule=found.rule, reason=f"The record now shows {shown}: {void}.")


def may_receive(periods: Sequence[ServicePeriod], *, received_on: date, granted_on: date) -> Ruling | None:
    """Why a holder whose options were cancelled receives no new ones; None after unbroken service through the grant.

    Authority: §1 "remain an employee, director or consultant" (ELG-2); §2, §9 "you will not receive anything" (ELG-3).
    """
    gap = first_gap(periods, received_on, granted_on)
    if gap is None:
        return None
    if not serves(periods, granted_on):
        first = formatting.day(gap)
        left = f"Service ended before the new options were granted; {first} was the first day without service"
        return Ruling(rule="ELG-3", reason=f"{left}. The promise lapses.")
    broken = "Service was not continuous from the receipt of the election through the grant"
    return Ruling(rule="ELG-2", reason=f"{broken}; {formatting.day(gap)} was the first day without service.")


def _not_at_commencement(terms: Terms) -> Ruling:
    return Ruling(
        rule="ELG-1", reason=f"Not in service on {formatting.day(terms.commences)}, the day the offer commenced."
    )


def in_offer(option: Grant, terms: Terms) -> bool:
    """Whether the offer is about an option: granted by commencement, and then still outstanding (§1, §2, TND-1).

    Where it is exchanged at a ratio, its price is that of some tier (XCH-1).
    """
    outstanding = option.granted_on <= terms.commences and option.outstanding_on(terms.commences)
    return outstanding and not below_every_tier(option, terms.exchange)
