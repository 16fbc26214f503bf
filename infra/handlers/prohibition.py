"""A grant prohibited for good: every open promise ends, what was reserved is free, everyone concerned is told (§13)."""

from collections import Counter
from datetime import datetime

from infra.database.writer import DecisionEntry, OfferWriter
from infra.handlers import pool
from infra.handlers.promises import end_promises, open_promises
from optex.authority import PROHIBITED
from optex.delay_notices import prohibition
from optex.errors import Ruling
from optex.formatting import count, sentence
from optex.prohibition import Prohibit
from optex.state import OfferState


def prohibited(db: OfferWriter, action: Prohibit) -> str:
    """Carry out the prohibition; nothing of the offer is left to do after it.

    Grants deferred until the new options are granted are deferred no longer; those made with a first grant were made.
    """
    state, at = db.state(), action.at
    on, words = state.day(at), f'as {PROHIBITED.section} says, "{PROHIBITED.sentence}"'
    ruling = Ruling(rule=action.rule, reason=f"The grant is prohibited for good; {words} {sentence(action.reason)}")
    ended = open_promises(db, state)
    freed = end_promises(db, [(each, ruling) for each in ended], on, at)
    deferred = _release_deferred(db, state, at) if state.granted_on is None else Counter()
    db.mark_moot("the grant was prohibited for good")
    holders = db.holders()
    told = db.queue_notices(
        (
            prohibition(
                state,
                holders[each.promise.holder_id],
                each.promise,
                freed[each.promise.promise_id],
                deferred[each.promise.holder_id],
                action.reason,
                on,
            )
            for each in ended
        ),
        at,
    )
    return f"{count(len(ended), 'promise')} for {count(sum(freed.values()), 'share')} ended; {told.told()}."


def _release_deferred(db: OfferWriter, state: OfferState, at: datetime) -> Counter[str]:
    """Give back what was reserved for deferred grants; how many shares were deferred for each holder (LCK-1)."""
    pool.release_deferred(db, at)
    db.record_decisions(
        "deferred",
        at,
        [
            DecisionEntry(
                subject=each.deferred_id,
                holder_id=each.holder_id,
                decision="released",
                ruling=Ruling(
                    rule="LCK-1", reason=f"{each.deferred_id} is deferred no longer: the grant is prohibited."
                ),
            )
            for each in state.deferred
        ],
    )
    shares: Counter[str] = Counter()
    for each in state.deferred:
        shares[each.holder_id] += each.shares
    return shares
