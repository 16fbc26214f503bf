"""What keeps holders waiting: whoever is concerned is told, with what delays it, and told again when that ends."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from infra.database import tables as t
from infra.database.in_turn import in_turn
from infra.database.queued import Queued
from infra.database.reader import OfferReader, PromiseRow
from infra.database.writer import OfferWriter
from optex import batch
from optex.actions import CommitteeGrantDate, ConditionEnd, ConditionWaive, Hold, Release
from optex.cancellation import Promise
from optex.delay_notices import acceptance_resumed, grant_delayed, grant_resumed, postponement
from optex.delays import LongDelay, long_delay
from optex.formatting import local_text
from optex.milestones import CANCEL, REGRANT
from optex.notices import Kind
from optex.state import CONDITIONS, OfferState
from optex.steps import Step


def before_the_grant(db: OfferReader, state: OfferState) -> OfferState:
    """The state as it is before a grant: also while one is still to be made of what was reinstated after the first."""
    step = db.step(REGRANT)
    late = state.granted_on is not None and step is not None and step.waiting
    return replace(state, granted_on=None) if late else state


def too_long(db: OfferReader, at: datetime) -> tuple[LongDelay, str] | None:
    """The act that has waited too long, with what it waits for where that is known; None where none has."""
    delay = long_delay(before_the_grant(db, db.state()), at)
    step = db.step(delay.step) if delay else None
    return (delay, step.message if step else "") if delay else None


def tell_postponed(
    db: OfferWriter, step: Step, at: datetime, *, due: date | None = None, conditions: Iterable[int] = ()
) -> Queued:
    """Tell whoever may tender, and whoever has, that acceptance is postponed, once for each version of its step.

    `due` is the day on which it is to be made now, where that is known. How many are told.
    """
    state, told = db.state(), Queued(0)
    for records in in_turn(db):
        standing = batch.tenders(batch.review_all(records, state, at))
        concerned = {d.holder.holder_id for d in batch.addressees(records, state, at)} | standing.keys()
        letters = (
            postponement(
                state,
                d.holder,
                step.version,
                at,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                was_due=state.day(step.due),
                rung_on=state.day(at),
                due=due,
                conditions=conditions,
            )
            for d in records
            if d.holder.holder_id in concerned
        )
        told = told.plus(db.queue_notices(letters, at))
    return told


def condition_gone(db: OfferWriter, action: ConditionWaive | ConditionEnd) -> str:
    """Plan a postponed acceptance anew, and tell whoever was told that it is postponed (CND-1).

    Where the condition is gone before anybody was told, one letter tells both.
    """
    before = db.step(CANCEL)
    moved = db.reschedule(action.at, f"postponed: condition {action.number} of §7 stood asserted")
    again = next((step for step in moved.added if step.name == CANCEL), None)
    if again is None or before is None:
        return ""
    state = db.state()
    concerned = _told_postponed(db, before)
    gone = "was waived" if isinstance(action, ConditionWaive) else "has ended"
    why = f"condition {action.number} of Section 7, {CONDITIONS[action.number]}, {gone}"
    if concerned:
        told = Queued(0)
        for records in in_turn(db, concerned):
            standing = batch.tenders(batch.review_all(records, state, action.at))
            letters = (
                acceptance_resumed(
                    state,
                    d.holder,
                    again.version,
                    action.at,
                    standing.get(d.holder.holder_id, ()),
                    d.grants,
                    why=why,
                )
                for d in records
            )
            told = told.plus(db.queue_notices(letters, action.at))
    else:
        told = tell_postponed(db, before, action.at, due=state.schedule.cancel_on, conditions=[action.number])
    return f"Acceptance falls due again {local_text(again.due, state.terms.zone)}; {told.told()}."


def _told_postponed(db: OfferReader, step: Step) -> set[str]:
    """Who was told that this version of the acceptance is postponed."""
    n = t.notices.c
    written = n.notice_id.startswith(f"{Kind.POSTPONEMENT}.v{step.version}:")
    query = select(n.holder_id).where(n.offer == db.offer, n.kind == Kind.POSTPONEMENT, written)
    return set(db.connection.execute(query).scalars())


def held(db: OfferWriter, action: Hold) -> str:
    """Tell everyone who was promised something that the grant is held back, and whom the promise binds (CIC-1)."""
    state = db.state()
    return _tell_promised(db, action, Kind.GRANT_DELAYED, state, state.schedule.grant_on)


def grant_moved(db: OfferWriter, action: CommitteeGrantDate | Release) -> str:
    """Plan the grant anew, and tell everyone who was promised something its day (CIC-1, GRT-2).

    A later day than planned is told as a delay, an earlier one and a release as its end; the same day not at all.
    """
    release = isinstance(action, Release)
    before = db.step(REGRANT)
    assert before is not None, "an offer that was taken in has all its steps"
    cause = "the grant was held and has been released" if release else "the Committee chose another grant date"
    moved = db.reschedule(action.at, cause)
    state = db.state()
    was_due = state.day(before.due)
    if not release and state.schedule.grant_on == was_due:
        return ""
    kind = Kind.GRANT_DELAYED if not release and state.schedule.grant_on > was_due else Kind.RESUMED
    told = _tell_promised(db, action, kind, state, was_due)
    due = [local_text(step.due, state.terms.zone) for step in moved.added if step.name == REGRANT]
    planned = f"The new options will be granted {due[0]}." if due else ""
    return " ".join(filter(None, (planned, told)))


def _tell_promised(
    db: OfferWriter, action: Hold | Release | CommitteeGrantDate, kind: Kind, state: OfferState, was_due: date
) -> str:
    """Write to everyone whose promise is open; before the acceptance there is nobody."""
    write = grant_delayed if kind is Kind.GRANT_DELAYED else grant_resumed
    written, told = _letters_on_the_grant(db, kind), Queued(0)
    for some in db.batches():
        holders = db.holders(some)
        letters = (
            write(
                state,
                holders[row.holder_id],
                written[row.holder_id] + 1,
                _promise(row),
                was_due=was_due,
                reason=action.reason or "",
                rule=action.rule,
            )
            for row in db.open_promises(some)
        )
        told = told.plus(db.queue_notices(letters, action.at))
    return f"{told.told()}." if told else ""


def _letters_on_the_grant(db: OfferReader, kind: Kind) -> Counter[str]:
    """How many letters of a kind each holder has got about the grant; those about the acceptance have other keys."""
    n = t.notices.c
    query = select(n.holder_id).where(n.offer == db.offer, n.kind == kind, n.notice_id.startswith(f"{kind}:"))
    return Counter(db.connection.execute(query).scalars())


def _promise(row: PromiseRow) -> Promise:
    return Promise(
        promise_id=row.promise_id,
        holder_id=row.holder_id,
        shares=row.shares,
        issued_on=row.issued_on,
        not_before=row.not_before,
    )
