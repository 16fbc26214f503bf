"""Compensating decisions: what the record, as it now stands, asks to be taken back by entries of its own (REC-4).

What is pending is worked out from the record each time, and kept nowhere.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from optex.action import Action
from optex.calendar import ONE_DAY, instant
from optex.eligibility import may_receive
from optex.eligible import service
from optex.errors import Ruling
from optex.fields import Day
from optex.formatting import day, listed, short_day
from optex.records import Holder, ServicePeriod
from optex.state import OfferState
from optex.terms import Terms

REINSTATED = "reinstated"
"""The decision on a promise that lapsed and is open again."""

CompensationKind = Literal["reinstate", "void"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A compensating decision about one holder that the record asks for, by its ruling.

    `recorded_by` are those who recorded the fact on which it rests, "" for somebody who was not named; `waits` says
    that a person must approve it, `blocked` what stands against it all the same.
    """

    kind: CompensationKind
    holder_id: str
    ruling: Ruling
    recorded_by: tuple[str, ...] = ()
    waits: bool = True
    blocked: Ruling | None = None


def may_approve(pending: Pending, by: str, evidence: str, favoured: Holder) -> Ruling | None:
    """A compensating decision is approved by another person than recorded the fact, and not by whom it favours.

    Where nobody is named as having recorded it, it might have been the same person: the fact must then be shown.
    Authority: REC-4.
    """
    if pending.blocked is not None:
        return pending.blocked
    if "" in pending.recorded_by and not evidence:
        reason = "nobody is named as having recorded the fact on which it rests: state the evidence of it (--evidence)"
        return Ruling(rule="REC-4", reason=reason)
    if any(same_person(by, name) for name in pending.recorded_by):
        return Ruling(rule="REC-4", reason=f"{by} recorded the fact on which it rests: another person must approve it")
    if same_person(by, favoured.name):
        return Ruling(rule="REC-4", reason=f"it favours {favoured.name}: another person must approve it")
    return None


def awaited(pending: Pending) -> str:
    """By whom a compensating decision is to be approved, in words."""
    others = listed([name or "whoever recorded it" for name in pending.recorded_by])
    return f"another person than {others}" if others else "a named person"


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same, whatever their letters' case, width and the space between them."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def reinstatement(
    promise_id: str, periods: Sequence[ServicePeriod], *, received_on: date, through: date, terms: Terms
) -> Ruling | None:
    """Why a promise that lapsed for want of service is reinstated; None where the record still shows a break.

    Authority: §2, §6, §9; the lapse is final at the re-check only (ELG-3, REC-4).
    """
    if may_receive(periods, received_on=received_on, granted_on=through, terms=terms) is not None:
        return None
    shown = f"The record now shows unbroken {service(terms)} from {day(received_on)} through {day(through)}"
    return Ruling(rule="REC-4", reason=f"{shown}: promise {promise_id} is reinstated.")


def lapse_letter_due(lapsed_on: date, terms: Terms) -> datetime:
    """The instant before which the letter of a lapse that is not final yet does not go out (ELG-3)."""
    on = terms.calendar.business_day_offset(lapsed_on, terms.lapse_letter_after)
    return instant(on, terms.open_at, terms.zone)


def next_grant_day(terms: Terms, reinstated_at: datetime) -> date:
    """The first day on which a promise reinstated at an instant can be granted: a business and trading day.

    That of the instant itself if its hour of the grant is still to come: nothing is granted as of a day gone by.
    Authority: REC-4; §9 "on the date of grant" (GRT-1, GRT-3).
    """
    local = reinstated_at.astimezone(terms.zone)
    on = local.date() if local.time() < terms.regrant_at else local.date() + ONE_DAY
    return terms.calendar.grant_day_from(on)


def in_time(reinstated_at: datetime | None, granted_on: date, terms: Terms) -> bool:
    """Whether a promise is granted with the others on a day: it never lapsed, or was reinstated in time (REC-4)."""
    return reinstated_at is None or next_grant_day(terms, reinstated_at) <= granted_on


def late_grant_day(terms: Terms, reinstated_at: datetime, *, after: date) -> date:
    """The day on which a reinstated promise is granted once the others have been, on the day `after` (REC-4)."""
    return max(next_grant_day(terms, reinstated_at), terms.calendar.grant_day_from(after + ONE_DAY))


class LateGrant(Action):
    """The options of promises reinstated after the others were granted are granted on a day of their own (REC-4)."""

    verb, rule = "late-grant", "REC-4"
    on: Day

    def apply(self, state: OfferState) -> OfferState:
        return replace(state, late_grant_on=self.on, late_grant_from=None)

    def label(self, state: OfferState) -> str:
        return f"Late grant planned: {short_day(self.on)}"
