"""Acceptances that ought not to have been: which they are by the present record, and what voiding one does (REC-4)."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import update

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.deferrals import release_deferred
from infra.handlers.promises import with_cancellations
from infra.handlers.recorders import recorders_of_service
from infra.handlers.reinstatement import take_back_lapse_letter
from infra.handlers.splits import apply_splits
from optex import batch, pool
from optex.adjustment import ratio, scaled_total
from optex.batch import OpenPromise
from optex.compensations import Pending
from optex.eligibility import acceptance_void
from optex.errors import Ruling
from optex.formatting import agreeing, count, listed
from optex.notices import acceptance_voided
from optex.records import Grant, IssuedOption
from optex.state import OfferState

CLOSED = ("granted", "voided")
_NOTHING_EXCHANGED = "The acceptance of the tendered options was voided"


def find(db: OfferReader, at: datetime, holder_ids: Collection[str] | None) -> Iterator[Pending]:
    """The acceptances that the present record speaks against, as long as nothing was granted for them."""
    state = db.state()
    if state.cancelled_on is None:
        return
    for some in db.batches(holder_ids):
        yield from _find(db, state, some)


def _find(db: OfferReader, state: OfferState, holder_ids: Collection[str]) -> Iterator[Pending]:
    rows = db.rows_of(t.promises, holder_ids, t.promises.c.holder_id)
    periods = db.service_periods({row.holder_id for row in rows})
    void = {
        row.promise_id: (row.holder_id, ruling)
        for row in rows
        if (
            ruling := acceptance_void(
                periods.get(row.holder_id, ()),
                received_on=row.received_on,
                cancelled_on=row.issued_on,
                terms=state.terms,
            )
        )
    }
    concerned = {holder_id for holder_id, _ in void.values()}
    names = recorders_of_service(db, concerned) if void else {}
    cancelled = db.rows_of(t.cancellations, concerned) if void else []
    holding = {row.holder_id for row in cancelled if row.voided_on is None}
    ended = db.latest_decisions("promise", list(void)) if void else {}
    for promise_id, (holder_id, ruling) in void.items():
        closed = promise_id in ended and ended[promise_id].decision in CLOSED
        if holder_id in holding and not closed:
            yield Pending(kind="void", holder_id=holder_id, ruling=ruling, recorded_by=names[holder_id])


def carry_out(db: OfferWriter, decided: Pending, by: str, at: datetime) -> str:
    """Void the acceptance of every tender of a holder, each move an entry of its own, and tell the holder.

    The options are outstanding as they stood, the balancing options and the promise withdrawn, the pool moved back.
    """
    on, counted = db.state().day(at), apply_splits(db, at)  # while the promise is still held
    state = db.state()
    mine = [decided.holder_id]
    lapsed = bool(db.lapsed_promises(mine))
    [voided] = with_cancellations(db, state, db.lapsed_promises(mine) if lapsed else db.open_promises(mine))
    holder = db.holders(mine)[decided.holder_id]
    grants = {grant.grant_id: grant for grant in db.grants([decided.holder_id])}
    _withdraw(db, voided, on)
    db.record_decisions("tender", at, _rejected(voided, decided.ruling))
    db.record_decisions("option", at, _withdrawn(voided))
    db.record_decisions("promise", at, [_ended(voided, decided.ruling, by)])
    reserved = 0 if lapsed else batch.reserved_for(voided, state, counted)
    db.move_pool(pool.voided(on, reserved, _outstanding_again(voided, grants, state, counted)))
    db.audit(at, by, _entries(voided, decided.ruling))
    letter = acceptance_voided(
        state.terms,
        holder,
        voided.cancellations,
        voided.promise,
        decided.ruling,
        on,
        grants,
        lapsed=lapsed and take_back_lapse_letter(db, holder, at)[1],
        splits=listed([f"the {split.named}" for split in state.followed_splits]),
    )
    db.queue_notices([letter], at)
    shares = sum(each.shares for each in voided.cancellations)
    options = count(len(voided.cancellations), "option")
    said = f"The acceptance of {options} of {decided.holder_id} for {count(shares, 'share')} is voided."
    return f"{said} {release_deferred(db, [decided.holder_id], at, _NOTHING_EXCHANGED)}".strip()


def _withdraw(db: OfferWriter, voided: OpenPromise, on: date) -> None:
    """The cancellations do not hold from a day on, and the balancing options end with them."""
    c, o = t.cancellations.c, t.issued_options.c
    mine = [each.grant_id for each in voided.cancellations]
    balancing = [each.balancing.grant_id for each in voided.cancellations if each.balancing]
    changes = (
        update(t.cancellations).where(c.offer == db.offer, c.grant_id.in_(mine)).values(voided_on=on),
        update(t.issued_options).where(o.offer == db.offer, o.grant_id.in_(balancing)).values(ended_on=on),
    )
    for change in changes:
        db.connection.execute(change)


def _outstanding_again(voided: OpenPromise, grants: dict[str, Grant], state: OfferState, counted: date) -> int:
    """By how many shares more is outstanding, as adjusted: the options whole in place of what had been kept of them."""
    more = 0
    for each in voided.cancellations:
        by, whole = ratio(state.splits, each.cancelled_on, counted), grants[each.grant_id].remaining
        more += scaled_total(whole, by) - scaled_total(whole - each.shares, by)
    return more


def _rejected(voided: OpenPromise, ruling: Ruling) -> Iterable[DecisionEntry]:
    return [
        DecisionEntry(
            subject=each.grant_id, holder_id=each.holder_id, decision="rejected", ruling=ruling, shares=each.shares
        )
        for each in voided.cancellations
    ]


def _withdrawn(voided: OpenPromise) -> Iterable[DecisionEntry]:
    return [
        DecisionEntry(
            subject=each.balancing.grant_id,
            holder_id=each.holder_id,
            decision="withdrawn",
            ruling=Ruling(rule="REC-4", reason=_part_again(each.balancing)),
            shares=each.balancing.shares,
        )
        for each in voided.cancellations
        if each.balancing
    ]


def _part_again(balancing: IssuedOption) -> str:
    shares = count(balancing.shares, "share")
    return (
        f"Balancing option {balancing.grant_id} is withdrawn: its {shares} are part of {balancing.from_grant_id} again."
    )


def _ended(voided: OpenPromise, ruling: Ruling, by: str) -> DecisionEntry:
    promise = voided.promise
    approved = f" Approved by {by}." if by else ""
    reason = f"{ruling.reason} The promise is withdrawn ({ruling.section}; {ruling.rule}).{approved}"
    return DecisionEntry(
        subject=promise.promise_id,
        holder_id=promise.holder_id,
        decision="voided",
        ruling=Ruling(rule="REC-4", reason=reason),
        shares=promise.shares,
    )


def _entries(voided: OpenPromise, ruling: Ruling) -> Iterator[tuple[str, str, str, str]]:
    """What the audit says of each option, balancing option and promise."""
    for each in voided.cancellations:
        cancelled = f"cancelled on {each.cancelled_on}"
        again = agreeing(each.shares, "share", f"{cancelled} is", f"{cancelled} are")
        again = f"{again} outstanding again: {ruling.reason}"
        yield "acceptance voided", each.grant_id, ruling.rule, again
        if each.balancing:
            yield "balancing option withdrawn", each.balancing.grant_id, "REC-4", _part_again(each.balancing)
    shares = count(voided.promise.shares, "share")
    yield "promise withdrawn", voided.promise.promise_id, "REC-4", f"{shares} promised on {voided.promise.issued_on}"
