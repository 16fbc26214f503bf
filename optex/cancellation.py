"""Accepted tenders become cancellations, balancing options and promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from optex.records import Grant, OptionRecord, Tranche
from optex.terms import Vesting
from optex.vesting import outstanding, split


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancellation:
    """One grant cancelled in whole or part: the cancelled shares with their old tranches, and what is left of it."""

    grant_id: str
    holder_id: str
    shares: int
    cancelled_on: date
    vesting: tuple[Tranche, ...]
    balancing: OptionRecord | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A Promise to Grant Stock Option(s): shares as cancelled, not before a date, while service lasts (§6, PRM-1)."""

    promise_id: str
    holder_id: str
    shares: int
    issued_on: date
    not_before: date


def cancel(tender_shares: int, grant: Grant, vesting: Vesting, cancelled_on: date) -> Cancellation:
    """The cancellation of the accepted shares of a grant, with a balancing option for the rest where there is one.

    `vesting` is the plan's schedule. ValueError where not 0 < tendered ≤ granted - exercised.
    Authority: §2, §6 (CAN-1, TND-2).
    """
    if not 0 < tender_shares <= grant.remaining:
        raise ValueError(f"{tender_shares} shares of {grant.grant_id} cannot be cancelled: {grant.remaining} are left")
    tranches, rest = split(outstanding(grant, vesting), tender_shares)
    balancing = None
    if rest:
        balancing = OptionRecord(
            grant_id=f"{grant.grant_id}-B",
            holder_id=grant.holder_id,
            from_grant_id=grant.grant_id,
            granted_on=grant.granted_on,
            shares=grant.remaining - tender_shares,
            price=grant.price,
            type=grant.type,
            expires_on=grant.expires_on,
            vesting=rest,
        )
    return Cancellation(
        grant_id=grant.grant_id,
        holder_id=grant.holder_id,
        shares=tender_shares,
        cancelled_on=cancelled_on,
        vesting=tranches,
        balancing=balancing,
    )


def promise(holder_id: str, cancellations: Iterable[Cancellation], issued_on: date, not_before: date) -> Promise:
    """One holder's Promise to Grant Stock Option(s) for all the shares that were cancelled.

    ValueError where one of the cancellations is another holder's.
    Authority: §6, "a binding commitment to grant you an option or options on a date no earlier than" (PRM-1).
    """
    shares = 0
    for cancellation in cancellations:
        if cancellation.holder_id != holder_id:
            raise ValueError(f"{cancellation.grant_id} belongs to {cancellation.holder_id}, not to {holder_id}")
        shares += cancellation.shares
    return Promise(
        promise_id=f"P-{holder_id}", holder_id=holder_id, shares=shares, issued_on=issued_on, not_before=not_before
    )
