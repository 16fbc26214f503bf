"""Where an offer stands: its first terms and every fact that arrived since, folded into one state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from optex.adjustment import Deferred, Split
from optex.calendar import ONE_DAY, local_date
from optex.election import Waiver
from optex.milestones import Plan, cancellation_due, next_cancellation, plan
from optex.records import OptionType
from optex.terms import Terms

CONDITIONS = {
    1: "an action or proceeding by an authority that challenges the offer",
    2: "an action, approval withheld, or law that restricts the offer",
    3: "a change in accounting standards that would require a compensation expense",
    4: "a tender offer, merger or acquisition proposal for the issuer",
    5: "a material change in the issuer's business",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that arrived and was accepted: `data` as the interface names it, dates and instants as ISO text."""

    fact_id: str
    at: datetime
    verb: str
    by: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferState:
    """The offer as it stands: terms as extended, what has been done, and what stands in the way of the next act."""

    terms: Terms
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    cancelled_on: date | None = None
    terminated_at: datetime | None = None
    granted_on: date | None = None
    conditions: tuple[int, ...] = ()
    postponed_to: date | None = None
    holds: tuple[str, ...] = ()
    grant_from: date | None = None
    waivers: tuple[Waiver, ...] = ()
    told_splits: tuple[Split, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    amendments: int = 0

    @property
    def plan(self) -> Plan:
        return plan(self.terms, cancel_on=self.cancelled_on or self.postponed_to, grant_from=self.grant_from)

    @property
    def splits(self) -> tuple[Split, ...]:
        """The splits that came after the cancellation: one told beforehand may turn out to lie before it (ADJ-1)."""
        on = self.cancelled_on
        return tuple(split for split in self.told_splits if on is not None and on < split.on)

    @property
    def over(self) -> bool:
        """Whether nothing of the offer is left to do."""
        return self.terminated_at is not None or self.granted_on is not None

    def day(self, at: datetime) -> date:
        """The calendar day of an instant on the offer's clock."""
        return local_date(at, self.terms.zone)


def fold(state: OfferState, facts: Iterable[Fact]) -> OfferState:
    """The state after the facts, in the order in which they were recorded; the facts are taken as accepted."""
    for fact in facts:
        state = _apply(state, fact)
    return state


def _apply(state: OfferState, fact: Fact) -> OfferState:
    data = fact.data
    match fact.verb:
        case "extend":
            return _extended(state, data["to"])
        case "amend":
            state = replace(state, amendments=state.amendments + 1)
            return _extended(state, data["extend_to"]) if data.get("extend_to") else state
        case "terminate":
            # What stood in the way of an act stands in the way of none any more.
            return replace(state, terminated_at=fact.at, conditions=(), holds=())
        case "condition-assert":
            return replace(state, conditions=tuple(sorted({*state.conditions, data["number"]})))
        case "condition-waive" | "condition-end":
            return _condition_gone(state, data["number"], fact.at)
        case "postpone":
            return replace(state, postponed_to=date.fromisoformat(data["on"]))
        case "election-waive":
            return replace(state, waivers=(*state.waivers, _waiver(fact)))
        case "split":
            split = Split(on=date.fromisoformat(data["on"]), new=data["new"], old=data["old"])
            return replace(state, told_splits=(*state.told_splits, split))
        case "defer":
            deferred = Deferred(
                deferred_id=f"D-{len(state.deferred) + 1}",
                holder_id=data["holder"],
                shares=data["shares"],
                type=OptionType(data["type"]),
                decided_at=fact.at,
            )
            return replace(state, deferred=(*state.deferred, deferred))
        case "committee-grant-date":
            return replace(state, grant_from=date.fromisoformat(data["on"]))
        case "hold":
            return replace(state, holds=(*state.holds, data["reason"]))
        case "release":
            return _released(state, fact.at)
    return state


def _extended(state: OfferState, to: str) -> OfferState:
    return replace(state, terms=state.terms.extended(datetime.fromisoformat(to)), postponed_to=None)


def _condition_gone(state: OfferState, number: int, at: datetime) -> OfferState:
    """Once the last asserted condition is gone a held acceptance falls due again, on a business day (CND-1)."""
    conditions = tuple(standing for standing in state.conditions if standing != number)
    postponed_to = state.postponed_to
    # The books know of an end before the facts that led to it are folded: what came earlier counts as it did then.
    ended = state.accepted_at is not None or (state.terminated_at is not None and at >= state.terminated_at)
    if not conditions and not ended and at > cancellation_due(state.terms, postponed_to):
        postponed_to = state.day(next_cancellation(state.terms, at))
    return replace(state, conditions=conditions, postponed_to=postponed_to)


def _released(state: OfferState, at: datetime) -> OfferState:
    """A grant that was held may be made from the day of the release on, if its hour is still to come (§13, CIC-1)."""
    day = state.day(at)
    if at.astimezone(state.terms.zone).time() > state.terms.regrant_at:
        day += ONE_DAY
    return replace(state, holds=(), grant_from=max(day, state.grant_from or day))


def _waiver(fact: Fact) -> Waiver:
    return Waiver(
        form_id=fact.data["form"],
        at=fact.at,
        by=fact.by,
        reason=fact.data["reason"],
        all_holders=fact.data.get("all_holders", False),
        rules=frozenset(fact.data.get("rules", ())),
    )
