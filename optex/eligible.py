"""Whom the offer is made to and which options it is for, where its terms narrow that: `[eligible]`.

Authority: the offer's own terms; Rule 13e-4(f)(8), from which the SEC's order of March 21, 2001 exempts (ELG-5).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from optex import formatting
from optex.errors import Ruling
from optex.records import Capacity, Grant, ServicePeriod
from optex.terms import Terms

_ALL = frozenset(Capacity)
_NOTHING: Mapping[str, Ruling] = MappingProxyType({})


def serving(periods: Sequence[ServicePeriod], terms: Terms) -> Sequence[ServicePeriod]:
    """The service that counts for the offer: that in a capacity to which it is open (ELG-5)."""
    open_to = terms.eligible.capacities
    return periods if _ALL.issubset(open_to) else [period for period in periods if period.capacity in open_to]


def service(terms: Terms) -> str:
    """The service that counts, in words: service, or service as an employee or a director (ELG-5)."""
    return f"service as {serving_as(terms)}" if serving_as(terms) else "service"


@lru_cache(maxsize=64)
def serving_as(terms: Terms) -> str:
    """As what a holder must serve, in words: an employee or a director; "" where any capacity will do (ELG-5)."""
    if _ALL.issubset(terms.eligible.capacities):
        return ""
    return formatting.one_of([formatting.capacity(each) for each in _open_to(terms)])


def open_to(terms: Terms) -> str:
    """The holders that the offer is made to by their capacity, in words; "" where it is made to all of them (ELG-5)."""
    if _ALL.issubset(terms.eligible.capacities):
        return ""
    return formatting.listed([f"{each}s" for each in _open_to(terms)])


def _open_to(terms: Terms) -> list[Capacity]:
    return [each for each in Capacity if each in terms.eligible.capacities]


def excluded(holder_id: str, terms: Terms) -> Ruling | None:
    """Why the offer is not made to a holder whom its terms leave out by id; None of any other (ELG-5)."""
    if holder_id not in terms.eligible.excluded_holders:
        return None
    because = terms.eligible.excluded_because.strip().rstrip(".")
    return Ruling(rule="ELG-5", reason=f"Excluded by the terms of the offer{because and ': '}{because}.")


def left_out(grant: Grant, terms: Terms) -> Ruling | None:
    """Why an option is not of the class that the offer is for; None where it is. It is read as before any split."""
    eligible = terms.eligible
    if grant.price < lowest_price(terms):
        reason = f"has an exercise price of {formatting.money(grant.price)}"
    elif eligible.granted_before and grant.granted_on >= eligible.granted_before:
        reason = f"was granted on {formatting.day(grant.granted_on)}"
    else:
        return None
    return Ruling(
        rule="ELG-5", reason=f"Option {grant.grant_id} {reason}; the offer is for options {the_class(terms)}."
    )


def lowest_price(terms: Terms) -> Decimal:
    """The lowest exercise price of the class: none that is below every tier of the ratio is in it (ELG-5, XCH-1)."""
    tiers = terms.exchange.ratio
    return max(terms.eligible.minimum_price, tiers[0].price_from) if tiers else terms.eligible.minimum_price


def all_left_out(grants: Mapping[str, Grant], terms: Terms) -> Mapping[str, Ruling]:
    """The options of a holder that are not of the class that the offer is for, each with the reason (ELG-5)."""
    if not the_class(terms):
        return _NOTHING
    return {key: why for key, grant in grants.items() if (why := left_out(grant, terms))}


@lru_cache(maxsize=64)
def the_class(terms: Terms) -> str:
    """The options that the offer is for, in words; "" where it is for every one granted by its commencement (ELG-5)."""
    price, before = lowest_price(terms), terms.eligible.granted_before
    words = [f"with an exercise price of {formatting.money(price)} or more"] if price else []
    return " ".join([*words, *([f"granted before {formatting.day(before)}"] if before else [])])
