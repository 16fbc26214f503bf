"""The audit vouches for what its entries do not say in full: decisions and actions, by a digest of their rows."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Table, select

from infra.database import tables as t
from infra.database.as_kept import as_kept
from optex.formatting import count

# Which columns are in the digest: all that a row had when it was written. And the order of the rows of one entry.
VOUCHED: dict[str, tuple[Table, tuple[str, ...], tuple[str, ...]]] = {
    "decided": (
        t.decisions,
        (
            "kind", "subject", "revision", "at", "holder_id", "decision", "shares", "rule", "section", "reason",
            "remarks",
        ),
        ("kind", "subject", "revision"),
    ),
    "on record": (
        t.actions,
        (
            "fact_id", "position", "at", "verb", "actor", "data", "accepted", "rule", "section", "reason",
            "recorded_at", "after_deadline",
        ),
        ("position", "fact_id"),
    ),
}  # fmt: skip

# The entry that vouches for what was written before entries did; it stands in their place, and rows name it as 0.
OLDER = "older"

Entry = tuple[str, str, str, str]


def decided(kind: str, counted: Counter[str], sha256: str) -> Entry:
    """The entry of decisions of one kind, by what was decided how often and the digest of the rows in their order."""
    said = ", ".join(f"{number:,} {decision}" for decision, number in sorted(counted.items()))
    return f"{kind} decided", count(counted.total(), "decision"), "", f"{said} (SHA-256 {sha256})"


def on_record(row: Mapping[str, Any]) -> Entry:
    """The entry of an action, taken or refused."""
    said = "taken" if row["accepted"] else "refused"
    return "action on record", row["fact_id"], "", f"{said} (SHA-256 {digest('on record', [row])})"


def older(what: str, rows: Sequence[Mapping[str, Any]]) -> Entry:
    """The entry of rows that were written before entries vouched for any."""
    return f"{OLDER} {what}", count(len(rows), "row"), "", f"before the upgrade (SHA-256 {digest(what, rows)})"


def digest(what: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """The SHA-256 of rows, each as a list of JSON; their instants are in UTC."""
    _, columns, _ = VOUCHED[what]
    cells, found = itemgetter(*columns), hashlib.sha256()
    for row in rows:
        found.update(to_json(cells(row)))
    return found.hexdigest()


def vouched_for(action: str, detail: str) -> tuple[str, str] | None:
    """For rows of which table an entry vouches, and by what digest; None where it is another entry."""
    what = next((what for what in VOUCHED if action.endswith(f" {what}")), None)
    found = re.search(r"\(SHA-256 ([0-9a-f]{64})\)$", detail) if what else None
    return (what, found.group(1)) if what and found else None


def rows_by_entry(connection: Connection, offer: str, what: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a table by the entry that vouches for them, as they are kept now."""
    table, columns, order = VOUCHED[what]
    query = select(table.c.entry, *as_kept(table.c[name] for name in columns)).where(table.c.offer == offer)
    found = connection.execute(query.order_by(table.c.entry, *(table.c[name] for name in order)))
    for entry, rows in groupby(found.mappings(), key=itemgetter("entry")):
        yield entry, list(rows)
