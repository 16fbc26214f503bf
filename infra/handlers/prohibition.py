"""A grant prohibited for good: every open promise ends, what was reserved is free, everyone concerned is told (§13)."""

from infra.database.queued import Queued
from infra.database.writer import OfferWriter
from infra.handlers.deferrals import deferred_by_holder, release_deferred
from infra.handlers.promises import EndingPromises, open_promises
from optex.authority import PROHIBITED
from optex.delay_notices import prohibition
from optex.errors import Ruling
from optex.formatting import count, sentence
from optex.prohibition import Prohibit


def prohibited(db: OfferWriter, action: Prohibit) -> str:
    """Carry out the prohibition; nothing of the offer is left to do after it.

    Grants deferred until the new options are granted are deferred no longer; those made with a first grant were made.
    """
    state, at = db.state(), action.at
    on, words = state.day(at), f'as {PROHIBITED.section} says, "{PROHIBITED.sentence}"'
    ruling = Ruling(rule=action.rule, reason=f"The grant is prohibited for good; {words} {sentence(action.reason)}")
    ending, deferred = EndingPromises(db, at), deferred_by_holder(db, at)
    promises, told, told_so = 0, Queued(0), set[str]()
    for some in db.batches():
        ended = open_promises(db, state, some)
        freed = ending.add([(each, ruling) for each in ended])
        holders = db.holders(some)
        letters = (
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
        )
        promises, told = promises + len(ended), told.plus(db.queue_notices(letters, at))
        told_so |= deferred.keys() & {each.promise.holder_id for each in ended}
    shares = count(ending.finish(on), "share")
    released = release_deferred(db, None, at, "The grant of the new options is prohibited for good", told=told_so)
    db.mark_moot("the grant was prohibited for good")
    return f"{count(promises, 'promise')} for {shares} ended; {told.told()}. {released}".strip()
