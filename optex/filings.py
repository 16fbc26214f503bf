"""What the issuer files on Schedule TO in the life of an offer, and by when: the offer, each amendment, the result.

A draft for counsel, who decides what is material and files it; that something was filed is not on record here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from optex.action import Action
from optex.calendar import NEW_YORK, Calendar
from optex.state import OfferState

SCHEDULE_TO, AMENDMENT = "SC TO-I", "SC TO-I/A"

# What is received later than this, Eastern time, counts as filed the next business day (Regulation S-T, 13(a)(2)).
LAST_HOUR = time(17, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """One filing: `name` is that of its file, `due` the business day, `asked_by` what asks for it promptly or by a day.

    `action` is what an amendment reports, None of the offer itself and of its result; `number` counts the amendments.
    """

    name: str
    form: str
    number: int
    due: date
    asked_by: str
    what: str
    action: Action | None = None


def filings(state: OfferState, actions: Iterable[Action]) -> list[Filing]:
    """What is to be filed in an offer as it stands, of the actions taken so far, in the order in which it is due.

    An amendment is filed promptly, which is here the business day on which it was announced; the result on the day of
    the acceptance, or of the termination. What happens after that is no amendment of the tender offer any more.
    Authority: Rule 13e-4(c)(2) to (4), (e)(3).
    """
    terms, calendar = state.terms, state.terms.calendar
    first = Filing(
        name="schedule-to",
        form=SCHEDULE_TO,
        number=0,
        due=calendar.business_day_from(terms.commences),
        asked_by="Rule 13e-4(c)(2)",
        what="The offer commences: the issuer tender offer statement, with every form of letter to holders",
    )
    amending = [each for each in actions if each.filed and not _after_the_end(each, state)]
    amendments = [_amendment(number, each, calendar) for number, each in enumerate(amending, start=1)]
    return [first, *amendments, _result(state, amendments)]


def _after_the_end(action: Action, state: OfferState) -> bool:
    ended = state.accepted_at or state.terminated_at
    return ended is not None and action.announced >= ended


def _amendment(number: int, action: Action, calendar: Calendar) -> Filing:
    return Filing(
        name=f"amendment-{number}-{action.verb}",
        form=AMENDMENT,
        number=number,
        due=filing_day(action.announced, calendar),
        asked_by="Rule 13e-4(c)(3)",
        what=f"Amendment No. {number}: {action.filed}",
        action=action,
    )


def _result(state: OfferState, amendments: Sequence[Filing]) -> Filing:
    number = len(amendments) + 1
    calendar = state.terms.calendar
    if state.terminated_at is not None:
        due, what = filing_day(state.terminated_at, calendar), "the offer is terminated and every tender returned"
    else:
        due = calendar.business_day_from(state.cancelled_on or state.schedule.cancel_on)
        what = "the results of the offer"
    return Filing(
        name="final-amendment",
        form=AMENDMENT,
        number=number,
        due=due,
        asked_by="Rule 13e-4(c)(4)",
        what=f"Amendment No. {number}, the final one: {what}",
    )


def filing_day(at: datetime, calendar: Calendar) -> date:
    """The business day that a filing made promptly counts as filed on; after 5:30 p.m. Eastern time it is the next."""
    local = at.astimezone(NEW_YORK)
    if local.time() > LAST_HOUR:
        return calendar.next_business_day(local.date())
    return calendar.business_day_from(local.date())
