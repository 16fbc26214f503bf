"""What became of a letter, put on record: delivered on paper its holder counts as told, bounced no longer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.mail.outbox import send_again
from optex.corrections import CorrectHolder
from optex.errors import Ruling
from optex.formatting import day, exact_text, local_text
from optex.milestones import confirmation_due, last_day_to_confirm
from optex.notice_outcomes import NoticeBounced, NoticeDelivered
from optex.notices import Kind
from optex.state import OfferState
from optex.told_again import Difference

NoticeOutcome = NoticeDelivered | NoticeBounced


def letter(db: OfferReader, notice_id: str) -> Row[Any] | None:
    n = t.notices
    return db.connection.execute(select(n).where(n.c.offer == db.offer, n.c.notice_id == notice_id)).first()


def may_deliver(action: NoticeDelivered, db: OfferWriter, state: OfferState) -> Ruling | None:
    """A letter is delivered once it is written, before it is taken back, and not in days to come (REC-1)."""
    row = letter(db, action.notice)
    if row is None:
        return _unknown(action)
    written = state.day(row.queued_at if row.send_after is None else max(row.queued_at, row.send_after))
    if action.on > state.day(action.at):
        return Ruling(rule="REC-1", reason=f"{day(action.on)} has not come yet")
    if action.on < written:
        since = "written" if row.send_after is None else "held back until then, and dated"
        return Ruling(rule="REC-1", reason=f"{day(action.on)} lies before {day(written)}, when it was {since}")
    if row.withdrawn_at is not None and action.on > state.day(row.withdrawn_at):
        reason = f"the letter was taken back on {day(state.day(row.withdrawn_at))}: it is not delivered any more"
        return Ruling(rule="REC-1", reason=reason)
    return _unproven(action, db, state)


def passed_deadline_of(action: NoticeDelivered, db: OfferWriter, state: OfferState) -> datetime | None:
    """The end of the last day for a confirmation that was delivered by it and is put on record after it (CNF-1)."""
    row = letter(db, action.notice)
    if row is None or row.kind != Kind.CONFIRMATION:
        return None
    received_at = datetime.fromisoformat(row.data["form"]["received_at"])
    due = confirmation_due(received_at, state.terms)
    in_time = action.on <= last_day_to_confirm(received_at, state.terms)
    return due if in_time and due <= db.recorded_at(action.at) else None


def _unproven(action: NoticeDelivered, db: OfferWriter, state: OfferState) -> Ruling | None:
    passed = passed_deadline_of(action, db, state)
    if passed is None or (action.by.strip() and action.evidence.strip()):
        return None
    zone = state.terms.zone
    recorded, deadline = exact_text(db.recorded_at(action.at), zone), exact_text(passed, zone)
    why = f"it is told to have been delivered on {day(action.on)}, but recorded {recorded}, after the deadline of"
    return Ruling(rule="REC-1", reason=f"{why} {deadline}: state who reports it (--by) and the evidence (--evidence)")


def may_bounce(action: NoticeBounced, db: OfferWriter, state: OfferState) -> Ruling | None:
    """Only what was sent or delivered can come back, and not before it was (REC-1)."""
    row = letter(db, action.notice)
    if row is None:
        return _unknown(action)
    if row.sent_at is None and row.delivered_on is None:
        return Ruling(rule="REC-1", reason=f"letter {action.notice} was not sent, so that it cannot have come back")
    if row.sent_at is not None and action.at < row.sent_at:
        return Ruling(rule="REC-1", reason=f"it was sent only {local_text(row.sent_at, state.terms.zone)}")
    return None


def _unknown(action: NoticeOutcome) -> Ruling:
    return Ruling(rule="REC-1", reason=f"there is no letter {action.notice}: `optex letters` prints their numbers")


def whose(action: NoticeOutcome, db: OfferReader) -> str:
    row = letter(db, action.notice)
    assert row is not None, "of a letter that is not there nothing is taken"
    return str(row.holder_id)


def stands_delivered(action: NoticeDelivered, db: OfferReader) -> list[Difference] | None:
    """In what a delivery differs from the one on record; None where none stands: it was taken back by a bounce."""
    row = letter(db, action.notice)
    if row is None or row.delivered_on is None or row.bounced_at is not None:
        return None
    return _differing(on=(row.delivered_on, action.on), how=(row.delivered_how, action.how))


def stands_bounced(action: NoticeBounced, db: OfferReader) -> list[Difference] | None:
    """In what a bounce differs from the one on record; None where none stands: it was sent again, or delivered."""
    row = letter(db, action.notice)
    if row is None or row.bounced_at is None:
        return None
    return _differing(reason=(row.bounce_reason or "nothing", action.reason)) if action.reason else []


def _differing(**both: tuple[object, object]) -> list[Difference]:
    return [Difference(field=name, recorded=str(a), told=str(b)) for name, (a, b) in both.items() if a != b]


def delivered(action: NoticeDelivered, db: OfferWriter) -> str:
    _put(db, action.notice, delivered_on=action.on, delivered_how=action.how, bounced_at=None, bounce_reason=None)
    return ""


def bounced(action: NoticeBounced, db: OfferWriter) -> str:
    """Mark the letter; where the address was corrected since it was sent, it goes out again at once."""
    row = letter(db, action.notice)
    assert row is not None, "of a letter that is not there nothing is taken"
    _put(db, action.notice, bounced_at=action.at, bounce_reason=action.reason)
    if row.sent_at is not None and _readdressed_since(db, row):
        send_again(db, [row.notice_id], db.takes_effect(action.at))
        return "The address was corrected since: it goes out again."
    return (
        f"{row.holder_id} is not told by it: correct the address (`optex correct holder --holder {row.holder_id} "
        "--email …`), and it is sent again, or deliver it on paper (`optex letters --unsent`)."
    )


def _readdressed_since(db: OfferReader, row: Row[Any]) -> bool:
    return any(
        each.accepted and each.recorded_at > row.sent_at and "email" in (each.action.was or {})
        for each in db.recorded_actions(CorrectHolder.verb)
        if isinstance(each.action, CorrectHolder) and each.action.holder == row.holder_id
    )


def _put(db: OfferWriter, notice_id: str, **values: Any) -> None:
    n = t.notices
    db.connection.execute(update(n).where(n.c.offer == db.offer, n.c.notice_id == notice_id).values(**values))
