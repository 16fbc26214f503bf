"""A promise that lapsed for want of service, reinstated when the record shows unbroken service after all (REC-4)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import PROGRAM, DecisionEntry, OfferWriter
from infra.handlers.pool import available
from infra.handlers.promises import lapses_are_final, letters_written, with_cancellations
from infra.handlers.recorders import recorders_of_service
from infra.handlers.splits import apply_splits
from infra.mail.outbox import withdraw
from optex import batch, pool
from optex.batch import OpenPromise
from optex.compensations import REINSTATED, LateGrant, Pending, in_time, late_grant_day, reinstatement
from optex.errors import Ruling
from optex.formatting import count, day, local_text
from optex.milestones import REGRANT
from optex.notices import Kind, promise_reinstated
from optex.records import Holder
from optex.state import OfferState


def find(db: OfferReader, at: datetime, holder_ids: Collection[str] | None) -> Iterator[Pending]:
    """The promises that lapsed for want of service though the record shows none; they wait once the lapse is final."""
    state = db.state()
    if state.prohibited_at is not None:  # what would stand again has ended for everybody
        return
    today = state.day(at)
    through = today if state.holds or state.granted_on else min(today, state.schedule.grant_on)
    rows = [row for row in db.lapsed_promises(holder_ids) if row.rule in ("ELG-2", "ELG-3", "ELG-5")]
    if not rows:
        return
    periods = db.service_periods({row.holder_id for row in rows})
    names = recorders_of_service(db, {row.holder_id for row in rows})
    waits, left = lapses_are_final(db), available(db)
    for each in with_cancellations(db, state, rows):
        holder_id = each.promise.holder_id
        service = periods.get(holder_id, ())
        ruling = reinstatement(
            each.promise.promise_id, service, received_on=each.received_on, through=through, terms=state.terms
        )
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


def _short(asked: int, left: int) -> Ruling:
    reason = f"the promise needs {count(asked, 'share')}, and the plan has {left:,} available"
    return Ruling(rule="PLN-1", reason=reason)


def carry_out(db: OfferWriter, decided: Pending, by: str, at: datetime) -> str:
    """Reinstate a promise: its shares are reserved again, and whoever was told that it had lapsed is told.

    What it comes to is granted with the others, or, where they have been granted, on a day of its own.
    """
    state = db.state()
    counted = apply_splits(db, at)  # while what is reinstated is not held yet
    [row] = db.lapsed_promises([decided.holder_id])
    [each] = with_cancellations(db, state, [row])
    promise, shares = each.promise, batch.reserved_for(each, state, counted)
    more = f" After the splits since it is for {count(shares, 'share')}." if shares != promise.shares else ""
    more += f" Approved by {by}." if by else ""
    ruling = Ruling(rule=decided.ruling.rule, reason=f"{decided.ruling.reason}{more}")
    entry = DecisionEntry(
        subject=promise.promise_id,
        holder_id=promise.holder_id,
        decision=REINSTATED,
        ruling=ruling,
        shares=promise.shares,
    )
    db.record_decisions("promise", at, [entry])
    db.move_pool(pool.reinstated(state.day(at), shares))
    db.audit(at, by, [("promise reinstated", promise.promise_id, ruling.rule, ruling.reason)])
    said = [f"The promise to {promise.holder_id} for {count(promise.shares, 'share')} is reinstated"]
    said.append(_tell(db, each, shares, decided.ruling, row.decided_at or at, at))
    return " ".join(filter(None, ("; ".join(filter(None, said)) + ".", plan_late_grant(db, at))))


def _tell(db: OfferWriter, each: OpenPromise, shares: int, ruling: Ruling, lapsed_at: datetime, at: datetime) -> str:
    """Take back the letter that the promise had lapsed, or, where it may have gone out, write that it stands again."""
    state, promise = db.state(), each.promise
    holder = db.holders([promise.holder_id])[promise.holder_id]
    letter, told = take_back_lapse_letter(db, holder, at)
    if not told:
        return "the letter that it had lapsed is not sent"
    notice = promise_reinstated(
        state.terms,
        state.schedule,
        holder,
        promise,
        shares,
        ruling,
        lapsed_on=state.day(lapsed_at),
        told_on=state.day(letter.sent_at) if letter.sent_at else letter.delivered_on,
        reinstated_on=state.day(at),
        granted_on=state.granted_on,
        grant_on=_grant_day(state, at),
        number=letters_written(db, Kind.REINSTATEMENT, [holder.holder_id])[holder.holder_id] + 1,
    )
    return db.queue_notices([notice], at).holder_told


def take_back_lapse_letter(db: OfferWriter, holder: Holder, at: datetime) -> tuple[Row[Any], bool]:
    """Take back the last letter that a promise had lapsed; the letter, and whether it may have gone out before."""
    letters = db.rows_about(holder.holder_id, t.notices, t.notices.c.queued_at, t.notices.c.notice_id)
    letter = [row for row in letters if row.kind in (Kind.LAPSE, Kind.PROHIBITION)][-1]
    withdraw(db, [letter.notice_id], at)
    # One that is being sent at this moment may have left; one without an address has, by its day, gone out on paper.
    on_paper = not holder.email and (letter.send_after is None or letter.send_after <= at)
    return letter, bool(letter.sent_at or letter.claimed_at or letter.delivered_on or on_paper)


def _grant_day(state: OfferState, at: datetime) -> date | None:
    """When what is reinstated now is to be granted; None while the grant is held back and has no date."""
    on = state.schedule.grant_on
    if state.holds:
        return None
    if state.granted_on is None and in_time(at, on, state.terms):
        return on
    return late_grant_day(state.terms, at, after=on)


def plan_late_grant(db: OfferWriter, at: datetime) -> str:
    """Plan the grant of the promises that were reinstated too late for the one that was made (REC-4).

    Nothing where none are left, or where a grant is still to be made: what comes too late for it is planned after it.
    """
    state, step = db.state(), db.step(REGRANT)
    late = [row.decided_at for row in db.each_open_promise()] if state.granted_on is not None else []
    if not late or step is None or step.waiting:
        return ""
    on = min(late_grant_day(state.terms, each or at, after=state.schedule.grant_on) for each in late)
    action = LateGrant(at=at, by=PROGRAM, on=on)
    price = "close" if state.terms.price == "close" else "price"
    message = (
        f"{count(len(late), 'promise')} reinstated after the grant: granted as of {day(on)}, at that day's {price}"
    )
    db.add_action(f"late-grant-{on}", action, Ruling(rule=action.rule, reason=message), accepted=True)
    db.audit(at, "", [("late grant planned", on.isoformat(), action.rule, message)])
    db.reschedule(at, "")
    return f"Its new options will be granted {local_text(db.state().schedule.due(REGRANT), state.terms.zone)}."
