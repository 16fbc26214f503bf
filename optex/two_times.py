"""The two times of whatever is told: when it was received or announced, and when it was put on record (REC-1)."""

from datetime import datetime, tzinfo

from optex.action import Action
from optex.errors import Ruling
from optex.formatting import exact_text
from optex.state import OfferState


def passed_deadline(
    at: datetime, deadline: datetime | None, recorded_at: datetime, *, through: bool = False
) -> datetime | None:
    """The deadline that lies between the two times of what is told; None where none does (REC-1).

    What comes at its very instant comes too late, or, `through` it, in time (EXP-1, EXT-1).
    """
    if deadline is None:
        return None
    passed = at <= deadline < recorded_at if through else at < deadline <= recorded_at
    return deadline if passed else None


def incomplete(action: Action, state: OfferState, recorded_at: datetime) -> tuple[datetime | None, Ruling | None]:
    """The deadline between the two times of an action, and why it is not taken as it was told; None where it is.

    Some are taken only from a named person, or only with evidence; all need both when they are recorded after a
    deadline before which they are said to have been announced.
    Authority: §4, §7, §15 (REC-1, TND-7, CND-1).
    """
    deadline = action.deadline(state)
    passed = passed_deadline(action.announced, deadline, recorded_at, through=action.through_deadline)
    if action.amends and deadline is not None and deadline <= recorded_at:
        passed = deadline  # a correction changes what was on record by then, whenever it is said to be
    missing = [
        what
        for what, needed, given in (
            ("who decided (--by)", action.named or passed is not None, action.by),
            ("the evidence of it (--evidence)", action.proven or passed is not None, action.evidence),
        )
        if needed and not given.strip()
    ]
    if not missing:
        return passed, None
    named = " and ".join(missing)
    if passed is None:
        return None, Ruling(rule=action.rule, reason=f"it must state {named}")
    return passed, Ruling(rule="REC-1", reason=f"{_late(action, passed, recorded_at, state.terms.zone)}: state {named}")


def _late(action: Action, passed: datetime, recorded_at: datetime, zone: tzinfo) -> str:
    said, deadline, now = (exact_text(each, zone) for each in (action.announced, passed, recorded_at))
    if action.amends:
        return f"it is recorded {now} and changes what was on record by the deadline of {deadline}"
    return f"it is told as of {said}, but recorded {now}, after the deadline of {deadline}"
