"""What was put on record only after a deadline before which it is told to have been: by whom, and on what evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.status.document import Instant
from optex.records import FormKind


@dataclass(frozen=True, kw_only=True, slots=True)
class LateEntry:
    """An action or a form with its two times and the deadline between them (REC-1); of a form `form_id` says which."""

    what: str
    at: Instant
    recorded_at: Instant
    deadline: Instant
    by: str
    evidence: str
    form_id: str = ""


def late_entries(db: OfferReader) -> tuple[LateEntry, ...]:
    """What was recorded after a deadline, in the order in which it was (REC-1)."""
    return tuple(sorted([*_actions(db), *_forms(db)], key=lambda each: (each.recorded_at, each.form_id)))


def _actions(db: OfferReader) -> Iterator[LateEntry]:
    for each in db.recorded_actions():
        if each.accepted and each.after_deadline is not None:
            yield LateEntry(
                what=_what(each.action.subject, each.ruling.reason),
                at=each.action.announced,
                recorded_at=each.recorded_at,
                deadline=each.after_deadline,
                by=each.action.by,
                evidence=each.action.evidence,
            )


def _what(subject: str, said: str) -> str:
    return said if subject in said else f"{subject}: {said}"


def _forms(db: OfferReader) -> Iterator[LateEntry]:
    """The company owes the holder the form, whatever shows its receipt: it is taken without evidence too."""
    f = t.forms.c
    query = select(t.forms).where(f.offer == db.offer, f.after_deadline.is_not(None)).order_by(f.position)
    for row in db.connection.execute(query):
        name = "Election Form" if row.kind == FormKind.ELECTION else "Notice of withdrawal"
        yield LateEntry(
            what=f"{name} {row.form_id} of {row.holder_id} was received.",
            at=row.received_at,
            recorded_at=row.recorded_at,
            deadline=row.after_deadline,
            by=row.recorded_by,
            evidence=row.evidence,
            form_id=row.form_id,
        )
