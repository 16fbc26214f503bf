"""How long acceptance and grant may wait before it is an alarm, and what is to be said of it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from optex.calendar import ONE_DAY, earlier_reading
from optex.formatting import count, day
from optex.milestones import CANCEL, REGRANT
from optex.state import OfferState

PATIENCE = 5
"""From so many business days on it is an alarm that what fell due was not done, whatever keeps it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LongDelay:
    """The step that has waited too long, since which day and for how many business days, under which rule."""

    step: str
    rule: str
    since: date
    days: int

    @property
    def says(self) -> str:
        waited = f"has waited {count(self.days, 'business day')} since"
        if self.step == CANCEL:
            promptly = "what was tendered must be accepted or returned promptly (Rules 13e-4(f)(5), 14e-1(c))"
            return f"Acceptance {waited} the expiration of {day(self.since)}: {promptly}."
        return f"The grant {waited} {day(self.since)}, the day for which it was planned."


def long_delay(state: OfferState, at: datetime) -> LongDelay | None:
    """The act that has waited too long at an instant; None where none has.

    Acceptance is counted from the expiration, the grant from its planned day, whatever keeps either: a condition, a
    hold, an approval, a price. It is the company's own duty, so that the earlier reading of the clock counts.
    Authority: Rule 13e-4(f)(5), Rule 14e-1(c) (CND-1, CIC-1, GRT-3, CAL-2).
    """
    if state.terminated_at or state.prohibited_at or state.granted_on or state.opened_at is None:
        return None
    accepted = state.accepted_at is not None
    since = state.schedule.grant_on if accepted else state.terms.expires_on
    calendar = state.terms.calendar
    if at < earlier_reading(calendar.business_day_offset(since, PATIENCE), time(0), state.terms.zone):
        return None
    days = max(calendar.business_days(since + ONE_DAY, state.day(at)), PATIENCE)
    step, rule = (REGRANT, "CIC-1" if state.holds else "GRT-3") if accepted else (CANCEL, "CND-1")
    return LongDelay(step=step, rule=rule, since=since, days=days)
