"""One form as it was keyed in by a person: recorded, found already recorded, or refused (CNF-1, REC-1, REC-2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from infra.database.writer import OfferWriter
from infra.handlers.forms import form_from_fields, record_forms
from infra.handlers.known_forms import sort_out
from infra.handlers.result import ActionResult
from infra.handlers.splits import apply_splits
from optex.errors import OptexError, Ruling


def record_keyed_form(
    db: OfferWriter, row: Mapping[str, str], options: Sequence[str], now: datetime, by: str = "", evidence: str = ""
) -> ActionResult:
    """Record one form as it was keyed in; what became of it.

    Without a time of receipt it was received as is on record of it, where it is told again, else now.
    """
    form_id = row["form_id"].strip()
    before = None if row["received_at"] else db.forms([form_id]).get(form_id)
    received_at = row["received_at"] or (before.received_at if before else now).isoformat()
    forms = form_from_fields(db, {**row, "received_at": received_at}, options)
    if any(form.received_at > now for form in forms):
        raise OptexError("a form cannot have been received in the future")
    told = sort_out(db, forms)
    apply_splits(db, now)
    said = record_forms(db, forms, now, by, evidence)
    for ruling in told.refused.values():
        return ActionResult.refused(ruling)
    ruling = Ruling(rule="CNF-1", reason=said)
    return ActionResult(accepted=True, ruling=ruling, message=said, repeated=bool(told.known))
