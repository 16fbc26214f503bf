"""The ledgers as CSV files: the same rows give the same bytes, and no cell runs in a spreadsheet."""

import csv
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from infra.whole_files import written_whole
from optex.formatting import one_line_end, utc_text

_OPTION = {
    "grant_id": "The number of the option.",
    "holder_id": "Whose it is.",
    "from_grant_id": "The option that was cancelled for it; blank of a deferred grant.",
    "granted_on": "Its grant date.",
    "shares": "Its shares.",
    "price": "Its exercise price a share.",
    "type": "ISO or NSO.",
    "expires_on": "The last day on which it can be exercised.",
}
LEDGERS: dict[str, dict[str, str]] = {
    "milestones.csv": {
        "name": "The step, such as `close` or `reminder-10`.",
        "due": "When it falls due.",
        "done_at": "When it was done; blank: not done.",
        "outcome": "`done`, `superseded` by a later date, `moot` (no longer needed), `held` or `pending`.",
    },
    "forms.csv": {
        "form_id": "The number of the form.",
        "holder_id": "Whose it is.",
        "kind": "`election` or `withdrawal`.",
        "received_at": "When it was received, by which the rules go.",
        "standing": "`effective`, `superseded`, `withdrawn`, `defective` or `late`.",
        "rule": "The rule that decides so.",
        "section": "Where that stands in the Offer to Exchange.",
        "reason": "Why, in words.",
        "recorded_at": "When it was put on record.",
    },
    "tenders.csv": {
        "holder_id": "The holder.",
        "grant_id": "The option that was tendered.",
        "shares": "How many of its shares.",
        "decision": "`accepted` or `rejected`.",
        "rule": "The rule that decides so.",
        "section": "Where that stands in the Offer to Exchange.",
        "reason": "Why, in words.",
    },
    "cancellations.csv": {
        "grant_id": "The option that was cancelled.",
        "holder_id": "Whose it was.",
        "shares": "How many of its shares.",
        "cancelled_on": "The day of the cancellation.",
        "balancing_grant_id": "The option that was issued for the rest; blank: it was tendered whole.",
        "voided_on": "Since when the cancellation does not hold (REC-4); blank: it holds.",
    },
    "balancing_options.csv": _OPTION,
    "promises.csv": {
        "promise_id": "The number of the promise.",
        "holder_id": "To whom.",
        "shares": "The new shares: those cancelled, or what the ratio gives for them; what a later split makes of them "
        "is in the audit.",
        "issued_on": "The day of the promise.",
        "not_before": "The first day on which it can be granted.",
        "outcome": "`open`, `granted`, `lapsed` or `voided`.",
        "rule": "The rule by which it ended.",
        "reason": "Why, in words.",
    },
    "new_options.csv": _OPTION
    | {
        "shares": "Its shares, after the ratio of the exchange and any split.",
        "price": "Its exercise price a share; blank: restricted stock units, which have none.",
        "type": "ISO, NSO or RSU.",
        "expires_on": "The last day on which it can be exercised; blank: restricted stock units.",
    },
    "vesting.csv": {
        "grant_id": "The new or balancing option.",
        "vests_on": "The day; what is vested at the grant of a new option is one row of that day.",
        "shares": "How many shares vest on it.",
    },
    "pool.csv": {
        "on": "The day.",
        "event": "What moved the pool.",
        "shares": "By how many shares; less than none where they leave it.",
        "available_after": "How many are available after it.",
    },
    "notices.csv": {
        "notice_id": "The number of the letter, under which it is sent once.",
        "holder_id": "To whom.",
        "kind": "Its kind.",
        "subject": "Its subject.",
        "queued_at": "When it was written.",
        "sent_at": "When the mail server took it; blank: not sent by mail.",
        "message_id": "Its Message-ID.",
    },
    "audit.csv": {
        "at": "When it was received, announced or happened.",
        "actor": "Who did it.",
        "action": "What was done.",
        "subject": "What it concerns.",
        "rule": "The rule under which.",
        "section": "Where that stands in the Offer to Exchange.",
        "detail": "What it comes to, in words.",
        "recorded_at": "When it was put on record.",
        "evidence": "What shows it: words, or the name of a file that is kept.",
        "hash": "The SHA-256 of the entry and the one before it.",
    },
}
"""The columns of every ledger, in their order, and what each tells."""

# What a spreadsheet takes for the beginning of a formula; the wide forms count in some of them.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(path: Path, columns: Collection[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a ledger in one go, the header always, and never half a file. Returns how many rows it has, in their order.

    TypeError for a cell of a type that has no exact text, such as a float.
    """
    with written_whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        written = 0
        for row in rows:
            writer.writerow([cell_text(cell) for cell in row])
            written += 1
    return written


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
    return one_line_end("'" + text if text.lstrip("'").startswith(FORMULA) else text)


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
