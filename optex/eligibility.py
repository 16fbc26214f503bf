"""Who may tender, whose tender may be accepted, and who may receive new options: all read from the service record.

Every function takes the periods of service of one holder, in any order. The last day of one counts as in service.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter

from optex import formatting
from optex.calendar import ONE_DAY
from optex.eligible import all_left_out, excluded, service, serving
from optex.errors import Ruling
from optex.records import Capacity, Grant, Holder, HolderRecord, ServicePeriod
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

    Authority: §1 service on the commencement date; §18 excluded jurisdictions (ELG-1, ELG-4, ELG-5).
    """
    if not serves(serving(periods, terms), terms.commences):
        return _not_at_commencement(periods, terms)
    if left_out := excluded(holder.holder_id, terms):
        return left_out
    if place := excluded_by(holder.jurisdiction, terms):
        where = holder.jurisdiction if lies_in(place, holder.jurisdiction) else place
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

    Authority: §1 service on commencement and on cancellation; §2 who leaves before (ELG-1, ELG-3, ELG-5).
    """
    counting = serving(periods, terms)
    if not serves(counting, terms.commences):
        return _not_at_commencement(periods, terms)
    gap = first_gap(counting, received_on, cancelled_on)
    if gap is None:
        return None
    what = service(terms)
    if not serves(counting, cancelled_on):
        missing = f"Not in {what} on {formatting.day(cancelled_on)}, the day the tendered options are cancelled"
        rule = _rule("ELG-1", periods, cancelled_on)
        return Ruling(rule=rule, reason=f"{missing}: the tender is void and the option is not cancelled.")
    between = f"between the receipt of the election and the cancellation, on {formatting.day(gap)}"
    broken = f"{what.capitalize()} was broken {between}"
    rule = _rule("ELG-3", periods, gap)
    return Ruling(rule=rule, reason=f"{broken}: the tender is void and the option is not cancelled.")


def acceptance_void(
    periods: Sequence[ServicePeriod], *, received_on: date, cancelled_on: date, terms: Terms
) -> Ruling | None:
    """Why a tender that was accepted ought not to have been, by what the service record shows now; None where it holds.

    Authority: §1 service on commencement and on cancellation; §2 who leaves before (ELG-1, ELG-3, ELG-5, REC-4).
    """
    found = may_be_accepted(periods, received_on=received_on, cancelled_on=cancelled_on, terms=terms)
    if found is None:
        return None
    counting, what = serving(periods, terms), service(terms)
    void = "the tender was void and the option ought not to have been cancelled"
    if not serves(counting, terms.commences):
        shown = f"no {what} on {formatting.day(terms.commences)}, the day the offer commenced"
        return Ruling(rule=found.rule, reason=f"The record now shows {shown}: {void}.")
    gap = first_gap(counting, received_on, cancelled_on)
    assert gap is not None, "service that is not broken voids nothing"
    lasting = f"from the receipt of the election through the cancellation on {formatting.day(cancelled_on)}"
    shown = f"no {what} on {formatting.day(gap)}, though it had to last {lasting}"
    return Ruling(rule=found.rule, reason=f"The record now shows {shown}: {void}.")


def may_receive(
    periods: Sequence[ServicePeriod], *, received_on: date, granted_on: date, terms: Terms | None = None
) -> Ruling | None:
    """Why a holder whose options were cancelled receives no new ones; None after unbroken service through the grant.

    By the `terms` that service is one in a capacity to which the offer is open; without them, as of a grant that is
    only deferred (LCK-1), it is any.
    Authority: §1 "remain an employee, director or consultant" (ELG-2, ELG-5); §2, §9 "you will not receive anything"
    (ELG-3).
    """
    counting = serving(periods, terms) if terms else periods
    gap = first_gap(counting, received_on, granted_on)
    if gap is None:
        return None
    what = service(terms).capitalize() if terms else "Service"
    first = f"{formatting.day(gap)} was the first day without {'it' if serves(periods, gap) else 'service'}"
    if not serves(counting, granted_on):
        left = f"{what} ended before the new options were granted; {first}"
        return Ruling(rule=_rule("ELG-3", periods, gap), reason=f"{left}. The promise lapses.")
    broken = f"{what} was not continuous from the receipt of the election through the grant"
    return Ruling(rule=_rule("ELG-2", periods, gap), reason=f"{broken}; {first}.")


def _rule(otherwise: str, periods: Sequence[ServicePeriod], on: date) -> str:
    """By which rule service is wanting on a day: of whoever serves all the same, by the capacity (ELG-5)."""
    return "ELG-5" if serves(periods, on) else otherwise


def _not_at_commencement(periods: Sequence[ServicePeriod], terms: Terms) -> Ruling:
    wanting = f"Not in {service(terms)} on {formatting.day(terms.commences)}, the day the offer commenced."
    return Ruling(rule=_rule("ELG-1", periods, terms.commences), reason=wanting)


def in_offer(option: Grant, terms: Terms) -> bool:
    """Whether an option was granted by the commencement, and then still outstanding (§1, §2, TND-1).

    Whether it is of the class that the offer is for is another matter (ELG-5).
    """
    return option.granted_on <= terms.commences and option.outstanding_on(terms.commences)


def grants_in_offer(record: HolderRecord, terms: Terms) -> dict[str, Grant]:
    """The options of a holder that the offer is about, as they are now, by id (§1, §2, TND-1, ELG-5)."""
    out = all_left_out(record.told_grants, terms)
    return {key: grant for key, grant in record.grants.items() if key not in out and in_offer(grant, terms)}


def nothing_of_the_class(record: HolderRecord, terms: Terms) -> Ruling | None:
    """Why a holder of options may tender none of them: they are not of the class that the offer is for (ELG-5)."""
    if grants_in_offer(record, terms):
        return None
    out = all_left_out(record.told_grants, terms)
    held = [out[key].reason for key, grant in record.grants.items() if in_offer(grant, terms)]
    return Ruling(rule="ELG-5", reason=formatting.first_sentences(held)) if held else None
