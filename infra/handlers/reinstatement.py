"""A promise that lapsed for want of service, reinstated when the record shows unbroken service after all (REC-4)."""

from collections.abc import Collection, Iterator
from datetime import datetime

from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.pool import apply_splits, available
from infra.handlers.promises import with_cancellations
from infra.handlers.recorders import recorders_of_service
from optex import batch, pool
from optex.compensations import REINSTATED, Pending, reinstatement
from optex.errors import Ruling
from optex.formatting import count
from optex.milestones import RECHECK
from optex.steps import StepStatus


def find(db: OfferReader, at: datetime, holder_ids: Collection[str] | None) -> Iterator[Pending]:
    """The promises that lapsed for want of service though the record shows none; they wait once the lapse is final."""
    state = db.state()
    today = state.day(at)
    through = today if state.holds or state.granted_on else min(today, state.schedule.grant_on)
    rows = [row for row in db.lapsed_promises() if row.rule in ("ELG-2", "ELG-3")]
    rows = [row for row in rows if holder_ids is None or row.holder_id in holder_ids]
    if not rows:
        return
    periods = db.service_periods({row.holder_id for row in rows})
    names = recorders_of_service(db, {row.holder_id for row in rows})
    waits, left = lapses_are_final(db), available(db)
    for each in with_cancellations(db, state, rows):
        holder_id = each.promise.holder_id
        ruling = reinstatement(periods.get(holder_id, ()), received_on=each.received_on, through=through)
        if ruling is not None:
            asked = batch.reserved_for(each, state, through)
            yield Pending(
                kind="reinstate",
                holder_id=holder_id,
                ruling=ruling,
                recorded_by=names.get(holder_id, ()),
                waits=waits,
                blocked=_short(asked, left) if asked > left else None,
            )


def lapses_are_final(db: OfferReader) -> bool:
    """Whether what has lapsed is reversed only by a person's approval: once service was checked again (ELG-3)."""
    recheck = db.step(RECHECK)
    return db.row().granted_on is not None or (recheck is not None and recheck.status is StepStatus.DONE)


def _short(asked: int, left: int) -> Ruling:
    reason = f"the promise needs {count(asked, 'share')}, and the plan has {left:,} available"
    return Ruling(rule="PLN-1", reason=reason)


def carry_out(db: OfferWriter, decided: Pending, by: str, at: datetime) -> str:
    """Reinstate a promise: its shares are reserved again, and whoever was told that it had lapsed is told."""
    state = db.state()
    counted = apply_splits(db, at)
    [row] = [row for row in db.lapsed_promises() if row.holder_id == decided.holder_id]
    [each] = with_cancellations(db, state, [row])
    promise = each.promise
    approved = f" Approved by {by}." if by else ""
    ruling = Ruling(rule=decided.ruling.rule, reason=f"{decided.ruling.reason}{approved}")
    entry = DecisionEntry(
        subject=promise.promise_id,
        holder_id=promise.holder_id,
        decision=REINSTATED,
        ruling=ruling,
        shares=promise.shares,
    )
    db.record_decisions("promise", at, [entry])
    db.move_pool(pool.reinstated(state.day(at), batch.reserved_for(each, state, counted)))
    db.audit(at, by, [("promise reinstated", promise.promise_id, ruling.rule, ruling.reason)])
    return f"The promise to {promise.holder_id} for {count(promise.shares, 'share')} is reinstated."
