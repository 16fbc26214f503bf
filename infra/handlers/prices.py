"""Closing prices as they arrive: recorded of a day that has none, and never changed in silence (REC-2)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from infra.database.writer import OfferWriter
from optex.errors import Ruling
from optex.told_again import Difference, other_content


def record_prices(db: OfferWriter, told: Mapping[date, Decimal], at: datetime) -> str:
    """Record the closing prices of days that have none; what is refused, because another one is on record (REC-2)."""
    on_record = db.closes()
    db.set_prices({on: close for on, close in told.items() if on not in on_record})
    refused = price_differences(on_record, told)
    db.audit(at, "", [("price refused", on.isoformat(), each.rule, each.reason) for on, each in refused.items()])
    return " ".join(f"Refused by {each.rule}: {each.reason}" for each in refused.values())


def price_differences(on_record: Mapping[date, Decimal], told: Mapping[date, Decimal]) -> dict[date, Ruling]:
    """What refuses the closing prices of days of which another one is on record (REC-2)."""
    return {
        on: other_content(
            f"the closing price of {on}",
            [Difference(field="close", recorded=str(on_record[on]), told=str(close))],
            "`optex correct price` corrects it.",
        )
        for on, close in told.items()
        if on_record.get(on, close) != close
    }
