"""The rules applied to everyone at once: facts of all holders in, decisions about all of them out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from optex import cancellation, grant
from optex.adjustment import Deferred, ratio, scaled_total
from optex.cancellation import Cancellation, Promise
from optex.election import FormReview, review_forms
from optex.eligibility import capacity_on, in_offer, last_day_as, may_receive, may_tender, nothing_of_the_class, serves
from optex.errors import Ruling
from optex.iso import Exercisable
from optex.ledger_of_the_day import Ledger
from optex.records import Capacity, Form, FormKind, FormStanding, Grant, HolderRecord, IssuedOption, Tender
from optex.state import OfferState
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenPromise:
    """A promise not yet kept: with the day its election was received, and the cancellations it stands for.

    `reinstated_at` says since when it is open again, where it had lapsed (REC-4).
    """

    promise: Promise
    received_on: date
    cancellations: tuple[Cancellation, ...]
    reinstated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HolderGrant:
    """What one holder is granted; `open_promise` is None where there is only a deferred grant."""

    record: HolderRecord
    capacity: Capacity
    open_promise: OpenPromise | None
    options: tuple[IssuedOption, ...]


def with_options(records: Iterable[HolderRecord], state: OfferState) -> list[HolderRecord]:
    """Who held options when the offer commenced (§1, ELG-1)."""
    return [d for d in records if any(in_offer(option, state.terms) for option in d.grants.values())]


def eligibility(records: Iterable[HolderRecord], state: OfferState) -> list[tuple[HolderRecord, Ruling | None]]:
    """Everyone who holds options, with the ruling that keeps them from tendering, if one does. Authority: §1, §18."""
    return [
        (d, may_tender(d.holder, d.service_periods, state.terms) or nothing_of_the_class(d, state.terms))
        for d in with_options(records, state)
    ]


def addressees(records: Iterable[HolderRecord], state: OfferState, at: datetime) -> list[HolderRecord]:
    """Whom the offer's announcements go to: eligible holders who are still in service, once the offer has opened.

    Authority: §15.
    """
    if at < state.terms.opens:
        return []
    today = state.day(at)
    return [d for d, refused in eligibility(records, state) if refused is None and serves(d.service_periods, today)]


def review_all(records: Iterable[HolderRecord], state: OfferState, at: datetime) -> list[FormReview]:
    """How every form received by an instant stands (§4, §5)."""
    return [
        review
        for d in records
        if d.forms
        for review in review_forms(
            terms=state.terms,
            holder=d.holder,
            periods=d.service_periods,
            grants=d.grants,
            foreign=frozenset(),
            forms=d.forms,
            waivers=state.waivers,
            rejections=state.rejections,
            accepted_at=state.accepted_at,
            terminated_at=state.terminated_at,
            at=at,
            exercises=d.exercises,
            told=d.told,
            splits=state.grant_splits,
            told_grants=d.told_grants,
        )
    ]


def in_force(reviews: Iterable[FormReview]) -> dict[str, FormReview]:
    """The last proper form of each holder, be it an election that stands or a notice (§5)."""
    return {each.form.holder_id: each for each in reviews if each.standing is FormStanding.EFFECTIVE}


def grants_when_signed(record: HolderRecord, form: Form, state: OfferState) -> Mapping[str, Grant]:
    """The holder's grants as the ledger had them on the day on which a form was signed (TND-4, ADJ-1)."""
    ledger = Ledger(grants=record.grants, told=record.told_grants, splits=state.grant_splits, terms=state.terms)
    return ledger.when_signed(form)


def elections(reviews: Iterable[FormReview]) -> dict[str, FormReview]:
    """The effective election of each holder who has one."""
    return {
        j.form.holder_id: j
        for j in reviews
        if j.standing is FormStanding.EFFECTIVE and j.form.kind is FormKind.ELECTION
    }


def tenders(reviews: Iterable[FormReview]) -> dict[str, tuple[Tender, ...]]:
    """What stands tendered, by holder."""
    return {holder_id: review.tenders for holder_id, review in elections(reviews).items()}


def withdrawn_at(reviews: Iterable[FormReview]) -> dict[str, datetime]:
    """When the notice was received by which each holder withdrew who has not tendered again (WDR-2)."""
    notices = {id_: each.form for id_, each in in_force(reviews).items() if each.form.kind is FormKind.WITHDRAWAL}
    return {holder_id: form.received_at for holder_id, form in notices.items()}


def refused_notices(reviews: Iterable[FormReview], terms: Terms) -> dict[str, list[Form]]:
    """Each holder's notices that came after the expiration and before the right to withdraw what is not accepted.

    Where a tender stands they are to be sent again when it opens. Authority: §5 (WDR-3).
    """
    found: dict[str, list[Form]] = defaultdict(list)
    for each in reviews:
        form = each.form
        if (
            each.standing is FormStanding.LATE
            and form.kind is FormKind.WITHDRAWAL
            and terms.expires <= form.received_at <= terms.withdrawal_right
        ):
            found[form.holder_id].append(form)
    return found


def tendered_shares(reviews: Iterable[FormReview]) -> int:
    """The number of option shares that stand tendered (Rule 14e-1(d))."""
    return sum(tender.shares for standing in tenders(reviews).values() for tender in standing)


def decide_tenders(
    records: Iterable[HolderRecord], reviews: Iterable[FormReview], state: OfferState, cancelled_on: date
) -> list[cancellation.TenderDecision]:
    """What is accepted of everyone's effective election, and what is rejected and why (§6, CAN-1)."""
    standing = elections(reviews)
    return [
        decision
        for d in records
        if (election := standing.get(d.holder.holder_id))
        for decision in cancellation.decide(
            election.tenders,
            received_on=state.day(election.form.received_at),
            periods=d.service_periods,
            grants=d.grants,
            terms=state.terms,
            cancelled_on=cancelled_on,
        )
    ]


def cancel_tenders(
    decisions: Iterable[cancellation.TenderDecision],
    records: Iterable[HolderRecord],
    state: OfferState,
    cancelled_on: date,
) -> list[Cancellation]:
    """The cancellation of every accepted tender, with its balancing option (§6, TND-2)."""
    grants = {grant_id: held for d in records for grant_id, held in d.grants.items()}
    vesting, exchange = state.terms.plan.vesting, state.terms.exchange
    return [
        cancellation.cancel(decision.tender.shares, grants[decision.tender.grant_id], vesting, cancelled_on, exchange)
        for decision in decisions
        if decision.accepted
    ]


def promise_all(cancellations: Iterable[Cancellation], issued_on: date, not_before: date) -> list[Promise]:
    """One promise for each holder whose options were cancelled (§6, PRM-1)."""
    mine: dict[str, list[Cancellation]] = defaultdict(list)
    for each in cancellations:
        mine[each.holder_id].append(each)
    return [cancellation.promise(holder_id, each, issued_on, not_before) for holder_id, each in mine.items()]


def reserved_for(each: OpenPromise, state: OfferState, on: date) -> int:
    """The shares reserved for a promise on a day, as adjusted by splits (ADJ-1, PLN-1)."""
    return sum(scaled_total(c.new_shares, ratio(state.splits, c.cancelled_on, on)) for c in each.cancellations)


def grant_all(
    promises: Sequence[OpenPromise],
    records: Mapping[str, HolderRecord],
    state: OfferState,
    granted_on: date,
    close: Decimal,
    earlier: Mapping[str, Sequence[Exercisable]] = MappingProxyType({}),
) -> list[HolderGrant]:
    """The new options of everyone who kept in service, and the deferred grants of whoever still serves (§6, §9).

    `earlier` are the new ISOs that each holder has already, where a promise is kept later than the others (REC-4).
    """
    kept = {each.promise.holder_id: each for each in promises}
    deferring = {deferred.holder_id for deferred in state.deferred}
    granted = []
    for holder_id in sorted({*kept, *deferring}):
        record = records[holder_id]
        capacity = capacity_on(record.service_periods, granted_on)
        if capacity is None:
            continue
        each = kept.get(holder_id)
        options = grant.new_options(
            terms=state.terms,
            holder=record.holder,
            capacity=capacity,
            granted_on=granted_on,
            close=close,
            cancellations=each.cancellations if each else (),
            grants=record.grants,
            splits=state.all_splits,
            deferred=[each for each in state.deferred if deferred_kept(each, record, state, granted_on)],
            ceases_on=last_day_as(record.service_periods, capacity, granted_on),
            earlier=earlier.get(holder_id, ()),
        )
        granted.append(HolderGrant(record=record, capacity=capacity, open_promise=each, options=tuple(options)))
    return granted


def deferred_kept(deferred: Deferred, record: HolderRecord, state: OfferState, granted_on: date) -> bool:
    """Whether a deferred grant is this holder's and service was unbroken since it was decided (LCK-1, ELG-2)."""
    decided_on = state.day(deferred.decided_at)
    return deferred.holder_id == record.holder.holder_id and not may_receive(
        record.service_periods, received_on=decided_on, granted_on=granted_on
    )
