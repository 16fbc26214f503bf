"""A specimen of every kind of letter: to nobody in particular with made-up figures, or with a holder's own options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from optex import notices
from optex.adjusted_holdings import AdjustedHolding, Holding
from optex.adjustment import Deferred, Split, adjusted, scaled_total, together
from optex.calendar import instant
from optex.cancellation import cancel, promise
from optex.corrections import CorrectHolder
from optex.deferral_notices import deferred_promised
from optex.delay_notices import acceptance_resumed, grant_delayed, postponement, prohibition
from optex.election import FormReview
from optex.eligible import lowest_price
from optex.errors import Ruling
from optex.exchange import new_shares
from optex.grant import new_options
from optex.milestones import first_grant_day
from optex.notices import Kind, Notice
from optex.records import (
    Capacity,
    Form,
    FormKind,
    FormLine,
    FormStanding,
    Grant,
    Holder,
    IssuedOption,
    OptionType,
    Tender,
)
from optex.state import OfferState
from optex.terms import Terms

HOLDER = Holder(holder_id="H-000", name="[Name of holder]", email="", jurisdiction="", voting_percent=Decimal(0))
TALLY = 1_000_000
CLOSE = Decimal("1.00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """The facts behind specimens with a holder's own options: those that the offer is about, at least one.

    `tenders` are what stands tendered of them, and `review` is how the last of the holder's forms stands. Where nothing
    is tendered a letter that needs it supposes that every option is, whole.
    """

    holder: Holder
    capacity: Capacity
    grants: Mapping[str, Grant]
    tenders: tuple[Tender, ...] = ()
    review: FormReview | None = None


def specimens(terms: Terms, whose: Whose | None = None) -> dict[Kind, Notice]:
    """One notice of every kind, as this offer would have it, with a holder's own options or to nobody in particular."""
    made = _Specimen(terms, whose)
    return {Kind(notice.kind): notice for notice in made.notices()}


class _Specimen:
    """The facts behind the specimens: a holder's own, or two options, one of them tendered in part and one whole."""

    def __init__(self, terms: Terms, whose: Whose | None) -> None:
        self.terms, self.state = terms, OfferState(terms=terms)
        self.schedule = self.state.schedule
        self.received = instant(terms.commences + timedelta(days=7), terms.open_at, terms.zone)
        self.cancelled_on = self.schedule.cancel_on
        self.cancel_at = instant(self.cancelled_on, terms.cancel_at, terms.zone)
        self.accepted = replace(self.state, accepted_at=self.cancel_at, cancelled_on=self.cancelled_on)
        whose = whose or self._nobody()
        self.holder, self.capacity, self.grants = whose.holder, whose.capacity, whose.grants
        self.standing = whose.tenders
        whole = tuple(_tender(each, each.remaining) for each in self.grants.values())
        self.tenders = whose.tenders or whole
        self.first = self.tenders[0]
        self.old = self.grants[self.first.grant_id]
        self.review = whose.review or self._review()
        self.cancellations = tuple(
            cancel(each.shares, self.grants[each.grant_id], terms.plan.vesting, self.cancelled_on, terms.exchange)
            for each in self._given_for(self.tenders) or self._given_for(whole)
        )
        not_before = first_grant_day(self.cancelled_on, terms.waiting, terms.calendar)
        self.promise = promise(self.holder.holder_id, self.cancellations, self.cancelled_on, not_before)

    def _given_for(self, tenders: Iterable[Tender]) -> list[Tender]:
        """Those of these tenders for which a new share is given (XCH-1)."""
        given = self.terms.exchange
        return [each for each in tenders if new_shares(each.shares, self.grants[each.grant_id], given)]

    def _nobody(self) -> Whose:
        old = self._grant("G-0001", self.terms.commences - relativedelta(years=3), 3_000, exercised=1_000)
        recent = self._grant("G-0002", self.terms.commences - relativedelta(months=3), 1_500)
        return Whose(
            holder=HOLDER,
            capacity=Capacity.EMPLOYEE,
            grants={grant.grant_id: grant for grant in (old, recent)},
            tenders=(_tender(old, 777), _tender(recent, 1_500, added=True)),
        )

    def notices(self) -> list[Notice]:
        terms, schedule, grants, on = self.terms, self.schedule, self.grants, self.schedule.grant_on
        extended = self.terms.extended(terms.expires + timedelta(days=14))
        new_schedule = OfferState(terms=extended).schedule
        why = Ruling(rule="ELG-3", reason="[Service ended before the new options were granted].")
        return [
            notices.offer_opened(terms, schedule, self.holder, grants.values()),
            notices.reminder(terms, schedule, self.holder, 5, 1, self.standing, grants),
            notices.confirmation(self.state, self.holder, self.review, grants, self.review.form.received_at),
            notices.extension(
                extended, new_schedule, self.holder, 2, terms.expires, terms.expires, TALLY, self.standing, grants
            ),
            notices.amendment(
                terms, self.holder, 1, "other", None, "[what changes]", schedule, TALLY, terms.material_days
            ),
            notices.acceptance_and_promise(terms, schedule, self.holder, self.cancellations, self.promise, grants),
            notices.rejection(
                terms, self.holder, [(self.first.grant_id, self.first.shares, why)], grants, self.cancelled_on
            ),
            notices.withdrawal_right(
                self.state, self.holder, self.tenders, grants, "[why nothing has been accepted]", terms.withdrawal_right
            ),
            notices.exclusion(terms, self.holder, 2, "[jurisdiction]", "[why]", self.tenders, grants, open_=True),
            notices.termination(terms, self.holder, "[the event of Section 7]", self.standing, grants),
            notices.promise_lapsed(terms, self.holder, self.promise, self.promise.shares, why, on),
            notices.acceptance_voided(
                terms, self.holder, self.cancellations, self.promise, why, self.cancelled_on, grants, lapsed=False
            ),
            self._adjustment(),
            self._correction(),
            notices.promise_reinstated(
                terms,
                schedule,
                self.holder,
                self.promise,
                self.promise.shares,
                why,
                lapsed_on=self.cancelled_on,
                told_on=None,
                reinstated_on=self.cancelled_on,
                granted_on=None,
                grant_on=on,
            ),
            postponement(
                self.state,
                self.holder,
                1,
                self.cancel_at,
                self.tenders,
                grants,
                was_due=self.cancelled_on,
                rung_on=self.cancelled_on,
                due=None,
                conditions=[4],
            ),
            grant_delayed(
                self.accepted,
                self.holder,
                1,
                self.promise,
                was_due=on,
                reason="[why the grant is held back]",
                rule="CIC-1",
            ),
            acceptance_resumed(
                self.state,
                self.holder,
                1,
                self.cancel_at,
                self.standing,
                grants,
                why="[why acceptance falls due again]",
            ),
            prohibition(
                self.accepted, self.holder, self.promise, self.promise.shares, 0, "[what prohibits the grant]", on
            ),
            deferred_promised(
                terms, schedule, self.holder, self._deferred(), self.state.day(self.received), accepted=False
            ),
            notices.grant(
                terms, self.holder, self.promise, self._new_options(on), CLOSE, grants, capacity=self.capacity
            ),
        ]

    def _grant(self, grant_id: str, on: date, shares: int, exercised: int = 0) -> Grant:
        return Grant(
            grant_id=grant_id,
            holder_id=HOLDER.holder_id,
            granted_on=on,
            shares=shares,
            exercised=exercised,
            price=max(Decimal("12.50"), lowest_price(self.terms)),
            type=OptionType.NSO,
            expires_on=on + relativedelta(years=self.terms.plan.term_years.employee),
        )

    def _review(self) -> FormReview:
        form = Form(
            form_id="F-0001",
            holder_id=self.holder.holder_id,
            kind=FormKind.ELECTION,
            received_at=self.received,
            signed_on=self.state.day(self.received),
            signed_as=self.holder.name,
            channel=self.terms.channels[0],
            lines=tuple(
                FormLine(grant_id=each.grant_id, shares=each.shares) for each in self.tenders if not each.added
            ),
        )
        in_time = Ruling(rule="EXP-1", reason="Received in proper form before the offer expired.")
        return FormReview(form=form, standing=FormStanding.EFFECTIVE, ruling=in_time, tenders=self.tenders)

    def _adjustment(self) -> Notice:
        split = Split(on=self.state.day(self.received) + timedelta(days=7), new=3, old=2)
        by = together([split])
        now = adjusted(self.old, by, self.terms.plan.vesting)
        was, made = (
            Holding(
                subject=each.grant_id,
                holder_id=self.holder.holder_id,
                what="option",
                shares=each.remaining,
                price=each.price,
                exercised=each.exercised,
            )
            for each in (self.old, now)
        )
        held = AdjustedHolding(split=split, was=was, became=made)
        tendered = [(self.old.grant_id, self.first.shares, scaled_total(self.first.shares, by))]
        return notices.split_adjusted(self.state, self.holder, split, [held], tendered, unseated=False)

    def _correction(self) -> Notice:
        corrected = CorrectHolder(
            at=self.received, by="[name]", reason="[why]", holder=self.holder.holder_id, name=self.holder.name
        )
        corrected = corrected.model_copy(
            update={"was": {"name": "[name on record]"}, "becomes": {"name": self.holder.name}}
        )
        return notices.correction(self.state, self.holder, 1, corrected, {}, [], self.received)

    def _deferred(self) -> Deferred:
        return Deferred(
            deferred_id="D-1",
            holder_id=self.holder.holder_id,
            shares=500,
            type=OptionType.NSO,
            decided_at=self.received,
            promised=True,
        )

    def _new_options(self, on: date) -> list[IssuedOption]:
        return new_options(
            terms=self.terms,
            holder=self.holder,
            capacity=self.capacity,
            granted_on=on,
            close=CLOSE,
            cancellations=self.cancellations,
            grants=self.grants,
        )


def _tender(grant: Grant, shares: int, *, added: bool = False) -> Tender:
    return Tender(holder_id=grant.holder_id, grant_id=grant.grant_id, shares=shares, form_id="F-0001", added=added)
