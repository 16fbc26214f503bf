"""How letters write dates, instants, money and counts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from optex import formatting


@pytest.mark.parametrize(
    ("at", "clock", "text"),
    [
        ((2003, 3, 31, 22), "EST", "Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time"),
        (
            (2003, 4, 14, 22),
            "EST",
            "Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time)",
        ),
        ((2003, 4, 14, 21), "America/New_York", "Monday, April 14, 2003 at 5:00 p.m. Eastern Daylight Time"),
        ((2003, 3, 31, 21, 59, 59), "EST", "Monday, March 31, 2003 at 4:59:59 p.m. Eastern Standard Time"),
        ((2003, 3, 31, 17), "EST", "Monday, March 31, 2003 at 12:00 noon Eastern Standard Time"),
        (
            (2003, 4, 15, 4, 30),
            "EST",
            "Monday, April 14, 2003 at 11:30 p.m. Eastern Standard Time "
            "(Tuesday, April 15, 2003 at 12:30 a.m. Eastern Daylight Time)",
        ),
    ],
)
def test_instants_in_prose(at: tuple[int, ...], clock: str, text: str):
    """An instant is told on the offer's clock, and on New York's wall clock where that shows something else (CAL-2)."""
    assert text == formatting.long_moment(datetime(*at, tzinfo=UTC), clock)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.95", "$0.95"),
        ("4.2500", "$4.25"),
        ("4", "$4.00"),
        ("0.0625", "$0.0625"),
        ("12345.6", "$12,345.60"),
        ("1E+2", "$100.00"),
    ],
)
def test_money(amount: str, text: str):
    """Dollars have two decimals, and more only where the price has them: none is rounded away."""
    assert text == formatting.money(Decimal(amount))


def test_counts_and_words():
    """One share, two shares; small numbers are spelled out where prose does so."""
    assert ("1 share", "0 shares", "1,000 shares") == tuple(formatting.count(n, "share") for n in (1, 0, 1_000))
    assert ("one month", "six months", "11 months") == tuple(formatting.in_words(n, "month") for n in (1, 6, 11))


def test_sentences_and_dates():
    """A reason becomes a sentence once; dates are written the American way."""
    assert "" == formatting.sentence("  ")
    assert "A merger was proposed." == formatting.sentence("a merger\n was proposed")
    assert "Why?" == formatting.sentence("why?")
    assert "March 3, 2003" == formatting.day(date(2003, 3, 3))
    assert "Mar 3, 2003" == formatting.short_day(date(2003, 3, 3))
    assert "Monday, March 3, 2003" == formatting.weekday(date(2003, 3, 3))


def test_alternatives():
    """Ways of delivery are joined as prose does."""
    assert "a" == formatting.one_of(["a"])
    assert "a, b or c" == formatting.one_of(["a", "b", "c"])
    assert ("by facsimile", "by courier") == (formatting.channel("fax"), formatting.channel("courier"))
    assert ("by facsimile", "by hand delivery") == (formatting.channel(" Fax"), formatting.channel("HAND"))


def test_things_in_a_row():
    """With an `and` before the last."""
    assert ["", "a", "a and b", "a, b and c"] == [formatting.listed(["a", "b", "c"][:n]) for n in range(4)]


def test_of_many_things_the_first_few_are_named():
    """Five and how many more there are; of five there are no more."""
    assert "a, b, c, d, e" == formatting.first_few(list("abcde"))
    assert "a, b, c, d, e and 1 more" == formatting.first_few(list("abcdef"))
    assert "n, n, n, n, n and 1,000 more" == formatting.first_few(["n"] * 1005)
