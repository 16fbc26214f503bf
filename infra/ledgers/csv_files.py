"""The ledgers as CSV files: the same rows give the same bytes, and no cell runs in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from infra.whole_files import written_whole
from optex.formatting import one_line_end, utc_text

LEDGERS: dict[str, tuple[str, ...]] = {
    "milestones.csv": ("name", "due", "done_at", "outcome"),
    "forms.csv": (
        "form_id", "holder_id", "kind", "received_at", "standing", "rule", "section", "reason", "recorded_at",
    ),
    "tenders.csv": ("holder_id", "grant_id", "shares", "decision", "rule", "section", "reason"),
    "cancellations.csv": ("grant_id", "holder_id", "shares", "cancelled_on", "balancing_grant_id", "voided_on"),
    "balancing_options.csv": (
        "grant_id", "holder_id", "from_grant_id", "granted_on", "shares", "price", "type", "expires_on",
    ),
    "promises.csv": ("promise_id", "holder_id", "shares", "issued_on", "not_before", "outcome", "rule", "reason"),
    "new_options.csv": (
        "grant_id", "holder_id", "from_grant_id", "granted_on", "shares", "price", "type", "expires_on",
    ),
    "vesting.csv": ("grant_id", "vests_on", "shares"),
    "pool.csv": ("on", "event", "shares", "available_after"),
    "notices.csv": ("notice_id", "holder_id", "kind", "subject", "queued_at", "sent_at", "message_id"),
    "audit.csv": ("at", "actor", "action", "subject", "rule", "section", "detail", "recorded_at", "evidence", "hash"),
}  # fmt: skip

# What a spreadsheet takes for the beginning of a formula; the wide forms count in some of them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a ledger in one go: the header always, the rows in the order given, and never half a file.

    TypeError for a cell of a type that has no exact text, such as a float.
    """
    with written_whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell_text(cell) for cell in row] for row in rows)


def cell_text(cell: Any) -> str:
    """One cell as the ledgers write it: ISO dates, instants in UTC with `Z`, money with its exact cents."""
    kind = type(cell)
    text = _TEXT.get(kind)
    if text is None:
        base = next((base for base in _BASES if isinstance(cell, base)), None)
        if base is None:
            raise TypeError(f"{kind.__name__} {cell!r} has no exact text in a ledger")
        text = _TEXT[base]
    return text(cell)


def _plain(text: str) -> str:
    # Quoted once more where it is quoted already, so that whoever takes one quote away has the text itself.
    return one_line_end("'" + text if text.lstrip("'").startswith(_FORMULA) else text)


def money_text(amount: Decimal) -> str:
    """An amount with two decimals, or with as many more as it has: 0.95, 12.50, 0.3333."""
    if not amount.is_finite():
        raise TypeError(f"{amount} is no amount")
    whole, _, cents = format(amount, "f").partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


_TEXT: dict[type, Callable[[Any], str]] = {
    str: _plain,
    int: str,
    Decimal: money_text,
    datetime: utc_text,
    date: date.isoformat,
    type(None): lambda _: "",
    bool: lambda flag: "true" if flag else "false",
    Enum: lambda member: cell_text(member.value),
}
# A StrEnum is an Enum before it is a str, and an instant is also a date.
_BASES = (Enum, datetime, date, str, int, Decimal)
