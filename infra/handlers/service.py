"""Spells of service as they are told: what is new, and what takes the place of what was on record (REC-2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers.decide_again import decide_again
from optex.errors import Ruling
from optex.formatting import count, first_few, listed
from optex.records import ServicePeriod
from optex.service_acts import EndService, ServiceSet, going_on, overlapping


def record_service(db: OfferWriter, periods: Sequence[ServicePeriod], file: str, at: datetime, by: str) -> str:
    """Record spells of service, and decide again what rests on them; what was new, changed and known of them.

    A spell with another last day is a new statement: HR ends one, and takes that back, by telling it anew.
    """
    holder_ids = {each.holder_id for each in periods}
    on_record = {_key(each): each for spells in db.service_periods(holder_ids).values() for each in spells}
    changed = [each for each in periods if on_record.get(_key(each), each) != each]
    known = sum(on_record.get(_key(each)) == each for each in periods)
    new = len(periods) - len(changed) - known
    if not new and not changed:
        return f"Already recorded: {count(known, 'spell')}. {decide_again(db, holder_ids, at)}".strip()
    db.add_service_periods(periods)
    counted = f"{count(len(periods), 'spell')}: {new:,} new, {len(changed):,} changed, {known:,} already recorded"
    replaced = [f"{_named(each)}; it was recorded {on_record[_key(each)].until}" for each in changed]
    entries = [("service changed", each.holder_id, "ELG-2", said) for each, said in zip(changed, replaced, strict=True)]
    db.audit(at, by, [("service imported", file, "ELG-2", counted), *entries])
    told = [f"{each.holder_id}: {said}" for each, said in zip(changed, replaced, strict=True)]
    which = f"Changed: {first_few(told)}." if told else ""
    said = f"{count(new + len(changed), 'spell')} of service recorded ({counted})."
    return " ".join(filter(None, (said, which, decide_again(db, holder_ids, at))))


def _key(period: ServicePeriod) -> tuple[str, str, str]:
    return period.holder_id, period.capacity.value, period.first_day.isoformat()


def _named(period: ServicePeriod) -> str:
    return f"{period.capacity} from {period.first_day} {period.until}"


def may_set(db: OfferReader, action: ServiceSet) -> Ruling | None:
    """Why a spell is not taken: it is nobody's, or in one capacity somebody would serve twice on a day; else None."""
    if refused := _nobody(db, action.holder):
        return refused
    other = overlapping(action.period, _periods(db, action.holder))
    if other is None:
        return None
    reason = f"it overlaps the spell as {_named(other)}: end that one first, or correct it"
    return Ruling(rule="ELG-2", reason=f"{reason} (`optex service end`, `optex correct service`)")


def may_end(db: OfferReader, action: EndService) -> Ruling | None:
    """Why service cannot have ended with a day: the record has none on it; None where it can."""
    if refused := _nobody(db, action.holder):
        return refused
    periods = _periods(db, action.holder)
    if going_on(periods, action.last_day):
        return None
    spells = listed([f"as {_named(each)}" for each in periods]) or "none"
    reason = f"no service of {action.holder} goes on after {action.last_day}; on record is {spells}"
    return Ruling(rule="ELG-2", reason=f"{reason} (`optex correct service`)")


def with_what_it_ends(db: OfferReader, action: EndService) -> EndService:
    """What was on record of the spells before goes on record with the action (REC-2)."""
    ended = going_on(_periods(db, action.holder), action.last_day)
    spells = tuple((each.capacity.value, each.first_day.isoformat(), each.until) for each in ended)
    return action.model_copy(update={"ended": spells})


def end(db: OfferWriter, action: EndService) -> str:
    """Give the spells that it ends their last day, and decide again what rests on them."""
    ended = going_on(_periods(db, action.holder), action.last_day)
    db.add_service_periods([replace(each, last_day=action.last_day) for each in ended])
    return decide_again(db, [action.holder], action.at)


def _nobody(db: OfferReader, holder_id: str) -> Ruling | None:
    known = db.holders_among([holder_id])
    return None if known else Ruling(rule="ELG-1", reason=f"there is no holder {holder_id}")


def _periods(db: OfferReader, holder_id: str) -> list[ServicePeriod]:
    return list(db.service_periods([holder_id]).get(holder_id, []))
