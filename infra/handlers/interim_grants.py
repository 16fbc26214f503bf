"""Grants on record that whoever takes part got between tender and grant, although every other grant waits (LCK-1)."""

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from optex.contradictions import MEANWHILE, Contradiction
from optex.formatting import day
from optex.records import FormKind, FormStanding
from optex.state import OfferState


def interim_grants(db: OfferReader, state: OfferState, holder_ids: Collection[str] | None) -> Iterator[Contradiction]:
    """The grants of these holders, or of all, dated from the receipt of the holder's tender to before the grant date.

    Of whoever has a tender that stands, or options that were exchanged; after a termination of nobody, nor from a
    prohibition on.
    Authority: §6, "you will be granted no new options for any reason"; Summary Term Sheet (LCK-1).
    """
    if state.terminated_at is not None:
        return
    until = state.granted_on or (date.max if state.holds else state.schedule.grant_on)
    if state.prohibited_at is not None:
        until = state.day(state.prohibited_at)
    g = t.grants.c
    query = select(g.grant_id, g.holder_id, g.granted_on).where(
        g.offer == db.offer, g.granted_on > state.terms.commences, g.granted_on < until
    )
    dated = [
        row
        for row in db.connection.execute(query.order_by(g.grant_id))
        if holder_ids is None or row.holder_id in holder_ids
    ]
    since = _taking_part(db, state, {row.holder_id for row in dated}) if dated else {}
    for row in dated:
        if row.holder_id in since and row.granted_on >= since[row.holder_id]:
            reason = f"granted to {row.holder_id} on {day(row.granted_on)}, between the tender and the new options"
            meant = f"{reason}: whoever takes part gets no other grant in that time, and it spoils the accounting"
            yield Contradiction(kind=MEANWHILE, grant_id=row.grant_id, holder_id=row.holder_id, reason=meant)


def _taking_part(db: OfferReader, state: OfferState, holder_ids: Collection[str]) -> dict[str, date]:
    """Since when each of these holders takes part: the day on which the tender was received that stands, or stood."""
    if state.cancelled_on is not None:
        promised = db.rows_of(t.promises, holder_ids)
        ended = db.latest_decisions("promise", [row.promise_id for row in promised])
        void = {row.subject for row in ended.values() if row.decision == "voided"}
        return {row.holder_id: row.received_on for row in promised if row.promise_id not in void}
    forms = [form for d in db.holder_records(holder_ids) for form in d.forms if form.kind is FormKind.ELECTION]
    decided = db.latest_decisions("form", [form.form_id for form in forms])
    standing = {row.subject for row in decided.values() if row.decision == FormStanding.EFFECTIVE}
    return {form.holder_id: state.day(form.received_at) for form in forms if form.form_id in standing}
