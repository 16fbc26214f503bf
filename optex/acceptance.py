"""What is accepted of a standing election on the cancellation date, and what is returned and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from optex import formatting
from optex.eligibility import may_be_accepted
from optex.errors import Ruling
from optex.records import Grant, Spell, Tender
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One tender accepted for exchange, or rejected so that its option stays outstanding, and the ruling behind it."""

    tender: Tender
    accepted: bool
    ruling: Ruling


def decide(
    tenders: Sequence[Tender],
    *,
    received_on: date,
    spells: Sequence[Spell],
    grants: Mapping[str, Grant],
    terms: Terms,
    cancelled_on: date,
) -> list[Decision]:
    """Which tenders of one holder's effective election are accepted, each cancelled as of `cancelled_on`.

    `received_on` is the day that election was received on the offer's clock. KeyError for a tender of an unknown grant.
    Authority: §6 "we will accept for exchange and cancel options properly tendered and not validly withdrawn" (CAN-1).
    """
    void = may_be_accepted(spells, received_on=received_on, cancelled_on=cancelled_on, terms=terms)
    accepted = Ruling(rule="CAN-1", reason=f"Accepted for exchange and cancelled as of {formatting.day(cancelled_on)}.")
    decisions = []
    for tender in tenders:
        refusal = void or _no_longer_there(tender, grants[tender.grant_id], cancelled_on)
        decisions.append(Decision(tender=tender, accepted=refusal is None, ruling=refusal or accepted))
    return decisions


def returned(tenders: Sequence[Tender]) -> list[Decision]:
    """Every tender returned because the offer was terminated; the options stay outstanding.

    Authority: §15; Rule 13e-4(f)(5) "return the options tendered promptly after termination" (CND-2).
    """
    ruling = Ruling(
        rule="CND-2", reason="The offer was terminated: the tender is returned, the option stays outstanding."
    )
    return [Decision(tender=tender, accepted=False, ruling=ruling) for tender in tenders]


def _no_longer_there(tender: Tender, grant: Grant, cancelled_on: date) -> Ruling | None:
    """Why there is nothing left to cancel: the option expired by its own terms, or was exercised, after the tender."""
    if grant.expires_on < cancelled_on:
        expired = f"The option expired by its own terms on {formatting.day(grant.expires_on)}"
        return Ruling(
            rule="TND-1", reason=f"{expired}, before it could be cancelled on {formatting.day(cancelled_on)}."
        )
    if tender.shares > grant.remaining:
        return Ruling(
            rule="TND-1",
            reason=f"{tender.shares:,} shares are tendered, but only {grant.remaining:,} are left of the option.",
        )
    return None
