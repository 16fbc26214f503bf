"""What the offer's own terms say of the vesting and of the price of what is granted, as letters and reasons say it.

Of an offer on the document's terms there is nothing to say: its letters have the document's own words.
"""

from functools import lru_cache

from optex.formatting import in_words
from optex.terms import Terms, Vesting


@lru_cache(maxsize=8)
def new_vesting(terms: Terms) -> str:
    """How what is granted vests, where it is not as the old schedule would have: as a letter has it. XCH-2, XCH-3."""
    new = terms.exchange.vesting
    if new.kind == "restart":
        what = "restricted stock units" if terms.exchange.awards_units else "new options"
        return (
            f"The {what} vest anew, whatever the cancelled ones had vested, counted from the date of grant: "
            f"{vesting_parts(new.schedule or terms.plan.vesting)}."
        )
    if new.kind == "extended":
        later = in_words(new.months or 0, "month")
        earliest = f", and no sooner than {_after(new.earliest_months)}" if new.earliest_months else ""
        if new.vested == "kept":
            return (
                "What the cancelled options would have vested by the date of grant will be vested. The rest vests "
                f"{later} later than under the cancelled options{earliest}."
            )
        return (
            f"Each share vests {later} later than under the cancelled options, whether it had vested or not{earliest}."
        )
    return ""


def price_is(terms: Terms) -> str:
    """What the exercise price is, where it is not the closing price of the date of grant: words of a letter. XCH-4."""
    stock = f"of our common stock on {terms.stock.exchange}"
    if terms.price == "previous_close":
        return f"the closing price {stock} on the last trading day before the date of grant"
    if terms.price == "average_high_low":
        return f"the average of the high and the low price {stock} on the date of grant, rounded up to the cent"
    return ""


def waits(terms: Terms) -> str:
    """When the grant is, counted from the cancellation, where it is not some months and some days after it. XCH-4."""
    months, days = terms.waiting.months, terms.waiting.days
    if months and days:
        return ""
    if months or days:
        return f"{in_words(months, 'month') if months else in_words(days, 'day')} after the cancellation"
    which = "of" if terms.waiting.begins == "on_cancellation" else "after"
    return f"on the day {which} the cancellation, or the first business and trading day from then on"


def vesting_parts(vesting: Vesting) -> str:
    """A schedule in prose, its tranches one after the other."""
    first, every = vesting.first_months, in_words(vesting.every_months, "month")
    begins = _after(first) if first else "on the date of grant"
    others = vesting.tranches - 1
    if not others:
        return f"all of it {begins}"
    if vesting.first_percent is None:
        rest = "the second" if others == 1 else "each of the others"
        return (
            f"in {in_words(vesting.tranches, 'equal part')}, the first {begins}, {rest} {every} after the one before it"
        )
    percent = f"{vesting.first_percent.normalize():f}% of the shares"
    if others == 1:
        return f"{percent} {begins}, the rest {every} after that"
    return f"{percent} {begins}, the rest in {in_words(others, 'equal part')}, each {every} after the one before it"


def _after(months: int) -> str:
    return f"{in_words(months, 'month')} after the date of grant"
