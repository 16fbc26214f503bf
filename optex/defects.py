"""What is wrong with one form on its face: its delivery, its signature, and what it says of the options."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from optex import formatting
from optex.calendar import local_date
from optex.eligibility import may_tender
from optex.errors import Ruling
from optex.exercises import Exercises, exercised_then
from optex.records import Form, FormKind, FormLine, Grant, Holder, ServicePeriod, Tender
from optex.signature import improper
from optex.signed_dates import signed_on
from optex.terms import Terms
from optex.units import broken_units, not_whole

WAIVABLE = frozenset({"TND-3", "TND-4", "TND-5", "TND-6", "CHG-1"})

# The first defect of a form is its ruling; this is the order in which they are told.
_ORDER = {
    rule: n for n, rule in enumerate(("ELG-1", "ELG-5", "ELG-4", "TND-6", "TND-5", "TND-4", "TND-1", "TND-8", "TND-3"))
}
_EXERCISED = "number of shares exercised"
_NONE: Exercises = MappingProxyType({})
_ALL_IN: Mapping[str, Ruling] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """One irregularity of a form, and whether the company may waive it."""

    ruling: Ruling
    waivable: bool


def defect(rule: str, reason: str) -> Defect:
    """A defect that may be waived if its rule is one of form (§4, TND-7), not of right."""
    return Defect(ruling=Ruling(rule=rule, reason=reason), waivable=rule in WAIVABLE)


def defects_of(
    form: Form,
    *,
    terms: Terms,
    holder: Holder,
    periods: Sequence[ServicePeriod],
    grants: Mapping[str, Grant],
    foreign: Container[str],
    exercises: Exercises = _NONE,
    left_out: Mapping[str, Ruling] = _ALL_IN,
) -> list[Defect]:
    """Every defect that a form shows by itself, the gravest first; `grants` are the holder's own.

    `exercises` are what the record said to be exercised of a grant until it learned of more; `left_out` the options
    that the offer is not made for, each with the reason.
    Authority: §1, §2, §4, §5, §18 (ELG-1, ELG-4, ELG-5, TND-1, TND-3 to TND-6, TND-8).
    """
    unsigned = (defect("TND-5", reason) for reason in improper(form, holder.name))
    found = [*_delivery(form, terms), *unsigned]
    if form.kind is FormKind.ELECTION:
        if ineligible := may_tender(holder, periods, terms):
            found.append(Defect(ruling=ineligible, waivable=False))
        found += _content(form, terms, grants, foreign, exercises)
        found += [
            Defect(ruling=left_out[line.grant_id], waivable=False)
            for line in form.lines
            if line.grant_id in left_out and line.grant_id in grants
            if grants[line.grant_id].granted_on <= terms.commences  # else it is told already
        ]
        units = broken_units(form, terms=terms, grants=grants, left_out=left_out)
        found += [Defect(ruling=each, waivable=False) for each in units]
        if terms.lookback.omitted == "defect":
            found += [
                defect("TND-3", f"{within_window(grant)} and must be tendered whole.")
                for grant in omitted(form, terms=terms, grants=grants, left_out=left_out)
            ]
    return sorted(found, key=lambda each: _ORDER[each.ruling.rule])


def _delivery(form: Form, terms: Terms) -> Iterator[Defect]:
    """Whether the form came in a way the offer allows. Authority: §4 "via facsimile … or hand delivery" (TND-6)."""
    if _plain(form.channel) not in map(_plain, terms.channels):
        allowed = formatting.one_of([formatting.channel(name) for name in terms.channels])
        came = formatting.channel(form.channel) if form.channel.strip() else "in a way not recorded"
        yield defect("TND-6", f"The form came {came}; it must be delivered {allowed}.")


def _plain(channel: str) -> str:
    """A way of delivery by its name alone: Fax, typed with a capital or a blank beside it, is fax (TND-6)."""
    return channel.strip().casefold()


def _content(
    form: Form, terms: Terms, grants: Mapping[str, Grant], foreign: Container[str], exercises: Exercises
) -> Iterator[Defect]:
    """What is wrong with the options that an Election Form names. Authority: §1, §2, §5 (ELG-1, TND-1, TND-4)."""
    if not form.lines:
        yield defect("TND-1", "The form tenders no option.")
    received_on = local_date(form.received_at, terms.zone)
    named = set()
    for line in form.lines:
        if line.grant_id in named:
            yield defect("TND-1", f"The form names option {line.grant_id} more than once.")
            continue
        named.add(line.grant_id)
        grant = grants.get(line.grant_id)
        if grant:
            then = exercised_then(exercises.get(grant.grant_id, ()), signed_on(form, terms.zone) or received_on)
            yield from _reconciled(line, grant, terms, then)
            yield from _tenderable(line, grant, terms, received_on)
        else:
            whose = "belongs to another holder" if line.grant_id in foreign else "is not an option of yours"
            ruling = Ruling(rule="TND-4", reason=f"Option {line.grant_id} {whose}.")
            yield Defect(ruling=ruling, waivable=False)  # nobody can be let off not owning what is tendered


def _reconciled(line: FormLine, grant: Grant, terms: Terms, exercised: Container[int]) -> Iterator[Defect]:
    """Whether a line restates the option as the ledger has it; `exercised` is right too, as of the day of signing.

    Authority: §5, what the form must specify (TND-4).
    """
    particulars: tuple[tuple[str, int | date | Decimal | None, int | date | Decimal], ...] = (
        ("original number of shares", line.original_shares, grant.shares),
        ("grant date", line.granted_on, grant.granted_on),
        ("exercise price", line.price, grant.price),
        (_EXERCISED, line.exercised, grant.exercised),
    )
    for what, stated, recorded in particulars:
        if stated is None:
            if terms.form_details == "required":
                yield defect("TND-4", f"The form does not state the {what} of option {grant.grant_id}.")
        elif stated != recorded and not (what == _EXERCISED and stated in exercised):
            yield defect(
                "TND-4",
                f"The form states {_shown(stated)} as the {what} of option {grant.grant_id}; "
                f"our records say {_shown(recorded)}.",
            )


def _shown(value: int | date | Decimal) -> str:
    if isinstance(value, date):
        return formatting.day(value)
    return formatting.money(value) if isinstance(value, Decimal) else f"{value:,}"


def _tenderable(line: FormLine, grant: Grant, terms: Terms, received_on: date) -> Iterator[Defect]:
    """Whether the option is one the offer is made for, and has that many shares left on the day of receipt.

    Authority: §2, §6 "only to the extent such grant has not previously been exercised" (ELG-1, TND-1).
    """
    if grant.granted_on > terms.commences:
        yield defect(
            "ELG-1",
            f"Option {grant.grant_id} was granted on {formatting.day(grant.granted_on)}, after the offer commenced "
            f"on {formatting.day(terms.commences)}.",
        )
    if line.shares <= 0:
        yield defect("TND-1", f"The form tenders no shares of option {grant.grant_id}.")
    elif line.shares > grant.remaining:
        yield defect(
            "TND-1",
            f"The form tenders {formatting.count(line.shares, 'share')} of option {grant.grant_id}; only "
            f"{grant.remaining:,} {'is' if grant.remaining == 1 else 'are'} left.",
        )
    if grant.expires_on < received_on:
        expired = f"Option {grant.grant_id} expired by its own terms on {formatting.day(grant.expires_on)}"
        yield defect("TND-1", f"{expired}, before the form was received.")


def lateness(
    form: Form,
    *,
    terms: Terms,
    accepted_at: datetime | None,
    terminated_at: datetime | None,
    objection_until: datetime | None = None,
) -> Ruling | None:
    """Why no right to tender, or to withdraw, was in force when a form was received; None if it came in time.

    `terms` are as extended so far: what came between the old close and its extension is in time again (EXT-2).
    `objection_until` is the last instant at which a notice may object to what the look-back added (TND-3).
    Authority: §4 "before the expiration date"; §5 "at any time thereafter"; Rule 13e-4(a)(4), by which the
    offer commences at 12:01 a.m. of its day (EXP-1, WDR-1, WDR-3).
    """
    at, clock = form.received_at, terms.clock
    election = form.kind is FormKind.ELECTION
    if at < terms.begins:
        late = f"before the offer commenced {formatting.on_moment(terms.begins, clock)}."
    elif terminated_at and at >= terminated_at:
        late = f"after the offer had been terminated {formatting.on_moment(terminated_at, clock)}."
    elif accepted_at and at == accepted_at:
        late = (
            f"in the very second in which the tendered options were accepted, {formatting.moment(accepted_at, clock)}: "
            "only what was received before it counts."
        )
    elif accepted_at and at > accepted_at:
        late = f"after the tendered options had been accepted {formatting.on_moment(accepted_at, clock)}."
    elif at < terms.expires:
        return None
    elif election:
        late = f"not before the offer expired {formatting.on_moment(terms.expires, clock)}."
    elif at > terms.withdrawal_right or (objection_until and at <= objection_until):
        return None
    else:
        objection = f", nor by {formatting.moment(objection_until, clock)}, to object" if objection_until else ""
        late = (
            f"not before the offer expired {formatting.on_moment(terms.expires, clock)}{objection}. What is not "
            f"accepted may be withdrawn again only after {formatting.moment(terms.withdrawal_right, clock)}."
        )
    what = "form" if election else "notice"
    withdrawable = accepted_at is not None and terms.withdrawal_right < accepted_at <= at
    return Ruling(
        rule="EXP-1" if election else "WDR-3" if withdrawable else "WDR-1",
        reason=f"The {what} was received {formatting.on_moment(at, clock)}, {late}",
    )


def right_to_withdraw(notice: Form, terms: Terms) -> str:
    """The rule under which a timely notice withdraws: before the expiration, or while nothing is accepted (§5).

    In between it is an objection to what the look-back added at the last minute (TND-3).
    """
    if notice.received_at < terms.expires:
        return "WDR-1"
    return "WDR-3" if notice.received_at > terms.withdrawal_right else "TND-3"


def omitted(form: Form, *, terms: Terms, grants: Mapping[str, Grant], left_out: Container[str] = ()) -> list[Grant]:
    """The holder's grants of the look-back window that a form does not tender whole, in order of grant.

    Authority: §2, §6 "all options granted to you during the six month period prior to" commencement (TND-3).
    """
    since = terms.lookback_from
    return not_whole(form, since=since, terms=terms, grants=grants, left_out=left_out) if since else []


def offered(
    form: Form, *, terms: Terms, grants: Mapping[str, Grant], included: bool, left_out: Container[str] = ()
) -> tuple[tuple[Tender, ...], tuple[Ruling, ...]]:
    """What a proper form tenders, and a remark on each look-back grant that it omits: `included` whole, or left out.

    Authority: §2, §6 "you will be required to also tender"; §4 "waive … any defect" (TND-3, TND-7).
    """
    lacking = omitted(form, terms=terms, grants=grants, left_out=left_out)
    added = {grant.grant_id: grant for grant in lacking} if included else {}
    shares = {line.grant_id: line.shares for line in form.lines}
    shares |= {grant_id: grant.remaining for grant_id, grant in added.items()}
    tenders = (
        Tender(
            holder_id=form.holder_id,
            grant_id=grant_id,
            shares=count,
            form_id=form.form_id,
            added=grant_id in added,
        )
        for grant_id, count in shares.items()
    )
    remarks = (
        _included(grant) if included else _left_outstanding(grant, shares.get(grant.grant_id, 0)) for grant in lacking
    )
    return tuple(tenders), tuple(remarks)


def _included(grant: Grant) -> Ruling:
    whole = formatting.count(grant.remaining, "share")
    return Ruling(rule="TND-3", reason=f"{within_window(grant)}: the form tenders it whole, {whole}.")


def _left_outstanding(grant: Grant, tendered: int) -> Ruling:
    """What a waiver leaves outstanding of a look-back grant, and what that does to the accounting (TND-7).

    Authority: Summary Term Sheet, "treat the new options as variable awards".
    """
    kept = formatting.count(grant.remaining - tendered, "share")
    reason = (
        f"{within_window(grant)}. A waiver takes the tender as made and leaves {kept} of it outstanding. For our "
        "accounting an option left so may count as a replacement of those that are cancelled, a variable award: a "
        "charge to earnings that follows the share price until it is exercised, forfeited or expires."
    )
    return Ruling(rule="TND-3", reason=reason)


def within_window(grant: Grant) -> str:
    """The first half of a sentence on a look-back grant, for a remark or a defect (TND-3)."""
    return f"Option {grant.grant_id} was granted on {formatting.day(grant.granted_on)}, within the look-back period"
