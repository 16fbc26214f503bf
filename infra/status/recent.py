"""The last acts on an offer: who did what, when it was recorded, and what became of it, refusals too."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.status.document import Instant
from optex.records import FormKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentAct:
    """An act, or a form that a person keyed in; `rule` is the one by which it was taken or refused."""

    recorded_at: Instant
    by: str
    act: str
    accepted: bool
    rule: str
    says: str


def recent_acts(db: OfferReader, most: int = 10) -> tuple[RecentAct, ...]:
    """The last so many acts, the latest first."""
    found = sorted([*_actions(db, most), *_forms(db, most)], key=lambda each: each[0], reverse=True)
    return tuple(act for _, act in found[:most])


def _actions(db: OfferReader, most: int) -> Iterator[tuple[tuple[object, int], RecentAct]]:
    a = t.actions.c
    query = select(a.position, a.recorded_at, a.actor, a.verb, a.accepted, a.rule, a.reason)
    for row in db.connection.execute(query.where(a.offer == db.offer).order_by(a.position.desc()).limit(most)):
        act = RecentAct(
            recorded_at=row.recorded_at,
            by=row.actor,
            act=row.verb,
            accepted=row.accepted,
            rule=row.rule,
            says=row.reason,
        )
        yield (row.recorded_at, row.position), act


def _forms(db: OfferReader, most: int) -> Iterator[tuple[tuple[object, int], RecentAct]]:
    """The forms that somebody keyed in by name, and how each stands now."""
    f = t.forms.c
    query = select(f.form_id, f.holder_id, f.kind, f.position, f.recorded_at, f.recorded_by)
    query = query.where(f.offer == db.offer, f.recorded_by != "").order_by(f.position.desc()).limit(most)
    rows = db.connection.execute(query).all()
    standing = db.latest_decisions("form", [row.form_id for row in rows])
    for row in rows:
        name = "Election Form" if row.kind == FormKind.ELECTION else "Notice of withdrawal"
        stands = standing.get(row.form_id)
        says = f"{name} {row.form_id} of {row.holder_id} received"
        act = RecentAct(
            recorded_at=row.recorded_at,
            by=row.recorded_by,
            act="record-election",
            accepted=True,
            rule=stands.rule if stands else "CNF-1",
            says=f"{says}; it is {stands.decision}" if stands else says,
        )
        yield (row.recorded_at, row.position), act
