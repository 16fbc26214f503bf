"""Who takes up the offer: the course of the tenders day by day, and the outcome by class of holder. Nobody by name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from infra.status.participation import OTHER, ParticipationReport
from optex import batch
from optex.records import Capacity, FormKind, FormStanding, HolderRecord, Tender
from optex.state import OfferState

NOT_ELIGIBLE = "Not eligible"
ALL_ELIGIBLE = "All eligible holders"
CLASSES = {
    Capacity.EMPLOYEE.value: "Employees",
    Capacity.DIRECTOR.value: "Directors, not employees",
    Capacity.CONSULTANT.value: "Consultants",
    OTHER: "Others",
}


class Outcome(StrEnum):
    """What became of option shares, or of a holder's tender taken as a whole."""

    ACCEPTED = "accepted"
    TENDERED = "tendered, not decided yet"
    REJECTED = "rejected or returned"
    NOT_TENDERED = "not tendered"


@dataclass(kw_only=True, slots=True)
class ClassOutcome:
    """One class of holders by their capacity at commencement: option shares and holders by outcome."""

    label: str
    shares: Counter[Outcome] = field(default_factory=Counter)
    holders: Counter[Outcome] = field(default_factory=Counter)

    @property
    def tendering(self) -> int:
        """How many holders have a tender that stands, or stood when it was decided."""
        return self.holders.total() - self.holders[Outcome.NOT_TENDERED]

    @property
    def tendered(self) -> int:
        """The option shares of those tenders."""
        return self.shares.total() - self.shares[Outcome.NOT_TENDERED]


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferDay:
    """One day of the offer: what stands tendered at its end, what was withdrawn, and the forms that came in."""

    on: date
    standing: int
    holders: int
    withdrawn: int
    elections: int
    withdrawals: int
    improper: int

    @property
    def forms(self) -> int:
        return self.elections + self.withdrawals + self.improper


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyTenders:
    """The days of the offer as far as they have come, and how many forms arrived before or after them."""

    days: tuple[OfferDay, ...]
    outside: int


def standing_tenders(records: Sequence[HolderRecord], state: OfferState, at: datetime) -> dict[str, int]:
    """The option shares that stand tendered, by grant."""
    reviews = batch.review_all(records, state, at)
    return {t.grant_id: t.shares for each in batch.tenders(reviews).values() for t in each}


def by_capacity(took_part: ParticipationReport, decided: Mapping[str, Any]) -> list[ClassOutcome]:
    """The outcome by class, those not eligible apart, and last of all the eligible holders together.

    `decided` are the decisions on tenders, by grant; who has none has tendered what stands tendered.
    """
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for row in decided.values():
        outcomes[row.holder_id][Outcome.ACCEPTED if row.decision == "accepted" else Outcome.REJECTED] += row.shares
    everyone = took_part.everyone()
    members = {CLASSES[capacity]: holders for capacity, holders in took_part.members.items()}
    members |= {NOT_ELIGIBLE: sorted(took_part.shares.keys() - everyone), ALL_ELIGIBLE: everyone}
    classes = []
    for label, holders in members.items():
        outcome = ClassOutcome(label=label)
        for holder_id in holders:
            shares = outcomes.get(holder_id) or Counter({Outcome.TENDERED: took_part.tendered.get(holder_id, 0)})
            kept = took_part.shares.get(holder_id, 0) - shares.total()
            outcome.shares.update(shares)
            outcome.shares[Outcome.NOT_TENDERED] += kept
            outcome.holders[next((part for part in Outcome if shares[part]), Outcome.NOT_TENDERED)] += 1
        classes.append(outcome)
    return [each for each in classes if each.holders or each.label == ALL_ELIGIBLE]


_CHANGES = ("standing", "holders")
_COUNTED = ("withdrawn", "elections", "withdrawals", "improper")


def daily_tenders(
    records: Iterable[HolderRecord], state: OfferState, standings: Mapping[str, str], at: datetime
) -> DailyTenders:
    """The tenders day by day, from commencement until they were decided, or as far as the books go.

    Every form counts from the day of its receipt, and as it stands by now: `standings` are the standings by form.
    """
    first, last = state.terms.commences, state.day(state.accepted_at or state.terminated_at or at)
    tally: dict[str, Counter[date]] = {name: Counter() for name in (*_CHANGES, *_COUNTED)}
    outside = 0
    for record in records:
        before: tuple[Tender, ...] = ()
        for nth, form in enumerate(record.forms, start=1):
            on = state.day(form.received_at)
            outside += not first <= on <= last
            tally[_counted_as(form.kind, standings[form.form_id])][on] += 1
            so_far = replace(record, forms=record.forms[:nth])
            after = batch.tenders(batch.review_all([so_far], state, at)).get(record.holder.holder_id, ())
            change = sum(t.shares for t in after) - sum(t.shares for t in before)
            tally["standing"][on] += change
            tally["holders"][on] += bool(after) - bool(before)
            if before and not after:
                tally["withdrawn"][on] -= change
            before = after
    return DailyTenders(days=_days(tally, first, last), outside=outside)


def _counted_as(kind: FormKind, standing: str) -> str:
    if standing in (FormStanding.DEFECTIVE, FormStanding.LATE):
        return "improper"
    return "elections" if kind is FormKind.ELECTION else "withdrawals"


def _days(tally: Mapping[str, Counter[date]], first: date, last: date) -> tuple[OfferDay, ...]:
    days = []
    standing = holders = 0
    for n in range((last - first).days + 1):
        on = first + timedelta(days=n)
        standing += tally["standing"][on]
        holders += tally["holders"][on]
        days.append(OfferDay(on=on, standing=standing, holders=holders, **{name: tally[name][on] for name in _COUNTED}))
    return tuple(days)
