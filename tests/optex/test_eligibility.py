"""Who may tender, whose tender may be accepted, and who may receive: the offer of Feb 28, 2003."""

from datetime import date

import pytest

from optex.eligibility import (
    capacity_on,
    first_gap,
    last_day_as,
    may_be_accepted,
    may_receive,
    may_tender,
    serves,
)
from optex.records import Capacity, Holder, ServicePeriod
from tests import builders

TERMS = builders.terms(excluded_jurisdictions=["CA-QC"])


def period(first: date, last: date | None = None, capacity: Capacity = Capacity.EMPLOYEE) -> ServicePeriod:
    return ServicePeriod(holder_id="H1", capacity=capacity, first_day=first, last_day=last)


def holder(jurisdiction: str = "US-NH") -> Holder:
    return builders.holder(jurisdiction=jurisdiction)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2000, 1, 2), False),
        (date(2000, 1, 3), True),
        (date(2003, 6, 13), True),
        (date(2003, 6, 14), False),
    ],
)
def test_serves(day, expected):
    """The first and the last day of a spell count as in service, the days around them do not."""
    assert expected == serves([period(date(2000, 1, 3), date(2003, 6, 13))], day)


def test_serves_without_end_or_record():
    """A spell without a last day lasts; a holder without any spell never serves."""
    assert serves([period(date(2000, 1, 3))], date(2099, 1, 1))
    assert not serves([], date(2003, 2, 28))


def test_capacity_on():
    """Where spells overlap an employee comes before a director, and a director before a consultant."""
    periods = [
        period(date(2000, 1, 1), None, Capacity.CONSULTANT),
        period(date(2001, 1, 1), date(2003, 12, 31), Capacity.DIRECTOR),
        period(date(2002, 1, 1), date(2002, 12, 31), Capacity.EMPLOYEE),
    ]
    assert capacity_on(periods, date(1999, 12, 31)) is None
    assert capacity_on(periods, date(2000, 12, 31)) == Capacity.CONSULTANT
    assert capacity_on(periods, date(2001, 12, 31)) == Capacity.DIRECTOR
    assert capacity_on(periods, date(2002, 12, 31)) == Capacity.EMPLOYEE
    assert capacity_on(periods, date(2003, 1, 1)) == Capacity.DIRECTOR
    assert capacity_on(periods, date(2004, 1, 1)) == Capacity.CONSULTANT


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([period(date(2003, 3, 10), date(2003, 10, 3))], None),
        ([period(date(2003, 3, 11))], date(2003, 3, 10)),
        ([period(date(2003, 1, 1), date(2003, 10, 2))], date(2003, 10, 3)),
        ([period(date(2003, 1, 1), date(2003, 3, 9))], date(2003, 3, 10)),
        ([period(date(2003, 10, 4))], date(2003, 3, 10)),
        ([], date(2003, 3, 10)),
        # a change of capacity from one day to the next, given in either order
        ([period(date(2000, 1, 1), date(2003, 6, 13)), period(date(2003, 6, 14), None, Capacity.CONSULTANT)], None),
        ([period(date(2003, 6, 14), None, Capacity.CONSULTANT), period(date(2000, 1, 1), date(2003, 6, 13))], None),
        # one day without service is a gap, a Saturday too
        ([period(date(2000, 1, 1), date(2003, 6, 13)), period(date(2003, 6, 15))], date(2003, 6, 14)),
        # a short spell inside a long one opens no gap
        ([period(date(2000, 1, 1), date(2003, 8, 1)), period(date(2003, 4, 1), date(2003, 4, 2))], date(2003, 8, 2)),
        ([period(date(2000, 1, 1), date(9999, 12, 31))], None),
    ],
)
def test_first_gap(periods, expected):
    """The first day without service from March 10 through October 3, 2003, both included."""
    assert expected == first_gap(periods, date(2003, 3, 10), date(2003, 10, 3))


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([period(date(1999, 1, 4), None, Capacity.DIRECTOR)], None),
        ([period(date(1999, 1, 4), date(2003, 12, 31), Capacity.DIRECTOR)], date(2003, 12, 31)),
        (
            [
                period(date(2004, 1, 1), date(2004, 6, 30), Capacity.DIRECTOR),
                period(date(1999, 1, 4), date(2003, 12, 31), Capacity.DIRECTOR),
            ],
            date(2004, 6, 30),
        ),
        (
            [
                period(date(1999, 1, 4), date(2003, 12, 31), Capacity.DIRECTOR),
                period(date(2004, 1, 1)),
                period(date(2004, 1, 2), None, Capacity.DIRECTOR),
            ],
            date(2003, 12, 31),
        ),
    ],
)
def test_last_day_as_a_director(periods, expected):
    """Seen from October 3, 2003: the end of the unbroken directorship, if one is known; other service is none of it."""
    assert expected == last_day_as(periods, Capacity.DIRECTOR, date(2003, 10, 3))


def test_first_gap_of_no_days():
    """Between a day and an earlier one there is no day to miss."""
    assert first_gap([], date(2003, 3, 10), date(2003, 3, 9)) is None


def test_may_tender_on_commencement():
    """Who leaves on the commencement date, or starts on it, may tender; a day earlier or later may not."""
    assert may_tender(holder(), [period(date(1999, 1, 1), date(2003, 2, 28))], TERMS) is None
    assert may_tender(holder(), [period(date(2003, 2, 28))], TERMS) is None
    left = may_tender(holder(), [period(date(1999, 1, 1), date(2003, 2, 27))], TERMS)
    assert (left.rule, left.section) == ("ELG-1", "§1")
    assert left.reason == "Not in service on February 28, 2003, the day the offer commenced."
    assert may_tender(holder(), [period(date(2003, 3, 1))], TERMS).rule == "ELG-1"


@pytest.mark.parametrize("capacity", list(Capacity))
def test_may_tender_in_every_capacity(capacity):
    """Employees, directors and consultants alike are Eligible Employees."""
    assert may_tender(holder(), [period(date(1999, 1, 1), None, capacity)], TERMS) is None


@pytest.mark.parametrize("written", ["CA-QC", "ca-qc"])
def test_may_tender_in_excluded_jurisdiction(written):
    """The offer is not made in an excluded jurisdiction, however it is written; the reason names it."""
    refused = may_tender(holder(written), [period(date(1999, 1, 1))], TERMS)
    assert (refused.rule, refused.section) == ("ELG-4", "§4, §18")
    assert written in refused.reason
    assert may_tender(holder("CA-ON"), [period(date(1999, 1, 1))], TERMS) is None


@pytest.mark.parametrize(
    ("excluded", "place", "covered"),
    [
        ("CA", "CA", True),
        ("CA", "CA-QC", True),
        ("ca", " Ca - QC ", True),
        ("CA-QC", "CA-QC-MTL", True),
        ("CA", "US-CA", False),
        ("CA", "CAN", False),
        ("CA-QC", "CA", False),
        ("CA-Q", "CA-QC", False),
        ("CA", "", False),
    ],
)
def test_an_exclusion_covers_what_lies_in_it(excluded, place, covered):
    """Whole parts between the dashes, from the left, whatever the case and the spacing (ELG-4)."""
    terms = builders.terms(excluded_jurisdictions=[excluded])
    refused = may_tender(holder(place), [period(date(1999, 1, 1))], terms)
    assert covered == (refused is not None)


def test_the_reason_names_what_is_excluded_and_where_the_holder_resides():
    """Of Quebec, where Canada is excluded, both are named."""
    terms = builders.terms(excluded_jurisdictions=["CA"])
    refused = may_tender(holder("CA-QC"), [period(date(1999, 1, 1))], terms)
    assert "The offer is not made to holders residing in CA, and CA-QC lies in it." == refused.reason


def accepted(*periods: ServicePeriod) -> str | None:
    refused = may_be_accepted(periods, received_on=date(2003, 3, 10), cancelled_on=date(2003, 4, 1), terms=TERMS)
    return refused and refused.rule


def test_may_be_accepted_in_service_on_cancellation():
    """Whose last day is the cancellation date is accepted; who left the day before is not (ELG-1)."""
    assert accepted(period(date(1999, 1, 1), date(2003, 4, 1))) is None
    assert accepted(period(date(1999, 1, 1), date(2003, 3, 31))) == "ELG-1"


def test_may_be_accepted_needs_service_on_commencement():
    """Who began after commencement is not accepted, whatever the service since (ELG-1)."""
    assert accepted(period(date(2003, 2, 28))) is None
    assert accepted(period(date(2003, 3, 1))) == "ELG-1"


def test_may_be_accepted_after_a_break():
    """A break of one day between receipt and cancellation voids the tender (ELG-3); one before the receipt does not."""
    broken = [period(date(1999, 1, 1), date(2003, 3, 14)), period(date(2003, 3, 16))]
    assert accepted(*broken) == "ELG-3"
    refused = may_be_accepted(broken, received_on=date(2003, 3, 15), cancelled_on=date(2003, 4, 1), terms=TERMS)
    assert refused.reason == (
        "Service was broken between the receipt of the election and the cancellation, on March 15, 2003: "
        "the tender is void and the option is not cancelled."
    )
    after = may_be_accepted(broken, received_on=date(2003, 3, 16), cancelled_on=date(2003, 4, 1), terms=TERMS)
    assert after is None


def receives(*periods: ServicePeriod):
    return may_receive(periods, received_on=date(2003, 3, 10), granted_on=date(2003, 10, 3))


def test_may_receive_through_the_grant_date():
    """Service through the grant date itself is enough, until the day before is not (ELG-3)."""
    assert receives(period(date(1999, 1, 1), date(2003, 10, 3))) is None
    left = receives(period(date(1999, 1, 1), date(2003, 10, 2)))
    assert (left.rule, left.section) == ("ELG-3", "§2, §9")
    assert "October 3, 2003 was the first day without service" in left.reason


def test_may_receive_needs_unbroken_service():
    """Who left and came back receives nothing, and is told the first day without service (ELG-2)."""
    refused = receives(period(date(1999, 1, 1), date(2003, 6, 13)), period(date(2003, 6, 15)))
    assert (refused.rule, refused.section) == ("ELG-2", "§2, §6, §9")
    assert refused.reason == (
        "Service was not continuous from the receipt of the election through the grant; "
        "June 14, 2003 was the first day without service."
    )


def test_may_receive_after_a_change_of_capacity():
    """An employee who becomes a consultant the next day has served without a break."""
    assert (
        receives(period(date(1999, 1, 1), date(2003, 6, 13)), period(date(2003, 6, 14), None, Capacity.CONSULTANT))
        is None
    )


def test_may_receive_counts_from_the_receipt():
    """A gap that ended before the election was received is no matter."""
    assert receives(period(date(1999, 1, 1), date(2003, 3, 1)), period(date(2003, 3, 10))) is None
    assert receives(period(date(1999, 1, 1), date(2003, 3, 1)), period(date(2003, 3, 11))).rule == "ELG-2"
