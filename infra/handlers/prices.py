"""Closing prices as they arrive: recorded of a day that has none, and never changed in silence (REC-2)."""

from collections.abc import Mapping
from datetime import date, datetime

from infra.database.writer import OfferWriter
from optex.errors import Ruling
from optex.market import Quote
from optex.told_again import Difference, other_content


def record_prices(db: OfferWriter, told: Mapping[date, Quote], at: datetime) -> str:
    """Record the closing prices of days that have none; what is refused, because another one is on record (REC-2)."""
    on_record = db.quotes()
    db.set_prices(new_prices(on_record, told))
    refused = price_differences(on_record, told)
    db.audit(at, "", [("price refused", on.isoformat(), each.rule, each.reason) for on, each in refused.items()])
    return " ".join(f"Refused by {each.rule}: {each.reason}" for each in refused.values())


def new_prices(on_record: Mapping[date, Quote], told: Mapping[date, Quote]) -> dict[date, Quote]:
    """Those of days that have none on record, or have the same close without a high and a low."""
    return {on: quote for on, quote in told.items() if on not in on_record or is_completed(on_record[on], quote)}


def is_completed(recorded: Quote, told: Quote) -> bool:
    """Whether what is told adds the high and the low to the close that is on record."""
    return recorded.close == told.close and recorded.high is None and told.high is not None


def price_differences(on_record: Mapping[date, Quote], told: Mapping[date, Quote]) -> dict[date, Ruling]:
    """What refuses the closing prices of days of which another one is on record (REC-2)."""
    found = {
        on: quote_differences(on_record[on], quote)
        for on, quote in told.items()
        if on in on_record and not is_completed(on_record[on], quote)
    }
    return {
        on: other_content(f"the closing price of {on}", differing, "`optex correct price` corrects it.")
        for on, differing in found.items()
        if differing
    }


def quote_differences(recorded: Quote, told: Quote) -> list[Difference]:
    """In which of its prices a day that is told differs from the one on record; what is not told says nothing."""
    return [
        Difference(field=name, recorded=str(was), told=str(now))
        for name, was, now in (
            ("close", recorded.close, told.close),
            ("high", recorded.high, told.high),
            ("low", recorded.low, told.low),
        )
        if now is not None and now != was
    ]
