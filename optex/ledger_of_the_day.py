"""In which shares a form is read: those of the day on which it was signed, whatever split came after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from optex import formatting
from optex.adjustment import UNCHANGED, Split, adjusted_by, ratio, scaled_total
from optex.calendar import local_date
from optex.eligible import all_left_out
from optex.errors import Ruling
from optex.exercises import Exercises
from optex.records import Form, Grant, Tender
from optex.signed_dates import signed_on
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The options of one holder: as adjusted by these `splits`, and as they were `told`, before any of them."""

    grants: Mapping[str, Grant]
    told: Mapping[str, Grant]
    splits: Sequence[Split]
    terms: Terms

    @property
    def left_out(self) -> Mapping[str, Ruling]:
        """The options that the offer is not made for, each with the reason: a split changes none of it (ELG-5)."""
        return all_left_out(self.told, self.terms)

    def when_signed(self, form: Form) -> Mapping[str, Grant]:
        """The options as the ledger had them on the day on which a form was signed.

        Authority: §5, what the form must specify; §9 (TND-4, ADJ-1).
        """
        if self._since(form) == UNCHANGED:
            return self.grants
        by_then = [split for split in self.splits if split.on <= self._signed_on(form)]
        return {key: adjusted_by(grant, by_then, self.terms.plan.vesting) for key, grant in self.told.items()}

    def exercised_until(self, form: Form, exercises: Exercises) -> Exercises:
        """What the record of earlier days said to be exercised, in the shares of the day of signing."""
        if not self.splits:
            return exercises
        by = ratio(self.splits, date.min, self._signed_on(form))
        return {key: [(on, scaled_total(n, by)) for on, n in each] for key, each in exercises.items()}

    def as_of_now(self, form: Form, tenders: Sequence[Tender]) -> tuple[tuple[Tender, ...], tuple[Ruling, ...]]:
        """What a form tenders in the shares of now, floored, and a remark on each tender that a split has changed.

        A tender of the whole option stays one; a tender of which nothing is left is none.
        Authority: §9, "the number of shares subject to each option" (ADJ-1).
        """
        since, signed = self._since(form), self.when_signed(form)
        if since == UNCHANGED:
            return tuple(tenders), ()
        now, remarks = [], []
        for tender in tenders:
            whole = tender.shares == signed[tender.grant_id].remaining
            shares = self.grants[tender.grant_id].remaining if whole else scaled_total(tender.shares, since)
            remarks.append(self._remark(form, tender, shares))
            if shares:
                now.append(replace(tender, shares=shares))
        return tuple(now), tuple(remarks)

    def _remark(self, form: Form, tender: Tender, shares: int) -> Ruling:
        named = formatting.listed([split.named for split in self.splits if split.on > self._signed_on(form)])
        offered = f"tender of {formatting.count(tender.shares, 'share')} of option {tender.grant_id}"
        what = f"its {offered} has become one of {shares:,}" if shares else f"nothing is left of its {offered}"
        reason = f"The form was signed before the {named}: {what}."
        return Ruling(rule="ADJ-1", reason=reason)

    def _since(self, form: Form) -> Fraction:
        return ratio(self.splits, self._signed_on(form), date.max) if self.splits else UNCHANGED

    def _signed_on(self, form: Form) -> date:
        """The day of the signature, without one that of the receipt."""
        return signed_on(form, self.terms.zone) or local_date(form.received_at, self.terms.zone)
