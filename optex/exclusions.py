"""What is unlawful to accept: a jurisdiction that is excluded while the offer runs, and a form that is rejected."""

from dataclasses import replace
from typing import Annotated

from optex.action import Action, option
from optex.election import FormRejection
from optex.eligibility import excluded_by
from optex.errors import Ruling
from optex.fields import Expected, Id, Pattern, Text
from optex.state import OfferState

Reason = Annotated[Text, Expected("a reason in words")]
Jurisdiction = Annotated[Text, Pattern(r"[^\x00-\x1f\x7f]{1,300}", "a jurisdiction such as AU or CA-QC")]


class Exclude(Action):
    """Exclude a jurisdiction in which the offer turned out to be unlawful, until the acceptance (ELG-4, §18).

    Tenders from it are not accepted; every holder there is told, and the options stay outstanding. It covers what lies
    in it: CA covers CA-QC, and not US-CA.
    """

    verb, rule, deployment, named, once = "exclude", "ELG-4", "exclude", True, ("jurisdiction",)
    correction = "Holders there were told the reason on record."
    jurisdiction: Jurisdiction = option("The jurisdiction, as in holders.csv, such as AU or CA-QC.")
    reason: Reason = option("Why the offer cannot comply with its law, in words as holders shall read it.")

    @property
    def subject(self) -> str:
        return self.jurisdiction

    def refused(self, state: OfferState) -> Ruling | None:
        if refused := _decided(state, "no jurisdiction can be excluded any more"):
            return refused
        if excluded := excluded_by(self.jurisdiction, state.terms):
            return Ruling(rule="ELG-4", reason=f"{self.jurisdiction} is excluded already, by {excluded}")
        return None

    def says(self, state: OfferState) -> str:
        return f"{self.jurisdiction} is excluded: the offer is not made there, nor are tenders accepted from there."

    def apply(self, state: OfferState) -> OfferState:
        excluded = (*state.terms.excluded_jurisdictions, self.jurisdiction)
        return replace(state, terms=state.terms.model_copy(update={"excluded_jurisdictions": excluded}))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"{self.jurisdiction} was excluded from the offer", self.reason

    def label(self, state: OfferState) -> str:
        return f"{self.jurisdiction} excluded"


class Reject(Action):
    """Reject an Election Form that it would be unlawful to accept, until the acceptance (ELG-4, §4).

    It tenders nothing and cannot be cured or waived; the holder is told why, and an earlier proper form stands again.
    """

    verb, rule, deployment, named, once = "reject", "ELG-4", "reject", True, ("form",)
    correction, asked = "The holder was told the reason on record.", "A rejection of form {form}"
    form: Id = option("The number of the form.")
    reason: Reason = option("Why it would be unlawful to accept it, in words as the holder shall read it.")

    @property
    def subject(self) -> str:
        return self.form

    def refused(self, state: OfferState) -> Ruling | None:
        return _decided(state, "no form can be rejected any more")

    def says(self, state: OfferState) -> str:
        return f"Form {self.form} is rejected as unlawful to accept."

    def apply(self, state: OfferState) -> OfferState:
        rejection = FormRejection(form_id=self.form, at=self.at, reason=self.reason)
        return replace(state, rejections=(*state.rejections, rejection))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"Form {self.form} was rejected as unlawful to accept", self.reason


def _decided(state: OfferState, so: str) -> Ruling | None:
    """Why it is too late: what was accepted, or returned, is not undone by the program."""
    if state.terminated_at is not None:
        return Ruling(rule="ELG-4", reason=f"the offer was terminated: {so}")
    if state.accepted_at is not None:
        accepted = f"the tendered options were accepted and cancelled on {state.cancelled_on}"
        undone = "the program undoes nothing of it, and counsel must say what becomes of what was promised"
        return Ruling(rule="ELG-4", reason=f"{accepted}, and {so}: {undone}")
    return None
