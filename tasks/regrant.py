"""The grant of the new options in the books, and the promises that lapse before it, in the step's transaction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from infra.database.writer import DecisionEntry
from infra.handlers.promises import lapse_promises, record_lapsed
from infra.handlers.reinstatement import plan_late_grant
from infra.handlers.splits import apply_splits
from optex import batch, notices
from optex import pool as plan_pool
from optex.adjustment import Deferred, ratio, scaled_total
from optex.batch import HolderGrant, OpenPromise
from optex.cancellation import Promise
from optex.errors import Refused, Ruling
from optex.formatting import count, day, money
from optex.option_reasons import newly_granted
from optex.records import IssuedOption, UnitType
from optex.state import OfferState
from tasks.decorators import effect
from tasks.due_step import DueStep


@effect("let promises lapse where service is broken")
def record_lapses(step: DueStep) -> str:
    """From the check of service on the grant date on a lapse is final (ELG-3)."""
    through = min(step.state.day(step.at), step.state.schedule.grant_on)
    return lapse_promises(step.db, through, step.at, final=True)


@effect("record that nothing is left to be granted")
def record_nothing_left(step: DueStep, lapsed: str) -> str:
    if step.state.granted_on is None:
        step.db.update_offer(granted_on=step.state.schedule.grant_on)
    said = step.done(f"No promise is left to be kept: nothing is granted. {lapsed}".strip())
    return f"{said} {plan_late_grant(step.db, step.at)}".strip()


@effect("grant the new options and write to every holder")
def record_grants(step: DueStep, granted: Sequence[HolderGrant], kept: Sequence[OpenPromise], lapsed: str) -> str:
    db, state = step.db, step.state
    on = state.schedule.grant_on
    options = [option for each in granted for option in each.options]
    left = {each.promise.promise_id: batch.reserved_for(each, state, on) for each in kept}
    empty = {each.promise.promise_id: each for each in kept if not left[each.promise.promise_id]}
    deferred = sum(scaled_total(d.shares, ratio(state.all_splits, state.day(d.decided_at), on)) for d in state.deferred)
    reserved = sum(left.values()) + deferred
    if refused := plan_pool.exceeds_reserve(reserved, sum(option.shares for option in options)):
        raise Refused(refused)
    cancelled = [c for each in kept for c in each.cancellations]
    grants = {grant_id: grant for each in granted for grant_id, grant in each.record.grants.items()}
    plan_pool.check_balances(
        plan_pool.imbalances(
            vesting=state.terms.plan.vesting,
            exchange=state.terms.exchange,
            grants=grants,
            cancellations=cancelled,
            promises=[each.promise for each in kept],
            options=options,
            granted_on=on,
            splits=state.splits,
        )
    )
    apply_splits(db, step.at)
    db.add_options("new", options)
    db.record_decisions("option", step.at, (entry for each in granted for entry in _granted(each)))
    db.record_decisions("deferred", step.at, _not_made(state, granted))
    db.record_decisions(
        "promise", step.at, [_kept(each, state, on) for each in kept if each.promise.promise_id not in empty]
    )
    nothing_left = _let_lapse(step, list(empty.values()), on)
    db.move_pool(plan_pool.granted(on, reserved, sum(option.shares for option in options)))
    late = state.granted_on is not None
    if not late:
        db.update_offer(granted_on=on)
    close = db.close_on(on)
    assert close is not None, "without a price nothing is granted (GRT-3)"
    db.queue_notices(
        (
            notices.grant(
                state.terms,
                each.record.holder,
                _fulfilled(each, empty),
                each.options,
                close,
                each.record.grants,
                _splits_told(each, empty, state, on),
                capacity=each.capacity,
                late=late,
                successor=state.successor,
            )
            for each in granted
            if each.options
        ),
        step.at,
    )
    said = (
        f"Granted {_counted(options)} for {count(sum(o.shares for o in options), 'share')} to "
        f"{count(sum(bool(each.options) for each in granted), 'holder')} at {money(close)}, as of {day(on)}."
    )
    done = step.done(" ".join(filter(None, (said, nothing_left, lapsed))))
    return f"{done} {plan_late_grant(db, step.at)}".strip()


def _counted(options: Sequence[IssuedOption]) -> str:
    """How many new options, and how many grants of restricted stock units (XCH-3)."""
    units = sum(option.type is UnitType.RSU for option in options)
    others = len(options) - units
    counted = [count(others, "new option")] if others or not units else []
    return " and ".join([*counted, *([count(units, "grant") + " of restricted stock units"] if units else [])])


def _granted(each: HolderGrant) -> Iterator[DecisionEntry]:
    """Every new option of a holder with the reasons why it is as it is."""
    for option in each.options:
        yield DecisionEntry(
            subject=option.grant_id,
            holder_id=option.holder_id,
            decision="granted",
            ruling=newly_granted(option, each.record.grants),
            shares=option.shares,
            remarks=option.reasons,
        )


def _not_made(state: OfferState, granted: Sequence[HolderGrant]) -> Iterator[DecisionEntry]:
    """The deferred grants of which nothing came, for want of service or because a split left no share (LCK-1)."""
    made = {option.grant_id.partition("-N")[0] for each in granted for option in each.options}
    for deferred in state.deferred:
        if deferred.deferred_id not in made:
            ruling = _why_not_made(deferred, granted, state)
            yield DecisionEntry(
                subject=deferred.deferred_id, holder_id=deferred.holder_id, decision="not made", ruling=ruling
            )


def _why_not_made(deferred: Deferred, granted: Sequence[HolderGrant], state: OfferState) -> Ruling:
    what = f"The deferred grant {deferred.deferred_id} was not made"
    served = [each.record for each in granted if each.record.holder.holder_id == deferred.holder_id]
    if served and batch.deferred_kept(deferred, served[0], state, state.schedule.grant_on):
        return Ruling(rule="ADJ-1", reason=f"{what}: no share of it is left after the split.")
    return Ruling(rule="ELG-2", reason=f"{what}: service did not last unbroken until the grant.")


def _fulfilled(each: HolderGrant, empty: Collection[str]) -> Promise | None:
    """The promise that a grant fulfils; None where there is only a deferred grant."""
    promise = each.open_promise and each.open_promise.promise
    return promise if promise and promise.promise_id not in empty else None


def _splits_told(each: HolderGrant, empty: Collection[str], state: OfferState, on: date) -> str:
    """The splits that adjusted what a holder is granted, in words (ADJ-1)."""
    promise, holder_id = _fulfilled(each, empty), each.record.holder.holder_id
    decided = [state.day(deferred.decided_at) for deferred in state.deferred if deferred.holder_id == holder_id]
    after = promise.issued_on if promise else min(decided)
    return ", ".join(f"a {split.named}" for split in state.all_splits if after < split.effective <= on)


def _let_lapse(step: DueStep, empty: Sequence[OpenPromise], on: date) -> str:
    """Let the promises lapse of which a reverse split leaves nothing: no share, and no cash for a fraction (ADJ-1)."""
    if not empty:
        return ""
    lapsed = [(each, _nothing_left(each, step.state, on)) for each in empty]
    said = record_lapsed(step.db, lapsed, on, step.at)
    return f"{said}: no share is left after the split."


def _nothing_left(each: OpenPromise, state: OfferState, on: date) -> Ruling:
    splits = ", ".join(f"the {split.named}" for split in state.splits if split.effective <= on)
    reason = (
        f"After {splits} nothing is left of the {count(each.promise.shares, 'share')} promised: a fraction of a share "
        "is neither granted nor paid."
    )
    return Ruling(rule="ADJ-1", reason=reason)


def _kept(each: OpenPromise, state: OfferState, on: date) -> DecisionEntry:
    new = "restricted stock units" if state.terms.exchange.awards_units else "new options"
    return DecisionEntry(
        subject=each.promise.promise_id,
        holder_id=each.promise.holder_id,
        decision="granted",
        ruling=Ruling(rule="GRT-1", reason=f"In continuous service through {day(on)}: the {new} are granted."),
        shares=each.promise.shares,
    )
