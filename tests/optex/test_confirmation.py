"""Confirmations of Receipt: due by the end of the fifth business day after the day of receipt (§6, CNF-1)."""

from datetime import UTC, date, datetime

import pytest

from optex.calendar import EST
from optex.milestones import alarm_from, confirmation_due, last_day_to_confirm
from tests import builders


@pytest.mark.parametrize(
    ("received_at", "last_day", "due"),
    [
        # Monday: the fifth business day after it is the Monday that follows.
        (datetime(2003, 3, 10, 9, 25, tzinfo=EST), date(2003, 3, 17), datetime(2003, 3, 18, 5, tzinfo=UTC)),
        # One second before midnight is still that Monday, midnight is Tuesday.
        (datetime(2003, 3, 10, 23, 59, 59, tzinfo=EST), date(2003, 3, 17), datetime(2003, 3, 18, 5, tzinfo=UTC)),
        (datetime(2003, 3, 11, tzinfo=EST), date(2003, 3, 18), datetime(2003, 3, 19, 5, tzinfo=UTC)),
        # Friday, Saturday and Sunday all end on the Friday after.
        (datetime(2003, 3, 7, 13, 30, tzinfo=EST), date(2003, 3, 14), datetime(2003, 3, 15, 5, tzinfo=UTC)),
        (datetime(2003, 3, 8, 10, 14, tzinfo=EST), date(2003, 3, 14), datetime(2003, 3, 15, 5, tzinfo=UTC)),
        (datetime(2003, 3, 9, 23, 30, tzinfo=EST), date(2003, 3, 14), datetime(2003, 3, 15, 5, tzinfo=UTC)),
        # Good Friday, April 18, 2003, is a business day: no federal holiday.
        (datetime(2003, 4, 14, 12, 0, tzinfo=EST), date(2003, 4, 21), datetime(2003, 4, 22, 4, tzinfo=UTC)),
        # Memorial Day, May 26, 2003, is none.
        (datetime(2003, 5, 21, 12, 0, tzinfo=EST), date(2003, 5, 29), datetime(2003, 5, 30, 4, tzinfo=UTC)),
    ],
)
def test_the_end_of_the_fifth_business_day_after_the_day_of_receipt(received_at, last_day, due):
    """The day of receipt is not counted, weekends and federal holidays neither."""
    assert (last_day, due) == (
        last_day_to_confirm(received_at, builders.terms()),
        confirmation_due(received_at, builders.terms()),
    )


def test_in_summer_the_earlier_midnight_binds_the_company():
    """Received at the close of March 31, 2003: April 7 is in daylight time and ends at 04:00Z, not at 05:00Z."""
    received_at = datetime(2003, 3, 31, 16, 59, 59, tzinfo=EST)
    for clock in ("EST", "America/New_York"):
        assert datetime(2003, 4, 8, 4, tzinfo=UTC) == confirmation_due(received_at, builders.terms(clock=clock))


def test_in_the_hour_between_the_midnights_the_earlier_day_is_the_day_of_receipt():
    """04:30Z on April 9, 2003 is 00:30 in New York and 23:30 of April 8 on the fixed clock: counted from April 8."""
    received_at = datetime(2003, 4, 9, 4, 30, tzinfo=UTC)
    for clock in ("EST", "America/New_York"):
        assert datetime(2003, 4, 16, 4, tzinfo=UTC) == confirmation_due(received_at, builders.terms(clock=clock))
    assert datetime(2003, 4, 17, 4, tzinfo=UTC) == confirmation_due(
        datetime(2003, 4, 9, 5, tzinfo=UTC), builders.terms()
    )


def test_the_terms_say_how_many_days_and_which_days_are_closed():
    """Within two business days, or with a day closed by executive order in between, the end moves accordingly."""
    received_at = datetime(2003, 3, 10, 9, 25, tzinfo=EST)
    assert datetime(2003, 3, 13, 5, tzinfo=UTC) == confirmation_due(received_at, builders.terms(confirm_within=2))
    closed = {"closed": [{"on": "2003-03-12", "reason": "a day of mourning"}]}
    assert datetime(2003, 3, 19, 5, tzinfo=UTC) == confirmation_due(received_at, builders.terms(calendar=closed))


def test_the_alarm_is_raised_from_the_beginning_of_the_fourth_business_day():
    """Received on Monday, March 10, 2003: the fourth business day after it is Friday the 14th."""
    received_at = datetime(2003, 3, 10, 9, 25, tzinfo=EST)
    assert datetime(2003, 3, 14, 5, tzinfo=UTC) == alarm_from(received_at, builders.terms())
    assert datetime(2003, 3, 11, 5, tzinfo=UTC) == alarm_from(received_at, builders.terms(confirm_within=2))


def test_with_one_business_day_to_confirm_the_alarm_is_raised_at_once():
    """There is no business day before the last one, so that the form itself raises the alarm."""
    received_at = datetime(2003, 3, 10, 9, 25, tzinfo=EST)
    assert received_at == alarm_from(received_at, builders.terms(confirm_within=1))
