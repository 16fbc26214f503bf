"""Accepted tenders become cancellations, balancing options and promises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from optex import formatting
from optex.eligibility import may_be_accepted
from optex.errors import Ruling
from optex.exchange import ONE_FOR_ONE, comes_to_nothing, exchanged, said
from optex.quickly_made import quickly_made
from optex.records import Grant, IssuedOption, ServicePeriod, Tender, Tranche
from optex.terms import Exchange, Terms, Vesting
from optex.vesting import outstanding, split, total


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Cancellation:
    """One grant cancelled in whole or part: the cancelled shares with their old tranches, and what is left of it.

    `exchanged` are the tranches of the new shares that are promised for them, None where they are the old ones (XCH-1).
    """

    grant_id: str
    holder_id: str
    shares: int
    cancelled_on: date
    vesting: tuple[Tranche, ...]
    balancing: IssuedOption | None = None
    exchanged: tuple[Tranche, ...] | None = None

    @property
    def promised(self) -> tuple[Tranche, ...]:
        """The tranches of the new shares that are promised, on the days of the old ones (VST-1, XCH-1)."""
        return self.vesting if self.exchanged is None else self.exchanged

    @property
    def new_shares(self) -> int:
        """How many new shares are promised for the cancelled ones (XCH-1)."""
        return self.shares if self.exchanged is None else total(self.exchanged)


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A Promise to Grant Stock Option(s): the new shares, not before a date, while service lasts (§6, PRM-1, XCH-1)."""

    promise_id: str
    holder_id: str
    shares: int
    issued_on: date
    not_before: date


def cancel(
    tender_shares: int, grant: Grant, vesting: Vesting, cancelled_on: date, exchange: Exchange = ONE_FOR_ONE
) -> Cancellation:
    """The cancellation of the accepted shares of a grant, with a balancing option for the rest where there is one.

    `vesting` is the plan's schedule. ValueError where not 0 < tendered ≤ granted - exercised.
    Authority: §2, §6 (CAN-1, TND-2, XCH-1).
    """
    if not 0 < tender_shares <= grant.remaining:
        raise ValueError(f"{tender_shares} shares of {grant.grant_id} cannot be cancelled: {grant.remaining} are left")
    tranches, rest = split(outstanding(grant, vesting), tender_shares)
    balancing = None
    if rest:
        balancing = IssuedOption(
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
        exchanged=exchanged(tranches, grant, exchange) if exchange.ratio else None,
    )


def promise(holder_id: str, cancellations: Iterable[Cancellation], issued_on: date, not_before: date) -> Promise:
    """One holder's Promise to Grant Stock Option(s) for all the shares that were cancelled, by the ratio of each grant.

    ValueError where one of the cancellations is another holder's.
    Authority: §6, "a binding commitment to grant you an option or options on a date no earlier than" (PRM-1).
    """
    shares = 0
    for cancellation in cancellations:
        if cancellation.holder_id != holder_id:
            raise ValueError(f"{cancellation.grant_id} belongs to {cancellation.holder_id}, not to {holder_id}")
        shares += cancellation.new_shares
    return Promise(
        promise_id=f"P-{holder_id}", holder_id=holder_id, shares=shares, issued_on=issued_on, not_before=not_before
    )


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class TenderDecision:
    """One tender accepted for exchange, or rejected so that its option stays outstanding, and the ruling behind it."""

    tender: Tender
    accepted: bool
    ruling: Ruling


def decide(
    tenders: Sequence[Tender],
    *,
    received_on: date,
    periods: Sequence[ServicePeriod],
    grants: Mapping[str, Grant],
    terms: Terms,
    cancelled_on: date,
) -> list[TenderDecision]:
    """Which tenders of one holder's effective election are accepted, each cancelled as of `cancelled_on`.

    `received_on` is the day that election was received on the offer's clock. KeyError for a tender of an unknown grant.
    Authority: §6 "we will accept for exchange and cancel options properly tendered and not validly withdrawn" (CAN-1);
    what no whole new share would be given for is not accepted (XCH-1).
    """
    void = may_be_accepted(periods, received_on=received_on, cancelled_on=cancelled_on, terms=terms)
    accepted = Ruling(rule="CAN-1", reason=f"Accepted for exchange and cancelled as of {formatting.day(cancelled_on)}.")
    decisions = []
    for tender in tenders:
        refusal = void or _no_longer_there(tender, grants[tender.grant_id], cancelled_on)
        refusal = refusal or comes_to_nothing(tender.shares, grants[tender.grant_id], terms.exchange)
        given = _given(tender, grants[tender.grant_id], terms.exchange) if not refusal else ""
        ruling = refusal or (Ruling(rule="CAN-1", reason=f"{accepted.reason} {given}") if given else accepted)
        decisions.append(TenderDecision(tender=tender, accepted=refusal is None, ruling=ruling))
    return decisions


def _given(tender: Tender, grant: Grant, exchange: Exchange) -> str:
    """What is promised for what is accepted, in a sentence; "" where it is one for one (XCH-1)."""
    given = said(tender.shares, grant, exchange)
    return f"Promised: {given} (XCH-1)." if given else ""


def returned(tenders: Sequence[Tender]) -> list[TenderDecision]:
    """Every tender returned because the offer was terminated; the options stay outstanding.

    Authority: §15 "return the options tendered promptly after termination"; Rule 13e-4(f)(5) (CND-2).
    """
    ruling = Ruling(
        rule="CND-2", reason="The offer was terminated: the tender is returned, the option stays outstanding."
    )
    return [TenderDecision(tender=tender, accepted=False, ruling=ruling) for tender in tenders]


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
            reason=f"{formatting.agreeing(tender.shares, 'share', 'is', 'are')} tendered, but only {grant.remaining:,} "
            f"{'is' if grant.remaining == 1 else 'are'} left of the option.",
        )
    return None
