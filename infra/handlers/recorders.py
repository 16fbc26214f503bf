"""Who put on record what a compensating decision rests on: another person must approve it (REC-4)."""

from collections.abc import Collection

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import PROGRAM

SERVICE_VERBS = ("service-set", "correct-service")
SERVICE_IMPORTED = "service imported"


def recorders_of_service(db: OfferReader, holder_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Who recorded the service of these holders as it now stands: by the last entry about each, and by files after it.

    Of a file it is not kept about whom it was, so that it may have been about anybody. "" is somebody not named.
    """
    a, i = t.actions.c, t.audit.c
    told = select(a.data, a.actor, a.recorded_at).where(a.offer == db.offer, a.accepted, a.verb.in_(SERVICE_VERBS))
    last = {
        row.data["holder"]: row
        for row in db.connection.execute(told.order_by(a.position))
        if row.data["holder"] in holder_ids
    }
    query = select(i.actor, i.recorded_at).where(i.offer == db.offer, i.action == SERVICE_IMPORTED)
    files = db.connection.execute(query.order_by(i.position)).all()
    found = {}
    for holder_id in holder_ids:
        row = last.get(holder_id)
        names = [row.actor] if row else []
        names += [
            "" if file.actor == PROGRAM else file.actor
            for file in files
            if row is None or file.recorded_at >= row.recorded_at
        ]
        found[holder_id] = tuple(dict.fromkeys(names))
    return found
