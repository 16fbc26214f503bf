"""A correction carried out: the record is put right, what rests on it decided again, and told where it was not so.

The facts are changed in place: what was there before is in the actions and in the audit, never edited (REC-3).
"""

from dataclasses import replace
from datetime import datetime
from functools import singledispatch
from typing import Any

from sqlalchemy import Table, delete, update

from infra.database import tables as t
from infra.database.mapping import FORM_LINES, FORMS, GRANTS, HOLDERS, SERVICE_PERIODS
from infra.database.writer import OfferWriter
from infra.handlers.correction_letters import Told, told_before, write_calendar_letters, write_letters
from infra.handlers.corrections import corrected, on_record
from infra.handlers.decide_again import decide_again
from infra.handlers.deferrals import release_deferred
from infra.handlers.forms import confirm_again, confirmations
from infra.handlers.pool import positions, restate_pool
from infra.handlers.restated import restate
from infra.mail.outbox import readdress
from optex.cells import Changes
from optex.closings import CorrectCalendar, with_closings
from optex.correction import Correction
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectPrice, CorrectService
from optex.formatting import count
from optex.market import Quote
from optex.records import Form, Grant, Holder, ServicePeriod


@singledispatch
def carry_out(action: Correction, db: OfferWriter) -> str:
    """Put what is right on record, and do what follows from it; what that was, in sentences."""
    raise TypeError(f"{action.verb} is carried out by nothing")


@carry_out.register
def _holder(action: CorrectHolder, db: OfferWriter) -> str:
    before = on_record(action, db)
    after = corrected(action, before)
    assert isinstance(after, Holder)
    told = told_before(db, action, [after.holder_id])
    [row] = HOLDERS.rows([after])
    if before is None:
        db.add(t.holders, [row])
    else:
        _put(db, t.holders, "holder_id", row)
    said = (
        _readdressed(db, told, after, action.at) if isinstance(before, Holder) and before.email != after.email else ""
    )
    return f"{said} {_followed(db, action, told)}".strip()


def _readdressed(db: OfferWriter, told: Told, holder: Holder, at: datetime) -> str:
    """The unsent and refused letters go to the corrected address; how many, and how many had gone to the other."""
    waiting = readdress(db, holder.holder_id, at) if holder.email else 0
    sent = sum(letter.sent_at is not None for letter in told.of(holder.holder_id))
    go = "goes" if waiting == 1 else "go"
    said = [f"{count(waiting, 'letter')} not sent yet {go} to the corrected address."] if waiting else []
    said += [f"{count(sent, 'letter')} had been sent to the earlier one."] if sent else []
    return " ".join(said)


@carry_out.register
def _grant(action: CorrectGrant, db: OfferWriter) -> str:
    before = on_record(action, db)
    after = corrected(action, before)
    assert isinstance(after, Grant)
    told = told_before(db, action, {after.holder_id} | ({before.holder_id} if isinstance(before, Grant) else set()))
    held = positions(db, told.holder_ids)
    [row] = GRANTS.rows([after])
    if before is None:
        db.add(t.grants, [row])
    else:
        _put(db, t.grants, "grant_id", row)
    db.replace_tranches(after.grant_id, after.vesting)
    restated = restate(db, after, action)
    restate_pool(db, held, told.holder_ids, action.at)
    released = ""
    if restated.promised_nothing:
        released = release_deferred(db, [after.holder_id], action.at, "By the corrected record nothing was exchanged")
    said = _followed(db, action, told, restated.changes)
    return " ".join(filter(None, (restated.said, released, said)))


@carry_out.register
def _form(action: CorrectForm, db: OfferWriter) -> str:
    before = on_record(action, db)
    assert isinstance(before, Form)
    after = action.corrected(before)
    told = told_before(db, action, {before.holder_id, after.holder_id})
    confirmed = confirmations(db, after.form_id)
    _put(db, t.forms, "form_id", FORMS.rows([after])[0])
    n = t.form_lines
    db.connection.execute(delete(n).where(n.c.offer == db.offer, n.c.form_id == after.form_id))
    db.add(n, FORM_LINES.rows(after.lines, form_id=after.form_id))
    said = _followed(db, action, told)
    if confirmed and confirmed == confirmations(db, after.form_id) and db.state().accepted_at is None:
        confirm_again(db, after.form_id, action.at, first=before.holder_id != after.holder_id)
    return said


@carry_out.register
def _service(action: CorrectService, db: OfferWriter) -> str:
    before = on_record(action, db)
    assert isinstance(before, ServicePeriod)
    told = told_before(db, action, [action.holder])
    s = t.service_periods.c
    mine = (s.offer == db.offer, s.holder_id == before.holder_id)
    key = (s.capacity == before.capacity.value, s.first_day == before.first_day)
    db.connection.execute(delete(t.service_periods).where(*mine, *key))
    if not action.remove:
        db.add(t.service_periods, SERVICE_PERIODS.rows([action.corrected(before)]))
    return _followed(db, action, told)


@carry_out.register
def _price(action: CorrectPrice, db: OfferWriter) -> str:
    before = on_record(action, db)
    assert isinstance(before, Quote)
    db.set_prices({action.on: action.corrected(before)})
    return ""


@carry_out.register
def _calendar(action: CorrectCalendar, db: OfferWriter) -> str:
    """The action is on record when this is called, so that the state has the day closed."""
    state = db.state()
    before = replace(state, terms=with_closings(state.terms, db.all_terms()[-1].closings))
    said = action.says(state)
    moved = db.reschedule(action.at, f"superseded: {said}")
    if not moved.added:  # a closing far from every date of the offer is a version of the terms all the same
        db.update_offer(version=db.row().version + 1)
    db.add_terms(db.row().version, state.terms, action.at, said)
    told = write_calendar_letters(db, action, before, state)
    return f"{count(len(moved.added), 'step')} moved; {told.told()}."


def _followed(db: OfferWriter, action: Correction, told: Told, restated: Changes | None = None) -> str:
    """What follows from a corrected fact is decided again as of now, and who was told otherwise is told."""
    decided = decide_again(db, told.holder_ids, action.at)
    written = write_letters(db, action, told, restated or {})
    said = [decided, f"{count(written, 'letter')} of correction written." if written else ""]
    return " ".join(filter(None, said))


def _put(db: OfferWriter, table: Table, key: str, row: dict[str, Any]) -> None:
    """Write a row in the place of the one with its key."""
    mine = (table.c.offer == db.offer, table.c[key] == row[key])
    db.connection.execute(update(table).where(*mine).values(**row))
