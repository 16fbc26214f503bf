"""Approvals: where the terms require one, a step waits until a named person has approved exactly what it would do."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from optex.actions import Approve
from tasks.due_step import DueStep


def digest_of(on: date, decision: Iterable[Any]) -> str:
    """A digest of what would be done on a day, by which an approval is bound to it: if it changes, that lapses."""
    said = json.dumps([on.isoformat(), *sorted(decision)], default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def missing_approval(step: DueStep, digest: str, what: str) -> str | None:
    """What still has to be approved by whom; None where nothing has, or a simulation rehearses."""
    name = step.step.name
    if name not in step.state.terms.require_approval or step.office.virtual:
        return None
    given = [each for each in step.book.actions(Approve.verb) if isinstance(each, Approve) and each.step == name]
    if any(each.digest == digest for each in given):
        return None
    lapsed = ", since what was approved before has changed" if given else ""
    return f"waits for the approval of a named person{lapsed}: {what} (digest {digest[:12]})"
