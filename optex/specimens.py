"""A specimen of every kind of letter: what the program would write to nobody in particular, with made-up figures."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from optex import notices
from optex.calendar import instant
from optex.cancellation import Cancellation, cancel, promise
from optex.corrections import CorrectHolder
from optex.election import FormReview
from optex.errors import Ruling
from optex.grant import exercise_price
from optex.milestones import first_grant_day
from optex.notices import Kind, Notice
from optex.records import Form, FormKind, FormLine, FormStanding, Grant, Holder, IssuedOption, OptionType, Tender
from optex.state import OfferState
from optex.terms import Terms
from optex.vesting import credited

HOLDER = Holder(holder_id="H-000", name="[Name of holder]", email="", jurisdiction="", voting_percent=Decimal(0))
TALLY = 1_000_000
CLOSE = Decimal("1.00")


def specimens(terms: Terms) -> dict[Kind, Notice]:
    """One notice of every kind, as this offer would have it."""
    made = _Specimen(terms)
    return {Kind(notice.kind): notice for notice in made.notices()}


class _Specimen:
    """The facts behind the specimens: two options, of which a form tenders one in part and the other whole."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.state = terms, OfferState(terms=terms)
        self.schedule = self.state.schedule
        self.old = self._grant("G-0001", terms.commences - relativedelta(years=3), 3_000, exercised=1_000)
        self.recent = self._grant("G-0002", terms.commences - relativedelta(months=3), 1_500)
        self.grants = {grant.grant_id: grant for grant in (self.old, self.recent)}
        self.received = instant(terms.commences + timedelta(days=7), terms.open_at, terms.zone)
        self.cancelled_on = self.schedule.cancel_on
        self.accepted = replace(
            self.state,
            accepted_at=instant(self.cancelled_on, terms.cancel_at, terms.zone),
            cancelled_on=self.cancelled_on,
        )
        self.tenders = (self._tender(self.old, 777), self._tender(self.recent, 1_500, added=True))
        self.cancellations = tuple(self._cancelled(each) for each in self.tenders)
        not_before = first_grant_day(self.cancelled_on, terms.waiting, terms.calendar)
        self.promise = promise(HOLDER.holder_id, self.cancellations, self.cancelled_on, not_before)

    def notices(self) -> list[Notice]:
        terms, schedule, grants, on = self.terms, self.schedule, self.grants, self.schedule.grant_on
        extended = self.terms.extended(terms.expires + timedelta(days=14))
        new_schedule = OfferState(terms=extended).schedule
        why = Ruling(rule="ELG-3", reason="[Service ended before the new options were granted].")
        return [
            notices.offer_opened(terms, schedule, HOLDER, grants.values()),
            notices.reminder(terms, schedule, HOLDER, 5, 1, self.tenders, grants),
            notices.confirmation(self.state, HOLDER, self._review(), grants, self.received),
            notices.extension(
                extended, new_schedule, HOLDER, 2, terms.expires, terms.expires, TALLY, self.tenders, grants
            ),
            notices.amendment(terms, HOLDER, 1, "other", None, "[what changes]", schedule, TALLY, terms.material_days),
            notices.acceptance_and_promise(terms, schedule, HOLDER, self.cancellations, self.promise, grants),
            notices.rejection(terms, HOLDER, [(self.old.grant_id, 777, why)], grants, self.cancelled_on),
            notices.withdrawal_right(
                self.state, HOLDER, self.tenders, grants, "[why nothing has been accepted]", terms.withdrawal_right
            ),
            notices.termination(terms, HOLDER, "[the event of Section 7]", self.tenders, grants),
            notices.promise_lapsed(terms, HOLDER, self.promise, self.promise.shares, why, on),
            notices.acceptance_voided(
                terms, HOLDER, self.cancellations, self.promise, why, self.cancelled_on, grants, lapsed=False
            ),
            self._correction(),
            notices.promise_reinstated(
                terms,
                schedule,
                HOLDER,
                self.promise,
                self.promise.shares,
                why,
                lapsed_on=self.cancelled_on,
                told_on=None,
                reinstated_on=self.cancelled_on,
                granted_on=None,
                grant_on=on,
            ),
            notices.grant(terms, HOLDER, self.promise, self._new_options(on), CLOSE, grants),
        ]

    def _grant(self, grant_id: str, on: date, shares: int, exercised: int = 0) -> Grant:
        return Grant(
            grant_id=grant_id,
            holder_id=HOLDER.holder_id,
            granted_on=on,
            shares=shares,
            exercised=exercised,
            price=Decimal("12.50"),
            type=OptionType.NSO,
            expires_on=on + relativedelta(years=self.terms.plan.term_years.employee),
        )

    def _tender(self, grant: Grant, shares: int, *, added: bool = False) -> Tender:
        return Tender(holder_id=HOLDER.holder_id, grant_id=grant.grant_id, shares=shares, form_id="F-0001", added=added)

    def _cancelled(self, tender: Tender) -> Cancellation:
        return cancel(tender.shares, self.grants[tender.grant_id], self.terms.plan.vesting, self.cancelled_on)

    def _review(self) -> FormReview:
        form = Form(
            form_id="F-0001",
            holder_id=HOLDER.holder_id,
            kind=FormKind.ELECTION,
            received_at=self.received,
            signed_on=self.state.day(self.received),
            signed_as=HOLDER.name,
            channel=self.terms.channels[0],
            lines=(FormLine(grant_id=self.old.grant_id, shares=777),),
        )
        in_time = Ruling(rule="EXP-1", reason="Received in proper form before the offer expired.")
        return FormReview(form=form, standing=FormStanding.EFFECTIVE, ruling=in_time, tenders=self.tenders)

    def _correction(self) -> Notice:
        corrected = CorrectHolder(
            at=self.received, by="[name]", reason="[why]", holder=HOLDER.holder_id, name=HOLDER.name
        )
        corrected = corrected.model_copy(update={"was": {"name": "[name on record]"}, "becomes": {"name": HOLDER.name}})
        return notices.correction(self.state, HOLDER, 1, corrected, {}, [], self.received)

    def _new_options(self, on: date) -> list[IssuedOption]:
        return [
            IssuedOption(
                grant_id=f"{each.grant_id}-N",
                holder_id=HOLDER.holder_id,
                from_grant_id=each.grant_id,
                granted_on=on,
                shares=each.shares,
                price=exercise_price(CLOSE, type=OptionType.NSO, ten_percent_owner=False),
                type=OptionType.NSO,
                expires_on=on + relativedelta(years=self.terms.plan.term_years.employee),
                vesting=credited(each.vesting, on),
            )
            for each in self.cancellations
        ]
