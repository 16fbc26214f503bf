"""Alpha's terms, and a holder, a grant and a promise to go with them: a test states only what matters to it."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from optex.cancellation import Promise
from optex.records import Capacity, Grant, Holder, OptionType, ServicePeriod
from optex.terms import Terms
from optex.terms_reader import parse_terms

ALPHA: dict[str, Any] = {
    "offer": "alpha-2003",
    "issuer": "Alpha Technologies Group, Inc.",
    "commences": "2003-02-28",
    "expires": "2003-03-31T17:00:00",
    "stock": {"symbol": "ATGI", "exchange": "NASDAQ"},
    "plan": {"name": "1994 Stock Plan", "shares_authorized": 2_400_000},
    "contact": {"name": "James Polakiewicz", "email": "options@alpha.example"},
}
_BARE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?)?|\d{2}:\d{2}:\d{2}")


def terms(**changes: Any) -> Terms:
    """Alpha's terms, with keys of offer.toml changed or added; a table, key by key, as a dictionary."""
    return parse_terms(offer_toml(**changes))


def offer_toml(**changes: Any) -> str:
    """The offer.toml of such terms; None leaves a key out."""
    whole = {key: value for key, value in (ALPHA | changes).items() if value is not None}
    tables = {key: ALPHA.get(key, {}) | value for key, value in whole.items() if isinstance(value, dict)}
    text = "".join(f"{key} = {toml(value)}\n" for key, value in whole.items() if key not in tables)
    return text + "\n" + "".join(f"[{name}]\n" + _keys(table) for name, table in tables.items())


def toml(value: Any) -> str:
    """A value as TOML writes it: text that is a date, an instant or a time of day without quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value if isinstance(value, str) and _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _keys(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


def holder(
    holder_id: str = "H1",
    name: str = "Ann Lee",
    email: str = "ann.lee@alpha.example",
    jurisdiction: str = "US-NH",
    voting_percent: str = "0",
) -> Holder:
    return Holder(
        holder_id=holder_id,
        name=name,
        email=email,
        jurisdiction=jurisdiction,
        voting_percent=Decimal(voting_percent),
    )


def period(
    first_day: date = date(1999, 1, 4), last_day: date | None = None, capacity: Capacity = Capacity.EMPLOYEE
) -> ServicePeriod:
    """Service of H1."""
    return ServicePeriod(holder_id="H1", capacity=capacity, first_day=first_day, last_day=last_day)


def grant(
    grant_id: str = "G1",
    *,
    shares: int = 1_000,
    price: str = "4.25",
    granted_on: date = date(2000, 1, 4),
    **changes: Any,
) -> Grant:
    """An ISO of H1 that nothing is exercised of and that expires after ten years."""
    facts = {
        "holder_id": "H1",
        "exercised": 0,
        "type": OptionType.ISO,
        "expires_on": granted_on.replace(year=granted_on.year + 10),
    }
    return Grant(grant_id=grant_id, shares=shares, price=Decimal(price), granted_on=granted_on, **(facts | changes))


def promise(promise_id: str = "P-H1", holder_id: str = "H1", shares: int = 900) -> Promise:
    """A promise of April 1, 2003, the day on which the tendered options were cancelled."""
    return Promise(
        promise_id=promise_id,
        holder_id=holder_id,
        shares=shares,
        issued_on=date(2003, 4, 1),
        not_before=date(2003, 10, 3),
    )
