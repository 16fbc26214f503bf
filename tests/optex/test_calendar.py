"""Federal business days and trading days, against two independent calendars; and the offer's clock."""

from datetime import UTC, date, datetime, time, timedelta

import numpy
import pytest

from optex.calendar import EST, NEW_YORK, Calendar, earlier_reading, instant, local_date
from optex.formatting import local_text, utc_text

CALENDAR = Calendar("NASDAQ")


def _nth_monday(year, month, n):
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (n - 1))


def _federal_holidays(year):
    """The holidays of 5 U.S.C. 6103 with their observed days."""
    first = date(year, 11, 1)
    thanksgiving = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    memorial = _nth_monday(year, 6, 1) - timedelta(days=7)
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    monday = [_nth_monday(year, 1, 3), _nth_monday(year, 2, 3), memorial, _nth_monday(year, 9, 1)]
    monday += [_nth_monday(year, 10, 2), thanksgiving]
    shift = {5: -1, 6: 1}
    return monday + [day + timedelta(days=shift.get(day.weekday(), 0)) for day in fixed]


def _days(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_business_days_are_those_of_the_statute_from_1995_to_2035():
    """Every day of forty years is a business day exactly where weekends and 5 U.S.C. 6103 leave it one."""
    holidays = [day for year in range(1995, 2037) for day in _federal_holidays(year)]
    days = _days(date(1995, 1, 1), date(2035, 12, 31))
    oracle = numpy.is_busday(numpy.array(days, dtype="datetime64[D]"), holidays=holidays)
    expected = [day for day, open_ in zip(days, oracle, strict=True) if open_]
    assert expected == [day for day in days if CALENDAR.is_business_day(day)]


@pytest.mark.parametrize("count", [-45, -10, -1, 1, 5, 20, 40])
def test_an_offset_in_business_days_is_numpys(count):
    """So many business days after a day, or before it, is the day that numpy.busday_offset finds."""
    holidays = [day for year in range(1994, 2037) for day in _federal_holidays(year)]
    roll = "backward" if count > 0 else "forward"
    days = _days(date(1995, 1, 1), date(2035, 12, 31))[::17]
    oracle = numpy.busday_offset(numpy.array(days, dtype="datetime64[D]"), count, roll=roll, holidays=holidays)
    assert oracle.tolist() == [CALENDAR.business_day_offset(day, count) for day in days]


@pytest.mark.slow  # pandas and thirty years of sessions, for an oracle that changes with its package alone
@pytest.mark.filterwarnings("ignore:Series.values:DeprecationWarning")  # inside exchange_calendars
def test_trading_days_are_those_of_the_new_york_stock_exchange():
    """Every day from 1995 on is a trading day exactly where the exchange's own record has a session."""
    import exchange_calendars

    exchange = exchange_calendars.get_calendar("XNYS", start="1995-01-03")
    expected = [session.date() for session in exchange.sessions]
    found = [day for day in _days(expected[0], expected[-1]) if Calendar("NYSE").is_trading_day(day)]
    assert expected == found


@pytest.mark.parametrize(
    ("day", "business", "trading"),
    [
        ("2003-10-13", False, True),  # Columbus Day
        ("2003-11-11", False, True),  # Veterans Day
        ("2003-04-18", True, False),  # Good Friday
        ("2003-03-31", True, True),
        ("2003-03-29", False, False),  # Saturday
        ("2003-03-30", False, False),  # Sunday
        ("2021-12-31", False, True),  # New Year's Day 2022 is a Saturday; the exchange does not move it
        ("2021-12-30", True, True),
        ("2022-01-03", True, True),
        ("2021-12-24", False, False),  # Christmas is a Saturday
        ("2021-06-18", False, True),  # Juneteenth is a Saturday, the first one, and the exchange traded
        ("2020-06-19", True, True),  # before it was a holiday
        ("2021-07-05", False, False),  # Independence Day is a Sunday
        ("2021-07-06", True, True),
        ("2001-09-12", True, False),  # after the attacks
        ("2018-12-05", True, False),  # mourning for a president: an order closes offices, no statute
        ("2012-10-29", True, False),  # the hurricane
    ],
)
def test_the_yes_list_and_the_no_list(day, business, trading):
    """Each of the days on which the two calendars are commonly confused is told rightly by both."""
    day = date.fromisoformat(day)
    assert (business, trading) == (CALENDAR.is_business_day(day), CALENDAR.is_trading_day(day))


def test_a_dated_correction_closes_one_calendar_only():
    """A closing by executive order takes a business day away, a closing of the exchange a trading day."""
    calendar = Calendar("NYSE", closed=[date(2003, 3, 12)], exchange_closed=[date(2003, 3, 13)])
    days = [date(2003, 3, 11), date(2003, 3, 12), date(2003, 3, 13)]
    assert [True, False, True] == [calendar.is_business_day(day) for day in days]
    assert [True, True, False] == [calendar.is_trading_day(day) for day in days]
    assert date(2003, 3, 14) == calendar.grant_day_from(date(2003, 3, 12))


def test_a_count_of_business_days_counts_both_ends():
    """The offer of the document is open for 22 business days, a Saturday and Sunday alone for none."""
    assert 22 == CALENDAR.business_days(date(2003, 2, 28), date(2003, 3, 31))
    assert 1 == CALENDAR.business_days(date(2003, 2, 28), date(2003, 2, 28))
    assert 0 == CALENDAR.business_days(date(2003, 3, 1), date(2003, 3, 2))


def test_five_in_the_afternoon_is_two_instants_in_summer_and_one_in_winter():
    """5 p.m. on April 14, 2003 is 22:00Z in standard time and 21:00Z on the wall; in March they agree (CAL-2)."""
    five = time(17)
    assert datetime(2003, 4, 14, 22, tzinfo=UTC) == instant(date(2003, 4, 14), five, EST)
    assert datetime(2003, 4, 14, 21, tzinfo=UTC) == instant(date(2003, 4, 14), five, NEW_YORK)
    assert instant(date(2003, 3, 31), five, EST) == instant(date(2003, 3, 31), five, NEW_YORK)
    assert datetime(2003, 4, 14, 21, tzinfo=UTC) == earlier_reading(date(2003, 4, 14), five, EST)


def test_an_instant_is_shown_on_the_offers_clock_with_its_zone():
    """An instant reads as its day, time and zone on the offer's clock, and with Z in the ledgers (CAL-3)."""
    at = datetime(2003, 4, 14, 22, tzinfo=UTC)
    assert "2003-04-14 17:00 EST" == local_text(at, EST)
    assert "2003-04-14 18:00 EDT" == local_text(at, NEW_YORK)
    assert "2003-04-14T22:00:00Z" == utc_text(at.astimezone(NEW_YORK))
    assert date(2003, 4, 14) == local_date(datetime(2003, 4, 15, 4, 59, tzinfo=UTC), EST)
    assert date(2003, 4, 15) == local_date(datetime(2003, 4, 15, 4, 59, tzinfo=UTC), NEW_YORK)
