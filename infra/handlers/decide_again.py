"""What follows from a fact about holders that was just told or corrected: it is decided again, as of now (REC-3)."""

from collections.abc import Collection
from datetime import datetime

from infra.database.writer import OfferWriter
from infra.handlers.compensations import compensate
from infra.handlers.contradictions import report_contradictions
from infra.handlers.eligibility import invite
from infra.handlers.forms import review_again
from infra.handlers.promises import lapse_promises


def decide_again(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> str:
    """Decide again what rests on the record of these holders; what came of it, in sentences.

    Until the acceptance that is who may tender and how their forms stand, afterwards what was promised to them.
    """
    state, at = db.state(), db.takes_effect(at)
    if state.accepted_at is None and state.terminated_at is None:
        invite(db, holder_ids, at)
        said = [review_again(db, holder_ids, at), report_contradictions(db, holder_ids, at)]
        return " ".join(filter(None, said))
    said = [
        lapse_promises(db, state.day(at), at, holder_ids),
        compensate(db, holder_ids, at),
        report_contradictions(db, holder_ids, at),
    ]
    return " ".join(filter(None, said))
