"""Spells of service as a file tells them: what is new, and what takes the place of what was on record (REC-2)."""

from collections.abc import Sequence
from datetime import datetime

from infra.database.writer import OfferWriter
from infra.handlers.decide_again import decide_again
from optex.formatting import count, first_few
from optex.records import ServicePeriod


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
