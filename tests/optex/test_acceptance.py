"""What is accepted on April 1, 2003, and what is returned and why."""

from datetime import date

import pytest

from optex.cancellation import TenderDecision, decide, returned
from optex.records import Capacity, Grant, ServicePeriod, Tender
from tests import builders

TERMS = builders.terms()
SERVING = (ServicePeriod(holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4)),)


def left(last_day: date) -> tuple[ServicePeriod, ...]:
    return (ServicePeriod(holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4), last_day=last_day),)


def grant(grant_id: str, expires_on: date = date(2010, 1, 4), exercised: int = 0) -> Grant:
    return builders.grant(grant_id, expires_on=expires_on, exercised=exercised)


def tender(grant_id: str, shares: int = 1_000) -> Tender:
    return Tender(holder_id="H1", grant_id=grant_id, shares=shares, form_id="F1")


def decided(
    tenders: list[Tender], grants: list[Grant], periods: tuple[ServicePeriod, ...] = SERVING
) -> list[TenderDecision]:
    return decide(
        tenders,
        received_on=date(2003, 3, 10),
        periods=periods,
        grants={each.grant_id: each for each in grants},
        terms=TERMS,
        cancelled_on=date(2003, 4, 1),
    )


def test_accepted():
    """Every tender of a holder in service is accepted, in the order given, under §6."""
    first, second = decided([tender("G2", 400), tender("G1")], [grant("G1"), grant("G2")])
    assert (tender("G2", 400), True) == (first.tender, first.accepted)
    assert (tender("G1"), True) == (second.tender, second.accepted)
    assert (first.ruling.rule, first.ruling.section) == ("CAN-1", "§6")
    assert first.ruling.reason == "Accepted for exchange and cancelled as of April 1, 2003."


def test_no_tender():
    """An election of nothing has nothing to accept."""
    assert decided([], [grant("G1")]) == []


def test_leaver_is_rejected():
    """Who left before cancellation has every tender rejected (ELG-1); the last day in service is enough."""
    rejected = decided([tender("G1"), tender("G2")], [grant("G1"), grant("G2")], left(date(2003, 3, 31)))
    assert [(each.accepted, each.ruling.rule) for each in rejected] == [(False, "ELG-1"), (False, "ELG-1")]
    [kept] = decided([tender("G1")], [grant("G1")], left(date(2003, 4, 1)))
    assert kept.accepted


def test_broken_service_is_rejected():
    """One day without service since the election was received voids the tender (ELG-3)."""
    periods = (
        *left(date(2003, 3, 14)),
        ServicePeriod(holder_id="H1", capacity=Capacity.DIRECTOR, first_day=date(2003, 3, 16)),
    )
    [rejected] = decided([tender("G1")], [grant("G1")], periods)
    assert (rejected.accepted, rejected.ruling.rule) == (False, "ELG-3")


def test_expired_option_is_rejected():
    """An option whose last day is the cancellation date is accepted; one that expired the day before is not (TND-1)."""
    alive, expired = decided(
        [tender("G1"), tender("G2")],
        [grant("G1", expires_on=date(2003, 4, 1)), grant("G2", expires_on=date(2003, 3, 31))],
    )
    assert (alive.accepted, alive.ruling.rule) == (True, "CAN-1")
    assert (expired.accepted, expired.ruling.rule) == (False, "TND-1")
    assert "expired by its own terms on March 31, 2003" in expired.ruling.reason


def test_exercised_since_is_rejected():
    """Shares that were exercised after the tender are no longer there to cancel (TND-1)."""
    [enough] = decided([tender("G1", 600)], [grant("G1", exercised=400)])
    assert enough.accepted
    [short] = decided([tender("G1", 600)], [grant("G1", exercised=401)])
    assert (short.accepted, short.ruling.rule) == (False, "TND-1")
    assert short.ruling.reason == "600 shares are tendered, but only 599 are left of the option."


def test_unknown_grant():
    """A tender of a grant that the ledger does not have is broken input, not a refusal."""
    with pytest.raises(KeyError, match="G9"):
        decided([tender("G9")], [grant("G1")])


def test_returned():
    """On termination every tender is returned under Rule 13e-4(f)(5), none accepted."""
    decisions = returned([tender("G1"), tender("G2", 5)])
    assert [tender("G1"), tender("G2", 5)] == [each.tender for each in decisions]
    assert {(False, "CND-2")} == {(each.accepted, each.ruling.rule) for each in decisions}
    assert "stays outstanding" in decisions[0].ruling.reason
