"""The grant of the new options in the books, and the promises that lapse before it, in the step's transaction."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from infra.database.decision_batches import DecisionBatches
from infra.database.writer import DecisionEntry
from infra.handlers.promises import lapse_promises, out_of_service, record_lapsed, with_cancellations
from infra.handlers.reinstatement import plan_late_grant
from optex import batch, notices
from optex import pool as plan_pool
from optex.adjustment import Deferred, ratio, scaled_total
from optex.batch import HolderGrant, OpenPromise
from optex.cancellation import Promise
from optex.compensations import in_time
from optex.errors import Refused, Ruling
from optex.formatting import count, day, money
from optex.option_reasons import newly_granted
from optex.records import HolderRecord, UnitType
from optex.state import OfferState
from tasks.batches import batch_by_batch
from tasks.decorators import effect
from tasks.due_step import DueStep


def record_lapses(step: DueStep) -> str:
    """From the check of service on the grant date on a lapse is final (ELG-3)."""
    db, state = step.db, step.state
    through = min(state.day(step.at), state.schedule.grant_on)
    left: list[str] = []
    batch_by_batch(
        step,
        lambda holder_ids: left.extend(out_of_service(db, state, through, holder_ids, final=True)),
        open_holders(step),
        doing="check service",
    )
    return lapse_promises(db, through, step.at, left, final=True) if left else ""


def open_holders(step: DueStep) -> list[str]:
    """Who has a promise that is still to be kept."""
    return [row.holder_id for row in step.db.each_open_promise()]


@effect("record that nothing is left to be granted")
def record_nothing_left(step: DueStep, lapsed: str) -> str:
    if step.state.granted_on is None:
        step.db.update_offer(granted_on=step.state.schedule.grant_on)
    said = step.done(f"No promise is left to be kept: nothing is granted. {lapsed}".strip())
    return f"{said} {plan_late_grant(step.db, step.at)}".strip()


class Granting:
    """The grant of the new options at work: to whoever stayed in service, and to nobody if not to everybody (§6, §9).

    `lapsed` says what has just lapsed.
    """

    def __init__(self, step: DueStep, close: Decimal, lapsed: str) -> None:
        self._step, self._close, self._lapsed = step, close, lapsed
        self._on, self._late = step.state.schedule.grant_on, step.state.granted_on is not None
        self._decided = DecisionBatches(step.db, step.at, "option", "deferred", "promise")
        self._empty: list[OpenPromise] = []
        self._total = Counter[str]()

    def decide(self, records: Sequence[HolderRecord]) -> tuple[list[OpenPromise], list[HolderGrant]]:
        """The promises of these holders that are to be kept, and what each of them is granted."""
        db, state, on = self._step.db, self._step.state, self._on
        by_holder = {d.holder.holder_id: d for d in records}
        grants = {grant_id: grant for d in records for grant_id, grant in d.grants.items()}
        promised = [each for each in db.open_promises(by_holder) if in_time(each.reinstated_at, on, state.terms)]
        kept = with_cancellations(db, state, promised, grants)
        earlier = db.granted_isos(by_holder.keys()) if self._late else {}
        mine = replace(state, deferred=tuple(each for each in state.deferred if each.holder_id in by_holder))
        return kept, batch.grant_all(kept, by_holder, mine, on, self._close, earlier)

    def carry_out(self, records: Sequence[HolderRecord]) -> None:
        """Grant these holders their new options, and write to each of them."""
        step, db, state, on = self._step, self._step.db, self._step.state, self._on
        kept, granted = self.decide(records)
        options = [option for each in granted for option in each.options]
        left = {each.promise.promise_id: batch.reserved_for(each, state, on) for each in kept}
        empty = {each.promise.promise_id: each for each in kept if not left[each.promise.promise_id]}
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
        db.add_options("new", options)
        self._decided.add("option", (entry for each in granted for entry in _granted(each)))
        self._decided.add("deferred", _not_made(state, {d.holder.holder_id for d in records}, granted))
        self._decided.add("promise", [_kept(each, state, on) for each in kept if each.promise.promise_id not in empty])
        self._empty += empty.values()
        db.queue_notices((self._letter(each, empty) for each in granted if each.options), step.at)
        self._total.update(
            options=len(options),
            units=sum(option.type is UnitType.RSU for option in options),
            shares=sum(option.shares for option in options),
            holders=sum(bool(each.options) for each in granted),
            reserved=sum(left.values()),
        )

    def _letter(self, each: HolderGrant, empty: Collection[str]) -> notices.Notice:
        state = self._step.state
        return notices.grant(
            state.terms,
            each.record.holder,
            _fulfilled(each, empty),
            each.options,
            self._close,
            each.record.grants,
            _splits_told(each, empty, state, self._on),
            capacity=each.capacity,
            late=self._late,
            successor=state.successor,
        )

    def done(self) -> str:
        """Append what was decided, move the pool, and mark the step done."""
        step, db, state, on, total = self._step, self._step.db, self._step.state, self._on, self._total
        deferred = sum(
            scaled_total(d.shares, ratio(state.all_splits, state.day(d.decided_at), on)) for d in state.deferred
        )
        reserved = total["reserved"] + deferred
        if refused := plan_pool.exceeds_reserve(reserved, total["shares"]):
            raise Refused(refused)
        self._decided.append()
        nothing_left = _let_lapse(step, self._empty, on)
        db.move_pool(plan_pool.granted(on, reserved, total["shares"]))
        if not self._late:
            db.update_offer(granted_on=on)
        at_price = f" at {money(self._close)}" if total["options"] > total["units"] or not total["units"] else ""
        said = (
            f"Granted {_counted(total['options'], total['units'])} for {count(total['shares'], 'share')} to "
            f"{count(total['holders'], 'holder')}{at_price}, as of {day(on)}."
        )
        done = step.done(" ".join(filter(None, (said, nothing_left, self._lapsed))))
        return f"{done} {plan_late_grant(db, step.at)}".strip()


def _counted(options: int, units: int) -> str:
    """How many new options, of which so many are grants of restricted stock units (XCH-3)."""
    others = [count(options - units, "new option")] if options > units or not units else []
    return " and ".join([*others, *([f"{count(units, 'grant')} of restricted stock units"] if units else [])])


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


def _not_made(
    state: OfferState, holder_ids: Collection[str], granted: Sequence[HolderGrant]
) -> Iterator[DecisionEntry]:
    """The deferred grants of which nothing came, for want of service or because a split left no share (LCK-1)."""
    made = {option.grant_id.partition("-N")[0] for each in granted for option in each.options}
    for deferred in state.deferred:
        if deferred.holder_id in holder_ids and deferred.deferred_id not in made:
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
