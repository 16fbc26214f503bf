"""The dated milestones of an offer: when it opens, reminds, closes, cancels and grants; again after an extension."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from optex.authority import section_of
from optex.calendar import EST, NEW_YORK, ONE_DAY, Calendar, earlier_reading, instant, local_date
from optex.formatting import count, local_end, local_text
from optex.terms import Terms, Waiting

OPEN = "open"
REMINDER = "reminder"
CLOSE = "close"
EXTENSION_DEADLINE = "extension-deadline"
CANCEL = "cancel"
WITHDRAWAL_RIGHT = "withdrawal-right"
RECHECK = "recheck-employment"
REGRANT = "regrant"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepKind:
    """One step of every offer: under which rule it is due, which flow does it, and what people call it.

    What is `in_line` waits for those before it that are in line too. `says` stands on the dashboard, `report` in the
    report, `calendar` in the calendar file; of a reminder they say how many {days} before the expiration it is.
    """

    name: str
    rule: str
    flow: str
    in_line: bool = True
    says: str
    report: str
    calendar: str

    @property
    def title(self) -> str:
        """What it says, at the head of a line."""
        return self.says[0].upper() + self.says[1:]


# At the same instant the earlier of these goes first.
STEPS = (
    StepKind(
        name=OPEN,
        rule="ELG-1",
        flow="open",
        says="the offer opens",
        report="The offer opens",
        calendar="The offer opens",
    ),
    StepKind(
        name=REMINDER,
        rule="EXP-1",
        flow="remind",
        in_line=False,
        says="reminder, {days} before",
        report="Reminder, {days} before",
        calendar="Reminder, {days} before expiration",
    ),
    StepKind(
        name=CLOSE,
        rule="EXP-1",
        flow="close",
        says="the offer closes",
        report="The offer expires",
        calendar="The offer expires: forms received from now on are late",
    ),
    StepKind(
        name=EXTENSION_DEADLINE,
        rule="EXT-1",
        flow="extension-deadline",
        says="last instant to announce an extension",
        report="Last hour to announce an extension",
        calendar="Last instant to announce an extension",
    ),
    StepKind(
        name=WITHDRAWAL_RIGHT,
        rule="WDR-3",
        flow="withdrawal-right",
        in_line=False,
        says="right to withdraw what is not accepted",
        report="Right to withdraw, if not accepted",
        calendar="What is not yet accepted may be withdrawn from now on",
    ),
    StepKind(
        name=CANCEL,
        rule="CAN-1",
        flow="cancel",
        says="acceptance and cancellation",
        report="Acceptance and cancellation",
        calendar="Acceptance and cancellation",
    ),
    StepKind(
        name=RECHECK,
        rule="ELG-2",
        flow="recheck-employment",
        says="service checked again",
        report="Service is checked again",
        calendar="Service is checked again",
    ),
    StepKind(
        name=REGRANT,
        rule="GRT-1",
        flow="regrant",
        says="new options granted",
        report="New options are granted",
        calendar="The new options are granted",
    ),
)
_ORDER = {kind.name: place for place, kind in enumerate(STEPS)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Milestone:
    """One dated duty of the offer; `due` is in UTC."""

    name: str
    due: datetime
    rule: str

    @property
    def section(self) -> str:
        return section_of(self.rule)

    @property
    def sort_key(self) -> tuple[datetime, int]:
        return self.due, step_order(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferSchedule:
    """The milestones in order of their due instants, with the two dates everything turns on.

    `late` says that the options were granted, and that reinstated promises are granted by themselves (REC-4).
    """

    milestones: tuple[Milestone, ...]
    cancel_on: date
    grant_on: date
    late: bool = False

    def due(self, name: str) -> datetime:
        """When a milestone falls due; KeyError where the plan has none of that name."""
        for milestone in self.milestones:
            if milestone.name == name:
                return milestone.due
        raise KeyError(name)


def schedule_of(
    terms: Terms,
    *,
    cancel_on: date | None = None,
    grant_from: date | None = None,
    late_grant_on: date | None = None,
) -> OfferSchedule:
    """The milestones under the terms as they stand.

    `cancel_on` is the day of acceptance where it is no longer the planned one (CND-1, or a late acceptance);
    `grant_from` a later day that the Committee chose or a prohibition forced (GRT-2, CIC-1), never an earlier one;
    `late_grant_on` the day on which what was reinstated after the grant is granted (REC-4).
    Authority: §2, §5, §6, §15.
    """
    zone, calendar = terms.zone, terms.calendar
    cancel = cancellation_due(terms, cancel_on)
    cancelled_on = cancel.astimezone(zone).date()
    grant_on = first_grant_day(cancelled_on, terms.waiting, calendar)
    if grant_from and grant_from > grant_on:
        grant_on = calendar.grant_day_from(grant_from)
    due = {
        OPEN: terms.opens,
        CLOSE: terms.expires,
        EXTENSION_DEADLINE: extension_deadline(terms),
        WITHDRAWAL_RIGHT: terms.withdrawal_right,
        CANCEL: cancel,
        # Where the terms have no waiting period, the grant is on the day of the cancellation, and after it (XCH-4).
        RECHECK: max(instant(grant_on, terms.recheck_at, zone), cancel),
        REGRANT: max(instant(late_grant_on or grant_on, terms.regrant_at, zone), cancel),
    }
    for days in terms.reminders:
        day = calendar.business_day_offset(terms.expires_on, -days)
        due[f"{REMINDER}-{days}"] = instant(day, terms.open_at, zone)
    milestones = [Milestone(name=name, due=at, rule=rule_of(name)) for name, at in due.items()]
    return OfferSchedule(
        milestones=tuple(sorted(milestones, key=lambda milestone: milestone.sort_key)),
        cancel_on=cancelled_on,
        grant_on=late_grant_on or grant_on,
        late=late_grant_on is not None,
    )


def kind_name(name: str) -> str:
    """The kind of a milestone: `reminder` for `reminder-10`, else the name itself."""
    return REMINDER if name.startswith(f"{REMINDER}-") else name


@lru_cache(maxsize=256)
def step_kind(name: str) -> StepKind:
    """What kind of step a milestone is; of `reminder-10` the words say ten business days."""
    kind = STEPS[step_order(name)]
    if kind.name == name:
        return kind
    days = count(int(name.removeprefix(f"{REMINDER}-")), "business day")
    said = {each: getattr(kind, each).format(days=days) for each in ("says", "report", "calendar")}
    return replace(kind, **said)


def step_order(name: str) -> int:
    """The place of a milestone among those of the same instant."""
    return _ORDER[kind_name(name)]


def rule_of(name: str) -> str:
    """The rule under which a milestone is due."""
    return step_kind(name).rule


def local_due(name: str, due: datetime, clock: tzinfo) -> str:
    """When a milestone is due on the offer's clock; a close at midnight is said of the day which that ends (CAL-2)."""
    return local_end(due, clock) if name == CLOSE else local_text(due, clock)


def extension_deadline(terms: Terms) -> datetime:
    """The last instant at which an extension may be announced: a duty of the company, at the earliest reading.

    Where the terms have acceptance on the day of the expiration, it is the expiration itself.
    Authority: §15, "no later than 8:00 a.m., Eastern Standard Time, on the next business day" (EXT-1, CAL-2); the
    offer's own terms (XCH-4).
    """
    if accepts_at_once(terms):
        return terms.expires
    return earlier_reading(terms.calendar.next_business_day(terms.expires_on), terms.extension_deadline, terms.zone)


def accepts_at_once(terms: Terms) -> bool:
    """Whether acceptance is on the day of the expiration: a business day, of which at midnight nothing is left.

    Authority: the offer's own terms (XCH-4); §6, "as promptly as practicable following the expiration date" (CAN-1).
    """
    last = terms.expires_on
    left = local_date(terms.expires, terms.zone) == last
    return terms.cancel_on == "expiration_day" and left and terms.calendar.is_business_day(last)


def cancellation_due(terms: Terms, on: date | None = None) -> datetime:
    """When acceptance and cancellation fall due: on the business day after expiration, never before EXT-1's instant.

    Authority: §6; §15 leaves room for an extension until 8:00 a.m. of that day (CAN-1, EXT-1).
    """
    at_once = terms.expires_on if accepts_at_once(terms) else None
    day = on or at_once or terms.calendar.next_business_day(terms.expires_on)
    return max(instant(day, terms.cancel_at, terms.zone), extension_deadline(terms))


def next_cancellation(terms: Terms, after: datetime) -> datetime:
    """The next `cancel_at` on a business day after an instant, for an acceptance that was postponed (CND-1)."""
    day = terms.calendar.business_day_from(after.astimezone(terms.zone).date())
    due = cancellation_due(terms, day)
    return due if due > after else cancellation_due(terms, terms.calendar.next_business_day(day))


def first_grant_day(cancelled_on: date, waiting: Waiting, calendar: Calendar) -> date:
    """The first day on which new options may be granted.

    Authority: Summary Term Sheet, "The six month and one day period begins following the cancellation date" (GRT-1).
    """
    return calendar.grant_day_from(waiting_period_ends(cancelled_on, waiting))


def waiting_period_ends(cancelled_on: date, waiting: Waiting) -> date:
    """The first day after the six months and one day, or after as much as the terms say, whatever day it is (GRT-1)."""
    if waiting.begins == "on_cancellation":
        return cancelled_on + relativedelta(months=waiting.months) + timedelta(days=waiting.days)
    begins = cancelled_on + ONE_DAY
    month_later = begins + relativedelta(months=waiting.months)
    if month_later.day != begins.day:  # that day does not exist: the 1st of the month after, never a day early
        month_later += ONE_DAY
    return month_later + timedelta(days=waiting.days)


_MIDNIGHT = time(0)


def confirmation_due(received_at: datetime, terms: Terms) -> datetime:
    """The midnight that ends the fifth business day after the day of receipt; a confirmation sent before it is in time.

    The duty is the company's, so of the readings of the clock the earliest binds (CAL-2).
    Authority: §6, "Within five business days of the receipt of your Election Form or your Notice" (CNF-1).
    """
    return earlier_reading(last_day_to_confirm(received_at, terms) + ONE_DAY, _MIDNIGHT, terms.zone)


def last_day_to_confirm(received_at: datetime, terms: Terms) -> date:
    """The last business day on which a confirmation is in time. Authority: §6 (CNF-1)."""
    return terms.calendar.business_day_offset(_received_on(received_at, terms), terms.confirm_within)


def alarm_from(received_at: datetime, terms: Terms) -> datetime:
    """The first instant of the last business day but one, from which a confirmation still unsent is an alarm.

    Where the terms allow one business day only, that is the receipt itself. Authority: §6 (CNF-1).
    """
    if terms.confirm_within == 1:
        return received_at
    day = terms.calendar.business_day_offset(_received_on(received_at, terms), terms.confirm_within - 1)
    return earlier_reading(day, _MIDNIGHT, terms.zone)


def _received_on(received_at: datetime, terms: Terms) -> date:
    """The day of receipt: around midnight the clocks part, and the earliest day binds (CAL-2)."""
    return min(local_date(received_at, clock) for clock in (terms.zone, EST, NEW_YORK))
