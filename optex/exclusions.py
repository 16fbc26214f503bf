"""What is unlawful to accept: a jurisdiction that is excluded while the offer runs, and a form that is rejected."""

from dataclasses import replace
from typing import Annotated

from optex.action import Action, option
from optex.election import FormRejection
from optex.eligibility import excluded_by, lies_in
from optex.errors import Ruling
from optex.fields import Expected, Id, Pattern, Text
from optex.formatting import local_text
from optex.state import OfferState

Reason = Annotated[Text, Expected("a reason in words")]
Jurisdiction = Annotated[Text, Pattern(r"[^\x00-\x1f\x7f]{1,300}", "a jurisdiction such as AU or CA-QC")]


class Exclude(Action):
    """Exclude a jurisdiction in which the offer turned out to be unlawful, until the acceptance (ELG-4, §18).

    Tenders from it are not accepted; every holder there is told, and the options stay outstanding. It covers what lies
    in it: CA covers CA-QC, and not US-CA. With `remove`, before the expiration, the offer is made there after all.
    """

    verb, rule, deployment, named, final = "exclude", "ELG-4", "exclude", True, True
    correction = "Holders there were told the reason on record."
    jurisdiction: Jurisdiction = option(
        "The jurisdiction, as in holders.csv, such as AU or CA-QC.", among="jurisdictions"
    )
    reason: Reason = option("Why the offer cannot, or can, comply with its law, in words as holders shall read it.")
    remove: bool = option("The offer is lawful there after all: takes an exclusion back.", False)

    @property
    def subject(self) -> str:
        return self.jurisdiction

    def refused(self, state: OfferState) -> Ruling | None:
        if refused := _decided(state, "no jurisdiction can be excluded any more"):
            return refused
        excluded = excluded_by(self.jurisdiction, state.terms)
        if self.remove:
            return self._cannot_be_removed(state, excluded)
        if excluded:
            return Ruling(rule="ELG-4", reason=f"{self.jurisdiction} is excluded already, by {excluded}")
        return None

    def _cannot_be_removed(self, state: OfferState, excluded: str | None) -> Ruling | None:
        if excluded is None:
            return Ruling(rule="ELG-4", reason=f"{self.jurisdiction} is not excluded")
        if not lies_in(excluded, self.jurisdiction):
            return Ruling(rule="ELG-4", reason=f"{self.jurisdiction} is excluded by {excluded}, and not by itself")
        if self.at >= state.terms.expires:
            expired = f"the offer expired {local_text(state.terms.expires, state.terms.zone)}"
            reason = f"{expired}: holders there could no longer tender, unless it is extended first"
            return Ruling(rule="ELG-4", reason=reason)
        return None

    def says(self, state: OfferState) -> str:
        if self.remove:
            return f"{self.jurisdiction} is excluded no more: the offer is made there after all."
        return f"{self.jurisdiction} is excluded: the offer is not made there, nor are tenders accepted from there."

    def apply(self, state: OfferState) -> OfferState:
        excluded = state.terms.excluded_jurisdictions
        if self.remove:
            excluded = tuple(each for each in excluded if not self._is(each))
        else:
            excluded = (*excluded, self.jurisdiction)
        return replace(state, terms=state.terms.model_copy(update={"excluded_jurisdictions": excluded}))

    def _is(self, excluded: str) -> bool:
        return lies_in(excluded, self.jurisdiction) and lies_in(self.jurisdiction, excluded)

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        now = "was no longer excluded from" if self.remove else "was excluded from"
        return f"{self.jurisdiction} {now} the offer", self.reason

    def label(self, state: OfferState) -> str:
        return f"{self.jurisdiction} {'admitted again' if self.remove else 'excluded'}"


class Reject(Action):
    """Reject an Election Form that it would be unlawful to accept, until the acceptance (ELG-4, §4).

    It tenders nothing and cannot be cured or waived; the holder is told why, and an earlier proper form stands again.
    """

    verb, rule, deployment, named, once = "reject", "ELG-4", "reject", True, ("form",)
    final = True
    correction, asked = "The holder was told the reason on record.", "A rejection of form {form}"
    form: Id = option("The number of the form.", among="forms")
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
