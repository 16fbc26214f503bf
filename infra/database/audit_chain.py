"""The audit as a chain: each entry carries the SHA-256 of its own words and of the entry before it (REC-1)."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from infra.database import tables as t
from optex.formatting import one_line_end, utc_text

# What a chain begins with, for its first entry has none before it.
BEGINNING = "0" * 64

_WORDS = ("actor", "action", "subject", "rule", "section", "detail")
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_utc_text = lru_cache(maxsize=1024)(utc_text)  # thousands of entries are written at one instant


def chained(before: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry after another: over its columns as audit.csv has them, as a JSON list, that hash first.

    But for the quote by which audit.csv keeps a spreadsheet from running a cell: docs/audit.md says how to do it again.
    """
    said = [
        before,
        _utc_text(entry["at"]),
        *(entry[column] for column in _WORDS),
        _utc_text(entry["recorded_at"]),
        entry["evidence"],
    ]
    return hashlib.sha256(_as_json([one_line_end(cell) for cell in said]).encode()).hexdigest()


def chain_again(connection: Connection) -> None:
    """Chain entries that were written before there was a chain; the table must not refuse it."""
    a = t.audit
    before: dict[str, str] = {}
    hashes = []
    columns = [a.c[name] for name in _CHAINED]
    for found in connection.execute(select(*columns).order_by(a.c.offer, a.c.position)).mappings():
        row = dict(found)
        before[row["offer"]] = chained(before.get(row["offer"], BEGINNING), row)
        hashes.append({"its_offer": row["offer"], "its_position": row["position"], "found": before[row["offer"]]})
    if hashes:
        mine = (a.c.offer == bindparam("its_offer"), a.c.position == bindparam("its_position"))
        connection.execute(update(a).where(*mine).values(hash=bindparam("found")), hashes)


_CHAINED = (
    "offer", "position", "at", "actor", "action", "subject", "rule", "section", "detail", "recorded_at", "evidence",
)  # fmt: skip
