"""Whether the audit of an offer is as it was written: each entry follows from the one before it (REC-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, String, select, type_coerce
from sqlalchemy.types import TypeDecorator

from infra.database import tables as t
from infra.database.audit_chain import BEGINNING, chained
from infra.database.reader import OfferReader
from optex.formatting import utc_text


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenEntry:
    """The first entry that is not as it was written; `fault` is changed, missing or out of order."""

    position: int
    at: str
    action: str
    subject: str
    fault: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundHead:
    """The entry that an earlier report named as the head of the chain, and how many have come since."""

    position: int
    at: str
    action: str
    subject: str
    entries_since: int


def first_broken(db: OfferReader) -> BrokenEntry | None:
    """The first entry that does not follow from those before it; None where the chain is intact."""
    before, position = BEGINNING, 0
    for entry in _entries(db):
        position += 1
        if entry["position"] != position:
            return _broken(entry, position, "missing", f"entry {position} is gone: this is the next that is there")
        if entry["hash"] != _hash(before, entry):
            return _broken(entry, position, *_fault(db, entry))
        before = entry["hash"]
    if not position:
        why = "there is no entry at all: that of the offer's being taken in is gone"
        return BrokenEntry(position=1, at="", action="", subject="", fault="missing", why=why)
    return None


def find_head(db: OfferReader, head: str) -> FoundHead | None:
    """The entry that was the last one when a report was printed; None where the audit has it no more."""
    a = t.audit.c
    query = select(a.position, a.at, a.action, a.subject).where(a.offer == db.offer, a.hash == head)
    found = db.connection.execute(query).first()
    if found is None:
        return None
    since = db.audit_head().entries - found.position
    at = utc_text(found.at)
    return FoundHead(position=found.position, at=at, action=found.action, subject=found.subject, entries_since=since)


def _fault(db: OfferReader, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Why an entry does not follow from the one before it: it follows from another, or from none that is there."""
    a = t.audit.c
    query = select(a.position, a.hash).where(a.offer == db.offer).order_by(a.position)
    for position, before in [(0, BEGINNING), *db.connection.execute(query).all()]:
        if entry["hash"] == _hash(before, entry):
            after = f"was written after what is entry {position} now" if position else "was the first to be written"
            return "out of order", f"it {after}"
    return "changed", "its hash is not that of its content after the entry before it"


def _hash(before: str, entry: Mapping[str, Any]) -> str:
    try:
        return chained(before, entry)
    except (AttributeError, TypeError):  # a cell of another type than was ever written: SQLite takes any
        return ""


def _broken(entry: Mapping[str, Any], position: int, fault: str, why: str) -> BrokenEntry:
    at = utc_text(entry["at"]) if isinstance(entry["at"], datetime) else str(entry["at"])
    action, subject = str(entry["action"]), str(entry["subject"])
    return BrokenEntry(position=position, at=at, action=action, subject=subject, fault=fault, why=why)


class _InstantAsKept(TypeDecorator[Any]):
    """An instant, or the very text where somebody wrote one that is none: SQLite keeps it."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return value
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def _entries(db: OfferReader) -> Any:
    a = t.audit.c
    instants = (a.at, a.recorded_at)
    columns = [type_coerce(each, _InstantAsKept).label(each.name) if each in instants else each for each in a]
    query = select(*columns).where(a.offer == db.offer).order_by(a.position)
    return db.connection.execute(query.execution_options(yield_per=1000)).mappings()
