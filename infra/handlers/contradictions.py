"""What the present record says against what was granted or voided, and how a person settles it (REC-4)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import cache, partial

from sqlalchemy import select, update

from infra.database import tables as t
from infra.database.among import among
from infra.database.mapping import ISSUED_OPTIONS
from infra.database.reader import OfferReader
from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers.interim_grants import interim_grants
from infra.handlers.otherwise import decided_otherwise
from optex import pool
from optex.contradictions import (
    DECIDED,
    GRANTED,
    MEANWHILE,
    RESCINDED,
    VOIDED,
    Contradiction,
    Settle,
    against_grant,
    against_price,
    outcomes,
)
from optex.eligibility import may_be_accepted
from optex.errors import Ruling
from optex.formatting import count, day
from optex.market import market_value
from optex.notices import option_rescinded
from optex.records import OptionType, UnitType
from optex.state import OfferState

_TYPES = {each.value: each for types in (OptionType, UnitType) for each in types}


def contradictions(db: OfferReader, holder_ids: Collection[str] | None = None) -> list[Contradiction]:
    """All that the record contradicts and nobody has settled, of these holders or of all, in order of the options."""
    state, settled = db.state(), _settlements(db)
    found = list(interim_grants(db, state, holder_ids))
    if state.cancelled_on is not None:
        found += _voided(db, state, holder_ids)
        if state.granted_on is not None:
            for some in db.batches(holder_ids):
                found += _granted(db, state, some)
        found += decided_otherwise(db, state, holder_ids)
    left = [each for each in found if not any(_settles(one, each) for one in settled.get(each.grant_id, ()))]
    return sorted(left, key=lambda each: each.grant_id)


def report_contradictions(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> str:
    """Put on record what a fact about these holders contradicts, and what agrees with it again; that, in sentences."""
    found = {each.grant_id: each for each in contradictions(db, holder_ids)}
    settled = _settlements(db)
    before = [
        row
        for row in db.latest_decisions("contradiction").values()
        if row.decision == "contradicted" and row.holder_id in holder_ids
    ]
    told = [_entry(each.grant_id, each.holder_id, "contradicted", each.said, each.rule) for each in found.values()]
    told += [
        _entry(
            row.subject,
            row.holder_id,
            "agrees",
            f"The record agrees with what became of {row.subject} again.",
            row.rule,
        )
        for row in before
        if row.subject not in found and row.subject not in settled
    ]
    fresh = db.record_decisions("contradiction", at, told)
    db.audit(
        at, "", [(f"record {each.decision}", each.subject, each.ruling.rule, each.ruling.reason) for each in fresh]
    )
    return " ".join(each.ruling.reason for each in fresh)


def _entry(grant_id: str, holder_id: str, decision: str, said: str, rule: str) -> DecisionEntry:
    return DecisionEntry(
        subject=grant_id, holder_id=holder_id, decision=decision, ruling=Ruling(rule=rule, reason=said)
    )


def _settlements(db: OfferReader) -> dict[str, list[Settle]]:
    """The settlements of each option, in the order in which they were recorded."""
    found: dict[str, list[Settle]] = {}
    for action in db.actions(Settle.verb):
        if isinstance(action, Settle):
            found.setdefault(action.grant, []).append(action)
    return found


def _settles(settlement: Settle, found: Contradiction) -> bool:
    """Whether a person decided about this very fact; what was told since is another matter."""
    return settlement.what in (None, found.said)


def found_against(db: OfferReader, grant_id: str) -> Contradiction | None:
    """What the record shows against an option and nobody has settled; None where it shows nothing."""
    return next((each for each in contradictions(db) if each.grant_id == grant_id), None)


def may_settle(db: OfferReader, action: Settle) -> Ruling | None:
    """Why a settlement is not taken: settled already, or nothing is contradicted; None where it is taken."""
    found = found_against(db, action.grant)
    if found is not None:
        stands = action.outcome in outcomes(found.kind)
        return None if stands else Ruling(rule="REC-4", reason=_ONLY_STANDS[found.kind].format(action.grant))
    earlier = _settlements(db).get(action.grant)
    if not earlier:
        return Ruling(rule="REC-4", reason=f"the record contradicts no grant or voided acceptance of {action.grant}")
    last = earlier[-1]
    told = f"{action.grant} was settled by {last.by} on {day(db.state().day(last.at))}"
    reason = f"{told}: {last.outcome}, {last.reason} (evidence: {last.evidence})"
    return Ruling(rule="REC-4", reason=f"{reason}. It is settled once")


# Why what the record contradicts cannot be rescinded.
_ONLY_STANDS = {
    VOIDED: "the acceptance of {} was voided, and nothing is accepted twice: it can only stand as voided",
    RESCINDED: "{} was rescinded, and nothing is granted twice: it can only stand as rescinded",
    MEANWHILE: "the company granted {} itself, beside the offer, and only the company can undo that: it can only stand",
    DECIDED: "what was decided of {} at the acceptance is not undone: it can only stand",
}


def settle(db: OfferWriter, action: Settle) -> str:
    """Rescind the option where that is the settlement: it ends, its shares go back to the pool, its holder is told."""
    if action.outcome != "rescind":
        return ""
    o, on = t.issued_options, db.state().day(action.at)
    mine = (o.c.offer == db.offer, o.c.grant_id == action.grant)
    db.connection.execute(update(o).where(*mine).values(ended_on=on))
    option = next(ISSUED_OPTIONS.of(row, vesting=()) for row in db.rows(o) if row.grant_id == action.grant)
    db.move_pool(pool.rescinded(on, option.shares))
    said = (
        f"{count(option.shares, 'share')} of {action.grant} {'goes' if option.shares == 1 else 'go'} back to the pool"
    )
    db.audit(action.at, action.by, [("option rescinded", action.grant, "REC-4", said)], action.evidence)
    holder = db.holders([option.holder_id])[option.holder_id]
    told = db.queue_notices([option_rescinded(db.state().terms, holder, option, action.reason, on)], action.at)
    return f"{said}; {told.holder_told}."


def _granted(db: OfferReader, state: OfferState, holder_ids: Collection[str]) -> Iterator[Contradiction]:
    """New options of whoever did not serve unbroken until the grant, and those rescinded of whoever did after all."""
    o = t.issued_options.c
    new = select(o.grant_id, o.holder_id, o.from_grant_id, o.granted_on, o.price, o.type, o.ended_on)
    new = new.where(o.offer == db.offer, o.kind == "new", among(db.connection, o.holder_id, holder_ids))
    options = sorted(db.connection.execute(new).all())
    received = {row.holder_id: row.received_on for row in db.rows_of(t.promises, holder_ids)}
    decided = {each.deferred_id: state.day(each.decided_at) for each in state.deferred}
    periods = db.service_periods({row.holder_id for row in options})
    holders, quotes = db.holders(holder_ids), db.quotes()

    @cache  # the options of a holder rest on the same service
    def against(holder_id: str, received_on: date, cancelled_on: date | None, granted_on: date) -> str | None:
        return against_grant(
            periods.get(holder_id, ()),
            received_on=received_on,
            cancelled_on=cancelled_on,
            granted_on=granted_on,
            terms=state.terms,
        )

    value_on = cache(partial(market_value, state.terms, quotes=quotes))
    for row in options:
        if row.from_grant_id:
            shown = against(row.holder_id, received[row.holder_id], state.cancelled_on, row.granted_on)
        else:
            shown = against(row.holder_id, decided[row.grant_id.partition("-N")[0]], None, row.granted_on)
        if shown is None and row.ended_on is None:
            value = value_on(row.granted_on)
            assert value is not None, "without a price nothing is granted (GRT-3)"
            shown = against_price(_TYPES[row.type], row.price, value, holders[row.holder_id])
        if shown is None and row.ended_on is not None:
            shown = f"unbroken service through the grant of {day(row.granted_on)}"
            reason = f"rescinded on {day(row.ended_on)}, of {row.holder_id}; the record now shows {shown}"
            yield Contradiction(kind=RESCINDED, grant_id=row.grant_id, holder_id=row.holder_id, reason=reason)
        elif shown and row.ended_on is None:
            reason = f"granted to {row.holder_id} on {day(row.granted_on)}; the record now shows that {shown}"
            yield Contradiction(kind=GRANTED, grant_id=row.grant_id, holder_id=row.holder_id, reason=reason)


def _voided(db: OfferReader, state: OfferState, holder_ids: Collection[str] | None) -> Iterator[Contradiction]:
    """Acceptances that were voided although, as the record now has it, they were good."""
    c = t.cancellations
    voided = select(c).where(c.c.offer == db.offer, c.c.voided_on.is_not(None))
    if holder_ids is not None:
        voided = voided.where(among(db.connection, c.c.holder_id, holder_ids))
    gone = sorted(db.connection.execute(voided).all(), key=lambda row: row.grant_id)
    if not gone:
        return
    decided = db.latest_decisions("tender", [row.grant_id for row in gone])
    # Of one that had been exercised whole nothing was there to be accepted: that is no matter of service.
    gone = [row for row in gone if decided[row.grant_id].rule not in ("TND-1", "XCH-1")]
    concerned = {row.holder_id for row in gone}
    received = {row.holder_id: row.received_on for row in db.rows_of(t.promises, concerned)}
    periods = db.service_periods(concerned)
    for row in gone:
        if not may_be_accepted(
            periods.get(row.holder_id, ()),
            received_on=received[row.holder_id],
            cancelled_on=row.cancelled_on,
            terms=state.terms,
        ):
            shown = f"unbroken service through the cancellation of {day(row.cancelled_on)}"
            reason = f"voided as an acceptance of {row.holder_id} on {day(row.voided_on)}; the record now shows {shown}"
            yield Contradiction(kind=VOIDED, grant_id=row.grant_id, holder_id=row.holder_id, reason=reason)
