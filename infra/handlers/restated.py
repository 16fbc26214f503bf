"""An accepted option whose grant is corrected: cancellation, balancing option and promise are restated (REC-3)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update

from infra.database import tables as t
from infra.database.mapping import ISSUED_OPTIONS
from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.exchanged import promised_for
from optex import cancellation, pool
from optex.adjustment import adjusted_by
from optex.cancellation import Cancellation, Promise
from optex.cells import Changes, cells_of, changes
from optex.corrections import CorrectGrant
from optex.errors import Ruling
from optex.exchange import comes_to_nothing
from optex.formatting import agreeing, count, day
from optex.records import Grant
from optex.state import OfferState

# Of these the new option is made; the others are of the option that was kept.
_OF_THE_NEW_OPTION = {"holder_id", "granted_on", "shares", "exercised", "type", "vesting"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Restatement:
    """What an acceptance comes to by the corrected grant: in sentences, and what of it was told otherwise."""

    said: str = ""
    changes: Changes = field(default_factory=dict)

    @property
    def promised_nothing(self) -> bool:
        """Whether nothing is left of what was promised."""
        return "promised" in self.changes and self.changes["promised"][1] == "0"


def too_late(db: OfferReader, before: Grant, after: Grant, state: OfferState) -> str:
    """Why a grant cannot be corrected any more; "" where it can."""
    changed = changes(cells_of(before), cells_of(after))
    if _cancelled(db, before.grant_id) is None:
        return ""
    if "holder_id" in changed:
        return f"{before.grant_id} was cancelled as {before.holder_id}'s on {state.cancelled_on}: it keeps its holder"
    of_the_new_option = _OF_THE_NEW_OPTION | ({"price"} if state.terms.exchange.ratio else set())
    if state.granted_on is not None and changed.keys() & of_the_new_option:
        return (
            f"new options took the place of {before.grant_id} on {state.granted_on}, and after the grant nothing is "
            "undone: a person settles it by `settle`"
        )
    return ""


def restate(db: OfferWriter, grant: Grant, action: CorrectGrant) -> Restatement:
    """Decide the acceptance of a corrected grant again: of the shares tendered those that were there to be cancelled.

    The grant is as told; cancelled was what the splits before then had made of it.

    Cancellation, balancing option and promise are restated, the books must balance, and each has an entry of its own.
    Authority: §2, §6 (CAN-1, TND-1, TND-2, PRM-1).
    """
    row, state = _cancelled(db, grant.grant_id), db.state()
    if row is None or state.granted_on is not None:
        return Restatement()
    grant = adjusted_by(grant, state.grant_splits, state.terms.plan.vesting)
    tendered = _tendered(db, grant.grant_id)
    shares, exchange = min(tendered, grant.remaining), state.terms.exchange
    worthless = comes_to_nothing(shares, grant, exchange) if shares else None
    shares = 0 if worthless else shares
    was = 0 if row.voided_on else row.shares
    new = cancellation.cancel(shares, grant, state.terms.plan.vesting, row.cancelled_on, exchange) if shares else None
    left_before = _restate_balancing(db, grant, row, new, state.day(action.at))
    left = new.balancing.shares if new and new.balancing else 0
    moved = {"cancelled": (was, shares), "balancing": (left_before, left)}
    if was != shares:
        _restate_cancellation(db, row, shares, state.day(action.at))
        _decide(db, grant, action, tendered, shares, row.cancelled_on, worthless)
    if was != shares or exchange.ratio:  # by which the price, too, decides what is promised
        moved["promised"] = _restate_promise(db, grant.holder_id, action)
    _check(db, grant.holder_id, state)
    told = {name: (f"{a:,}", f"{b:,}") for name, (a, b) in moved.items() if a != b}
    detail = "; ".join(f"{name}: {a} → {b}" for name, (a, b) in told.items())
    if not told:
        return Restatement()
    db.audit(action.at, action.by, [("acceptance restated", grant.grant_id, "REC-3", detail)], action.evidence)
    return Restatement(said=f"The acceptance is restated, in shares: {detail}.", changes=told)


def _cancelled(db: OfferReader, grant_id: str) -> Row[Any] | None:
    """The cancellation of a grant, also where nothing is left of it; None where its acceptance was voided (REC-4)."""
    c = t.cancellations.c
    query = select(t.cancellations).where(c.offer == db.offer, c.grant_id == grant_id)
    row = db.connection.execute(query).first()
    if row is not None and row.voided_on is not None:
        return row if db.latest_decisions("tender", [grant_id])[grant_id].rule in ("TND-1", "XCH-1") else None
    return row


def _tendered(db: OfferReader, grant_id: str) -> int:
    """The shares of a grant that were tendered and accepted, as it was first decided."""
    d = t.decisions.c
    query = select(d.shares).where(d.offer == db.offer, d.kind == "tender", d.subject == grant_id)
    query = query.where(d.decision == "accepted").order_by(d.revision).limit(1)
    return int(db.connection.execute(query).scalar_one())


def _restate_cancellation(db: OfferWriter, row: Row[Any], shares: int, on: date) -> None:
    """Of what is wholly gone the acceptance does not hold any more; the row says since when."""
    c = t.cancellations
    values: dict[str, Any] = {"shares": shares, "voided_on": None} if shares else {"voided_on": on}
    mine = (c.c.offer == db.offer, c.c.grant_id == row.grant_id)
    db.connection.execute(update(c).where(*mine).values(**values))


def _restate_balancing(db: OfferWriter, grant: Grant, row: Row[Any], new: Cancellation | None, on: date) -> int:
    """The balancing option as it is by the corrected grant; returns the shares that it had."""
    o, c = t.issued_options, t.cancellations
    right = new.balancing if new else None
    grant_id = f"{grant.grant_id}-B"
    mine = (o.c.offer == db.offer, o.c.grant_id == grant_id)
    known = db.connection.execute(select(o).where(*mine)).first()
    standing = known.shares if known is not None and known.ended_on is None else 0
    if right is None:
        db.connection.execute(update(o).where(*mine, o.c.ended_on.is_(None)).values(ended_on=on))
        db.replace_tranches(grant_id, ())
    elif known is None:
        db.add_options("balancing", [right])
    else:
        [values] = ISSUED_OPTIONS.rows([right], ended_on=None)
        db.connection.execute(update(o).where(*mine).values(**values))
        db.replace_tranches(grant_id, right.vesting)
    cancelled = (c.c.offer == db.offer, c.c.grant_id == grant.grant_id)
    db.connection.execute(update(c).where(*cancelled).values(balancing_grant_id=right.grant_id if right else None))
    return int(standing)


def _decide(
    db: OfferWriter,
    grant: Grant,
    action: CorrectGrant,
    tendered: int,
    shares: int,
    on: date,
    worthless: Ruling | None,
) -> None:
    """The tender decided again: accepted for what is there of it, and for which something is given."""
    left = agreeing(grant.remaining, "share", "of the option was left", "of the option were left")
    tender = f"{tendered:,} {'was' if tendered == 1 else 'were'} tendered"
    taken = f"{shares:,} {'is' if shares == 1 else 'are'} accepted and cancelled"
    reason = f"By the corrected record {left} when it was cancelled on {day(on)}, and {tender}: {taken}."
    decided = DecisionEntry(
        subject=grant.grant_id,
        holder_id=grant.holder_id,
        decision="accepted" if shares else "rejected",
        ruling=worthless or Ruling(rule="TND-1", reason=reason),
        shares=shares or tendered,
    )
    db.record_decisions("tender", action.at, [decided])


def _restate_promise(db: OfferWriter, holder_id: str, action: CorrectGrant) -> tuple[int, int]:
    """The promise is of what is cancelled: void where that is nothing, of force again where it is something."""
    p = t.promises
    mine = (p.c.offer == db.offer, p.c.holder_id == holder_id)
    row = db.connection.execute(select(p).where(*mine)).one()
    outcome = db.latest_decisions("promise", [row.promise_id]).get(row.promise_id)
    cancelled = [each for each in db.rows_about(holder_id, t.cancellations) if each.voided_on is None]
    shares = sum(promised_for(db, db.state(), cancelled).values())
    was = 0 if outcome is not None and outcome.decision == "voided" else row.shares
    if shares == was:
        return was, shares
    if shares:
        db.connection.execute(update(p).where(*mine).values(shares=shares))
    detail = f"{was:,} → {count(shares, 'share')}"
    db.audit(action.at, action.by, [("promise restated", row.promise_id, "REC-3", detail)], action.evidence)
    if bool(was) != bool(shares):
        reason = "By the corrected record nothing of the promised shares was cancelled."
        back = f"By the corrected record {agreeing(shares, 'share', 'was', 'were')} cancelled after all."
        decided = DecisionEntry(
            subject=row.promise_id,
            holder_id=holder_id,
            decision="reinstated" if shares else "voided",
            ruling=Ruling(rule="REC-3", reason=back if shares else reason),
            shares=shares or row.shares,
        )
        db.record_decisions("promise", action.at, [decided])
    return was, shares


def _check(db: OfferReader, holder_id: str, state: OfferState) -> None:
    """The books of a holder must balance, or nothing is written (PLN-1)."""
    grants = {grant.grant_id: grant for grant in db.grants([holder_id])}
    cancelled = [
        cancellation.cancel(
            row.shares, grants[row.grant_id], state.terms.plan.vesting, row.cancelled_on, state.terms.exchange
        )
        for row in db.rows_about(holder_id, t.cancellations)
        if row.voided_on is None
    ]
    promises = [
        Promise(
            promise_id=row.promise_id,
            holder_id=row.holder_id,
            shares=row.shares,
            issued_on=row.issued_on,
            not_before=row.not_before,
        )
        for row in db.rows_about(holder_id, t.promises)
        if cancelled
    ]
    pool.check_balances(
        pool.imbalances(
            vesting=state.terms.plan.vesting,
            exchange=state.terms.exchange,
            grants=grants,
            cancellations=cancelled,
            promises=promises,
        )
    )
