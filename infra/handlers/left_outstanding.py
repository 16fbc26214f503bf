"""What waivers leave outstanding of the look-back, as it was decided: the company is warned of it (TND-7)."""

from dataclasses import dataclass

from infra.database.reader import OfferReader
from optex.records import FormStanding
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOutstanding:
    """A form that stands without a look-back grant because its omission was waived; `says` what that does."""

    form_id: str
    holder_id: str
    says: str


def left_outstanding(db: OfferReader, state: OfferState) -> tuple[LeftOutstanding, ...]:
    """The forms that stand without a look-back grant, or a part of one; none once every tender is returned."""
    if state.terms.lookback.omitted != "defect" or not state.waivers or state.terminated_at is not None:
        return ()
    return tuple(
        LeftOutstanding(
            form_id=row.subject, holder_id=row.holder_id, says=f"Form {row.subject} of {row.holder_id}: {reason}"
        )
        for row in db.each_latest_decision("form")
        if row.decision == FormStanding.EFFECTIVE
        for rule, reason in row.remarks
        if rule == "TND-3"
    )
