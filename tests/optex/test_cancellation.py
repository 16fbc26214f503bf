"""Accepted tenders become cancellations, balancing options and promises."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.cancellation import Promise, cancel, promise
from optex.records import IssuedOption, OptionType, Tranche
from optex.terms import Vesting
from optex.vesting import outstanding, total
from tests import builders

CANCELLED_ON = date(2003, 4, 1)
THIRDS = Vesting()


def grant(grant_id="G1", shares=1_000, exercised=0):
    return builders.grant(grant_id, shares=shares, exercised=exercised, price="2.375", granted_on=date(2002, 5, 15))


def test_whole_grant_leaves_no_balancing_option():
    """A grant tendered whole is cancelled with its old tranches and leaves nothing behind."""
    cancelled = cancel(1_000, grant(), THIRDS, CANCELLED_ON)
    assert outstanding(grant(), THIRDS) == cancelled.vesting
    expected = (1_000, CANCELLED_ON, None)
    assert expected == (cancelled.shares, cancelled.cancelled_on, cancelled.balancing)


def test_partial_tender_leaves_a_balancing_option():
    """The balancing option has the terms of the old one: grant date, price, type, expiry and vesting dates."""
    cancelled = cancel(400, grant(exercised=400), THIRDS, CANCELLED_ON)
    # Left are 266 and 334; 266 × 400 / 600 = 177.33.
    assert (
        Tranche(vests_on=date(2004, 5, 15), shares=177),
        Tranche(vests_on=date(2005, 5, 15), shares=223),
    ) == cancelled.vesting
    assert (
        IssuedOption(
            grant_id="G1-B",
            holder_id="H1",
            from_grant_id="G1",
            granted_on=date(2002, 5, 15),
            shares=200,
            price=Decimal("2.375"),
            type=OptionType.ISO,
            expires_on=date(2012, 5, 15),
            vesting=(
                Tranche(vests_on=date(2004, 5, 15), shares=89),
                Tranche(vests_on=date(2005, 5, 15), shares=111),
            ),
        )
        == cancelled.balancing
    )


def test_what_is_left_of_an_exercised_grant_is_whole():
    """Tendering all that exercise has left leaves no balancing option; one share less leaves one of one share."""
    assert cancel(600, grant(exercised=400), THIRDS, CANCELLED_ON).balancing is None
    rest = cancel(599, grant(exercised=400), THIRDS, CANCELLED_ON).balancing
    expected = 1
    assert expected == rest.shares


@pytest.mark.parametrize("shares", [-1, 0, 601])
def test_impossible_tender_is_broken_input(shares):
    """Nothing, less than nothing or more than is left cannot be cancelled."""
    with pytest.raises(ValueError, match="600 are left"):
        cancel(shares, grant(exercised=400), THIRDS, CANCELLED_ON)


def test_promise_is_for_all_cancelled_shares():
    """A holder gets one promise for the sum of the cancelled shares, not before the first possible grant date."""
    cancellations = [
        cancel(400, grant(), THIRDS, CANCELLED_ON),
        cancel(250, grant("G2", 250), THIRDS, CANCELLED_ON),
    ]
    expected = Promise(
        promise_id="P-H1", holder_id="H1", shares=650, issued_on=CANCELLED_ON, not_before=date(2003, 10, 3)
    )
    assert expected == promise("H1", cancellations, CANCELLED_ON, date(2003, 10, 3))


def test_promise_for_somebody_elses_shares_is_broken_input():
    """Another holder's cancellation cannot slip into a promise."""
    with pytest.raises(ValueError, match="G1 belongs to H1, not to H2"):
        promise("H2", [cancel(400, grant(), THIRDS, CANCELLED_ON)], CANCELLED_ON, date(2003, 10, 3))


@given(shares=st.integers(1, 10_000), data=st.data())
def test_nothing_is_lost_in_a_cancellation(shares, data):
    """Granted less exercised is cancelled plus balancing, and both options' tranches sum to their shares."""
    exercised = data.draw(st.integers(0, shares - 1))
    tendered = data.draw(st.integers(1, shares - exercised))
    cancelled = cancel(tendered, grant(shares=shares, exercised=exercised), THIRDS, CANCELLED_ON)
    rest = cancelled.balancing
    assert shares - exercised == cancelled.shares + (rest.shares if rest else 0)
    assert tendered == total(cancelled.vesting)
    assert (rest.shares if rest else 0) == total(rest.vesting if rest else ())
