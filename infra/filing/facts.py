"""What the filings of an offer state: who may take part and does, what was accepted, and what is promised for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import AuditHead, OfferReader
from infra.report.uptake import NOT_ELIGIBLE, ClassOutcome, Outcome, by_capacity
from infra.status.participation import participation
from infra.status.totals import Total, totals_of
from optex.action import Action
from optex.actions import Amend, Extend, replay
from optex.amended_terms import ChangedTerm, changed_terms
from optex.filings import Filing, filings
from optex.formatting import utc_text
from optex.notices import Kind
from optex.records import FormStanding
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassResult:
    """One class of holders by their capacity at commencement: holders and option shares at every turn of the offer."""

    label: str
    holders: int
    shares: int
    tendering: int
    tendered: int
    accepted_holders: int
    accepted: int
    rejected_holders: int
    rejected: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """Option shares not accepted for one reason, by its rule."""

    rule: str
    section: str
    options: int
    shares: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Amended:
    """What one amendment reports: the offer before and after it, and the tally that was announced with it."""

    filing: Filing
    action: Action
    what: str
    why: str
    before: OfferState
    after: OfferState
    terms: tuple[ChangedTerm, ...]
    tally: int | None
    told: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FilingFacts:
    """Everything that the pack states, as of the last entry of the audit."""

    state: OfferState
    first: OfferState
    filings: tuple[Filing, ...]
    amended: tuple[Amended, ...]
    classes: tuple[ClassResult, ...]
    rejected: tuple[Rejected, ...]
    withdrawn: int
    cancelled: Total
    balancing: Total
    promised: Total
    not_before: date | None
    audit: AuditHead


def filing_facts(db: OfferReader) -> FilingFacts:
    """The facts of an offer as they are on record, read in one transaction."""
    state, actions, totals = db.state(), db.actions(), totals_of(db)
    decided = db.latest_decisions("tender")
    first = OfferState(terms=db.first_terms(), opened_at=state.opened_at)
    due = filings(state, actions)
    classes = by_capacity(participation(db, state.terms), decided)
    forms = db.latest_decisions("form").values()
    promises = db.rows(t.promises)
    return FilingFacts(
        state=state,
        first=first,
        filings=tuple(due),
        amended=tuple(_amended(db, first, actions, due)),
        classes=tuple(_class_result(each) for each in classes if each.label != NOT_ELIGIBLE),
        rejected=tuple(_rejected(decided.values())),
        withdrawn=sum(row.decision == FormStanding.WITHDRAWN for row in forms),
        cancelled=totals.cancelled,
        balancing=totals.balancing,
        promised=totals.promised,
        not_before=max((row.not_before for row in promises), default=None),
        audit=db.audit_head(),
    )


def _class_result(of: ClassOutcome) -> ClassResult:
    return ClassResult(
        label=of.label,
        holders=of.holders.total(),
        shares=of.shares.total(),
        tendering=of.tendering,
        tendered=of.tendered,
        accepted_holders=of.holders[Outcome.ACCEPTED],
        accepted=of.shares[Outcome.ACCEPTED],
        rejected_holders=of.holders[Outcome.REJECTED],
        rejected=of.shares[Outcome.REJECTED],
    )


def _rejected(decided: Any) -> list[Rejected]:
    """What was not accepted, by the rule that decided it, most shares first."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in decided:
        if row.decision == "rejected":
            found.setdefault((row.rule, row.section), []).append(row.shares)
    counted = [
        Rejected(rule=rule, section=section, options=len(shares), shares=sum(shares))
        for (rule, section), shares in found.items()
    ]
    return sorted(counted, key=lambda each: (-each.shares, each.rule))


def _amended(db: OfferReader, first: OfferState, actions: Sequence[Action], due: Sequence[Filing]) -> list[Amended]:
    found = []
    for filing in due:
        if filing.action is None:
            continue
        n = next(n for n, each in enumerate(actions) if each is filing.action)
        before = replay(first, actions[:n])
        what, why = filing.action.told(before.terms.clock, "") or (filing.action.says(before), "")
        after = filing.action.apply(before)
        terms = changed_terms(before.terms, after.terms) if isinstance(filing.action, Amend) else ()
        tallies = _tallies(db, filing.action, after)
        found.append(
            Amended(
                filing=filing,
                action=filing.action,
                what=what,
                why=why,
                before=before,
                after=after,
                terms=tuple(each for each in terms if each.key != "expires"),
                tally=tallies[0] if tallies else None,
                told=len(tallies),
            )
        )
    return found


def _tallies(db: OfferReader, action: Action, after: OfferState) -> list[int]:
    """The tally as each holder was told it when the action was announced: it stays what it was announced as."""
    kind, said = Kind.AMENDMENT, dict[str, Any](number=after.amendments)
    if isinstance(action, Extend):
        kind, said = Kind.EXTENSION, {"announced_at": utc_text(action.announced)}
    n = t.notices.c
    query = select(n.data).where(n.offer == db.offer, n.kind == kind).order_by(n.notice_id)
    return [data["tally"] for data in db.connection.execute(query).scalars() if said.items() <= data.items()]
