"""The facts that arrive and the company's own acts: each is weighed by the rules, recorded, and carried out.

A fact that a rule refuses is recorded as refused, with the rule, and changes nothing else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from infra.books import tables as t
from infra.books.store import Book
from infra.desk.company_acts import COMPANY_ACTS
from infra.desk.records import RECORDS
from optex.errors import Ruling
from optex.state import Fact

ACTS = {**COMPANY_ACTS, **RECORDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a fact: taken, refused by a rule, or found already recorded; in one sentence."""

    accepted: bool
    ruling: Ruling
    message: str
    repeated: bool = False


def take_fact(book: Book, verb: str, data: Mapping[str, Any], by: str, at: datetime) -> Outcome:
    """Weigh, record and carry out one fact, in the transaction of the book."""
    act = ACTS[verb]
    fact = Fact(fact_id=_key(verb, data, at), at=at, verb=verb, by=by, data=data)
    if earlier := _recorded(book, fact):
        return earlier
    refused = act.weigh(book, book.state(), fact)
    subject = act.subject(fact)
    if refused:
        book.add_fact(fact, refused, accepted=False)
        book.audit(at, by, [(f"{verb} refused", subject, refused.rule, refused.reason)])
        return Outcome(accepted=False, ruling=refused, message=f"Refused by {refused.rule}: {refused.reason}")
    if act.completes:
        fact = act.completes(book, fact)
    taken = Ruling(rule=act.rule, reason=act.says(fact, book.state()))
    book.add_fact(fact, taken, accepted=True)
    book.audit(at, by, [(verb, subject, act.rule, _detail(taken.reason, fact))])
    consequence = act.carry_out(book, fact)
    return Outcome(accepted=True, ruling=taken, message=" ".join(filter(None, (taken.reason, consequence))))


def _key(verb: str, data: Mapping[str, Any], at: datetime) -> str:
    said = json.dumps([verb, dict(data), at.isoformat()], sort_keys=True, default=str)
    return f"{verb}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _recorded(book: Book, fact: Fact) -> Outcome | None:
    """What was said of the very same fact before: the same key, or an act that would do again what it has done."""
    rows = book.rows(t.actions, t.actions.c.position.desc())
    row = next((row for row in rows if row.fact_id == fact.fact_id), None) or _done_before(rows, fact)
    if row is None:
        return None
    message = f"Already recorded{'' if row.accepted else ' as refused'}: {row.reason}"
    ruling = Ruling(rule=row.rule, reason=row.reason)
    return Outcome(accepted=row.accepted, ruling=ruling, message=message, repeated=True)


def _done_before(rows: Sequence[Row[Any]], fact: Fact) -> Row[Any] | None:
    """The accepted fact, of those in `rows` from the last to the first, that already did what this one would do."""
    if fact.verb not in _ONCE:
        return None
    earlier = [row for row in rows if row.accepted and row.verb == fact.verb]
    if fact.verb in _ONCE_A_DAY:
        earlier = [row for row in earlier if abs(row.at - fact.at) < timedelta(days=1)]
    if fact.verb == "price-set":  # it may have been corrected since, so only the last one told of the day counts
        earlier = [row for row in earlier if row.data["on"] == fact.data["on"]][:1]
    keys = _ONCE[fact.verb]
    return next((row for row in earlier if all(row.data.get(key) == fact.data.get(key) for key in keys)), None)


# A second click must not act twice: these say the same whenever they are said.
_ONCE = {
    "extend": ("to",),
    "terminate": (),
    "election-waive": ("form", "all_holders"),
    "agreement-signed": ("grant",),
    "split": ("on", "new", "old"),
    "price-set": ("on", "close"),
    "amend": ("change", "percent", "extend_to", "reason"),
    "defer": ("holder", "shares", "type"),
}
# These may well be meant a second time, but hardly within a day of the first.
_ONCE_A_DAY = ("amend", "defer")


def _detail(reason: str, fact: Fact) -> str:
    extra = [str(fact.data[key]) for key in ("reason", "evidence") if fact.data.get(key)]
    return " — ".join([reason, *extra])
