"""Whom a reminder goes to: by what is in force of each holder, and by what the terms ask for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from optex import batch
from optex.election import FormReview
from optex.formatting import first_few
from optex.records import FormKind, HolderRecord
from optex.state import OfferState


class Elected(StrEnum):
    """What a holder has elected so far, as an outcome says it of one and of several."""

    TENDERED = "tendered", "has tendered", "have tendered"
    WITHDRAWN = "withdrawn", "has withdrawn", "have withdrawn"
    NOTHING = "nothing", "has not elected", "have not elected"

    one: str
    several: str

    def __new__(cls, value: str, one: str = "", several: str = "") -> Self:
        elected = str.__new__(cls, value)
        elected._value_, elected.one, elected.several = value, one, several
        return elected

    def said_of(self, number: int, who: str = "") -> str:
        return " ".join(filter(None, (f"{number:,}", who, self.one if number == 1 else self.several)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminders:
    """Who is reminded and who is not, by what each has elected; `left` are those who are not in service any more."""

    reminded: Sequence[str] = ()
    spared: Sequence[str] = ()
    left: Sequence[str] = ()
    elected: Mapping[str, Elected] = field(default_factory=dict)

    def plus(self, more: "Reminders") -> "Reminders":
        """These and the holders that come after them."""
        return Reminders(
            reminded=[*self.reminded, *more.reminded],
            spared=[*self.spared, *more.spared],
            left=[*self.left, *more.left],
            elected={**self.elected, **more.elected},
        )

    @property
    def says(self) -> str:
        """How many of those reminded have elected what, and who is not reminded and why."""
        parts = [each.said_of(len(who)) for each, who in self._by_election(self.reminded)]
        kept = [f"{each.said_of(len(who), 'who')} ({first_few(who)})" for each, who in self._by_election(self.spared)]
        if self.left:
            kept.append(f"{len(self.left):,} no longer in service ({first_few(self.left)})")
        return "; ".join(filter(None, (", ".join(parts), f"not reminded: {', '.join(kept)}" if kept else "")))

    def _by_election(self, holder_ids: Sequence[str]) -> Iterator[tuple[Elected, list[str]]]:
        for each in Elected:
            if who := [id_ for id_ in holder_ids if self.elected[id_] is each]:
                yield each, who


def whom_to_remind(
    records: Sequence[HolderRecord], reviews: Iterable[FormReview], state: OfferState, at: datetime
) -> Reminders:
    """Every eligible holder in service; where the terms remind the undecided alone, who has no form in force.

    A notice of withdrawal decides as an election does, until another form is in force: a form that is defective or late
    decides nothing.
    Authority: §4, §5, §15 (EXP-1).
    """
    eligible = [d for d, refused in batch.eligibility(records, state) if refused is None]
    serving = batch.addressees(eligible, state, at)
    in_force = batch.in_force(reviews)
    elected = {d.holder.holder_id: _elected(in_force.get(d.holder.holder_id)) for d in eligible}
    everyone = state.terms.remind == "all"
    due = {id_ for id_, each in elected.items() if everyone or each is Elected.NOTHING}
    still = {d.holder.holder_id: None for d in serving}
    return Reminders(
        reminded=[id_ for id_ in still if id_ in due],
        spared=[id_ for id_ in still if id_ not in due],
        left=[id_ for id_ in elected if id_ not in still],
        elected=elected,
    )


def _elected(review: FormReview | None) -> Elected:
    if review is None:
        return Elected.NOTHING
    return Elected.TENDERED if review.form.kind is FormKind.ELECTION else Elected.WITHDRAWN
