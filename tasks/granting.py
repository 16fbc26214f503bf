"""The grant of the new options in the books, and the promises that lapse before it, in the step's transaction."""

from collections.abc import Sequence
from datetime import date

from infra.books import pool
from infra.books.lapses import lapse
from infra.books.store import Decided
from optex import ledger, notices, roll
from optex.adjustment import ratio, scaled_total
from optex.errors import Refused, Ruling
from optex.records import Capacity
from optex.roll import Granted, OpenPromise
from optex.wording import count, day
from tasks.kinds import effect
from tasks.steps import DueStep


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
    ledger.must_balance(
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
                director=each.capacity is Capacity.DIRECTOR,
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
