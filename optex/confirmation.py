"""By when the receipt of a form must be confirmed, and from when a confirmation still unsent is an alarm."""

from datetime import date, datetime, time

from optex.calendar import CLOCKS, ONE_DAY, earlier_reading, local_date
from optex.terms import Terms

_MIDNIGHT = time(0)


def confirmation_due(received_at: datetime, terms: Terms) -> datetime:
    """The midnight that ends the fifth business day after the day of receipt; a confirmation sent before it is in time.

    The duty is the company's, so of the two readings of the clock the earlier binds (CAL-2).
    Authority: §6, "within five business days of the receipt of your Election Form or your Notice" (CNF-1).
    """
    return earlier_reading(last_day_to_confirm(received_at, terms) + ONE_DAY, _MIDNIGHT)


def last_day_to_confirm(received_at: datetime, terms: Terms) -> date:
    """The last business day on which a confirmation is in time. Authority: §6 (CNF-1)."""
    return terms.calendar.business_day_offset(_received_on(received_at), terms.confirm_within)


def alarm_from(received_at: datetime, terms: Terms) -> datetime:
    """The first instant of the last business day but one, from which a confirmation still unsent is an alarm.

    Where the terms allow one business day only, that is the receipt itself. Authority: §6 (CNF-1).
    """
    if terms.confirm_within == 1:
        return received_at
    day = terms.calendar.business_day_offset(_received_on(received_at), terms.confirm_within - 1)
    return earlier_reading(day, _MIDNIGHT)


def _received_on(received_at: datetime) -> date:
    """The day of receipt: around midnight in summer the two clocks part, and the earlier day binds (CAL-2)."""
    return min(local_date(received_at, clock) for clock in CLOCKS.values())
