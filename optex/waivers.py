"""Waivers: the decision to overlook what is wrong with a form, and which defects it clears."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from optex import formatting
from optex.defects import WAIVABLE, Defect
from optex.records import Form
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class DefectWaiver:
    """A recorded decision to overlook the defects of a form, or the same defects for all holders (§4, TND-7).

    `rules` are the rules that the form offended when it was waived: for all holders only these are overlooked. Empty
    means, of the form itself, every defect that can be waived.
    """

    form_id: str
    at: datetime
    by: str
    reason: str
    all_holders: bool = False
    rules: frozenset[str] = frozenset()


def waiver_of(found: Defect, form: Form, waivers: Sequence[DefectWaiver]) -> DefectWaiver | None:
    """The waiver that clears a defect of a form: its own, or one for all holders that names the rule (TND-7)."""
    if not found.waivable:
        return None
    for waiver in waivers:
        own = waiver.form_id == form.form_id
        if (own or waiver.all_holders) and found.ruling.rule in (waiver.rules or (WAIVABLE if own else ())):
            return waiver
    return None


def waived_too_late(found: Defect, form: Form, too_late: Sequence[DefectWaiver], terms: Terms) -> Defect:
    """A defect that was waived in the very second of the acceptance: only before it, and it says so (TND-7, CAN-1)."""
    waiver = waiver_of(found, form, too_late)
    if waiver is None:
        return found
    accepted = formatting.moment(waiver.at, terms.clock)
    why = (
        f"It was waived in the very second in which the tendered options were accepted, {accepted}: "
        "only a waiver recorded before it counts."
    )
    return replace(found, ruling=replace(found.ruling, reason=f"{found.ruling.reason} {why}"))
