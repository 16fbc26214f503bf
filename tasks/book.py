"""One effect each: a decision, its notices and the step that made it are written in the step's own transaction."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from infra.books import pool
from infra.books import tables as t
from infra.books.lapses import lapse
from infra.books.store import Decided
from infra.desk.announcements import decided_tender
from infra.desk.forms import decided_form
from optex import ledger, notices, roll
from optex.acceptance import Decision
from optex.adjustment import ratio, scaled_total
from optex.cancellation import Cancellation, Promise
from optex.election import Judgement
from optex.errors import Refused, Ruling
from optex.milestones import WITHDRAWAL_RIGHT
from optex.records import Dossier, FormKind, Grant, Standing
from optex.roll import Granted, OpenPromise
from optex.wording import count, day
from tasks.kinds import effect
from tasks.steps import DueStep


@effect("open the offer and write to every eligible holder")
def record_opening(step: DueStep, roll_call: Sequence[tuple[Dossier, Ruling | None]]) -> str:
    terms, book = step.state.terms, step.book
    book.set_offer(opened_at=step.at)
    book.decide("eligibility", step.at, [_eligibility(dossier, refused) for dossier, refused in roll_call])
    eligible = [dossier for dossier, refused in roll_call if refused is None]
    plan = step.state.plan
    book.queue((notices.offer_opened(terms, plan, d.holder, _in_offer(d, step)) for d in eligible), step.at)
    left_out = len(roll_call) - len(eligible)
    excluded = f"; {count(left_out, 'holder')} of options not eligible" if left_out else ""
    return step.done(f"Opened: {count(len(eligible), 'eligible holder')} told{excluded}")


def _eligibility(dossier: Dossier, refused: Ruling | None) -> Decided:
    ruling = refused or Ruling(rule="ELG-1", reason="In service on the day the offer commenced: may tender.")
    holder_id = dossier.holder.holder_id
    decision = "ineligible" if refused else "eligible"
    return Decided(subject=holder_id, holder_id=holder_id, decision=decision, ruling=ruling)


def _in_offer(dossier: Dossier, step: DueStep) -> list[Grant]:
    return [grant for grant in dossier.grants.values() if grant.granted_on <= step.state.terms.commences]


@effect("remind every eligible holder")
def record_reminder(step: DueStep, days: int, addressees: Sequence[Dossier], judgements: Sequence[Judgement]) -> str:
    standing = roll.tenders(judgements)
    told = step.book.queue(
        (
            notices.reminder(
                step.state.terms, d.holder, days, step.step.version, standing.get(d.holder.holder_id, ()), d.grants
            )
            for d in addressees
        ),
        step.at,
    )
    return step.done(
        f"Reminded {count(told, 'holder')}: {count(days, 'business day')} left; {len(standing):,} have tendered"
    )


@effect("record how every form stands at the close")
def record_close(step: DueStep, judgements: Sequence[Judgement]) -> str:
    step.book.decide("form", step.at, map(decided_form, judgements))
    standing = roll.tenders(judgements)
    by_standing = {s: sum(j.standing is s for j in judgements) for s in Standing}
    return step.done(
        f"Closed: {count(len(judgements), 'form')}; {roll.tendered_shares(judgements):,} option shares tendered by "
        f"{count(len(standing), 'holder')}, {by_standing[Standing.WITHDRAWN]} withdrawn, "
        f"{by_standing[Standing.SUPERSEDED]} superseded, {by_standing[Standing.DEFECTIVE]} defective, "
        f"{by_standing[Standing.LATE]} late"
    )


@effect("accept, cancel, promise and write to every holder concerned")
def record_cancellation(
    step: DueStep,
    dossiers: Sequence[Dossier],
    judgements: Sequence[Judgement],
    decisions: Sequence[Decision],
    cancellations: Sequence[Cancellation],
    promises: Sequence[Promise],
) -> str:
    """Acceptance and cancellation are one act, all or nothing (§6, CAN-1)."""
    book, on = step.book, step.state.day(step.at)
    by_holder = {d.holder.holder_id: d for d in dossiers}
    grants = {grant_id: grant for d in dossiers for grant_id, grant in d.grants.items()}
    _must_balance(
        ledger.conservation(
            vesting=step.state.terms.plan.vesting, grants=grants, cancellations=cancellations, promises=promises
        )
    )
    standing = roll.elections(judgements)
    book.decide("form", step.at, map(decided_form, judgements))
    book.decide("tender", step.at, map(decided_tender, decisions))
    balancing = [c.balancing for c in cancellations if c.balancing]
    book.add_options("balancing", balancing)
    book.add(t.cancellations, map(_cancellation_row, cancellations))
    book.add(
        t.promises,
        [
            {
                "promise_id": p.promise_id,
                "holder_id": p.holder_id,
                "shares": p.shares,
                "issued_on": p.issued_on,
                "not_before": p.not_before,
                "received_on": step.state.day(standing[p.holder_id].form.received_at),
            }
            for p in promises
        ],
    )
    book.move_pool(ledger.cancelled(on, cancellations))
    book.set_offer(accepted_at=step.at, cancelled_on=on)
    book.make_moot("the tendered options were accepted before", WITHDRAWAL_RIGHT)
    rejected = sum(not decision.accepted for decision in decisions)
    # Done before the plan moves: were it run on a later day than planned, a new version of it would be scheduled.
    outcome = step.done(
        f"Accepted and cancelled {count(len(cancellations), 'option')} for "
        f"{sum(c.shares for c in cancellations):,} shares of {count(len(promises), 'holder')}; "
        f"{count(len(balancing), 'balancing option')}; {count(rejected, 'tender')} rejected"
    )
    book.replan(step.at, f"superseded: the options were cancelled on {on}")
    book.queue(_acceptances(step, by_holder, cancellations, promises), step.at)
    book.queue(_rejections(step, by_holder, judgements, decisions), step.at)
    return outcome


def _must_balance(broken: Sequence[str]) -> None:
    if broken:
        raise AssertionError("the books would not balance, so nothing is written: " + "; ".join(broken))


def _cancellation_row(each: Cancellation) -> dict:
    return {
        "grant_id": each.grant_id,
        "holder_id": each.holder_id,
        "shares": each.shares,
        "cancelled_on": each.cancelled_on,
        "balancing_grant_id": each.balancing.grant_id if each.balancing else None,
    }


def _acceptances(
    step: DueStep,
    by_holder: dict[str, Dossier],
    cancellations: Sequence[Cancellation],
    promises: Sequence[Promise],
) -> Iterator[notices.Notice]:
    mine = {holder_id: list(each) for holder_id, each in groupby(cancellations, key=lambda c: c.holder_id)}
    for promise in promises:
        d = by_holder[promise.holder_id]
        yield notices.acceptance_and_promise(step.state.terms, d.holder, mine[promise.holder_id], promise, d.grants)


def _rejections(
    step: DueStep, by_holder: dict[str, Dossier], judgements: Sequence[Judgement], decisions: Sequence[Decision]
) -> list[notices.Notice]:
    """Whose tender is rejected is told why; so is whoever sent forms of which none was proper and in time."""
    rejected: dict[str, list[tuple[str, int, Ruling]]] = {}
    for decision in decisions:
        if not decision.accepted:
            told = (decision.tender.grant_id, decision.tender.shares, decision.ruling)
            rejected.setdefault(decision.tender.holder_id, []).append(told)
    for holder_id, judgement in _never_proper(judgements).items():
        grants = by_holder[holder_id].grants
        lines = [
            (line.grant_id, line.shares, judgement.ruling) for line in judgement.form.lines if line.grant_id in grants
        ]
        if lines:
            rejected[holder_id] = lines
    return [
        notices.rejection(step.state.terms, by_holder[holder_id].holder, lines, by_holder[holder_id].grants)
        for holder_id, lines in rejected.items()
    ]


def _never_proper(judgements: Sequence[Judgement]) -> dict[str, Judgement]:
    """The last election of each holder whose forms all failed, unless the holder gave notice to reject meanwhile."""
    last: dict[str, Judgement] = {}
    for judgement in judgements:
        form = judgement.form
        if judgement.standing in (Standing.DEFECTIVE, Standing.LATE) and form.kind is FormKind.ELECTION:
            last.setdefault(form.holder_id, judgement)
            if judgement.form.received_at >= last[form.holder_id].form.received_at:
                last[form.holder_id] = judgement
    standing = {j.form.holder_id for j in judgements if j.standing is Standing.EFFECTIVE}
    return {holder_id: judgement for holder_id, judgement in last.items() if holder_id not in standing}


@effect("tell everyone whose tender may now be withdrawn")
def record_withdrawal_right(
    step: DueStep, dossiers: Sequence[Dossier], judgements: Sequence[Judgement], why: str
) -> str:
    by_holder = {d.holder.holder_id: d for d in dossiers}
    told = step.book.queue(
        (
            notices.withdrawal_right(
                step.state.terms, by_holder[holder_id].holder, tenders, by_holder[holder_id].grants, why
            )
            for holder_id, tenders in roll.tenders(judgements).items()
        ),
        step.at,
    )
    return step.done(f"The right to withdraw is open: {count(told, 'holder')} told")


@effect("let promises lapse where service is broken")
def record_lapses(step: DueStep) -> str:
    return lapse(step.book, min(step.state.day(step.at), step.state.plan.grant_on), step.at)


@effect("grant the new options and write to every holder")
def record_grants(step: DueStep, granted: Sequence[Granted], kept: Sequence[OpenPromise], lapsed: str) -> str:
    book, state = step.book, step.state
    on = state.plan.grant_on
    options = [option for each in granted for option in each.options]
    deferred = sum(scaled_total(d.shares, ratio(state.splits, state.day(d.decided_at), on)) for d in state.deferred)
    reserved = sum(roll.reserved_for(each, state, on) for each in kept) + deferred
    if refused := ledger.exceeds_reserve(reserved, options):
        raise Refused(refused)
    cancelled = [c for each in kept for c in each.cancellations]
    grants = {grant_id: grant for each in granted for grant_id, grant in each.dossier.grants.items()}
    _must_balance(
        ledger.conservation(
            vesting=state.terms.plan.vesting,
            grants=grants,
            cancellations=cancelled,
            promises=[each.promise for each in kept],
            options=options,
            granted_on=on,
            splits=state.splits,
        )
    )
    pool.follow_splits(book, step.at)
    book.add_options("new", options)
    book.decide("promise", step.at, [_kept(each, on) for each in kept])
    book.move_pool(ledger.granted(on, reserved, options))
    book.set_offer(granted_on=on)
    close = book.close_on(on)
    splits = ", ".join(f"a {s.new}-for-{s.old} split of {day(s.on)}" for s in state.splits)
    book.queue(
        (
            notices.grant(
                state.terms,
                each.dossier.holder,
                each.open_promise.promise if each.open_promise else None,
                each.options,
                close,
                each.dossier.grants,
                splits,
            )
            for each in granted
            if each.options
        ),
        step.at,
    )
    return step.done(
        f"Granted {count(len(options), 'new option')} for {sum(o.shares for o in options):,} shares to "
        f"{count(len(granted), 'holder')} at ${close}, as of {day(on)}. {lapsed}".strip()
    )


def _kept(each: OpenPromise, on: date) -> Decided:
    return Decided(
        subject=each.promise.promise_id,
        holder_id=each.promise.holder_id,
        decision="granted",
        ruling=Ruling(rule="GRT-1", reason=f"In continuous service through {day(on)}: the new options are granted."),
        shares=each.promise.shares,
    )
