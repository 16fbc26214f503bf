"""What is wrong with one form on its face: its delivery, its signature, and what it says of the options."""

import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from optex import formatting
from optex.calendar import local_date
from optex.eligibility import may_tender
from optex.errors import Ruling
from optex.records import Form, FormKind, FormLine, Grant, Holder, ServicePeriod, Tender
from optex.terms import Terms

WAIVABLE = frozenset({"TND-3", "TND-4", "TND-5", "TND-6", "CHG-1"})

# The first defect of a form is its ruling; this is the order in which they are told.
_ORDER = {rule: n for n, rule in enumerate(("ELG-1", "ELG-4", "TND-6", "TND-5", "TND-4", "TND-1", "TND-3"))}


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
) -> list[Defect]:
    """Every defect that a form shows by itself, the gravest first; `grants` are the holder's own.

    Authority: §1, §2, §4, §5, §18 (ELG-1, ELG-4, TND-1, TND-3 to TND-6).
    """
    found = [*_delivery(form, terms), *_signature(form, holder)]
    if form.kind is FormKind.ELECTION:
        if ineligible := may_tender(holder, periods, terms):
            found.append(Defect(ruling=ineligible, waivable=False))
        found += _content(form, terms, grants, foreign)
        if terms.lookback.omitted == "defect":
            found += [
                defect("TND-3", f"{within_window(grant)} and must be tendered whole.")
                for grant in omitted(form, terms=terms, grants=grants)
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


def _signature(form: Form, holder: Holder) -> Iterator[Defect]:
    """Whether the form is signed, by the holder or by one who may sign for the holder, and dated.

    Authority: §5 "exactly as the option holder's name appears on the option agreement"; "the signer's full title and
    proper evidence of the authority" (TND-5).
    """
    signed_as, name = _as_written(form.signed_as), _as_written(holder.name)
    if not signed_as:
        yield defect("TND-5", "The form is not signed.")
    elif form.title.strip():
        if not form.authority.strip():
            reason = f"The form is signed by {signed_as} as {form.title.strip()}, without evidence of authority."
            yield defect("TND-5", reason)
    elif signed_as != name:
        yield defect(
            "TND-5",
            f"The form is signed as {signed_as}, not exactly as {name}, the name on the option agreement, "
            "and states no title in which another person might sign.",
        )
    if form.signed_on is None:
        yield defect("TND-5", "The form is not dated.")


def _as_written(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _content(form: Form, terms: Terms, grants: Mapping[str, Grant], foreign: Container[str]) -> Iterator[Defect]:
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
            yield from _reconciled(line, grant, terms)
            yield from _tenderable(line, grant, terms, received_on)
        else:
            whose = "belongs to another holder" if line.grant_id in foreign else "is not an option of yours"
            ruling = Ruling(rule="TND-4", reason=f"Option {line.grant_id} {whose}.")
            yield Defect(ruling=ruling, waivable=False)  # nobody can be let off not owning what is tendered


def _reconciled(line: FormLine, grant: Grant, terms: Terms) -> Iterator[Defect]:
    """Whether a line restates the option as the ledger has it. Authority: §5, what the form must specify (TND-4)."""
    particulars: tuple[tuple[str, int | date | Decimal | None, int | date | Decimal], ...] = (
        ("original number of shares", line.original_shares, grant.shares),
        ("grant date", line.granted_on, grant.granted_on),
        ("exercise price", line.price, grant.price),
        ("number of shares exercised", line.exercised, grant.exercised),
    )
    for what, stated, recorded in particulars:
        if stated is None:
            if terms.form_details == "required":
                yield defect("TND-4", f"The form does not state the {what} of option {grant.grant_id}.")
        elif stated != recorded:
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
            f"The form tenders {line.shares:,} shares of option {grant.grant_id}; only {grant.remaining:,} are left.",
        )
    if grant.expires_on < received_on:
        expired = f"Option {grant.grant_id} expired by its own terms on {formatting.day(grant.expires_on)}"
        yield defect("TND-1", f"{expired}, before the form was received.")


def lateness(
    form: Form, *, terms: Terms, accepted_at: datetime | None, terminated_at: datetime | None
) -> Ruling | None:
    """Why no right to tender, or to withdraw, was in force when a form was received; None if it came in time.

    `terms` are as extended so far: what came between the old close and its extension is in time again (EXT-2).
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
    elif at > terms.withdrawal_right:
        return None
    else:
        late = (
            f"not before the offer expired {formatting.on_moment(terms.expires, clock)}. What is not accepted may be "
            f"withdrawn again only after {formatting.moment(terms.withdrawal_right, clock)}."
        )
    what = "form" if election else "notice"
    withdrawable = accepted_at is not None and terms.withdrawal_right < accepted_at <= at
    return Ruling(
        rule="EXP-1" if election else "WDR-3" if withdrawable else "WDR-1",
        reason=f"The {what} was received {formatting.on_moment(at, clock)}, {late}",
    )


def right_to_withdraw(notice: Form, terms: Terms) -> str:
    """The rule under which a timely notice withdraws: before the expiration, or while nothing is accepted (§5)."""
    return "WDR-1" if notice.received_at < terms.expires else "WDR-3"


def omitted(form: Form, *, terms: Terms, grants: Mapping[str, Grant]) -> list[Grant]:
    """The holder's grants of the look-back window that a form does not tender whole, in order of grant.

    Authority: §2, §6 "all options granted to you during the six month period prior to" commencement (TND-3).
    """
    first, received_on = terms.lookback_from, local_date(form.received_at, terms.zone)
    tendered = {line.grant_id: line.shares for line in form.lines}
    found = [
        grant
        for grant in grants.values()
        if first <= grant.granted_on <= terms.commences
        and grant.expires_on >= received_on
        and tendered.get(grant.grant_id, 0) < grant.remaining
    ]
    return sorted(found, key=lambda grant: (grant.granted_on, grant.grant_id))


def offered(form: Form, *, terms: Terms, grants: Mapping[str, Grant]) -> tuple[tuple[Tender, ...], tuple[Ruling, ...]]:
    """What a proper form tenders, every look-back grant whole, and a remark on each one that had to be added or raised.

    Authority: §2, §6 "you will be required to also tender" (TND-3).
    """
    added = {grant.grant_id: grant for grant in omitted(form, terms=terms, grants=grants)}
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
        Ruling(
            rule="TND-3",
            reason=f"{within_window(grant)}: the form tenders it whole, {formatting.count(grant.remaining, 'share')}.",
        )
        for grant in added.values()
    )
    return tuple(tenders), tuple(remarks)


def within_window(grant: Grant) -> str:
    """The first half of a sentence on a look-back grant, for a remark or a defect (TND-3)."""
    return f"Option {grant.grant_id} was granted on {formatting.day(grant.granted_on)}, within the look-back period"
