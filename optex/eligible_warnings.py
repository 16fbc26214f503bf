"""What the eligibility that an offer's terms state gives cause to warn of, before it opens (ELG-5)."""

from collections.abc import Iterable, Iterator, Sequence

from optex.eligibility import in_offer, serves
from optex.eligible import left_out, open_to, serving, the_class
from optex.formatting import count, first_few
from optex.records import Grant, ServicePeriod
from optex.terms import Terms

_NOT_TO_ALL = (
    "the offer is not made to all holders of options: Rule 13e-4(f)(8) is exempted from, by the SEC's order of March "
    "21, 2001, only where the issuer may use Form S-8, the options and what is given for them are under an employee "
    "benefit plan, the exchange is for compensatory purposes, and the offer discloses its essential features and "
    "significance, with the risks, to those who decide"
)


def not_to_everyone(terms: Terms) -> Iterator[str]:
    """That the terms leave somebody or something out, and under which conditions they may.

    Authority: Rule 13e-4(f)(8)(i); the SEC's exemptive order of March 21, 2001 (ELG-5).
    """
    if open_to(terms) or the_class(terms) or terms.eligible.excluded_holders:
        yield _NOT_TO_ALL
    if terms.eligible.excluded_holders and not terms.eligible.excluded_because.strip():
        yield "excluded_holders without excluded_because: they are told that they are excluded, and not why"


def left_out_of(terms: Terms, grants: Sequence[Grant], periods: Iterable[ServicePeriod]) -> Iterator[str]:
    """Whose and which options the terms leave out, and where that leaves nobody or nothing (ELG-5)."""
    held = [grant for grant in grants if in_offer(grant, terms)]
    if (kind := the_class(terms)) and held:
        others = [grant.grant_id for grant in held if left_out(grant, terms)]
        if len(others) == len(held):
            yield f"there is no option {kind}: nothing can be tendered"
        elif others:
            yield f"the offer is for options {kind}: {count(len(others), 'grant')} not in it ({first_few(others)})"
    served = [period for period in periods if serves((period,), terms.commences)]
    of_holders = {grant.holder_id for grant in held}
    everyone = {period.holder_id for period in served} & of_holders
    counting = {period.holder_id for period in serving(served, terms)} & of_holders
    if everyone and not counting:
        yield f"none of the holders of options is among the {open_to(terms)} on {terms.commences}: no offer is made"
    elif others_serve := sorted(everyone - counting):
        number = count(len(others_serve), "holder")
        yield f"{number} of options not among the {open_to(terms)} on commencement ({first_few(others_serve)})"
