"""The value of a share on the grant date: of which day, of which quotation, and that nothing is guessed."""

from datetime import date
from decimal import Decimal

import pytest

from optex.market import Quote, awaited_price, market_value, priced_on
from tests.builders import terms

CLOSE, PREVIOUS, AVERAGE = (terms(price=price) for price in ("close", "previous_close", "average_high_low"))
FRIDAY, MONDAY = date(2009, 3, 6), date(2009, 3, 9)


def quote(close, high=None, low=None):
    return Quote(close=Decimal(close), high=high and Decimal(high), low=low and Decimal(low))


QUOTES = {FRIDAY: quote("308.57"), MONDAY: quote("290.89", high="306.87", low="289.78")}


def test_the_close_of_the_grant_date():
    """The default, as the document has it."""
    assert terms().price == "close"
    assert Decimal("290.89") == market_value(CLOSE, MONDAY, QUOTES)
    assert market_value(CLOSE, date(2009, 3, 10), QUOTES) is None


def test_the_close_before_the_grant_date():
    """Google's of 2009: granted on Monday, March 9, at the close of Friday the 6th."""
    assert FRIDAY == priced_on(PREVIOUS, MONDAY)
    assert Decimal("308.57") == market_value(PREVIOUS, MONDAY, QUOTES)


@pytest.mark.parametrize(
    ("granted_on", "priced"),
    [
        (date(2003, 4, 21), date(2003, 4, 17)),  # after Good Friday
        (date(2003, 10, 14), date(2003, 10, 13)),  # Columbus Day is no business day, but the exchange trades
        (date(2003, 10, 3), date(2003, 10, 2)),
    ],
)
def test_the_day_before_is_a_trading_day(granted_on, priced):
    """Whether it is a business day or not: what counts is that there is a close."""
    assert priced == priced_on(PREVIOUS, granted_on)
    assert granted_on == priced_on(CLOSE, granted_on) == priced_on(AVERAGE, granted_on)


def test_the_average_of_the_high_and_the_low_is_rounded_up_to_the_cent():
    """(306.87 + 289.78) / 2 is 298.325: 298.33; the option is never priced below it."""
    assert Decimal("298.33") == market_value(AVERAGE, MONDAY, QUOTES)
    assert Decimal("1.05") == market_value(AVERAGE, MONDAY, {MONDAY: quote("1.05", high="1.06", low="1.04")})


def test_a_day_without_its_high_and_low_has_no_average():
    """The close alone says nothing of it: the grant waits, and is told for what."""
    assert market_value(AVERAGE, FRIDAY, QUOTES) is None
    assert "the high and the low of 2009-03-06 are not known yet" == awaited_price(AVERAGE, FRIDAY)
    assert "the closing price of 2009-03-06 is not known yet" == awaited_price(PREVIOUS, MONDAY)
    assert "the closing price of 2009-03-09 is not known yet" == awaited_price(CLOSE, MONDAY)


@pytest.mark.parametrize(
    ("high", "low", "wrong"),
    [
        (None, None, ""),
        ("1.10", "1.00", ""),
        ("1.05", "1.05", ""),
        ("1.10", None, "of the high and the low of a day one is told without the other"),
        (None, "1.00", "of the high and the low of a day one is told without the other"),
        ("1.04", "1.00", "the close of 1.05 is not between the low of 1.00 and the high of 1.04"),
        ("1.10", "1.06", "the close of 1.05 is not between the low of 1.06 and the high of 1.10"),
        ("1.00", "1.10", "the close of 1.05 is not between the low of 1.10 and the high of 1.00"),
    ],
)
def test_a_close_lies_between_the_low_and_the_high(high, low, wrong):
    """Both are told or neither, and neither is beyond the close."""
    assert wrong == quote("1.05", high, low).wrong
