"""What is lawful to run but worth a second look before the offer opens: each thing with the rule it touches."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from optex import formatting
from optex.authority import section_of
from optex.calendar import CLOCKS, instant, local_date
from optex.formatting import count, first_few, local_text, utc_text
from optex.milestones import CANCEL, EXTENSION_DEADLINE, Milestone, schedule_of
from optex.open_days import ISO_DAYS, calendar_days, earliest_in_words, shortfall, whole_business_days
from optex.records import Form, Grant, Holder, OptionType, ServicePeriod
from optex.terms import Terms

LISTED = 20  # groups of people who look alike


@dataclass(frozen=True, kw_only=True, slots=True)
class Warning:
    """One thing worth a second look; `file` and `line` where it stands in one place."""

    rule: str
    message: str
    file: str = ""
    line: int = 0

    @property
    def section(self) -> str:
        return section_of(self.rule)


def warnings(
    terms: Terms,
    holders: Sequence[Holder],
    grants: Sequence[Grant],
    periods: Sequence[ServicePeriod],
    forms: Sequence[Form] = (),
) -> list[Warning]:
    """Everything in an offer's folder that no rule forbids but that its administrator should know."""
    return [
        *term_warnings(terms),
        *_grant_warnings(terms, grants, periods),
        *_people_warnings(terms, holders, grants),
        *_form_warnings(terms, forms),
    ]


def term_warnings(terms: Terms, opened_at: datetime | None = None) -> list[Warning]:
    """What the terms alone give cause to warn of, and the hour at which the offer opened where it has.

    Authority: §2, §5, §15; Rule 13e-4(f) (AMD-1, WDR-3, CAL-1, CAL-2, EXT-1).
    """
    return [*open_too_short(terms, opened_at), *_withdrawal(terms), *_odd_days(terms), *_readings(terms)]


def open_too_short(terms: Terms, opened_at: datetime | None = None) -> list[Warning]:
    """That the offer is open for fewer whole business days than it should be, counted from when it opened.

    Authority: §2, §15; Rule 13e-4(f)(1)(i), (a)(3) (AMD-1).
    """
    first, minimum = terms.commences, terms.minimum_business_days
    late = ""
    if opened_at and local_date(opened_at, terms.zone) > first:
        first = local_date(opened_at, terms.zone)
        late = f"opened on {formatting.day(first)} only, not on {formatting.day(terms.commences)}, and "
    short = shortfall(terms, first, minimum)
    if not short:
        return []
    whole = count(whole_business_days(terms, first), "whole business day")
    message = (
        f"the offer {late}is open for {whole} of {minimum}, short by {short}; the earliest expiration that would do "
        f"is {earliest_in_words(terms, first, minimum)}"
    )
    return [Warning(rule="AMD-1", message=message, file="offer.toml")]


def _withdrawal(terms: Terms) -> Iterator[Warning]:
    derived = terms.model_copy(update={"withdrawable_after": None}).withdrawal_right
    stated = terms.withdrawal_right
    if stated != derived:
        later = "later" if stated > derived else "earlier"
        yield Warning(
            rule="WDR-3",
            message=f"withdrawable_after, {local_text(stated, terms.zone)}, is {later} than "
            f"{local_text(derived, terms.zone)}, the first business day after the fortieth",
            file="offer.toml",
        )


def _odd_days(terms: Terms) -> Iterator[Warning]:
    days = {
        "the commencement": terms.commences,
        "the expiration": terms.expires_on,
        "the stated withdrawal instant": local_date(terms.withdrawal_right, terms.zone),
    }
    for what, day in days.items():
        if not terms.calendar.is_business_day(day):
            message = f"{what}, {day}, does not fall on a business day"
            yield Warning(rule="CAL-1", message=message, file="offer.toml")
    if terms.cancel_at < terms.extension_deadline:
        yield Warning(
            rule="EXT-1",
            message=f"cancel_at, {terms.cancel_at:%H:%M}, is before the extension deadline, "
            f"{terms.extension_deadline:%H:%M}: the cancellation waits for the deadline",
            file="offer.toml",
        )


def _readings(terms: Terms) -> Iterator[Warning]:
    """Each milestone for which 5 p.m. "Eastern Standard Time" is two instants (CAL-2)."""
    for milestone in schedule_of(terms).milestones:
        on, at, read = readings(milestone, terms)
        ours = milestone.name == EXTENSION_DEADLINE
        decides = (
            "the earlier decides, for it binds the company" if ours else f"the offer's clock, {terms.clock}, decides"
        )
        if len(set(read.values())) > 1:
            both = " and ".join(f"{utc_text(due)} by {name}" for name, due in read.items())
            message = f"{milestone.name}: {on} {at:%H:%M} is {both}; {decides}"
            yield Warning(rule="CAL-2", message=message, file="offer.toml")


def readings(milestone: Milestone, terms: Terms) -> tuple[date, time, dict[str, datetime]]:
    """The day and the hour that the terms state for a milestone, and the instant that these are by each clock.

    Authority: §2 "Eastern Standard Time" (CAL-2).
    """
    stated = {
        EXTENSION_DEADLINE: terms.extension_deadline,
        CANCEL: max(terms.cancel_at, terms.extension_deadline),
    }
    local = milestone.due.astimezone(terms.zone)
    on, at = local.date(), stated.get(milestone.name, local.time())
    return on, at, {name: instant(on, at, zone) for name, zone in CLOCKS.items()}


def iso_modification(terms: Terms, grants: Iterable[Grant]) -> list[Warning]:
    """That an offer open for so long may modify the ISOs of holders who do not even accept.

    Authority: Treas. Reg. 1.424-1(e)(4)(iii) (ISO-1).
    """
    days = calendar_days(terms)
    isos = [grant for grant in _outstanding(terms, grants) if grant.type is OptionType.ISO]
    if not isos or days < ISO_DAYS:
        return []
    message = (
        f"the offer is open for {days} calendar days with {count(len(isos), 'ISO')} outstanding: at {ISO_DAYS} "
        "days or more it may count as a modification of the ISOs of holders who do not even accept "
        "(Treas. Reg. 1.424-1(e)(4)(iii))"
    )
    return [Warning(rule="ISO-1", message=message, file="offer.toml")]


def _outstanding(terms: Terms, grants: Iterable[Grant]) -> list[Grant]:
    return [grant for grant in grants if grant.remaining and grant.expires_on >= terms.commences]


def _grant_warnings(terms: Terms, grants: Sequence[Grant], periods: Iterable[ServicePeriod]) -> Iterator[Warning]:
    commences, lookback_from = terms.commences, terms.lookback_from
    held = [grant for grant in grants if grant.remaining]
    outstanding = _outstanding(terms, grants)
    yield from iso_modification(terms, grants)
    recent = [grant.grant_id for grant in outstanding if lookback_from <= grant.granted_on <= commences]
    if recent:
        yield Warning(
            rule="TND-3",
            message=f"{count(len(recent), 'grant')} dated in the look-back window, {lookback_from} to {commences}: "
            f"whoever tenders anything must tender them whole ({first_few(recent)})",
            file="grants.csv",
        )
    later = [grant.grant_id for grant in grants if grant.granted_on > commences]
    if later:
        message = f"{count(len(later), 'grant')} dated after commencement cannot be tendered ({first_few(later)})"
        yield Warning(rule="ELG-1", message=message, file="grants.csv")
    expired = [grant.grant_id for grant in held if grant.expires_on < commences]
    if expired:
        message = (
            f"{count(len(expired), 'grant')} expired before commencement, and not in the offer ({first_few(expired)})"
        )
        yield Warning(rule="TND-1", message=message, file="grants.csv")
    serving = {
        period.holder_id
        for period in periods
        if period.first_day <= commences and (period.last_day is None or period.last_day >= commences)
    }
    absent = sorted({grant.holder_id for grant in outstanding} - serving)
    if absent:
        message = f"{count(len(absent), 'holder')} of grants not in service on commencement ({first_few(absent)})"
        yield Warning(rule="ELG-1", message=message, file="service.csv")
    issued = sum(grant.shares for grant in grants)
    if issued > terms.plan.shares_authorized:
        yield Warning(
            rule="PLN-1",
            message=f"the plan authorizes {terms.plan.shares_authorized:,} shares, but {issued:,} are outstanding "
            f"or exercised: {issued - terms.plan.shares_authorized:,} too many",
            file="grants.csv",
        )


def _people_warnings(terms: Terms, holders: Sequence[Holder], grants: Iterable[Grant]) -> Iterator[Warning]:
    owners = {grant.holder_id for grant in grants}
    without = [
        ("CNF-1", "without an e-mail address: no notice reaches them", [h.holder_id for h in holders if not h.email]),
        ("TND-1", "without any grant", [h.holder_id for h in holders if h.holder_id not in owners]),
    ]
    if terms.excluded_jurisdictions:
        unplaced = [holder.holder_id for holder in holders if not holder.jurisdiction]
        without.append(("ELG-4", "without a jurisdiction, while some jurisdictions are excluded", unplaced))
    for rule, what, ids in without:
        if ids:
            message = f"{count(len(ids), 'holder')} {what} ({first_few(ids)})"
            yield Warning(rule=rule, message=message, file="holders.csv")
    for what, groups in (
        ("name", _alike((holder.name, holder.holder_id) for holder in holders)),
        ("e-mail address", _alike((holder.email, holder.holder_id) for holder in holders)),
    ):
        if len(groups) > LISTED:
            more = f"{len(groups) - LISTED:,} more groups of holders have the same {what}"
            yield Warning(rule="TND-3", message=more, file="holders.csv")
        for group in groups[:LISTED]:
            yield Warning(
                rule="TND-3",
                message=f"{first_few(group)} have the same {what}: under several ids one person's look-back and ISO "
                "limit cannot be seen together",
                file="holders.csv",
            )


def _form_warnings(terms: Terms, forms: Iterable[Form]) -> Iterator[Warning]:
    ahead = [
        form.form_id
        for form in forms
        if form.signed_on is not None and form.signed_on > local_date(form.received_at, terms.zone)
    ]
    if ahead:
        message = f"{count(len(ahead), 'form')} signed on a day after the day of receipt ({first_few(ahead)})"
        yield Warning(rule="TND-5", message=message, file="elections.csv")


def _alike(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The ids that share a text, letter case, width and spacing aside."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text, id_ in pairs:
        if text:
            groups[" ".join(unicodedata.normalize("NFKC", text).casefold().split())].append(id_)
    return [ids for ids in groups.values() if len(ids) > 1]
