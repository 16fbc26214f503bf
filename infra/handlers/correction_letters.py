"""The letters of correction: what the holder was told before, and what is right (REC-3)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from typing import Any

from sqlalchemy import Row, func, select

from infra.database import tables as t
from infra.database.in_turn import in_turn
from infra.database.queued import Queued
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from optex import batch, notices
from optex.cells import Changes
from optex.closings import CorrectCalendar
from optex.correction import Correction
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectService
from optex.notices import Kind
from optex.state import OfferState

# A promise that lapses or is reinstated, and what contradicts an act, are told by letters and alarms of their own.
_TOLD_ELSEWHERE = ("promise", "contradiction")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the holders concerned by a correction had been told before it, and how much had been decided about each."""

    holder_ids: list[str]
    letters: list[Row[Any]]
    decided: Counter[str]

    def of(self, holder_id: str) -> list[Row[Any]]:
        return [letter for letter in self.letters if letter.holder_id == holder_id]


def told_before(db: OfferReader, action: Correction, holder_ids: Iterable[str]) -> Told:
    """The letters, sent or about to be, that stated to these holders what is now corrected."""
    concerned = sorted(set(holder_ids))
    n = t.notices.c
    query = select(t.notices).where(n.offer == db.offer, n.holder_id.in_(concerned), n.withdrawn_at.is_(None))
    written = db.connection.execute(query.order_by(n.queued_at, n.notice_id)).all()
    letters = [letter for letter in written if _stated(action, letter)]
    return Told(holder_ids=concerned, letters=letters, decided=_decided(db, concerned))


def _decided(db: OfferReader, holder_ids: Collection[str]) -> Counter[str]:
    d = t.decisions.c
    query = select(d.holder_id, func.count()).where(d.offer == db.offer, d.holder_id.in_(holder_ids))
    query = query.where(d.kind.not_in(_TOLD_ELSEWHERE)).group_by(d.holder_id)
    return Counter(dict(iter(db.connection.execute(query))))


@singledispatch
def _stated(action: Correction, letter: Row[Any]) -> bool:
    """Whether a letter stated what is corrected."""
    return False


@_stated.register
def _addressed(action: CorrectHolder, letter: Row[Any]) -> bool:
    """Every letter has the name; one that was sent went to the address, and one of an exclusion rests on residence."""
    was = action.was or {}
    if "jurisdiction" in was and letter.kind == Kind.EXCLUSION:
        return True
    return "name" in was or ("email" in was and letter.sent_at is not None)


@_stated.register
def _names_grant(action: CorrectGrant, letter: Row[Any]) -> bool:
    """One that states the grant, or, of a grant that was missing, the statement of the holder's options without it."""
    if action.was and action.was.keys() <= {"fmv"}:  # no letter states it
        return False
    if letter.kind == Kind.OFFER_OPENED and (action.was == {} or _of_a_class(action, letter)):
        return True
    return action.was != {} and _names(letter.data, action.grant)


def _of_a_class(action: CorrectGrant, letter: Row[Any]) -> bool:
    """Whether it decides if an option is one that the statement of the eligible ones had to name (ELG-5)."""
    decides = (action.was or {}).keys() & {"price", "granted_on"}
    return bool(decides and letter.data["offer"].get("eligible_options"))


@_stated.register
def _confirms(action: CorrectForm, letter: Row[Any]) -> bool:
    return bool(letter.kind == Kind.CONFIRMATION and letter.data["form"]["form_id"] == action.form)


@_stated.register
def _rests_on_service(action: CorrectService, letter: Row[Any]) -> bool:
    found = [letter.data["ruling"]] if letter.kind == Kind.LAPSE else []
    found += [each["ruling"] for each in letter.data["returned"]] if letter.kind == Kind.REJECTION else []
    return any(ruling["rule"] in ("ELG-1", "ELG-2", "ELG-3", "ELG-5") for ruling in found)


def _names(data: Any, grant_id: str) -> bool:
    """Whether the data of a letter states a grant, anywhere."""
    if isinstance(data, dict):
        return data.get("grant_id") == grant_id or any(_names(each, grant_id) for each in data.values())
    return isinstance(data, list) and any(_names(each, grant_id) for each in data)


def write_letters(db: OfferWriter, action: Correction, told: Told, restated: Changes) -> int:
    """One letter to each holder who was told otherwise, or about whom something was decided anew."""
    now = _decided(db, told.holder_ids)
    concerned = [each for each in told.holder_ids if told.of(each) or now[each] > told.decided[each]]
    return _queue(db, action, concerned, {each: told.of(each) for each in concerned}, restated)


def write_calendar_letters(db: OfferWriter, action: CorrectCalendar, before: OfferState, after: OfferState) -> Queued:
    """One letter to everyone whose dates a closing moves: whom the offer is made to, or who was promised something."""
    dates = {name: (cell, _dates(after)[name]) for name, cell in _dates(before).items()}
    moved = {name: (str(was), str(now)) for name, (was, now) in dates.items() if was != now}
    if not moved:
        return Queued(0)
    if after.accepted_at is None:
        concerned = [
            d.holder.holder_id
            for records in in_turn(db, forms=False)
            for d in batch.addressees(records, after, action.at)
        ]
    else:
        concerned = [row.holder_id for row in db.each_open_promise()]
    return _queue(db, action, concerned, {}, moved)


def _dates(state: OfferState) -> dict[str, date]:
    """The dates that letters state and that follow from the calendar."""
    if state.accepted_at is not None:
        return {"grant_on": state.schedule.grant_on}
    return {
        "cancel_on": state.schedule.cancel_on,
        "withdrawal_right": state.day(state.terms.withdrawal_right),
        "grant_on": state.schedule.grant_on,
    }


def _queue(
    db: OfferWriter,
    action: Correction,
    holder_ids: Collection[str],
    told: dict[str, list[Row[Any]]],
    restated: Changes,
) -> Queued:
    state, recorded_at = db.state(), db.recorded_at(action.at)
    written = _written(db)
    return db.queue_notices(
        (
            notices.correction(
                state,
                holder,
                written[holder.holder_id] + 1,
                action,
                restated,
                _listed(state, (each for each in told.get(holder.holder_id, ()) if not _goes_again(action, each))),
                recorded_at,
                _listed(state, (each for each in told.get(holder.holder_id, ()) if _goes_again(action, each))),
            )
            for holder in db.holders(holder_ids).values()
        ),
        action.at,
    )


def _listed(state: OfferState, letters: Iterable[Row[Any]]) -> list[tuple[str, date]]:
    return [(each.subject, state.day(each.sent_at or each.queued_at)) for each in letters]


def _goes_again(action: Correction, letter: Row[Any]) -> bool:
    """Whether a letter, as it was before a correction, had come back from the address that is corrected."""
    return letter.bounced_at is not None and "email" in (action.was or {})


def _written(db: OfferReader) -> Counter[str]:
    """How many letters of correction each holder got before."""
    n = t.notices.c
    query = select(n.holder_id, func.count()).where(n.offer == db.offer, n.kind == Kind.CORRECTION)
    return Counter(dict(iter(db.connection.execute(query.group_by(n.holder_id)))))
