"""The offer's calendar and clock: federal business days, trading days of the exchange, and what 5 p.m. means."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
EST = timezone(timedelta(hours=-5), "EST")
NEW_YORK = ZoneInfo("America/New_York")
DAY_BEGINS = time(0, 1)  # of a business day: "from 12:01 a.m. through 12:00 midnight" (§2, §15)


class Calendar:
    """Which days are business days (§2, §15) and which are trading days of the exchange; weekends are neither.

    `closed` and `exchange_closed` are the dated corrections in the terms, such as closings by executive order.
    Authority: CAL-1.
    """

    def __init__(self, exchange: str, closed: Iterable[date] = (), exchange_closed: Iterable[date] = ()) -> None:
        self.exchange = exchange
        self._closed = frozenset(closed)
        self._exchange_closed = frozenset(exchange_closed)

    # `holidays` computes a year when it is first asked for one of its days, observed days of next January included.
    @cached_property
    def _federal_holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays("US")

    @cached_property
    def _exchange_holidays(self) -> holidays.HolidayBase:
        return holidays.financial_holidays(self.exchange)

    def is_business_day(self, day: date) -> bool:
        """Whether the day is no Saturday, Sunday or federal holiday. Authority: §2, §15 (CAL-1)."""
        return day.weekday() < 5 and day not in self._closed and day not in self._federal_holidays

    def is_trading_day(self, day: date) -> bool:
        """Whether the exchange trades on the day, so that there is a closing price. Authority: CAL-1, GRT-3."""
        return day.weekday() < 5 and day not in self._exchange_closed and day not in self._exchange_holidays

    def business_day_from(self, day: date) -> date:
        """The first business day on or after the day."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def next_business_day(self, day: date) -> date:
        """The first business day after the day."""
        return self.business_day_from(day + ONE_DAY)

    def grant_day_from(self, day: date) -> date:
        """The first day on or after the day that is a business day and a trading day both (GRT-1)."""
        while not (self.is_business_day(day) and self.is_trading_day(day)):
            day += ONE_DAY
        return day

    def business_day_offset(self, day: date, count: int) -> date:
        """The business day `count` business days after the day, or before it where `count` is negative."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_business_day(day):
                day += step
        return day

    def business_days(self, first: date, last: date) -> int:
        """How many business days lie from the first day to the last, both counted."""
        return sum(self.is_business_day(first + n * ONE_DAY) for n in range((last - first).days + 1))


def instant(day: date, at: time, clock: tzinfo) -> datetime:
    """The instant in UTC of a time of day on the offer's clock. Authority: CAL-2, CAL-3."""
    return datetime.combine(day, at, tzinfo=clock).astimezone(UTC)


def earlier_reading(day: date, at: time, clock: tzinfo) -> datetime:
    """The earliest of an hour by the offer's own clock and by both readings of "Eastern Standard Time".

    The company's own duties fall due then. Authority: §15; Rule 14e-1(d) speaks of Eastern time (CAL-2).
    """
    return min(instant(day, at, each) for each in (clock, EST, NEW_YORK))


def local_date(at: datetime, clock: tzinfo) -> date:
    """The calendar day of an instant on the offer's clock."""
    return at.astimezone(clock).date()


def last_day(ends: datetime, clock: tzinfo) -> date:
    """The day of the last instant before an end: at midnight that is the day which the midnight ends (CAL-2)."""
    return local_date(ends - datetime.resolution, clock)
