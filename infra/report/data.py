"""What the report shows, counted from the books: only sums and dates, nobody by name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import AuditHead, OfferReader
from infra.handlers.contradictions import contradictions
from infra.handlers.otherwise import as_tendered
from infra.report.timeline import TimelineRow, offer_timeline
from infra.report.uptake import ClassOutcome, DailyTenders, by_capacity, daily_tenders, standing_tenders
from infra.status.late_entries import late_entries
from infra.status.mail_status import not_gone, to_be_printed, told
from infra.status.offer_status import Phase, phase_of
from infra.status.participation import participation
from infra.status.totals import letters, promises_by_outcome, totals_of
from optex import batch
from optex.authority import section_of
from optex.eligibility import grants_in_offer
from optex.records import FormStanding, HolderRecord, UnitType
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something worth an eye, counted by the rule that decided it; `ledger` is where each of them stands."""

    what: str
    number: int
    shares: int | None
    rule: str
    section: str
    ledger: str


def findings(
    db: OfferReader,
    records: Sequence[HolderRecord],
    state: OfferState,
    forms: Mapping[str, Any],
    decided: Mapping[str, Any],
) -> Iterator[Finding]:
    """What did not go the ordinary way, in the order of the offer's life, most frequent first within a kind."""
    found: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    shares: Counter[tuple[str, tuple[str, str, str]]] = Counter()

    def note(ledger: str, what: str, rule: str, section: str, of_shares: int) -> None:
        found[ledger][what, rule, section] += 1
        shares[ledger, (what, rule, section)] += of_shares

    for record, refused in batch.eligibility(records, state):
        if refused:
            left = sum(grant.remaining for grant in grants_in_offer(record, state.terms).values())
            note("holders.csv", "Holder not eligible", refused.rule, refused.section, left)
    lines = {form.form_id: sum(line.shares for line in form.lines) for d in records for form in d.forms}
    for form_id, row in sorted(forms.items(), key=lambda each: each[1].decision):
        if row.decision in (FormStanding.DEFECTIVE, FormStanding.LATE):
            note("forms.csv", f"Form {row.decision}", row.rule, row.section, lines[form_id])
    for waiver in state.waivers:
        note("audit.csv", "Defects waived", "TND-7", section_of("TND-7"), lines.get(waiver.form_id, 0))
    for row in decided.values():
        if row.decision == "rejected":
            what = "Tender returned" if row.rule == "CND-2" else "Tender rejected"
            note("tenders.csv", what, row.rule, row.section, row.shares)
    promised = {row.promise_id: row.shares for row in db.rows(t.promises)}
    for promise_id, row in db.latest_decisions("promise").items():
        if row.decision in ("lapsed", "voided"):
            what = "Promise lapsed" if row.decision == "lapsed" else "Acceptance voided"
            note("promises.csv", what, row.rule, row.section, promised[promise_id])
    for contradicted in contradictions(db):
        what, rule = f"Contradicted by the record: {contradicted.kind}", contradicted.rule
        note("audit.csv", what, rule, section_of(rule), 0)
    for late in late_entries(db):
        what = "Form recorded" if late.form_id else "Recorded"
        lacking = "" if late.evidence else ", without evidence"
        ledger = "forms.csv" if late.form_id else "audit.csv"
        note(ledger, f"{what} after a deadline{lacking}", "REC-1", section_of("REC-1"), lines.get(late.form_id, 0))
    for each in db.recorded_actions():
        if not each.accepted:
            verb = each.action.verb.replace("-", " ")
            note("audit.csv", f"Refused: {verb}", each.ruling.rule, each.ruling.section, 0)
    for ledger, counted in found.items():
        for key, number in sorted(counted.items(), key=lambda each: (each[0][0], -each[1], each[0])):
            what, rule, section = key
            of_shares = shares[ledger, key] or None
            yield Finding(what=what, number=number, shares=of_shares, rule=rule, section=section, ledger=ledger)


_MOST_POINTS = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareFlow:
    """What became of the option shares the offer found: of the holders' options, then of the promises.

    All in shares as cancelled, but the promises, which count the new shares of the exchange (XCH-1), and `granted`,
    `deferred` and `rescinded`, which count the new options after any split; what was rescinded since is among what was
    granted (REC-4).
    """

    outstanding: int
    cancelled: int
    grants: int
    balancing: int
    balancing_options: int
    promised: int
    kept: int
    lapsed: int
    lapsed_promises: int
    open: int
    granted: int
    deferred: int
    new_options: int
    rescinded: int

    @property
    def returned(self) -> int:
        """The cancelled shares for which none are promised: by the ratio they are back in the pool for good (PLN-1)."""
        return self.cancelled - self.promised


@dataclass(frozen=True, kw_only=True, slots=True)
class PricePoint:
    """The options of one grant date and price: shares exchanged (or, undecided, tendered), and shares kept."""

    granted_on: date
    price: Decimal
    exchanged: int
    kept: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolMove:
    """One kind of movement of the plan's pool in one phase of the offer."""

    event: str
    first: date
    last: date
    shares: int
    available_after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportData:
    """All of it, as of the last entry in the books."""

    state: OfferState
    as_of: datetime
    lines: tuple[TimelineRow, ...]
    phase: Phase
    expirations: tuple[date, ...]
    classes: tuple[ClassOutcome, ...]
    daily_tenders: DailyTenders
    share_flow: ShareFlow
    prices: tuple[PricePoint, ...]
    new_prices: tuple[tuple[Decimal, int], ...]
    vesting: tuple[tuple[date, int], ...]
    pool: tuple[PoolMove, ...]
    findings: tuple[Finding, ...]
    letters: int
    letters_sent: int
    letters_on_paper: int
    letters_not_gone: str
    audit: AuditHead

    @property
    def everyone(self) -> ClassOutcome:
        """All eligible holders together."""
        return self.classes[-1]


def report_data(db: OfferReader) -> ReportData:
    """Everything the report shows, read in one transaction."""
    state, steps, records = db.state(), db.steps(), db.holder_records()
    as_of = _last_entry(db)
    forms, decided = db.latest_decisions("form"), db.latest_decisions("tender")
    standing = {} if decided else standing_tenders(records, state, as_of)
    exchanged = {g: d.shares for g, d in decided.items() if d.decision == "accepted"} or standing
    took_part = participation(db, state.terms)
    written, sent = letters(db)
    return ReportData(
        state=state,
        as_of=as_of,
        lines=tuple(offer_timeline(steps, db.actions(), state)),
        phase=phase_of(state, steps, as_of),
        expirations=_expirations(db, state),
        classes=tuple(by_capacity(took_part, decided)),
        daily_tenders=daily_tenders(
            as_tendered(db, state, records), state, {form_id: row.decision for form_id, row in forms.items()}, as_of
        ),
        share_flow=_share_flow(db, sum(took_part.shares.values())),
        prices=_prices(records, state, exchanged),
        new_prices=_new_prices(db),
        vesting=_vesting(db),
        pool=_pool(db),
        findings=tuple(findings(db, records, state, forms, decided)),
        letters=written,
        letters_sent=sent,
        letters_on_paper=told(db)[1],
        letters_not_gone=not_gone(to_be_printed(db, as_of)),
        audit=db.audit_head(),
    )


def _last_entry(db: OfferReader) -> datetime:
    a, n = t.audit.c, t.notices.c
    entered: datetime = db.connection.execute(select(func.max(a.recorded_at)).where(a.offer == db.offer)).scalar_one()
    written = db.connection.execute(select(func.max(n.queued_at)).where(n.offer == db.offer)).scalar_one()
    return max(entered, written or entered)


def _expirations(db: OfferReader, state: OfferState) -> tuple[date, ...]:
    """The days on which the offer was to expire, the one that holds last."""
    days = [terms.expires_on for terms in db.all_terms()]
    return (*dict.fromkeys(day for day in days if day != state.terms.expires_on), state.terms.expires_on)


def _share_flow(db: OfferReader, outstanding: int) -> ShareFlow:
    totals, promises = totals_of(db), promises_by_outcome(db)
    granted = totals.regranted + totals.deferred_granted + totals.rescinded
    return ShareFlow(
        outstanding=outstanding,
        cancelled=totals.cancelled.shares,
        grants=totals.cancelled.number,
        balancing=totals.balancing.shares,
        balancing_options=totals.balancing.number,
        promised=totals.promised.shares,
        kept=promises["granted"].shares,
        lapsed=totals.lapsed.shares,
        lapsed_promises=totals.lapsed.number,
        open=promises["open"].shares,
        granted=granted.shares,
        deferred=totals.deferred_granted.shares,
        new_options=granted.number,
        rescinded=totals.rescinded.shares,
    )


def _prices(records: Iterable[HolderRecord], state: OfferState, exchanged: Mapping[str, int]) -> tuple[PricePoint, ...]:
    """By grant date and price; where these are too many to look at, by quarter at the average price."""
    points: dict[tuple[date, Decimal], list[int]] = defaultdict(lambda: [0, 0])
    for record in records:
        for grant in grants_in_offer(record, state.terms).values():
            if grant.remaining:
                gone = min(exchanged.get(grant.grant_id, 0), grant.remaining)
                point = points[grant.granted_on, grant.price]
                point[0] += gone
                point[1] += grant.remaining - gone
    if len(points) > _MOST_POINTS:
        points = _by_quarter(points)
    return tuple(
        PricePoint(granted_on=on, price=price, exchanged=gone, kept=kept)
        for (on, price), (gone, kept) in sorted(points.items())
    )


def _by_quarter(points: Mapping[tuple[date, Decimal], Sequence[int]]) -> dict[tuple[date, Decimal], list[int]]:
    quarters: dict[date, list[tuple[Decimal, Sequence[int]]]] = defaultdict(list)
    for (on, price), shares in points.items():
        quarters[date(on.year, (on.month - 1) // 3 * 3 + 2, 15)].append((price, shares))
    merged = {}
    for on, each in quarters.items():
        gone, kept = sum(both[0] for _, both in each), sum(both[1] for _, both in each)
        average = sum((price * sum(both) for price, both in each), Decimal(0)) / (gone + kept)
        merged[on, average] = [gone, kept]
    return merged


def _new_prices(db: OfferReader) -> tuple[tuple[Decimal, int], ...]:
    """The exercise prices of the new options with the shares of each, the most shares first."""
    o = t.issued_options.c
    query = select(o.price, func.sum(o.shares)).where(o.offer == db.offer, o.kind == "new", o.ended_on.is_(None))
    query = query.where(o.type != UnitType.RSU).group_by(o.price)
    found = [(price, int(shares)) for price, shares in db.connection.execute(query)]
    return tuple(sorted(found, key=lambda each: (-each[1], each[0])))


def _vesting(db: OfferReader) -> tuple[tuple[date, int], ...]:
    """The shares of the new options that become exercisable, by day; those of the grant date are vested at grant."""
    o, v = t.issued_options, t.tranches
    query = (
        select(v.c.vests_on, func.sum(v.c.shares))
        .join(o, (o.c.offer == v.c.offer) & (o.c.grant_id == v.c.grant_id))
        .where(v.c.offer == db.offer, o.c.kind == "new", o.c.ended_on.is_(None))
        .group_by(v.c.vests_on)
        .order_by(v.c.vests_on)
    )
    return tuple((on, int(shares)) for on, shares in db.connection.execute(query))


def _pool(db: OfferReader) -> tuple[PoolMove, ...]:
    """The movements of the pool, those of one kind together within a phase, which a split begins anew."""
    moves: dict[tuple[int, str], list[Any]] = {}
    phase = 0
    for row in db.rows(t.pool, t.pool.c.position):
        if row.event in ("cancelled", "released", "split"):
            phase += 1
        moves.setdefault((phase, row.event), []).append(row)
        # What is reserved later than with the cancellation is for deferred grants.
        phase += row.event == "reserved" and phase == 1
    found, available = [], 0
    for (_, event), rows in moves.items():
        shares = sum(row.shares for row in rows)
        available += shares
        found.append(
            PoolMove(event=event, first=rows[0].on, last=rows[-1].on, shares=shares, available_after=available)
        )
    return tuple(found)
