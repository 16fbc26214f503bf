"""Promises in the books: which are still open, and which lapse when the service record shows a break."""

import pickle
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from infra.database import tables as t
from infra.database.decision_batches import DecisionBatches
from infra.database.reader import OfferReader, PromiseRow
from infra.database.scratch import Place, Scratch
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.splits import apply_splits
from optex import batch, cancellation, pool
from optex.batch import OpenPromise
from optex.cancellation import Cancellation, Promise
from optex.compensations import lapse_letter_due
from optex.eligibility import acceptance_void, may_receive
from optex.errors import Ruling
from optex.formatting import count, local_text
from optex.milestones import RECHECK
from optex.notices import Kind, promise_lapsed
from optex.records import Grant, ServicePeriod
from optex.state import OfferState
from optex.steps import StepStatus


def open_promises(db: OfferReader, state: OfferState, holder_ids: Iterable[str] | None = None) -> list[OpenPromise]:
    """The promises neither granted nor lapsed, or reinstated, each with the cancellations it stands for."""
    return with_cancellations(db, state, db.open_promises(None if holder_ids is None else set(holder_ids)))


def with_cancellations(
    db: OfferReader, state: OfferState, rows: Sequence[PromiseRow], grants: Mapping[str, Grant] | None = None
) -> list[OpenPromise]:
    """These promises, each with the cancellations it stands for; `grants` are those of their holders, if at hand."""
    if grants is None:
        grants = {grant.grant_id: grant for grant in db.grants({row.holder_id for row in rows})}
    cancelled: dict[str, list[Cancellation]] = {}
    for row in db.rows_of_grants(t.cancellations, grants):
        if row.voided_on is None:
            cancelled.setdefault(row.holder_id, []).append(_cancellation(row, grants[row.grant_id], state))
    return [
        OpenPromise(
            promise=Promise(
                promise_id=row.promise_id,
                holder_id=row.holder_id,
                shares=row.shares,
                issued_on=row.issued_on,
                not_before=row.not_before,
            ),
            received_on=row.received_on,
            reinstated_at=row.reinstated_at,
            cancellations=tuple(cancelled[row.holder_id]),
        )
        for row in rows
    ]


def lapse_promises(
    db: OfferWriter, through: date, at: datetime, holder_ids: Iterable[str] | None = None, *, final: bool = False
) -> str:
    """Let the promises lapse whose holders' service is broken by a day, and return their shares to the pool (ELG-3).

    Only of these holders, or of all. Where the acceptance itself is to be voided, nothing lapses but in the end, when
    service is checked at the grant.

    The grant date is the last day that counts, also while the grant waits for its price; a grant that is held back has
    no date yet. Until a lapse is `final`, which it is from the re-check on, its letter is held back.
    """
    state = db.state()
    if not state.holds:
        through = min(through, state.schedule.grant_on)
    suspects = out_of_service(db, state, through, holder_ids, final=final)
    if not suspects:
        return ""
    broken = [(each, suspects[each.promise.holder_id]) for each in open_promises(db, state, suspects)]
    if final or lapses_are_final(db):
        return f"{record_lapsed(db, broken, state.day(at), at)}."
    until = lapse_letter_due(state.day(at), state.terms)
    held = f"; the letter is held back until {local_text(until, state.terms.zone)}" if until > at else ""
    return f"{record_lapsed(db, broken, state.day(at), at, send_after=until)}{held}."


def lapses_are_final(db: OfferReader) -> bool:
    """Whether what has lapsed is reversed only by a person's approval: once service was checked again (ELG-3)."""
    recheck = db.step(RECHECK)
    return db.row().granted_on is not None or (recheck is not None and recheck.status is StepStatus.DONE)


def record_lapsed(
    db: OfferWriter,
    lapsed: Sequence[tuple[OpenPromise, Ruling]],
    on: date,
    at: datetime,
    *,
    send_after: datetime | None = None,
) -> str:
    """Record that promises have lapsed on a day, each by its ruling; what is reserved for them goes back to the pool.

    Their letters do not go out before `send_after`. Says how many promises lapsed, and for how many shares.
    """
    state = db.state()
    holder_ids = sorted(each.promise.holder_id for each, _ in lapsed)
    holders = db.holders(holder_ids)
    ending = EndingPromises(db, at)
    freed = ending.add(lapsed)
    ending.finish(on)
    earlier = letters_written(db, Kind.LAPSE, holder_ids)
    db.queue_notices(
        (
            promise_lapsed(
                state.terms,
                holders[each.promise.holder_id],
                each.promise,
                freed[each.promise.promise_id],
                ruling,
                on,
                number=earlier[each.promise.holder_id] + 1,
            )
            for each, ruling in lapsed
        ),
        at,
        send_after,
    )
    shares = count(sum(each.promise.shares for each, _ in lapsed), "share")
    return f"{count(len(lapsed), 'promise')} for {shares} lapsed"


class EndingPromises:
    """Promises that lapse, so many at a time; what is reserved for them goes back to the pool when all have."""

    def __init__(self, db: OfferWriter, at: datetime) -> None:
        self._db, self._at, self._state = db, at, db.state()
        self._counted = apply_splits(db, at)  # while what lapses is still held
        self._decided = DecisionBatches(db, at, "promise")
        self._scratch, self._places, self._freed = Scratch(), list[Place](), 0

    def add(self, lapsed: Sequence[tuple[OpenPromise, Ruling]]) -> dict[str, int]:
        """Let these lapse, each by its ruling; how many shares go back to the pool for each."""
        freed = {each.promise.promise_id: batch.reserved_for(each, self._state, self._counted) for each, _ in lapsed}
        self._decided.add("promise", [_lapsed(each.promise, ruling) for each, ruling in lapsed])
        entries = [("promise lapsed", each.promise.promise_id, ruling.rule, ruling.reason) for each, ruling in lapsed]
        self._places.append(self._scratch.put(pickle.dumps(entries)))
        self._freed += sum(freed.values())
        return freed

    def finish(self, on: date) -> int:
        """Put it on record as of a day. Returns how many shares went back to the pool."""
        self._decided.append()
        self._db.move_pool(pool.lapsed(on, self._freed))
        for place in self._places:
            self._db.audit(self._at, "", pickle.loads(self._scratch.get(place)))
        return self._freed


def letters_written(db: OfferReader, kind: Kind, holder_ids: Collection[str]) -> Counter[str]:
    """How many letters of a kind were written to each of these holders, sent or not."""
    n = t.notices.c
    query = select(n.holder_id).where(n.offer == db.offer, n.kind == kind)
    return Counter(each for each in db.connection.execute(query).scalars() if each in holder_ids)


def _lapsed(promise: Promise, ruling: Ruling) -> DecisionEntry:
    return DecisionEntry(
        subject=promise.promise_id,
        holder_id=promise.holder_id,
        decision="lapsed",
        ruling=ruling,
        shares=promise.shares,
    )


def out_of_service(
    db: OfferReader, state: OfferState, through: date, holder_ids: Iterable[str] | None, *, final: bool
) -> dict[str, Ruling]:
    """Of the holders with open promises those whose service is broken by a day, each with the ruling that says so.

    Few, found before all else is read.
    """
    found = dict[str, Ruling]()
    for some in db.batches(holder_ids):
        rows = db.open_promises(some)
        periods = db.service_periods({row.holder_id for row in rows})
        found |= {
            row.holder_id: broken
            for row in rows
            if (
                broken := may_receive(
                    periods.get(row.holder_id, ()), received_on=row.received_on, granted_on=through, terms=state.terms
                )
            )
            and (final or not _void(row, periods.get(row.holder_id, ()), state))
        }
    return found


def _void(row: PromiseRow, periods: Sequence[ServicePeriod], state: OfferState) -> bool:
    """Whether what was promised rests on an acceptance that is to be voided (REC-4)."""
    void = acceptance_void(periods, received_on=row.received_on, cancelled_on=row.issued_on, terms=state.terms)
    return void is not None


def _cancellation(row: Row[Any], grant: Grant, state: OfferState) -> Cancellation:
    """A cancellation as the rule made it: the tranches follow from the grant and the shares."""
    terms = state.terms
    return cancellation.cancel(row.shares, grant, terms.plan.vesting, row.cancelled_on, terms.exchange)
