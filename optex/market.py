"""What the stock is quoted at on a trading day, and which quotation is the value of a share on the grant date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from optex.calendar import ONE_DAY
from optex.terms import Terms

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """The prices of one trading day in dollars; its high and its low where they were told, both or neither."""

    close: Decimal
    high: Decimal | None = None
    low: Decimal | None = None

    @property
    def wrong(self) -> str:
        """What of it cannot be; "" where all can."""
        if (self.high is None) != (self.low is None):
            return "of the high and the low of a day one is told without the other"
        if self.high is not None and self.low is not None and not self.low <= self.close <= self.high:
            return f"the close of {self.close} is not between the low of {self.low} and the high of {self.high}"
        return ""

    def completed(self, other: "Quote") -> "Quote":
        """The same, with the high and the low of the other where it has none."""
        return Quote(close=self.close, high=other.high, low=other.low) if self.high is None else self


def priced_on(terms: Terms, granted_on: date) -> date:
    """The trading day whose quotation counts for a grant.

    Authority: §9, "on the date of grant" (GRT-3); where the offer's terms have the close before it, these (XCH-4).
    """
    if terms.price != "previous_close":
        return granted_on
    day = granted_on - ONE_DAY
    while not terms.calendar.is_trading_day(day):
        day -= ONE_DAY
    return day


def market_value(terms: Terms, granted_on: date, quotes: Mapping[date, Quote]) -> Decimal | None:
    """The value of a share on the grant date by the offer's terms; None where that is not known yet.

    Authority: §9, "as determined by the closing price reported" (GRT-3); the offer's own terms (XCH-4).
    """
    quote = quotes.get(priced_on(terms, granted_on))
    if quote is None:
        return None
    if terms.price != "average_high_low":
        return quote.close
    if quote.high is None or quote.low is None:
        return None
    # Up to the cent: rounded down, the option would be priced below the market.
    return ((quote.high + quote.low) / 2).quantize(CENT, rounding=ROUND_CEILING)


def awaited_price(terms: Terms, granted_on: date) -> str:
    """What a grant waits for whose price is not known yet (GRT-3)."""
    on = priced_on(terms, granted_on)
    what = "the high and the low" if terms.price == "average_high_low" else "the closing price"
    return f"{what} of {on} {'are' if terms.price == 'average_high_low' else 'is'} not known yet"
