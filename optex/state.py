"""Where an offer stands: its terms as they are now, what has been done, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from optex.adjustment import Deferred, Split
from optex.calendar import ONE_DAY, last_day, local_date
from optex.election import DefectWaiver, FormRejection
from optex.formatting import listed
from optex.milestones import OfferSchedule, schedule_of
from optex.terms import Terms

CONDITIONS = {
    1: "an action or proceeding by an authority that challenges the offer",
    2: "an action, approval withheld, or law that restricts the offer",
    3: "a change in accounting standards that would require a compensation expense",
    4: "a tender offer, merger or acquisition proposal for the issuer",
    5: "a material change in the issuer's business",
}


def upon_events(events: Sequence[int]) -> str:
    """Upon which events of §7 something is done, as what goes before a stop; "" upon none."""
    named = [f"event {number} of §7 ({CONDITIONS[number]})" for number in events]
    return f" upon {listed(named)}" if named else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferState:
    """The offer as it stands: terms as extended, what has been done, and what stands in the way of the next act.

    `followed` are the days of the splits that have been carried out, `followed_before` those of them that adjusted the
    grants, before anything was cancelled.
    """

    terms: Terms
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    cancelled_on: date | None = None
    terminated_at: datetime | None = None
    terminated_upon: tuple[int, ...] = ()
    granted_on: date | None = None
    conditions: tuple[int, ...] = ()
    postponed_to: date | None = None
    holds: tuple[str, ...] = ()
    grant_from: date | None = None
    late_grant_on: date | None = None
    late_grant_from: date | None = None
    successor: str = ""
    prohibited_at: datetime | None = None
    waivers: tuple[DefectWaiver, ...] = ()
    rejections: tuple[FormRejection, ...] = ()
    told_splits: tuple[Split, ...] = ()
    followed: frozenset[date] = frozenset()
    followed_before: frozenset[date] = frozenset()
    deferred: tuple[Deferred, ...] = ()
    amendments: int = 0

    @property
    def schedule(self) -> OfferSchedule:
        late = self.late_grant_on
        if late and self.late_grant_from and self.late_grant_from > late:
            late = self.terms.calendar.grant_day_from(self.late_grant_from)
        return schedule_of(
            self.terms,
            cancel_on=self.cancelled_on or self.postponed_to,
            grant_from=self.grant_from,
            late_grant_on=late,
        )

    def granting_from(self, on: date) -> "OfferState":
        """The state with the grant that is next made no earlier than a day: a late one leaves the first as it was."""
        return replace(self, grant_from=on) if self.late_grant_on is None else replace(self, late_grant_from=on)

    @property
    def grant_splits(self) -> tuple[Split, ...]:
        """The splits that adjusted the grants themselves: the acceptance, if there was one, came after them (ADJ-1)."""
        return tuple(split for split in self.told_splits if split.on in self.followed_before)

    @property
    def splits(self) -> tuple[Split, ...]:
        """The splits that scale what was cancelled, and what was kept (ADJ-1).

        Cancelled were the shares of that day as it was known: a split of then, or before, that was told only later
        counts from the day after it.
        """
        on = self.cancelled_on
        if on is None:
            return ()
        since = [split for split in self.told_splits if split.on not in self.followed_before]
        return tuple(split if split.on > on else replace(split, counts_from=on + ONE_DAY) for split in since)

    @property
    def followed_splits(self) -> tuple[Split, ...]:
        """Those of them that have been carried out."""
        return tuple(split for split in self.splits if split.on in self.followed)

    @property
    def followed_through(self) -> date:
        """The day through which splits are carried out for what was cancelled or kept."""
        return max((split.effective for split in self.followed_splits), default=self.cancelled_on or date.min)

    @property
    def all_splits(self) -> tuple[Split, ...]:
        """Every split told, whatever it adjusts, each with the day from which it counts."""
        return (*self.grant_splits, *self.splits) if self.cancelled_on else self.told_splits

    @property
    def over(self) -> bool:
        """Whether nothing of the offer is left to do."""
        return any((self.terminated_at, self.granted_on, self.prohibited_at))

    def day(self, at: datetime) -> date:
        """The calendar day of an instant on the offer's clock."""
        return local_date(at, self.terms.zone)

    def last_day(self, ends: datetime) -> date:
        """The last day, on the offer's clock, of what ends at an instant (CAL-2)."""
        return last_day(ends, self.terms.zone)
