"""What is on record as an offer's files would state it, cell by cell, so that the two can be told apart (REC-3)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import singledispatch

from optex.fields import DAY, EXACT, ID, WHOLE
from optex.market import Quote
from optex.records import Form, FormLine, Grant, Holder, ServicePeriod, Tranche

Cells = dict[str, str]
"""The columns of a row by their names in the files; a blank cell is ""."""
Changes = dict[str, tuple[str, str]]
"""The columns that differ, each with the cell that was and the cell that is."""

COLUMNS = {
    "holder_id": "holder",
    "name": "name",
    "email": "e-mail",
    "jurisdiction": "jurisdiction",
    "voting_percent": "voting percentage",
    "granted_on": "grant date",
    "shares": "shares",
    "exercised": "shares exercised",
    "price": "exercise price",
    "type": "type",
    "expires_on": "expiry",
    "vesting": "vesting",
    "fmv": "fair market value at grant",
    "kind": "kind",
    "received_at": "received",
    "signed_on": "date signed",
    "signed_as": "signature",
    "channel": "channel",
    "title": "title",
    "authority": "evidence of authority",
    "options": "options",
    "capacity": "capacity",
    "from": "first day",
    "to": "last day",
    "close": "closing price",
    "high": "day's high",
    "low": "day's low",
    "closed": "closed",
}
"""What each column is called where a person reads of it."""


def holder_cells(holder: Holder) -> Cells:
    return {
        "name": holder.name,
        "email": holder.email,
        "jurisdiction": holder.jurisdiction,
        "voting_percent": f"{holder.voting_percent.normalize():f}",
    }


def grant_cells(grant: Grant) -> Cells:
    return {
        "holder_id": grant.holder_id,
        "granted_on": grant.granted_on.isoformat(),
        "shares": str(grant.shares),
        "exercised": str(grant.exercised),
        "price": amount(grant.price),
        "type": grant.type.value,
        "expires_on": grant.expires_on.isoformat(),
        "vesting": schedule(grant.vesting),
        "fmv": "" if grant.fmv is None else amount(grant.fmv),
    }


def form_cells(form: Form) -> Cells:
    return {
        "holder_id": form.holder_id,
        "kind": form.kind.value,
        "received_at": _instant(form.received_at),
        "signed_on": _day(form.signed_on),
        "signed_as": form.signed_as,
        "channel": form.channel,
        "title": form.title,
        "authority": form.authority,
        "options": lines(form.lines),
    }


def service_cells(period: ServicePeriod) -> Cells:
    return {
        "capacity": period.capacity.value,
        "from": period.first_day.isoformat(),
        "to": _day(period.last_day),
    }


def price_cells(quote: Quote) -> Cells:
    return {
        "close": amount(quote.close),
        "high": "" if quote.high is None else amount(quote.high),
        "low": "" if quote.low is None else amount(quote.low),
    }


@singledispatch
def cells_of(record: object) -> Cells:
    """The cells of anything on record."""
    raise TypeError(f"{type(record).__name__} is no row of a file")


cells_of.register(holder_cells)
cells_of.register(grant_cells)
cells_of.register(form_cells)
cells_of.register(service_cells)
cells_of.register(price_cells)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    """The columns in which two rows differ, in the order of the file."""
    return {column: (before[column], cell) for column, cell in after.items() if before[column] != cell}


def told(changed: Mapping[str, tuple[str, str]]) -> str:
    """The differences in words: e-mail: ann@old.example → ann@new.example."""
    return "; ".join(
        f"{COLUMNS[column]}: {was or 'blank'} → {now or 'blank'}" for column, (was, now) in changed.items()
    )


def amount(dollars: Decimal) -> str:
    """An amount with two decimals, or with as many more as it has."""
    whole, _, cents = f"{dollars:f}".partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def schedule(vesting: Sequence[Tranche]) -> str:
    return ";".join(f"{tranche.vests_on}:{tranche.shares}" for tranche in vesting)


def lines(of_form: Sequence[FormLine]) -> str:
    """The options of a form by their numbers, each as GRANT:SHARES:ORIGINAL:GRANTED_ON:PRICE:EXERCISED."""
    return " ".join(_line(line) for line in sorted(of_form, key=lambda line: line.grant_id))


def read_line(text: str) -> FormLine:
    """One option of a form as it is keyed in, GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED]; ValueError if not."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no option of a form")
    grant_id, shares, original, granted_on, price, exercised = found.groups()
    return FormLine(
        grant_id=grant_id,
        shares=int(shares),
        original_shares=int(original) if original else None,
        granted_on=date.fromisoformat(granted_on) if granted_on else None,
        price=Decimal(price) if price else None,
        exercised=int(exercised) if exercised else None,
    )


def read_schedule(text: str) -> tuple[Tranche, ...]:
    """A vesting schedule as it is keyed in, date:shares;date:shares; ValueError for a day that does not exist."""
    parts = [part.split(":") for part in text.split(";")]
    return tuple(Tranche(vests_on=date.fromisoformat(day), shares=int(shares)) for day, shares in parts)


_LINE = re.compile(
    rf"({ID}):({WHOLE})(?::({WHOLE})?(?::({DAY})?(?::({EXACT.replace('(', '(?:')})?(?::({WHOLE})?)?)?)?)?"
)


def _line(line: FormLine) -> str:
    restated = (line.original_shares, line.granted_on, None if line.price is None else amount(line.price))
    cells = (line.grant_id, line.shares, *restated, line.exercised)
    return ":".join("" if cell is None else str(cell) for cell in cells).rstrip(":")


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
