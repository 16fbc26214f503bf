"""The exercise price of new options."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.grant import exercise_price, is_ten_percent_owner
from optex.records import OptionType
from tests import builders


def holder(voting_percent):
    return builders.holder(voting_percent=voting_percent)


@pytest.mark.parametrize(("percent", "expected"), [("0", False), ("10", False), ("10.00", False), ("10.01", True)])
def test_ten_percent_owner(percent, expected):
    """An owner of exactly 10% of the voting power does not own more than 10%."""
    assert expected is is_ten_percent_owner(holder(percent))


@pytest.mark.parametrize(
    ("close", "expected"), [("0.95", "1.05"), ("1.00", "1.10"), ("1.01", "1.12"), ("2", "2.20"), ("0.01", "0.02")]
)
def test_iso_of_a_ten_percent_owner(close, expected):
    """110% of the close, rounded up to the cent: of $0.95 that is $1.045, so $1.05; of $1.00 it is $1.10 exactly."""
    price = exercise_price(Decimal(close), type=OptionType.ISO, ten_percent_owner=True)
    assert expected == str(price)


@pytest.mark.parametrize(
    ("type", "ten_percent_owner"), [(OptionType.NSO, True), (OptionType.NSO, False), (OptionType.ISO, False)]
)
def test_everything_else_is_priced_at_the_close(type, ten_percent_owner):
    """The NSO part of a ten percent owner, and every option of anybody else, is priced at the close in exact cents."""
    expected = ["0.95", "2.00"]
    closes = [Decimal("0.95"), Decimal("2")]
    assert expected == [str(exercise_price(c, type=type, ten_percent_owner=ten_percent_owner)) for c in closes]


def test_a_close_finer_than_a_cent_is_not_rounded():
    """A close of $0.955 stays $0.955: a cent less would be below market."""
    expected = "0.955"
    assert expected == str(exercise_price(Decimal("0.955"), type=OptionType.ISO, ten_percent_owner=False))


@pytest.mark.parametrize("close", ["0", "-0.95"])
def test_no_price_is_broken_input(close):
    """What is not a positive number is no closing price."""
    with pytest.raises(ValueError, match="is not a closing price"):
        exercise_price(Decimal(close), type=OptionType.NSO, ten_percent_owner=False)


@given(cents=st.integers(1, 10**7))
def test_110_percent_is_the_least_whole_cent(cents):
    """The price of a ten percent owner's ISO is at least 110% of the close, and a cent less would not be."""
    price = exercise_price(Decimal(cents) / 100, type=OptionType.ISO, ten_percent_owner=True)
    in_cents = int(price * 100)
    assert in_cents * 10 >= cents * 11 > (in_cents - 1) * 10
