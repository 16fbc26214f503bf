"""Whether the audit of an offer is as it was written: each entry follows from the one before it (REC-1)."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import PydanticSerializationError
from sqlalchemy import select

from infra.database import tables as t
from infra.database.as_kept import as_kept
from infra.database.audit_chain import BEGINNING, chained
from infra.database.reader import OfferReader
from infra.database.vouching import OLDER, VOUCHED, digest, rows_by_entry, vouched_for
from optex.formatting import count, utc_text

# A file that is kept with the offer, as the record names it.
_FILE = re.compile(r"\(SHA-256 ([0-9a-f]{64})\)")

# By table and the entry that its rows name: what the entry says of them, and the entry.
Vouched = dict[tuple[str, int], tuple[str, Mapping[str, Any]]]


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
    """The first entry that does not follow from those before it, else the first whose rows are not as it vouches."""
    before, position = BEGINNING, 0
    vouched: Vouched = {}
    files: dict[str, Mapping[str, Any]] = {}
    for entry in _entries(db):
        position += 1
        if entry["position"] != position:
            return _broken(entry, position, "missing", f"entry {position} is gone: this is the next that is there")
        if entry["hash"] != _hash(before, entry):
            return _broken(entry, position, *_fault(db, entry))
        before = entry["hash"]
        _note(vouched, entry)
        for sha256 in _FILE.findall(entry["evidence"]):
            files.setdefault(sha256, entry)
    if not position:
        why = "there is no entry at all: that of the offer's being taken in is gone"
        return BrokenEntry(position=1, at="", action="", subject="", fault="missing", why=why)
    return min((*_other_rows(db, vouched), *_other_files(db, files)), key=lambda each: each.position, default=None)


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


def _note(vouched: Vouched, entry: Mapping[str, Any]) -> None:
    if found := vouched_for(entry["action"], entry["detail"]):
        what, said = found
        if older := entry["action"] == f"{OLDER} {what}":  # in the place of all before it
            for key in [key for key in vouched if key[0] == what]:
                del vouched[key]
        vouched[what, 0 if older else entry["position"]] = said, entry


def _other_rows(db: OfferReader, vouched: Vouched) -> Iterator[BrokenEntry]:
    """The entries whose rows are other ones now, or gone, and the rows for which no entry vouches."""
    for what, (table, *_) in VOUCHED.items():
        mine = {entry: each for (of, entry), each in vouched.items() if of == what}
        for named, rows in rows_by_entry(db.connection, db.offer, what):
            said, entry = mine.pop(named, ("", {"at": rows[0]["at"], "action": what, "subject": table.name}))
            if not said:
                why = f"{count(len(rows), 'row')} of {table.name} for which no entry vouches"
                yield _broken(entry, named, "missing", why)
            elif said != _digest(what, rows):
                why = f"its rows in {table.name} ({len(rows):,} are there) are not those that were recorded with it"
                yield _broken(entry, entry["position"], "changed", why)
        for _, entry in mine.values():
            why = f"the rows of {table.name} that were recorded with it are gone"
            yield _broken(entry, entry["position"], "missing", why)


def _other_files(db: OfferReader, named: Mapping[str, Mapping[str, Any]]) -> Iterator[BrokenEntry]:
    """The entries that name as evidence a file that is kept no more, or with another content or name."""
    e = t.evidence.c
    query = select(e.sha256, *as_kept([e.name, e.content])).where(e.offer == db.offer)
    kept = {sha256: (name, content) for sha256, name, content in db.connection.execute(query)}
    for sha256, entry in named.items():
        name, content = kept.get(sha256, ("", b""))
        if sha256 not in kept:
            yield _broken(entry, entry["position"], "missing", "the file that it names as evidence is kept no more")
        elif not isinstance(content, bytes) or hashlib.sha256(content).hexdigest() != sha256:
            yield _broken(entry, entry["position"], "changed", f"the file {name} is not the one handed in as evidence")
        elif f"{name} (SHA-256 {sha256})" not in entry["evidence"]:
            yield _broken(
                entry, entry["position"], "changed", f"the file that it names as evidence is called {name} now"
            )


def _digest(what: str, rows: list[Any]) -> str:
    try:
        return digest(what, rows)
    except PydanticSerializationError:  # a cell of another type than was ever written
        return ""


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


def _entries(db: OfferReader) -> Any:
    a = t.audit.c
    query = select(*as_kept(a)).where(a.offer == db.offer).order_by(a.position)
    return db.connection.execute(query.execution_options(yield_per=1000)).mappings()
