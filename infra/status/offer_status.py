"""Where an offer stands at an instant: its phase, what is next and what is overdue, who takes part, what it came to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import AuditHead, OfferReader
from infra.handlers.compensations import pending, waiting
from infra.handlers.contradictions import contradictions
from infra.handlers.delays import too_long
from infra.handlers.left_outstanding import LeftOutstanding, left_outstanding
from infra.handlers.pool import available
from infra.status.clock import clock_behind
from infra.status.defective import DefectiveForm, defective_forms
from infra.status.deferrals import DeferredGrant, deferrals
from infra.status.document import Instant
from infra.status.events import Event, agreements_signed, events
from infra.status.late_entries import LateEntry, late_entries
from infra.status.letter_counts import LetterCount, letter_counts
from infra.status.mail_status import MailStatus, mail_status
from infra.status.participation import Participation, participation
from infra.status.recent import RecentAct, recent_acts
from infra.status.totals import Totals, totals_of
from optex.calendar import ONE_DAY
from optex.changes import long_after
from optex.contradictions import Contradiction
from optex.formatting import count, day, moment, sentence
from optex.milestones import CANCEL, REGRANT, extension_deadline, local_due
from optex.records import FormKind
from optex.records import FormStanding as FormStanding
from optex.state import CONDITIONS, OfferState, upon_events
from optex.steps import Step, StepStatus, latest, run_order
from optex.terms import Terms
from optex.warnings import open_too_short, stated_withdrawal


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """One version of a step; `status` is done, next, to-come, overdue, held, superseded or moot, `why` says more."""

    name: str
    version: int
    due: Instant
    local: str
    status: str
    done_at: Instant | None
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormCount:
    received: int
    elections: int
    notices: int
    by_standing: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    number: int
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingApproval:
    step: str
    what: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingCompensation:
    """A compensating decision that the record asks for: `says` what it is and what it waits for (REC-4)."""

    step: str
    holder_id: str
    says: str
    approvable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferStatus:
    """Where an offer stands. Plain data, of which `as_document` makes JSON; all that is printed is made from it."""

    offer: str
    issuer: str
    at: Instant
    clock: str
    phase: str
    says: str
    expires: Instant
    business_days_left: int
    cancel_on: date
    grant_on: date
    participation: tuple[Participation, ...]
    overall: Participation
    forms: FormCount
    next: tuple[StepView, ...]
    overdue: tuple[StepView, ...]
    timeline: tuple[StepView, ...]
    correspondence: MailStatus
    pool_available: int
    totals: Totals
    conditions: tuple[Condition, ...]
    holds: tuple[str, ...]
    approvals: tuple[PendingApproval, ...]
    compensations: tuple[PendingCompensation, ...]
    missed_forms: tuple[str, ...]
    left_outstanding: tuple[LeftOutstanding, ...]
    recorded_late: tuple[LateEntry, ...]
    audit: AuditHead
    contradictions: tuple[Contradiction, ...]
    deferrals: tuple[DeferredGrant, ...]
    too_short: tuple[str, ...]
    recent: tuple[RecentAct, ...]
    events: tuple[Event, ...]
    defective: tuple[DefectiveForm, ...]
    letters: tuple[LetterCount, ...]
    agreements_signed: int
    splits: tuple[str, ...] = ()
    waiting_too_long: str = ""
    grant_long_after: str = ""
    successor: str = ""
    late_withdrawal_right: str = ""
    files_differ: str = ""
    clock_behind: str = ""


def offer_status(db: OfferReader, at: datetime) -> OfferStatus:
    """Where the offer stands at an instant, by all that is on record."""
    state = db.state()
    terms = state.terms
    steps = db.steps()
    timeline = _timeline(steps, at, terms)
    took_part = participation(db, terms)
    phase: Phase = phase_of(state, steps, at)
    today = state.day(at)
    return OfferStatus(
        offer=terms.offer,
        issuer=terms.issuer,
        at=at,
        clock=terms.clock,
        phase=phase.slug,
        says=phase.says,
        expires=terms.expires,
        business_days_left=terms.calendar.business_days(today + ONE_DAY, terms.expires_on),
        cancel_on=state.schedule.cancel_on,
        grant_on=state.granted_on or state.schedule.grant_on,
        participation=took_part.by_capacity(),
        overall=took_part.overall(),
        forms=_forms(db),
        next=tuple(step for step in timeline if step.status in ("next", "to-come")),
        overdue=tuple(step for step in timeline if step.status in ("overdue", "held")),
        timeline=timeline,
        correspondence=mail_status(db, terms, took_part.eligible, at),
        pool_available=available(db),
        totals=totals_of(db),
        conditions=tuple(Condition(number=number, what=CONDITIONS[number]) for number in state.conditions),
        holds=state.holds,
        approvals=_approvals(db),
        compensations=_compensations(db, at),
        missed_forms=tuple(row.form_id for row in db.missed_forms()),
        left_outstanding=left_outstanding(db, state),
        recorded_late=late_entries(db),
        audit=db.audit_head(),
        contradictions=tuple(contradictions(db)),
        deferrals=deferrals(db),
        recent=recent_acts(db),
        events=events(db, state),
        defective=defective_forms(db, state),
        letters=letter_counts(db),
        agreements_signed=agreements_signed(db),
        splits=tuple(_splits(state)),
        too_short=_too_short(state),
        waiting_too_long=waiting_too_long(db, at),
        grant_long_after="" if state.over else long_after(state, state.schedule.grant_on),
        successor=state.successor,
        late_withdrawal_right=_late_withdrawal_right(state),
        clock_behind=clock_behind(db, at),
    )


def _too_short(state: OfferState) -> tuple[str, ...]:
    """What lacks of the business days for which the offer must be open: until acceptance it may still be extended."""
    if state.opened_at is None or state.accepted_at is not None or state.terminated_at is not None:
        return ()
    return tuple(each.message for each in open_too_short(state.terms, state.opened_at))


def waiting_too_long(db: OfferReader, at: datetime) -> str:
    """What is to be said of an act that has waited too long at an instant; "" where none has."""
    found = too_long(db, at)
    return " ".join(filter(None, (found[0].says, sentence(found[1])))) if found else ""


def _timeline(steps: Iterable[Step], at: datetime, terms: Terms) -> tuple[StepView, ...]:
    in_order = sorted(steps, key=run_order)
    last = latest(in_order)
    told: list[StepView] = []
    for step in in_order:
        status, why = _status(step, at, replaced=last[step.name] != step)
        if status == "to-come" and not any(each.status == "next" for each in told):
            status = "next"
        told.append(
            StepView(
                name=step.name,
                version=step.version,
                due=step.due,
                local=local_due(step.name, step.due, terms.zone),
                status=status,
                done_at=step.done_at,
                why=why,
            )
        )
    return tuple(told)


def _status(step: Step, at: datetime, *, replaced: bool) -> tuple[str, str]:
    """A step that was held keeps its row as a record when a later version follows it: nothing is due by it any more."""
    if step.status is StepStatus.HELD:
        return ("superseded", f"was held: {step.message}") if replaced else ("held", step.message)
    if step.status is not StepStatus.PENDING:
        return step.status.value, step.message
    if step.due < at:
        return "overdue", step.message or "fell due, and no run has done it"
    return "to-come", step.message


def _forms(db: OfferReader) -> FormCount:
    f = t.forms.c
    query = select(f.kind, func.count()).where(f.offer == db.offer).group_by(f.kind)
    kinds: dict[str, int] = dict(iter(db.connection.execute(query)))
    standing = Counter(row.decision for row in db.each_latest_decision("form", t.decisions.c.decision))
    return FormCount(
        received=sum(kinds.values()),
        elections=kinds.get(FormKind.ELECTION, 0),
        notices=kinds.get(FormKind.WITHDRAWAL, 0),
        by_standing={each.value: standing[each.value] for each in FormStanding},
    )


def _compensations(db: OfferReader, at: datetime) -> tuple[PendingCompensation, ...]:
    return tuple(
        PendingCompensation(
            step=each.kind, holder_id=each.holder_id, says=waiting(each), approvable=each.blocked is None
        )
        for each in pending(db, at)
    )


def _approvals(db: OfferReader) -> tuple[PendingApproval, ...]:
    held = [db.awaiting_approval(name) for name in (CANCEL, REGRANT)]
    return tuple(PendingApproval(step=row.name, what=row.message, digest=row.digest[:12]) for row in held if row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """`slug` is not-open, open, closed, accepted, granted, terminated, prohibited or held; `says` tells it."""

    slug: str
    says: str


def phase_of(state: OfferState, steps: Iterable[Step], at: datetime) -> Phase:
    """The phase at an instant; held before accepted or closed, for what is held is what a person must see first."""
    clock = state.terms.clock
    if state.terminated_at is not None:
        said = f"Terminated {moment(state.terminated_at, clock)}{upon_events(state.terminated_upon)}"
        return Phase(slug="terminated", says=f"{said}: every tender returned, the options stay outstanding.")
    if state.granted_on is not None:
        return Phase(slug="granted", says=_granted(state, steps))
    if state.prohibited_at is not None:
        said = f"The grant was prohibited for good {moment(state.prohibited_at, clock)}: nothing is granted."
        return Phase(slug="prohibited", says=said)
    if held := _held(state, steps, at):
        return Phase(slug="held", says=held)
    if state.accepted_at is not None and state.cancelled_on is not None:
        said = (
            f"Accepted and cancelled on {day(state.cancelled_on)}; new options are due {day(state.schedule.grant_on)}."
        )
        return Phase(slug="accepted", says=said)
    if state.opened_at is None:
        opens = f"{'opens' if at < state.terms.opens else 'was to open'} {moment(state.terms.opens, clock)}"
        begun = "; forms received since 12:01 a.m. of that day are in time" if at >= state.terms.begins else ""
        return Phase(slug="not-open", says=f"Not open yet: {opens}{begun}.")
    if at >= state.terms.expires:
        return Phase(slug="closed", says=_closed(state, at))
    return Phase(slug="open", says=_open(state, at))


def _granted(state: OfferState, steps: Iterable[Step]) -> str:
    """The grant, and the one that is still to be made of what was reinstated after it (REC-4)."""
    assert state.granted_on is not None
    regrant, granted = latest(steps).get(REGRANT), f"the new options were granted on {day(state.granted_on)}"
    if state.prohibited_at is not None:
        prohibited = moment(state.prohibited_at, state.terms.clock)
        return f"Done: {granted}; the late grant of what was reinstated after it was prohibited {prohibited}."
    if regrant is None or not regrant.waiting:
        return f"Done: {granted}."
    late = f"is due {moment(regrant.due, state.terms.clock)}"
    if state.holds or regrant.status is StepStatus.HELD:
        late = f"is held: {'; '.join(state.holds) or regrant.message}".rstrip(".")
    return f"{sentence(granted).rstrip('.')}; a late grant {late}."


def _held(state: OfferState, steps: Iterable[Step], at: datetime) -> str:
    last = latest(steps)
    for name, act in ((CANCEL, "Acceptance"), (REGRANT, "The grant")):
        if name in last and last[name].status is StepStatus.HELD:
            return f"{act} is held. {sentence(last[name].message)}"
    if state.holds and state.accepted_at is not None:
        return f"The grant is held. {sentence('; '.join(state.holds))}"
    if state.conditions and at >= state.terms.expires:
        return f"Acceptance is held: {_conditions(state)}."
    return ""


def _splits(state: OfferState) -> Iterator[str]:
    """The splits, and which of them options and promises are adjusted for by now (ADJ-1)."""
    for split in sorted(state.told_splits, key=lambda each: each.on):
        yield f"{split.named}, {'carried out' if split.on in state.followed else 'not carried out'}"


def _late_withdrawal_right(state: OfferState) -> str:
    """That the right to withdraw opens later than the rule has it, while there is something to withdraw (WDR-3)."""
    if state.accepted_at is not None or state.terminated_at is not None:
        return ""
    return stated_withdrawal(state.terms, only_later=True)


def _open(state: OfferState, at: datetime) -> str:
    terms = state.terms
    left = terms.calendar.business_days(state.day(at) + ONE_DAY, terms.expires_on)
    days = f"{count(left, 'business day')} left" if left else "the last day"
    stands = f"; {_conditions(state)}" if state.conditions else ""
    return f"Open until {moment(terms.expires, terms.clock)}: {days}{stands}."


def _closed(state: OfferState, at: datetime) -> str:
    terms = state.terms
    deadline = extension_deadline(terms)
    extendable = f"; an extension may be announced until {moment(deadline, terms.clock)}" if at <= deadline else ""
    due = moment(state.schedule.due(CANCEL), terms.clock)
    return f"Closed {moment(terms.expires, terms.clock)}{extendable}. Acceptance and cancellation fall due {due}."


def _conditions(state: OfferState) -> str:
    named = "; ".join(f"{number}, {CONDITIONS[number]}" for number in state.conditions)
    return f"asserted of the conditions of §7: {named}"
