"""What is lawful to run but worth a second look before the offer opens: each thing with the rule it touches."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from optex import formatting
from optex.authority import section_of
from optex.calendar import instant, local_date
from optex.clock import EASTERN, written
from optex.eligibility import lies_in, may_lie_in
from optex.eligible import left_out
from optex.eligible_warnings import left_out_of, not_to_everyone
from optex.exchange import new_shares
from optex.exchange_warnings import of_the_exchange
from optex.formatting import agreeing, count, first_few, listed, local_text, moment, utc_text
from optex.grant import is_ten_percent_owner
from optex.milestones import CANCEL, EXTENSION_DEADLINE, Milestone, accepts_at_once, schedule_of
from optex.open_days import ISO_DAYS, calendar_days, earliest_in_words, shortfall, whole_business_days
from optex.records import Form, Grant, Holder, OptionType, ServicePeriod
from optex.signature import looks_like
from optex.signed_dates import dated_ahead
from optex.terms import Terms
from optex.toml import read_toml

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
    opened_at: datetime | None = None,
) -> list[Warning]:
    """Everything in an offer's folder that no rule forbids but that its administrator should know.

    `opened_at` is when the offer opened, where it has.
    """
    return [
        *term_warnings(terms, opened_at=opened_at),
        *(Warning(rule="ELG-5", message=said, file="offer.toml") for said in left_out_of(terms, grants, periods)),
        *_grant_warnings(terms, grants, periods),
        *_value_warnings(holders, grants),
        *_people_warnings(terms, holders, grants),
        *_form_warnings(terms, holders, forms),
    ]


def term_warnings(terms: Terms, grant_on: date | None = None, opened_at: datetime | None = None) -> list[Warning]:
    """What the terms alone give cause to warn of, with the grant on the day that they plan for or on another.

    `opened_at` is when the offer opened, where it has.

    Authority: §2, §5, §15; Rule 13e-4(f) (AMD-1, WDR-3, CAL-1, CAL-2, EXT-1); IRC 422(b)(2) (ISO-1).
    """
    return [
        *open_too_short(terms, opened_at),
        *_withdrawal(terms),
        *_odd_days(terms),
        *_readings(terms),
        *_plan_age(terms, grant_on),
        *(Warning(rule=each.rule, message=each.reason, file="offer.toml") for each in of_the_exchange(terms)),
        *(Warning(rule="ELG-5", message=said, file="offer.toml") for said in not_to_everyone(terms)),
    ]


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


def _plan_age(terms: Terms, grant_on: date | None) -> Iterator[Warning]:
    """Whether the plan is too old by the grant to grant an ISO. Authority: IRC 422(b)(2) (ISO-1)."""
    last, grant_on = terms.plan.isos_through, grant_on or schedule_of(terms).grant_on
    if last is not None and grant_on > last and not terms.exchange.awards_units:
        yield Warning(
            rule="ISO-1",
            message=f"the grant planned for {grant_on} lies more than ten years after {terms.plan.adopted}, when the "
            f"plan was adopted: the last day for an ISO is {last}, and every new option will be an NSO "
            "(IRC 422(b)(2))",
            file="offer.toml",
        )


def _withdrawal(terms: Terms) -> Iterator[Warning]:
    if message := stated_withdrawal(terms):
        yield Warning(rule="WDR-3", message=message, file="offer.toml")


def stated_withdrawal(terms: Terms, *, only_later: bool = False) -> str:
    """How far the stated instant of the right to withdraw is off the rule's own; "" where it is not, or as asked.

    Authority: §5; Rule 13e-4(f)(2)(ii) (WDR-3).
    """
    stated, by_rule = terms.withdrawable_after, terms.withdrawal_right_by_rule
    if stated is None or stated == by_rule or (only_later and stated < by_rule):
        return ""
    governs = "stated" if terms.withdrawal_right == stated else "rule's"
    how = "later" if stated > by_rule else "earlier"
    return (
        f"withdrawable_after, {local_text(stated, terms.zone)}, is {how} than {local_text(by_rule, terms.zone)}, when "
        "the fortieth business day is over and the right to withdraw what is not accepted opens by Rule "
        f'13e-4(f)(2)(ii); the {governs} instant governs, as withdrawable_from = "{terms.withdrawable_from}" has it'
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
    if terms.cancel_at < terms.extension_deadline and not accepts_at_once(terms):
        yield Warning(
            rule="EXT-1",
            message=f"cancel_at, {terms.cancel_at:%H:%M}, is before the extension deadline, "
            f"{terms.extension_deadline:%H:%M}: the cancellation waits for the deadline",
            file="offer.toml",
        )


def _readings(terms: Terms) -> Iterator[Warning]:
    """The milestones for which 5 p.m. "Eastern Standard Time" is two instants: one clock is one warning (CAL-2)."""
    doubtful: dict[str, list[str]] = {}
    for milestone in schedule_of(terms).milestones:
        on, at, read = readings(milestone, terms)
        if len(set(read.values())) == 1:
            continue
        each = listed([f"{utc_text(due)} by {name}" for name, due in read.items()])
        earliest = f"the {'earlier' if len(read) == 2 else 'earliest'} decides, for it binds the company"
        ours = milestone.name == EXTENSION_DEADLINE
        decides = earliest if ours else f"the offer's clock, {terms.clock}, decides"
        doubtful.setdefault(decides, []).append(f"{milestone.name}: {on} {at:%H:%M} is {each}")
    if doubtful:
        message = "; ".join(part for decides, said in doubtful.items() for part in (*said, decides))
        yield Warning(rule="CAL-2", message=message, file="offer.toml")


def readings(milestone: Milestone, terms: Terms) -> tuple[date, time, dict[str, datetime]]:
    """The day and the hour that the terms state for a milestone, and the instant that these are by each clock.

    "Eastern Standard Time" is said of two; what is on another clock can be read in one way, but for the duty of the
    company that the rule counts in Eastern time.
    Authority: §2 "Eastern Standard Time"; Rule 14e-1(d) (CAL-2).
    """
    local = milestone.due.astimezone(terms.zone)
    on, at, eastern = local.date(), local.time(), terms.clock in EASTERN
    if accepts_at_once(terms) and milestone.name in (EXTENSION_DEADLINE, CANCEL):
        pass  # both go by the expiration, on the offer's own clock
    elif milestone.name == EXTENSION_DEADLINE:
        on, at, eastern = terms.calendar.next_business_day(terms.expires_on), terms.extension_deadline, True
    elif milestone.name == CANCEL:
        at = max(terms.cancel_at, terms.extension_deadline) if eastern else at
    clocks = {**(EASTERN if eastern else {}), terms.clock: terms.zone}
    return on, at, {name: instant(on, at, zone) for name, zone in clocks.items()}


def foreign_offsets(text: str, terms: Terms) -> Iterator[Warning]:
    """What the text of offer.toml states with another offset than that of the offer's clock, as it is on the clock.

    Authority: CAL-2, an expiration is counted on the day, in the offer's clock, of its last instant.
    """
    read = read_toml(text, "offer.toml")
    for key in ("expires", "withdrawable_after"):
        at = getattr(terms, key)
        stated = read.data.get(key)
        if isinstance(stated, str):
            stated = written(stated)
        if not at or not stated or not stated.tzinfo:
            continue
        local = at.astimezone(terms.zone)
        if stated.utcoffset() != local.utcoffset():
            message = (
                f"{key} is written with the offset of another zone, {stated.isoformat()}; on the offer's clock, "
                f"{terms.clock}, it is {moment(at, terms.clock)}"
            )
            yield Warning(rule="CAL-2", message=message, file="offer.toml", line=read.line([key]))


def iso_modification(terms: Terms, grants: Iterable[Grant]) -> list[Warning]:
    """That an offer open for so long may modify the ISOs of holders who do not even accept.

    Authority: Treas. Reg. 1.424-1(e)(4)(iii) (ISO-1).
    """
    days = calendar_days(terms)
    isos = sum(grant.type is OptionType.ISO and _is_outstanding(terms, grant) for grant in grants)
    if not isos or days < ISO_DAYS:
        return []
    message = (
        f"the offer is open for {days} calendar days with {count(isos, 'ISO')} outstanding: at {ISO_DAYS} "
        "days or more it may count as a modification of the ISOs of holders who do not even accept "
        "(Treas. Reg. 1.424-1(e)(4)(iii))"
    )
    return [Warning(rule="ISO-1", message=message, file="offer.toml")]


def _outstanding(terms: Terms, grants: Iterable[Grant]) -> list[Grant]:
    return [grant for grant in grants if _is_outstanding(terms, grant)]


def _is_outstanding(terms: Terms, grant: Grant) -> bool:
    return grant.remaining > 0 and grant.expires_on >= terms.commences


def _grant_warnings(terms: Terms, grants: Sequence[Grant], periods: Iterable[ServicePeriod]) -> Iterator[Warning]:
    commences, lookback_from = terms.commences, terms.lookback_from
    held = [grant for grant in grants if grant.remaining]
    outstanding = _outstanding(terms, grants)
    yield from iso_modification(terms, grants)
    recent = [
        grant.grant_id
        for grant in outstanding
        if lookback_from and lookback_from <= grant.granted_on <= commences and not left_out(grant, terms)
    ]
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
    yield from _worthless(terms, outstanding)
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


def _worthless(terms: Terms, outstanding: Iterable[Grant]) -> Iterator[Warning]:
    """The options of the offer that are too small for one whole new share (XCH-1)."""
    offered = [grant for grant in outstanding if grant.granted_on <= terms.commences and not left_out(grant, terms)]
    none = [each.grant_id for each in offered if not new_shares(each.remaining, each, terms.exchange)]
    if none:
        message = f"{count(len(none), 'grant')} too small for one new share, and never accepted ({first_few(none)})"
        yield Warning(rule="XCH-1", message=message, file="grants.csv")


def _value_warnings(holders: Iterable[Holder], grants: Iterable[Grant]) -> Iterator[Warning]:
    """ISOs of which the value at grant is in doubt. Authority: §9; IRC 422(b)(4), (c)(5), (d)(3) (ISO-1)."""
    owners = {holder.holder_id for holder in holders if is_ten_percent_owner(holder)}
    isos = [grant for grant in grants if grant.type is OptionType.ISO]
    unvalued = [grant.grant_id for grant in isos if grant.fmv is None and grant.holder_id in owners]
    if unvalued:
        yield Warning(
            rule="ISO-1",
            message=f"{count(len(unvalued), 'ISO')} of owners of more than 10% without fmv: the limit of $100,000 "
            f"counts the price, which may be 110% of the value at grant ({first_few(unvalued)})",
            file="grants.csv",
        )
    below = [grant.grant_id for grant in isos if grant.price < grant.value_at_grant]
    if below:
        message = f"{count(len(below), 'ISO')} priced below the fair market value at grant ({first_few(below)})"
        yield Warning(rule="ISO-1", message=message, file="grants.csv")


def _people_warnings(terms: Terms, holders: Sequence[Holder], grants: Iterable[Grant]) -> Iterator[Warning]:
    owners = {grant.holder_id for grant in grants}
    without = [
        ("CNF-1", "without an e-mail address: no notice reaches them", [h.holder_id for h in holders if not h.email]),
        ("TND-1", "without any grant", [h.holder_id for h in holders if h.holder_id not in owners]),
    ]
    if terms.excluded_jurisdictions:
        unplaced = [holder.holder_id for holder in holders if not holder.jurisdiction]
        without.append(("ELG-4", "without a jurisdiction, while some jurisdictions are excluded", unplaced))
    for excluded in terms.excluded_jurisdictions:
        wide = [h.holder_id for h in holders if h.jurisdiction and may_lie_in(h.jurisdiction, excluded)]
        without.append(("ELG-4", f"in a jurisdiction too wide to tell whether it is the excluded {excluded}", wide))
        if not any(lies_in(holder.jurisdiction, excluded) for holder in holders):
            message = f"the excluded jurisdiction {excluded} fits no holder"
            yield Warning(rule="ELG-4", message=message, file="offer.toml")
    for rule, what, ids in without:
        if ids:
            message = f"{count(len(ids), 'holder')} {what} ({first_few(ids)})"
            yield Warning(rule=rule, message=message, file="holders.csv")
    for what, groups in (
        ("name", _alike((holder.name, holder.holder_id) for holder in holders)),
        ("e-mail address", _alike((holder.email, holder.holder_id) for holder in holders)),
    ):
        if len(groups) > LISTED:
            more = agreeing(len(groups) - LISTED, "more group", "of holders has", "of holders have")
            more = f"{more} the same {what}"
            yield Warning(rule="TND-3", message=more, file="holders.csv")
        for group in groups[:LISTED]:
            yield Warning(
                rule="TND-3",
                message=f"{first_few(group)} have the same {what}: under several ids one person's look-back and ISO "
                "limit cannot be seen together",
                file="holders.csv",
            )


def _form_warnings(terms: Terms, holders: Iterable[Holder], forms: Sequence[Form]) -> Iterator[Warning]:
    ahead = [form.form_id for form in forms if dated_ahead(form, terms.zone)]
    if ahead:
        message = (
            f"{count(len(ahead), 'form')} signed on a day after the day of receipt, which counts instead "
            f"({first_few(ahead)})"
        )
        yield Warning(rule="CHG-1", message=message, file="elections.csv")
    names = {holder.holder_id: holder.name for holder in holders}
    unlike = [
        f"{form.form_id}: {why}"
        for form in forms
        if (why := looks_like(form, names.get(form.holder_id, form.signed_as)))
    ]
    if unlike:
        message = (
            f"{count(len(unlike), 'form')} signed with a name that is not quite the holder's ({first_few(unlike)})"
        )
        yield Warning(rule="TND-5", message=message, file="elections.csv")


def _alike(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The ids that share a text, letter case, width and spacing aside."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text, id_ in pairs:
        if text:
            groups[" ".join(unicodedata.normalize("NFKC", text).casefold().split())].append(id_)
    return [ids for ids in groups.values() if len(ids) > 1]
