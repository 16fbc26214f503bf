"""A grant prohibited for good: every open promise ends, what was reserved is free, everyone concerned is told (§13)."""

from infra.database.writer import OfferWriter
from infra.handlers.deferrals import deferred_by_holder, release_deferred
from infra.handlers.promises import end_promises, open_promises
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
    ended = open_promises(db, state)
    freed = end_promises(db, [(each, ruling) for each in ended], on, at)
    deferred = deferred_by_holder(db, at)
    told_so = {each.promise.holder_id for each in ended}
    released = release_deferred(db, None, at, "The grant of the new options is prohibited for good", told=told_so)
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
    shares = count(sum(freed.values()), "share")
    return f"{count(len(ended), 'promise')} for {shares} ended; {told.told()}. {released}".strip()
