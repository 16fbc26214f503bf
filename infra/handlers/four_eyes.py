"""Four eyes in the database: who put anything on record, and whom an acceptance or a grant favours (REC-4)."""

from collections.abc import Iterator

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import PROGRAM
from optex import batch
from optex.actions import Approve
from optex.compensations import same_person
from optex.errors import Ruling
from optex.four_eyes import may_approve_step
from optex.milestones import CANCEL
from optex.records import Holder
from optex.state import OfferState


def refused_approver(db: OfferReader, state: OfferState, action: Approve) -> Ruling | None:
    """Why the person may not approve the acceptance or the grant; None where it is another's record, and favour."""
    return may_approve_step(action.by, _recorded(db), _favoured(db, state, action))


def _recorded(db: OfferReader) -> dict[str, str]:
    """What each person put on record, by name: a form, a file, or an action other than an approval.

    Both acts rest on all of it: which form stands follows from every one, and what is granted from what was accepted.
    """
    a, f, i = t.actions.c, t.forms.c, t.audit.c
    queries = (
        select(a.actor, a.verb).where(a.offer == db.offer, a.accepted, a.verb != Approve.verb, a.actor != PROGRAM),
        select(f.recorded_by, f.form_id).where(f.offer == db.offer),
        select(i.actor, i.action).where(i.offer == db.offer, i.action.endswith(" imported"), i.actor != PROGRAM),
    )
    told = [(name, what) for query in queries for name, what in db.connection.execute(query) if name]
    return dict(reversed(told))


def _favoured(db: OfferReader, state: OfferState, action: Approve) -> Iterator[Holder]:
    """The holders of the approver's name who have tendered, or are to be granted something."""
    namesakes = {key: holder for key, holder in db.holders().items() if same_person(holder.name, action.by)}
    if not namesakes:
        return
    if action.step == CANCEL:
        concerned = set(batch.elections(batch.review_all(db.holder_records(namesakes), state, action.at)))
    else:
        concerned = {row.holder_id for row in db.open_promises()} | {each.holder_id for each in state.deferred}
    yield from (holder for key, holder in namesakes.items() if key in concerned)
