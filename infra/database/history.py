"""What the record said at an earlier time, where a rule asks for it: of most holders there is nothing to say."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection, and_, func, select

from infra.database import tables as t
from infra.database.among import among
from optex.calendar import local_date
from optex.corrections import CorrectGrant
from optex.exercises import Exercises
from optex.records import FormStanding


def exercises_before(connection: Connection, offer: str, zone: tzinfo) -> Exercises:
    """What had been exercised of a grant by the record until it was corrected, and as of which day that was (TND-4)."""
    a = t.actions.c
    query = select(a.at, a.data).where(a.offer == offer, a.verb == CorrectGrant.verb, a.accepted)
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for at, data in connection.execute(query.order_by(a.at, a.position)):
        if was := (data.get("was") or {}).get("exercised"):
            found[data["grant"]].append((local_date(at, zone), int(was)))
    return found


def told_at(connection: Connection, offer: str, form_ids: Sequence[str]) -> dict[str, datetime]:
    """When it went on record that a form tenders what it tenders, so that its holder could be told (TND-3).

    Of a form that stands no more it is what it tendered last.
    """
    d, a = t.decisions.c, t.audit.c
    known = func.coalesce(a.recorded_at, d.at, type_=d.at.type)
    query = (
        select(d.subject, d.shares, known)
        .outerjoin(t.audit, and_(a.offer == d.offer, a.position == d.entry))
        .where(d.offer == offer, d.kind == "form", d.decision == FormStanding.EFFECTIVE)
        .order_by(d.subject, d.revision)
    )
    found: dict[str, datetime] = {}
    tendered: dict[str, int | None] = {}
    if not form_ids:
        return found
    for form_id, shares, at in connection.execute(query.where(among(connection, d.subject, form_ids))):
        if form_id not in found or tendered[form_id] != shares:
            found[form_id], tendered[form_id] = at, shares
    return found
