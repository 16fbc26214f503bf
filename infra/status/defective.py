"""The forms that do not count as they stand, while their holders can still send others."""

from dataclasses import dataclass

from infra.database.reader import OfferReader
from optex.records import FormStanding
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class DefectiveForm:
    """A form that is defective, and why."""

    form_id: str
    holder_id: str
    rule: str
    reason: str


def defective_forms(db: OfferReader, state: OfferState) -> tuple[DefectiveForm, ...]:
    """The defective forms by their ids; none once the offer was accepted, or ended, for then nothing mends them."""
    if state.accepted_at is not None or state.terminated_at is not None:
        return ()
    return tuple(
        DefectiveForm(form_id=row.subject, holder_id=row.holder_id, rule=row.rule, reason=row.reason)
        for row in db.each_latest_decision("form")
        if row.decision == FormStanding.DEFECTIVE
    )
