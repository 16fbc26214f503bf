"""What an action would do to an offer, found by doing it in a transaction that is then taken back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers.actions import record_action
from infra.handlers.result import ActionResult
from infra.workspace import Workspace
from optex.action import Action
from optex.amended_terms import in_words
from optex.formatting import count, local_end
from optex.steps import StepStatus, latest


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that would be another one: a term, the date of a step, how many promises are open."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What would become of an action, what would change by it, and how many letters of each kind it would write."""

    result: ActionResult
    changes: tuple[Change, ...]
    letters: dict[str, int]


def foresee(workspace: Workspace, action: Action, file: tuple[str, bytes] | None = None) -> Foreseen:
    """What an action would do if it were recorded now: everything it does is done, looked at, and taken back."""
    with _taken_back(workspace) as db:
        before, letters = _standing(db), _letters(db)
        result = record_action(db, action, file)
        after = _standing(db)
        changes = tuple(
            Change(what=what, before=before.get(what, ""), after=after.get(what, ""))
            for what in {**before, **after}
            if before.get(what) != after.get(what)
        )
        written = dict(_letters(db) - letters)
    return Foreseen(result=result, changes=changes if result.accepted else (), letters=written)


class _TakenBack(Exception):
    pass


@contextmanager
def _taken_back(workspace: Workspace) -> Iterator[OfferWriter]:
    with suppress(_TakenBack), workspace.write() as db:
        yield db
        raise _TakenBack


def _standing(db: OfferReader) -> dict[str, str]:
    """What can be compared of where an offer stands, each thing in words."""
    state = db.state()
    zone = state.terms.zone
    steps = {}
    for name, step in latest(db.steps()).items():
        due = local_end(step.due, zone)
        said = {StepStatus.DONE: f"{due}, done", StepStatus.MOOT: "no longer needed", StepStatus.HELD: f"{due}, held"}
        steps[name] = said.get(step.status, due)
    promises = db.open_promises()
    shares = sum(promise.shares for promise in promises)
    return {
        **_flat(state.terms.model_dump(by_alias=True), zone),
        "conditions asserted": ", ".join(map(str, state.conditions)) or "none",
        "grant held": "; ".join(state.holds) or "no",
        "amendments": str(state.amendments),
        **steps,
        "tendered options returned": str(_returned(db)),
        "promises open": f"{count(len(promises), 'promise')} for {count(shares, 'share')}" if promises else "none",
    }


def _flat(terms: dict[str, Any], zone: tzinfo, within: str = "") -> dict[str, str]:
    """The keys of offer.toml with their values, an instant on the offer's clock."""
    said: dict[str, str] = {}
    for key, value in terms.items():
        if isinstance(value, dict):
            said |= _flat(value, zone, f"{within}{key}.")
        elif isinstance(value, datetime):
            said[within + key] = local_end(value, zone)
        elif isinstance(value, tuple) and any(isinstance(each, dict) for each in value):
            said[within + key] = in_words(value)
        else:
            said[within + key] = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return said


def _returned(db: OfferReader) -> int:
    d = t.decisions.c
    query = select(func.count()).where(d.offer == db.offer, d.kind == "tender", d.decision == "rejected")
    return int(db.connection.execute(query).scalar() or 0)


def _letters(db: OfferReader) -> Counter[str]:
    n = t.notices.c
    query = select(n.kind, func.count().label("number")).where(n.offer == db.offer).group_by(n.kind)
    return Counter({row.kind: row.number for row in db.connection.execute(query)})
