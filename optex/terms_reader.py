"""The text of offer.toml becomes its terms, or every fault found in it; so do some of its keys alone."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any

import holidays
from pydantic import AfterValidator, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from optex.clock import YEARS
from optex.errors import BadData, Fault
from optex.fields import A_LINE, OF_FILE
from optex.mail_address import AN_ADDRESS, takes_letters
from optex.terms import Terms
from optex.toml import Document, read_toml
from optex.unknown_key import unknown_key
from optex.visible import quoted, unseen


def parse_terms(text: str, file: str = "offer.toml") -> Terms:
    """The terms that a TOML text states; BadData with every fault by line and key."""
    read = read_toml(text, file)
    return terms_of(read.data, read, file)


def terms_of(data: Mapping[str, Any], read: Document, file: str) -> Terms:
    """The terms that data state, read in a file whole or in part; BadData with every fault by line and key."""
    try:
        terms = Terms.model_validate(data)
    except ValidationError as error:
        raise BadData([_fault(file, read, dict(details)) for details in error.errors()]) from error
    faults = [
        Fault(file=file, line=read.line(key.split(".")), column=key, problem=problem, expected=expected)
        for key, problem, expected in [*_unreadable(data), *(_off_the_calendar(terms) or _contradictions(terms))]
    ]
    if faults:
        raise BadData(faults)
    return terms


def read_some_terms(text: str, file: str) -> Document:
    """What a text states of the terms, some keys only; BadData with what is wrong with each of them by itself."""
    read = read_toml(text, file)
    try:
        Terms.model_validate(read.data)
    except ValidationError as error:
        # What is left out stands as it is, but for an entry of a list, which is stated whole; whether keys agree with
        # each other is known when all of them are there.
        faults = [
            _fault(file, read, dict(details))
            for details in error.errors()
            if details["type"] != "value_error"
            and (details["type"] != "missing" or any(isinstance(part, int) for part in details["loc"]))
        ]
        if faults:
            raise BadData(sorted(faults, key=lambda fault: fault.line)) from error
    return read


def _readable(text: str, info: ValidationInfo) -> str:
    """What can be read now; what is on record has no context, and is as it is."""
    if info.context:
        try:
            read_some_terms(text, STATED)
        except BadData as error:
            told = {"problem": "; ".join(map(str, error.faults)), "expected": "the changed keys of offer.toml"}
            raise PydanticCustomError("terms", "{problem}", told) from None
    return text


STATED = "terms"
"""What the text of some terms is called in a fault, where it came in no file."""
SomeTerms = Annotated[str, AfterValidator(_readable), OF_FILE]


def _unreadable(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str, str]]:
    """Texts that hold what cannot be seen, or more than letters have room for."""
    for key, value in table.items():
        path = within + key
        if isinstance(value, dict):
            yield from _unreadable(value, f"{path}.")
        elif isinstance(value, list):
            yield from _unreadable({str(n): each for n, each in enumerate(value)}, f"{path}.")
        elif isinstance(value, str):
            if bad := unseen(value, lines=path == "contact.address"):
                yield path, f"holds {bad}, which cannot be seen", A_LINE
            elif len(value) > 300:
                yield path, f"has {len(value)} characters", A_LINE


def _off_the_calendar(terms: Terms) -> list[tuple[str, str, str]]:
    found = [
        (key, f"{year} is not a year of our calendar", "a year from 1950 to 2150")
        for key, year in (
            ("commences", terms.commences.year),
            ("expires", terms.expires.year),
            ("plan.adopted", (terms.plan.adopted or terms.commences).year),
        )
        if year not in YEARS
    ]
    schedules = {"plan.vesting": terms.plan.vesting, "exchange.vesting": terms.exchange.vesting.schedule}
    for key, vesting in schedules.items():
        if vesting and (months := vesting.first_months + (vesting.tranches - 1) * vesting.every_months) > 1000:
            found.append((f"{key}.tranches", f"would vest over {months:,} months", "at most 1,000 months"))
    return found


def _contradictions(terms: Terms) -> list[tuple[str, str, str]]:
    found = []
    if terms.expires <= max(terms.opens, terms.begins):
        found.append(("expires", "is not after the offer opens", "an instant after commencement"))
    if not takes_letters(terms.contact.email):
        found.append(("contact.email", f"{terms.contact.email!r} cannot be taken", AN_ADDRESS))
    if "web" in terms.ways and not terms.contact.page:
        found.append(("contact.page", "missing, though forms may come on the web page", "the address of the page"))
    found += _odd_class(terms)
    if len(set(terms.reminders)) != len(terms.reminders):
        found.append(("reminders", "names a day twice", "each number of business days once"))
    for n, tier in enumerate(terms.exchange.ratio):
        if tier.new > tier.old:  # so that nothing is promised that the cancellation has not returned to the pool
            for_old = f"gives {tier.new:,} new shares for {tier.old:,}"
            found.append((f"exchange.ratio.{n}.new", for_old, "at most as many new shares as old ones"))
    prices = [tier.price_from for tier in terms.exchange.ratio]
    for n, (before, price) in enumerate(pairwise(prices), start=1):
        if price <= before:
            stands = f"{price} stands after {before}" if price < before else f"{price} is that of the tier before"
            found.append((f"exchange.ratio.{n}.price_from", stands, "tiers by rising price, each price once"))
    found += _vesting_contradictions(terms)
    try:
        holidays.financial_holidays(terms.stock.exchange)
    except NotImplementedError:  # as the library has it of an exchange that it does not know
        expected = '"NASDAQ", "NYSE" or another code of holidays.financial_holidays'
        found.append(("stock.exchange", f"{terms.stock.exchange!r} is not a known exchange", expected))
    return found


def _odd_class(terms: Terms) -> Iterator[tuple[str, str, str]]:
    """Days and holders by which no class of options, or no look-back, can be told."""
    eligible, first = terms.eligible, terms.lookback_from
    if not eligible.capacities:
        yield "eligible.capacities", "names none", "at least one of employee, director, consultant"
    if eligible.granted_before and eligible.granted_before > terms.commences:
        problem = f"{eligible.granted_before} is after the commencement"
        yield "eligible.granted_before", problem, f"a day by {terms.commences}: later grants are in no offer"
    if len(set(eligible.excluded_holders)) != len(eligible.excluded_holders):
        yield "eligible.excluded_holders", "names a holder twice", "each holder once"
    if first and first > terms.commences:
        key = "lookback.since" if terms.lookback.since else "lookback.from"
        yield key, f"the look-back would begin on {first}", f"a window that begins by {terms.commences}"


# The keys of [exchange.vesting] by the kind that they belong to.
_OF_RESTART = ("first_months", "every_months", "tranches", "first_percent")
_OF_EXTENSION = ("months", "vested", "earliest_months")


def _vesting_contradictions(terms: Terms) -> Iterator[tuple[str, str, str]]:
    """A cliff without tranches after it, and in [exchange.vesting] what its kind does not have or cannot do without."""
    new, plan = terms.exchange.vesting, terms.plan.vesting
    kinds = {"restart": _OF_RESTART, "extended": _OF_EXTENSION}
    for kind, keys in kinds.items():
        for key in keys:
            if getattr(new, key) is not None and new.kind != kind:
                yield f"exchange.vesting.{key}", f'is no key of kind = "{new.kind}"', f'kind = "{kind}" with it'
    if new.kind == "extended" and new.months is None:
        yield "exchange.vesting.months", "missing", "how many months are added to each vesting date"
    stated = [key for key in _OF_RESTART if getattr(new, key) is not None]
    if new.kind == "restart" and stated:
        for key in _OF_RESTART[:3]:
            if key not in stated:
                yield f"exchange.vesting.{key}", "missing", "all of a schedule, or none of it: the plan's own then"
    for path, percent, tranches in (
        ("plan.vesting", plan.first_percent, plan.tranches),
        ("exchange.vesting", new.first_percent, new.tranches),
    ):
        if percent is not None and tranches == 1:
            yield f"{path}.first_percent", "leaves shares over, for there is one tranche", "two tranches or more"


_EXPECTED = {
    "date_type": "a date such as 2003-02-28, without quotes",
    "datetime_type": "a date and time such as 2003-03-31T17:00:00, without quotes",
    "time_type": "a time such as 09:00:00, without quotes",
    "string_type": "a text in quotes",
    "int_type": "a whole number",
}


def _fault(file: str, read: Document, error: dict[str, Any]) -> Fault:
    path = tuple(str(part) for part in error["loc"])
    kind, value = error["type"], error["input"]
    if kind == "instant":
        told = error["ctx"]
        return Fault(
            file=file, line=read.line(path), column=path[0], problem=told["problem"], expected=told["expected"]
        )
    if kind == "missing":
        problem, expected = "missing", "a value: the key is required"
    elif kind == "extra_forbidden":
        problem, expected = unknown_key(Terms, path)
    else:
        problem = f"{quoted(value)} cannot be taken"
        expected = _EXPECTED.get(kind) or error["msg"].removeprefix("Input should be ").removeprefix("Value should ")
    return Fault(file=file, line=read.line(path), column=".".join(path), problem=problem, expected=expected)
