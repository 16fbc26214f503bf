"""Whom the offer is made to and what for, where its terms narrow that: both sides of every key (ELG-5)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from optex.adjustment import Split
from optex.election import review_forms
from optex.eligibility import acceptance_void, grants_in_offer, may_be_accepted, may_receive, may_tender
from optex.eligible import open_to, the_class
from optex.records import Capacity, Form, FormKind, FormLine, FormStanding, HolderRecord
from tests import builders
from tests.builders import period

EMPLOYEE, DIRECTOR, CONSULTANT = Capacity.EMPLOYEE, Capacity.DIRECTOR, Capacity.CONSULTANT
FEB_28, APRIL_1, OCT_3 = date(2003, 2, 28), date(2003, 4, 1), date(2003, 10, 3)
ONLY_EMPLOYEES = builders.terms(eligible={"capacities": ["employee"]})
NO_DIRECTORS = builders.terms(eligible={"capacities": ["employee", "consultant"]})
AT_TWENTY = builders.terms(eligible={"minimum_price": 20})
BEFORE_2002 = builders.terms(eligible={"granted_before": "2002-01-01"})


def record(*grants, as_told=()):
    return HolderRecord(
        holder=builders.holder(),
        service_periods=(period(),),
        grants={each.grant_id: each for each in grants},
        forms=(),
        as_told={each.grant_id: each for each in as_told},
    )


@pytest.mark.parametrize("capacity", Capacity)
def test_the_documents_offer_is_made_to_every_capacity(capacity):
    """As its Section 1 has it."""
    assert may_tender(builders.holder(), [period(capacity=capacity)], builders.terms()) is None


@pytest.mark.parametrize(
    ("terms", "capacity", "rule"),
    [
        (ONLY_EMPLOYEES, EMPLOYEE, None),
        (ONLY_EMPLOYEES, DIRECTOR, "ELG-5"),
        (NO_DIRECTORS, CONSULTANT, None),
        (NO_DIRECTORS, DIRECTOR, "ELG-5"),
    ],
)
def test_a_capacity_that_the_offer_is_not_open_to_may_not_tender(terms, capacity, rule):
    """In service, and left out by the offer's own terms."""
    found = may_tender(builders.holder(), [period(capacity=capacity)], terms)
    assert (found and found.rule) == rule


def test_whoever_serves_in_two_capacities_is_eligible_by_one_of_them():
    """An employee who is a director, too, is an employee: one to leave out by id."""
    assert may_tender(builders.holder(), [period(), period(capacity=DIRECTOR)], NO_DIRECTORS) is None


def test_whoever_does_not_serve_at_all_is_told_so_as_in_every_offer():
    """Not in service is ELG-1; in service, but as something else, ELG-5."""
    found = may_tender(builders.holder(), [period(date(2003, 2, 1), date(2003, 2, 27))], ONLY_EMPLOYEES)
    assert found is not None
    assert "ELG-1" == found.rule
    assert "Not in service as an employee on February 28, 2003, the day the offer commenced." == found.reason


def test_a_holder_excluded_by_id_is_told_why():
    """The reason is the terms' own; without one it says at least that the terms exclude the holder."""
    because = {"excluded_holders": ["H1"], "excluded_because": "executive officers cannot take part"}
    found = may_tender(builders.holder(), [period()], builders.terms(eligible=because))
    assert found is not None
    assert "Excluded by the terms of the offer: executive officers cannot take part." == found.reason
    bare = may_tender(builders.holder(), [period()], builders.terms(eligible={"excluded_holders": ["H1"]}))
    assert bare is not None
    assert "Excluded by the terms of the offer." == bare.reason
    assert may_tender(builders.holder("H2"), [period()], builders.terms(eligible=because)) is None


CHANGED = [period(last_day=date(2003, 3, 31)), period(APRIL_1, capacity=CONSULTANT)]


def test_a_change_of_capacity_before_the_cancellation_voids_the_tender():
    """Where any capacity will do it is no break; the record that shows it later voids the acceptance."""
    days = {"received_on": date(2003, 3, 10), "cancelled_on": APRIL_1}
    assert may_be_accepted(CHANGED, **days, terms=builders.terms()) is None
    assert may_be_accepted(CHANGED, **days, terms=NO_DIRECTORS) is None
    found = may_be_accepted(CHANGED, **days, terms=ONLY_EMPLOYEES)
    assert found is not None
    assert "ELG-5" == found.rule
    assert found.reason.startswith("Not in service as an employee on April 1, 2003, the day the tendered options are")
    void = acceptance_void(CHANGED, **days, terms=ONLY_EMPLOYEES)
    assert void is not None
    assert void.reason.startswith("The record now shows no service as an employee on April 1, 2003, though it had to")


def test_an_interlude_in_another_capacity_breaks_the_service():
    """A consultant from March 17 to 20, an employee before and after: void for want of unbroken service."""
    interlude = [
        period(last_day=date(2003, 3, 16)),
        period(date(2003, 3, 17), date(2003, 3, 20), CONSULTANT),
        period(date(2003, 3, 21)),
    ]
    days = {"received_on": date(2003, 3, 10), "cancelled_on": APRIL_1}
    found = may_be_accepted(interlude, **days, terms=ONLY_EMPLOYEES)
    assert found is not None
    assert found.reason.startswith("Service as an employee was broken between the receipt of the election and the")
    assert may_be_accepted(interlude, **days, terms=NO_DIRECTORS) is None


def test_what_is_promised_asks_for_the_capacity_through_the_grant():
    """The last day as an employee, October 2, is one too early; a deferred grant asks for no capacity (LCK-1)."""
    until = [period(last_day=date(2003, 10, 2)), period(OCT_3, capacity=CONSULTANT)]
    days = {"received_on": date(2003, 3, 10), "granted_on": OCT_3}
    found = may_receive(until, **days, terms=ONLY_EMPLOYEES)
    assert found is not None
    assert "ELG-5" == found.rule
    assert found.reason.startswith("Service as an employee ended before the new options were granted; October 3, 2003")
    assert may_receive([period(last_day=OCT_3)], **days, terms=ONLY_EMPLOYEES) is None
    assert may_receive(until, **days, terms=NO_DIRECTORS) is None
    assert may_receive(until, **days) is None


def test_only_options_at_or_above_the_minimum_price_are_in_the_offer():
    """$20.00 is in, $19.99 is not; the document's offer is for all."""
    held = record(builders.grant("G1", price="20.00"), builders.grant("G2", price="19.99"))
    assert {"G1"} == grants_in_offer(held, AT_TWENTY).keys()
    assert {"G1", "G2"} == grants_in_offer(held, builders.terms()).keys()


def test_only_options_granted_before_the_day_are_in_the_offer():
    """December 31, 2001 is in, January 1, 2002 is not; by default the commencement is the last day."""
    held = record(
        builders.grant("G1", granted_on=date(2001, 12, 31)),
        builders.grant("G2", granted_on=date(2002, 1, 1)),
        builders.grant("G3", granted_on=FEB_28),
        builders.grant("G4", granted_on=date(2003, 3, 1)),
    )
    assert {"G1"} == grants_in_offer(held, BEFORE_2002).keys()
    assert {"G1", "G2", "G3"} == grants_in_offer(held, builders.terms()).keys()


def test_a_split_changes_nothing_of_what_is_eligible():
    """Three for one on March 14: $20.00 has become $6.67, and $19.99 $6.67 as well; the first is in the offer."""
    told = builders.grant("G1", price="20.00"), builders.grant("G2", price="19.99")
    now = builders.grant("G1", price="6.67", shares=3000), builders.grant("G2", price="6.67", shares=3000)
    held = record(*now, as_told=told)
    assert {"G1": now[0]} == grants_in_offer(held, AT_TWENTY)
    form = Form(
        form_id="F1",
        holder_id="H1",
        kind=FormKind.ELECTION,
        received_at=datetime(2003, 3, 20, 15, tzinfo=UTC),
        signed_on=date(2003, 3, 20),
        signed_as="Ann Lee",
        channel="fax",
        lines=tuple(
            FormLine(
                grant_id=each.grant_id,
                shares=3000,
                original_shares=3000,
                granted_on=each.granted_on,
                price=Decimal("6.67"),
                exercised=0,
            )
            for each in now
        ),
    )
    (review,) = review_forms(
        terms=AT_TWENTY,
        holder=held.holder,
        periods=held.service_periods,
        grants=held.grants,
        told_grants=held.told_grants,
        splits=[Split(on=date(2003, 3, 14), new=3, old=1)],
        foreign=(),
        forms=[form],
        waivers=[],
        accepted_at=None,
        terminated_at=None,
        at=form.received_at,
    )
    assert FormStanding.DEFECTIVE == review.standing
    assert [
        "Option G2 has an exercise price of $19.99; the offer is for options with an exercise price of $20.00 or more."
    ] == [each.reason for each in review.defects]


def test_the_offer_says_in_words_whom_and_what_it_is_for():
    """Nothing where it is for all."""
    assert ("", "") == (open_to(builders.terms()), the_class(builders.terms()))
    assert "employees and consultants" == open_to(NO_DIRECTORS)
    assert "with an exercise price of $20.00 or more" == the_class(AT_TWENTY)
    assert "granted before January 1, 2002" == the_class(BEFORE_2002)
