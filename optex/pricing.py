"""The exercise price of a new option."""

from decimal import ROUND_CEILING, Decimal

from optex.records import Holder, OptionType

CENT = Decimal("0.01")


def is_ten_percent_owner(holder: Holder) -> bool:
    """Whether the holder owns more than 10% of the voting power; exactly 10% is not more.

    Authority: §9, "owns stock representing more than 10% of the voting rights" (GRT-3, GRT-4).
    """
    return holder.voting_percent > 10


def exercise_price(close: Decimal, *, type: OptionType, ten_percent_owner: bool) -> Decimal:
    """The price per share: the closing price on the grant date, to a ten percent owner's ISO 110% up to the next cent.

    In dollars. ValueError where the closing price is not positive.
    Authority: §9, "100% of the fair market value", "not less than 110% of the closing price" (GRT-3).
    """
    if not close > 0:
        raise ValueError(f"{close} is not a closing price")
    if type is OptionType.ISO and ten_percent_owner:
        return (close * 110 / 100).quantize(CENT, rounding=ROUND_CEILING)
    # A close quoted finer than a cent stays as it is: rounded down, the option would be priced below market.
    cents = close.quantize(CENT)
    return cents if cents == close else close
