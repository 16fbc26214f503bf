"""How long the offer is open: in whole business days, from 12:01 a.m. through midnight each (§2, §15), and in all.

A day on which the offer expires at 5 p.m. is not a whole one. The first day is, at whatever hour the offer opens or a
change is told: the law has an offer commence at 12:01 a.m. of its day, and §15 counts "from, and including, the date"
of a notice.
"""

from datetime import date, datetime, time, timedelta

from optex.calendar import ONE_DAY, instant, local_date
from optex.formatting import day, in_words, listed, local_end, local_text
from optex.terms import Terms

ISO_DAYS = 30
_MIDNIGHT = time(0)


def whole_business_days(terms: Terms, first: date) -> int:
    """How many whole business days, from the first one on, the offer is open.

    Authority: §2, §15; Rule 13e-4(a)(3), (a)(4) (AMD-1).
    """
    # At midnight the day that has just begun is none of the offer's, and at any later hour it is not yet whole.
    return terms.calendar.business_days(first, local_date(terms.expires, terms.zone) - ONE_DAY)


def earliest_expiration(terms: Terms, first: date, days: int) -> datetime:
    """The midnight that ends the last of so many business days, of which the first is the first on or after a day.

    Authority: §15, "the tenth (10th) business day from, and including, the date" (AMD-1).
    """
    return instant(_last(terms, first, days) + ONE_DAY, _MIDNIGHT, terms.zone)


def last_notice(terms: Terms, days: int, expires: datetime) -> datetime:
    """The midnight that ends the last day on which the notice of a change leaves so many business days.

    Authority: §15, "from, and including, the date" of the notice (AMD-1).
    """
    calendar, last = terms.calendar, local_date(expires, terms.zone) - ONE_DAY
    while not calendar.is_business_day(last):
        last -= ONE_DAY
    return instant(calendar.business_day_offset(last, 1 - days) + ONE_DAY, _MIDNIGHT, terms.zone)


def earliest_in_words(terms: Terms, first: date, days: int) -> str:
    """That midnight as a refusal names it, and what would do at the hour at which the offer expires now."""
    last, earliest = _last(terms, first, days), earliest_expiration(terms, first, days)
    said = f"midnight at the end of {day(last)} ({local_end(earliest, terms.zone)})"
    usual = terms.expires.astimezone(terms.zone).time()
    if usual == _MIDNIGHT:
        return said
    later = instant(terms.calendar.next_business_day(last), usual, terms.zone)
    return f"{said}, or {local_text(later, terms.zone)}"


def shortfall(terms: Terms, first: date, days: int) -> str:
    """By how much the offer is open for less than so many business days, in words; "" where it is open for as many."""
    if terms.expires >= earliest_expiration(terms, first, days):
        return ""
    missing, rest = days - whole_business_days(terms, first), timedelta()
    last = local_date(terms.expires, terms.zone)
    begun = terms.expires - instant(last, _MIDNIGHT, terms.zone)
    if begun and terms.calendar.is_business_day(last) and first <= last:
        missing, rest = missing - 1, instant(last + ONE_DAY, _MIDNIGHT, terms.zone) - terms.expires
    return listed([*([in_words(missing, "business day")] if missing else []), *_hours(rest)])


def calendar_days(terms: Terms) -> int:
    """For how many calendar days the offer is open, the first and the last both counted (ISO-1)."""
    return (terms.expires_on - terms.commences).days + 1


def reaches_thirty_days(before: Terms, after: Terms) -> bool:
    """Whether it is by an extension that the offer is open for thirty calendar days.

    Authority: Treas. Reg. 1.424-1(e)(4)(iii) (ISO-1).
    """
    return calendar_days(before) < ISO_DAYS <= calendar_days(after)


def _last(terms: Terms, first: date, days: int) -> date:
    calendar = terms.calendar
    return calendar.business_day_offset(calendar.business_day_from(first), days - 1)


def _hours(rest: timedelta) -> list[str]:
    hours, seconds = divmod(int(rest.total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return [in_words(number, noun) for number, noun in parts if number]
