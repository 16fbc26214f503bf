"""Where an offer stands at an instant: its phase, what is next and what is overdue, who takes part, what it came to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import func, select

from infra.books import tables as t
from infra.books.pool import available
from infra.books.reading import Reader
from infra.standing.correspondence import Correspondence, correspondence
from infra.standing.phase import Phase, phase_of
from infra.standing.turnout import Participation, turnout
from optex.calendar import ONE_DAY, local_text, utc_text
from optex.milestones import CANCEL, REGRANT
from optex.records import FormKind
from optex.records import Standing as FormStanding
from optex.schedule import Status, Step, turn
from optex.state import CONDITIONS, OfferState
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class StepStanding:
    """One version of a step; `status` is done, next, to-come, overdue, held, superseded or moot, `why` says more."""

    name: str
    version: int
    due: datetime
    local: str
    status: str
    done_at: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormCount:
    received: int
    elections: int
    notices: int
    by_standing: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """How many of something, and for how many shares together."""

    number: int
    shares: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the offer came to so far; promises in shares as cancelled, new options as granted."""

    cancelled: Total
    balancing: Total
    promised: Total
    lapsed: Total
    regranted: Total
    deferred_granted: Total


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    number: int
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalAwaited:
    step: str
    what: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where an offer stands. Plain data, which `as_document` turns into JSON; all that is printed is made from it."""

    offer: str
    issuer: str
    at: datetime
    clock: str
    phase: str
    says: str
    expires: datetime
    business_days_left: int
    cancel_on: date
    grant_on: date
    participation: tuple[Participation, ...]
    overall: Participation
    forms: FormCount
    next: tuple[StepStanding, ...]
    overdue: tuple[StepStanding, ...]
    timeline: tuple[StepStanding, ...]
    correspondence: Correspondence
    pool_available: int
    totals: Totals
    conditions: tuple[Condition, ...]
    holds: tuple[str, ...]
    approvals: tuple[ApprovalAwaited, ...]
    missed_forms: tuple[str, ...]


def standing_of(book: Reader, at: datetime) -> Standing:
    """Where the offer stands at an instant, by all that is on record."""
    state = book.state()
    terms = state.terms
    steps = book.steps()
    timeline = _timeline(steps, at, terms)
    took_part = turnout(book, terms)
    phase: Phase = phase_of(state, steps, at)
    today = state.day(at)
    return Standing(
        offer=terms.offer,
        issuer=terms.issuer,
        at=at,
        clock=terms.clock,
        phase=phase.slug,
        says=phase.says,
        expires=terms.expires,
        business_days_left=terms.calendar.business_days(today + ONE_DAY, terms.expires_on),
        cancel_on=state.plan.cancel_on,
        grant_on=state.granted_on or state.plan.grant_on,
        participation=took_part.by_capacity,
        overall=took_part.overall,
        forms=_forms(book),
        next=tuple(step for step in timeline if step.status in ("next", "to-come")),
        overdue=tuple(step for step in timeline if step.status in ("overdue", "held")),
        timeline=timeline,
        correspondence=correspondence(book, terms, took_part.eligible, at),
        pool_available=available(book),
        totals=_totals(book),
        conditions=tuple(Condition(number=number, what=CONDITIONS[number]) for number in state.conditions),
        holds=state.holds,
        approvals=_approvals(book, state),
        missed_forms=_missed_forms(book),
    )


def _timeline(steps: Iterable[Step], at: datetime, terms: Terms) -> tuple[StepStanding, ...]:
    in_order = sorted(steps, key=turn)
    last = {}
    for step in in_order:
        last[step.name] = max(step.version, last.get(step.name, 0))
    told: list[StepStanding] = []
    for step in in_order:
        status, why = _status(step, at, latest=last[step.name] == step.version)
        if status == "to-come" and not any(each.status == "next" for each in told):
            status = "next"
        told.append(
            StepStanding(
                name=step.name,
                version=step.version,
                due=step.due,
                local=local_text(step.due, terms.zone),
                status=status,
                done_at=step.done_at,
                why=why,
            )
        )
    return tuple(told)


def _status(step: Step, at: datetime, *, latest: bool) -> tuple[str, str]:
    """A step that was held keeps its row as a record when a later version follows it: nothing is due by it any more."""
    if step.status is Status.HELD:
        return ("held", step.message) if latest else ("superseded", f"was held: {step.message}")
    if step.status is not Status.PENDING:
        return step.status.value, step.message
    if step.due < at:
        return "overdue", step.message or "fell due, and no run has done it"
    return "to-come", step.message


def _forms(book: Reader) -> FormCount:
    f = t.forms.c
    query = select(f.kind, func.count()).where(f.offer == book.offer).group_by(f.kind)
    kinds = dict(iter(book.connection.execute(query)))
    standing = Counter(row.decision for row in book.latest_decisions("form").values())
    return FormCount(
        received=sum(kinds.values()),
        elections=kinds.get(FormKind.ELECTION, 0),
        notices=kinds.get(FormKind.WITHDRAWAL, 0),
        by_standing={each.value: standing[each.value] for each in FormStanding},
    )


def _missed_forms(book: Reader) -> tuple[str, ...]:
    f = t.forms.c
    query = select(f.form_id).where(f.offer == book.offer, f.missed).order_by(f.position)
    return tuple(book.connection.execute(query).scalars())


def _totals(book: Reader) -> Totals:
    ended = book.latest_decisions("promise").values()
    o = t.issued_options.c
    new = o.kind == "new"
    return Totals(
        cancelled=_total(book, t.cancellations),
        balancing=_total(book, t.issued_options, o.kind == "balancing"),
        promised=_total(book, t.promises),
        lapsed=_summed(row.shares for row in ended if row.decision == "lapsed"),
        regranted=_total(book, t.issued_options, new, o.from_grant_id != ""),
        deferred_granted=_total(book, t.issued_options, new, o.from_grant_id == ""),
    )


def _total(book: Reader, table: Any, *where: Any) -> Total:
    query = select(func.count(), func.sum(table.c.shares)).where(table.c.offer == book.offer, *where)
    number, shares = book.connection.execute(query).one()
    return Total(number=number, shares=int(shares or 0))


def _summed(shares: Iterable[int]) -> Total:
    each = list(shares)
    return Total(number=len(each), shares=sum(each))


def _approvals(book: Reader, state: OfferState) -> tuple[ApprovalAwaited, ...]:
    held = [book.awaiting_approval(name) for name in (CANCEL, REGRANT) if not state.over]
    return tuple(ApprovalAwaited(step=row.name, what=row.message, digest=row.digest[:12]) for row in held if row)


def as_document(value: Any) -> Any:
    """The standing, or any part of it, as JSON has it: instants in UTC, dates in ISO form, percentages as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_document(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_document(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_document(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
