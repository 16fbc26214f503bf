"""Taking in what arrives: forms and actions, weighed by the rules and recorded in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from infra.database.writer import OfferWriter
from infra.folder.arrivals import Arrival
from infra.handlers.actions import record_action
from infra.handlers.intake import record_arrivals
from infra.handlers.keyed_form import record_keyed_form
from infra.handlers.result import ActionResult
from optex.action import Action
from tasks.decorators import effect


@effect("take in what arrived by {evening}")
def take_in_arrivals(db: OfferWriter, arrivals: Sequence[Arrival], at: datetime, evening: str) -> list[str]:
    """In a simulation: whatever has arrived since the last time, in order; `evening` is `at` on the offer's clock."""
    return record_arrivals(db, arrivals, at)


@effect("weigh and record the action")
def weigh_and_record(db: OfferWriter, action: Action) -> ActionResult:
    return record_action(db, action)


@effect("record a form")
def record_received_form(
    db: OfferWriter, row: Mapping[str, str], lines: Sequence[str], at: datetime, by: str, evidence: str
) -> ActionResult:
    return record_keyed_form(db, row, lines, at, by, evidence)
