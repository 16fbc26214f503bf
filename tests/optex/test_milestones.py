"""The dated milestones: the worked dates of the document, extended, at the ends of months, and never early."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex.milestones import cancellation_due, first_grant_day, next_cancellation, schedule_of, waiting_period_ends
from optex.terms import Waiting
from tests.builders import terms

AFTER = Waiting()
ON = Waiting(begins="on_cancellation")


def _utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WORKED = {
    "2003-03-31T17:00:00": (
        22,
        ["2003-03-17", "2003-03-24", "2003-03-28"],
        ["2003-03-31T22:00", "2003-04-01T13:00", "2003-04-01T14:00"],
        ("2003-04-01", "2003-10-03"),
    ),
    "2003-04-14T17:00:00": (
        32,
        ["2003-03-31", "2003-04-07", "2003-04-11"],
        ["2003-04-14T22:00", "2003-04-15T12:00", "2003-04-15T14:00"],
        ("2003-04-15", "2003-10-17"),
    ),
    "2003-04-30T17:00:00": (
        44,
        ["2003-04-16", "2003-04-23", "2003-04-29"],
        ["2003-04-30T22:00", "2003-05-01T12:00", "2003-05-01T14:00"],
        ("2003-05-01", "2003-11-03"),
    ),
}


@pytest.mark.parametrize("expires", WORKED)
def test_the_worked_dates_of_the_document(expires):
    """As scheduled and twice extended, every milestone falls on the instant worked out by hand."""
    days_open, reminders, (close, announced_by, cancel), (cancel_on, grant_on) = WORKED[expires]
    offer = terms(withdrawable_after="2003-04-28T17:00:00").extended(datetime.fromisoformat(expires + "-05:00"))
    found = schedule_of(offer)
    assert days_open == offer.calendar.business_days(offer.commences, offer.expires_on)
    assert date(2002, 8, 28) == offer.lookback_from
    assert [_utc(day + "T14:00") for day in reminders] == [found.due(f"reminder-{days}") for days in (10, 5, 1)]
    assert _utc("2003-02-28T14:00") == found.due("open")
    assert _utc(close) == found.due("close")
    assert _utc(announced_by) == found.due("extension-deadline")
    assert _utc(cancel) == found.due("cancel")
    assert _utc("2003-04-28T22:00") == found.due("withdrawal-right")
    assert (date.fromisoformat(cancel_on), date.fromisoformat(grant_on)) == (found.cancel_on, found.grant_on)
    assert _utc(grant_on + "T14:00") == found.due("recheck-employment")
    assert _utc(grant_on + "T22:00") == found.due("regrant")


def test_the_milestones_come_in_order_of_their_instants():
    """The plan lists what falls due in the order in which it does."""
    expected = [
        "open", "reminder-10", "reminder-5", "reminder-1", "close", "extension-deadline", "cancel",
        "withdrawal-right", "recheck-employment", "regrant",
    ]  # fmt: skip
    assert expected == [milestone.name for milestone in schedule_of(terms()).milestones]


def test_every_milestone_names_its_rule_and_section():
    """Each milestone says on which rule and section it rests."""
    found = {milestone.name: (milestone.rule, milestone.section) for milestone in schedule_of(terms()).milestones}
    assert ("EXT-1", "§15") == found["extension-deadline"]
    assert ("GRT-1", "Summary Term Sheet, §6") == found["regrant"]


def test_extended_to_april_10_the_grant_waits_for_columbus_day():
    """Cancelled April 11, the first possible day is Columbus Day, October 13: the grant is on the 14th."""
    found = schedule_of(terms(expires="2003-04-10T17:00:00"))
    assert (date(2003, 4, 11), date(2003, 10, 14)) == (found.cancel_on, found.grant_on)
    assert date(2003, 10, 13) == waiting_period_ends(found.cancel_on, AFTER)


@pytest.mark.parametrize(
    ("cancelled_on", "after", "on"),
    [
        ("2003-04-01", "2003-10-03", "2003-10-02"),  # the document's own case
        ("2003-02-27", "2003-08-29", "2003-08-28"),
        ("2003-02-28", "2003-09-02", "2003-08-29"),  # from March 1; to September 1
        ("2003-08-28", "2004-03-01", "2004-02-29"),  # from August 29; a leap year has the 29th
        ("2002-08-28", "2003-03-02", "2003-03-01"),  # from August 29; there is no February 29: March 1
        ("2002-08-29", "2003-03-02", "2003-03-01"),  # from August 30
        ("2002-08-30", "2003-03-02", "2003-03-01"),  # from August 31
        ("2002-08-31", "2003-03-02", "2003-03-01"),  # from September 1
        ("2003-03-30", "2003-10-02", "2003-10-01"),  # from March 31; there is no September 31: October 1
        ("2003-03-31", "2003-10-02", "2003-10-01"),  # from April 1
        ("2003-05-30", "2003-12-02", "2003-12-01"),  # from May 31; there is no November 31: December 1
        ("2003-10-30", "2004-05-02", "2004-05-01"),  # from October 31; there is no April 31: May 1
        ("2003-06-30", "2004-01-02", "2003-12-31"),
        ("2003-12-31", "2004-07-02", "2004-07-01"),
    ],
)
def test_the_waiting_ends_at_the_ends_of_months(cancelled_on, after, on):
    """Six months and one day, counted from the day after the cancellation or from the day itself (GRT-1)."""
    cancelled_on = date.fromisoformat(cancelled_on)
    assert date.fromisoformat(after) == waiting_period_ends(cancelled_on, AFTER)
    assert date.fromisoformat(on) == waiting_period_ends(cancelled_on, ON)


def test_the_other_way_of_counting_grants_on_october_2():
    """Counted from the cancellation itself, April 1 leads to October 2, 2003."""
    found = schedule_of(terms(waiting={"begins": "on_cancellation"}))
    assert date(2003, 10, 2) == found.grant_on


def test_a_grant_is_never_on_good_friday():
    """Good Friday, April 18, 2003, is a business day without a closing price: the grant is on the Monday."""
    assert date(2003, 4, 18) == waiting_period_ends(date(2002, 10, 16), AFTER)
    assert date(2003, 4, 21) == first_grant_day(date(2002, 10, 16), AFTER, terms().calendar)


def _months_later(day, months, *, into_next_month):
    """The same day so many months later; where there is none the 1st of the month after, or the last of the month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        first_after = _months_later(day.replace(day=1), months + 1, into_next_month=False)
        return first_after if into_next_month else first_after - timedelta(days=1)


CALENDAR = terms().calendar


@given(st.dates(date(1996, 1, 1), date(2035, 6, 30)), st.booleans())
def test_a_grant_is_never_early_and_on_the_first_day_with_a_price(cancelled_on, from_the_day_after):
    """Whatever the day of cancellation, the grant is on the first business and trading day after the period."""
    if from_the_day_after:
        ends = _months_later(cancelled_on + timedelta(days=1), 6, into_next_month=True)
    else:
        ends = _months_later(cancelled_on, 6, into_next_month=False)
    granted_on = first_grant_day(cancelled_on, AFTER if from_the_day_after else ON, CALENDAR)
    assert granted_on > ends
    assert CALENDAR.is_business_day(granted_on)
    assert CALENDAR.is_trading_day(granted_on)
    between = [ends + timedelta(days=n) for n in range(1, (granted_on - ends).days)]
    assert not any(CALENDAR.is_business_day(day) and CALENDAR.is_trading_day(day) for day in between)


@given(st.dates(date(1996, 1, 1), date(2035, 6, 30)))
def test_counting_from_the_day_after_is_never_the_shorter(cancelled_on):
    """The document's way of counting never grants before the other."""
    assert waiting_period_ends(cancelled_on, ON) < waiting_period_ends(cancelled_on, AFTER)


def test_the_cancellation_is_never_before_the_extension_deadline():
    """At whatever hour the cancellation is wished, it waits for the last instant of an extension (EXT-1)."""
    early = terms(cancel_at="07:59:00")
    assert _utc("2003-04-01T13:00") == cancellation_due(early)
    assert _utc("2003-04-01T13:00") == cancellation_due(terms(cancel_at="08:00:00"))
    assert _utc("2003-04-01T13:01") == cancellation_due(terms(cancel_at="08:01:00"))


def test_a_duty_of_the_company_falls_due_at_the_earlier_reading_on_either_clock():
    """In summer 8 a.m. is 12:00Z, be the offer's clock the fixed one or the one on the wall (CAL-2)."""
    for clock in ("EST", "America/New_York"):
        assert _utc("2003-04-15T12:00") == schedule_of(terms(expires="2003-04-14T17:00:00", clock=clock)).due(
            "extension-deadline"
        )
    assert _utc("2003-04-14T21:00") == schedule_of(terms(expires="2003-04-14T17:00:00", clock="America/New_York")).due(
        "close"
    )


def test_a_postponed_acceptance_falls_due_at_the_next_hour_of_cancellation():
    """Released before the hour it is done that day, at the hour or later on the next business day (CND-1)."""
    alpha = terms()
    assert _utc("2003-04-17T14:00") == next_cancellation(alpha, _utc("2003-04-17T13:59"))
    assert _utc("2003-04-18T14:00") == next_cancellation(alpha, _utc("2003-04-17T14:00"))
    assert _utc("2003-04-21T14:00") == next_cancellation(alpha, _utc("2003-04-18T14:00"))
    assert _utc("2003-04-21T14:00") == next_cancellation(alpha, _utc("2003-04-19T12:00"))


def test_a_later_cancellation_moves_the_grant_with_it():
    """Cancelled on April 17 instead of April 1, the grant is on October 20, and the close stays where it was."""
    found = schedule_of(terms(), cancel_on=date(2003, 4, 17))
    assert (date(2003, 4, 17), date(2003, 10, 20)) == (found.cancel_on, found.grant_on)
    assert _utc("2003-03-31T22:00") == found.due("close")


def test_the_committee_may_defer_the_grant_but_not_hasten_it():
    """A later day is taken, onto the next fit day if need be; an earlier one changes nothing (GRT-2)."""
    assert date(2003, 11, 3) == schedule_of(terms(), grant_from=date(2003, 11, 3)).grant_on
    assert date(2003, 10, 14) == schedule_of(terms(), grant_from=date(2003, 10, 11)).grant_on
    assert date(2003, 10, 3) == schedule_of(terms(), grant_from=date(2003, 10, 2)).grant_on


def test_the_grant_is_due_at_the_hours_of_the_terms():
    """The hours of the re-check and of the grant are those of the terms."""
    found = schedule_of(terms(recheck_at="08:30:00", regrant_at="16:15:00"))
    assert _utc("2003-10-03T13:30") == found.due("recheck-employment")
    assert _utc("2003-10-03T21:15") == found.due("regrant")


NONE_ON = {"months": 0, "days": 0, "begins": "on_cancellation"}
NONE_AFTER = {"months": 0, "days": 0, "begins": "after_cancellation"}


@pytest.mark.parametrize(
    ("cancelled_on", "on_the_day", "after_it"),
    [
        (date(2003, 4, 1), date(2003, 4, 1), date(2003, 4, 2)),
        (date(2003, 4, 4), date(2003, 4, 4), date(2003, 4, 7)),  # a Friday
        (date(2003, 4, 17), date(2003, 4, 17), date(2003, 4, 21)),  # before Good Friday: no trading day
        (date(2003, 4, 18), date(2003, 4, 21), date(2003, 4, 21)),  # Good Friday itself is a business day
    ],
)
def test_without_a_waiting_period_the_grant_is_on_the_day_of_the_cancellation_or_after_it(
    cancelled_on, on_the_day, after_it
):
    """On the first business and trading day from the cancellation on, or from the day after it."""
    calendar = terms().calendar
    assert on_the_day == first_grant_day(cancelled_on, Waiting(**NONE_ON), calendar)
    assert after_it == first_grant_day(cancelled_on, Waiting(**NONE_AFTER), calendar)


def test_on_one_day_the_steps_are_in_their_order():
    """Cancelled at 9:00, service checked again then, granted at 17:00; a later cancellation moves what follows it."""
    found = schedule_of(terms(waiting=NONE_ON))
    assert ["cancel", "recheck-employment", "regrant"] == [
        each.name for each in found.milestones if each.due >= _utc("2003-04-01T13:30") and each.name in ORDER
    ]
    assert _utc("2003-04-01T14:00") == found.due("cancel") == found.due("recheck-employment")
    assert _utc("2003-04-01T22:00") == found.due("regrant")
    late = schedule_of(terms(waiting=NONE_ON, cancel_at="18:00:00"))
    assert [_utc("2003-04-01T23:00")] * 3 == [late.due(name) for name in ORDER]
    assert ORDER == [each.name for each in late.milestones if each.name in ORDER]


ORDER = ["cancel", "recheck-employment", "regrant"]


def test_the_cancellation_on_the_day_of_the_expiration():
    """At 18:00 of March 31, an hour after the expiration, which is then the last instant for an extension."""
    offer = terms(cancel_on="expiration_day", cancel_at="18:00:00")
    found = schedule_of(offer)
    assert date(2003, 3, 31) == found.cancel_on
    assert _utc("2003-03-31T23:00") == found.due("cancel")
    assert _utc("2003-03-31T22:00") == found.due("close") == found.due("extension-deadline")
    assert date(2003, 10, 2) == found.grant_on, "six months and a day from the day after March 31: April 1 to October 1"


def test_the_cancellation_is_never_before_the_expiration():
    """The usual 9:00 lies before the expiration at 17:00: it falls due with that, after it in order."""
    found = schedule_of(terms(cancel_on="expiration_day"))
    assert _utc("2003-03-31T22:00") == found.due("cancel")
    assert ["close", "extension-deadline", "cancel"] == [
        each.name for each in found.milestones if each.due == _utc("2003-03-31T22:00")
    ]


def test_the_cancellation_moves_with_an_extension():
    """Extended to April 14, it is on April 14."""
    offer = terms(cancel_on="expiration_day", cancel_at="18:00:00")
    found = schedule_of(offer.extended(datetime.fromisoformat("2003-04-14T17:00:00-05:00")))
    assert date(2003, 4, 14) == found.cancel_on


@pytest.mark.parametrize("expires", ["2003-04-01T00:00:00", "2003-03-29T17:00:00"])
def test_where_the_day_of_the_expiration_has_no_hour_left_the_next_business_day_has(expires):
    """At midnight ending March 31 nothing of the day is left, and March 29 is a Saturday."""
    found = schedule_of(terms(expires=expires, cancel_on="expiration_day"))
    [expected] = {schedule_of(terms(expires=expires)).due("cancel")}
    assert expected == found.due("cancel")
    assert schedule_of(terms(expires=expires)).due("extension-deadline") == found.due("extension-deadline")


def test_google_s_offer_of_2009():
    """Expiring at 6:00 a.m. Pacific on March 9, cancelled and granted on that day."""
    found = schedule_of(
        terms(
            commences="2009-02-03",
            expires="2009-03-09T06:00:00",
            clock="America/Los_Angeles",
            cancel_on="expiration_day",
            waiting=NONE_ON,
        )
    )
    assert (date(2009, 3, 9), date(2009, 3, 9)) == (found.cancel_on, found.grant_on)
    assert _utc("2009-03-09T13:00") == found.due("close"), "daylight saving time began on the 8th"
    assert _utc("2009-03-09T16:00") == found.due("cancel")


def test_an_expiration_at_nine_in_the_evening_in_california():
    """The day of the expiration is California's: at 9 p.m. of March 31 it is April 1 in UTC and in New York."""
    found = schedule_of(
        terms(expires="2003-03-31T21:00:00", clock="America/Los_Angeles", cancel_on="expiration_day", waiting=NONE_ON)
    )
    assert (date(2003, 3, 31), date(2003, 3, 31)) == (found.cancel_on, found.grant_on)
    assert {_utc("2003-04-01T05:00")} == {found.due(name) for name in ("close", *ORDER)}
