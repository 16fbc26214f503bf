"""A specimen of every kind of letter: to nobody in particular with made-up figures, or with a holder's own options."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from dateutil.relativedelta import relativedelta

from optex import delay_notices, notices
from optex.calendar import instant
from optex.cancellation import Cancellation, cancel, promise
from optex.corrections import CorrectHolder
from optex.election import FormReview
from optex.errors import Ruling
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


SUPPOSED: Mapping[str, str] = {
    Kind.OFFER_OPENED: "",
    Kind.REMINDER: "",
    Kind.CONFIRMATION: "",
    Kind.EXTENSION: "an extension by two weeks",
    Kind.AMENDMENT: "an amendment",
    Kind.ACCEPTANCE: "acceptance on the planned day",
    Kind.REJECTION: "that an option is not accepted",
    Kind.WITHDRAWAL_RIGHT: "that nothing is accepted by then",
    Kind.TERMINATION: "an event of Section 7",
    Kind.GRANT: "a grant on the planned day at a made-up closing price",
}
"""What a specimen makes up of the course of the offer; of any other kind, the event that it tells of."""

AS_THINGS_ARE = frozenset({Kind.OFFER_OPENED, Kind.REMINDER, Kind.EXTENSION, Kind.AMENDMENT, Kind.TERMINATION})
"""The kinds that go to whoever has tendered nothing, too."""


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
        self.accepted = replace(
            self.state,
            accepted_at=instant(self.cancelled_on, terms.cancel_at, terms.zone),
            cancelled_on=self.cancelled_on,
        )
        whose = whose or self._nobody()
        self.holder, self.capacity, self.grants = whose.holder, whose.capacity, whose.grants
        self.old = min(self.grants.values(), key=attrgetter("granted_on", "grant_id"))
        self.standing = whose.tenders
        self.tenders = whose.tenders or tuple(self._tender(each, each.remaining) for each in self.grants.values())
        self.review = whose.review or self._review()
        self.cancellations = tuple(self._cancelled(each) for each in self.tenders)
        not_before = first_grant_day(self.cancelled_on, terms.waiting, terms.calendar)
        self.promise = promise(self.holder.holder_id, self.cancellations, self.cancelled_on, not_before)

    def _nobody(self) -> Whose:
        old = self._grant("G-0001", self.terms.commences - relativedelta(years=3), 3_000, exercised=1_000)
        recent = self._grant("G-0002", self.terms.commences - relativedelta(months=3), 1_500)
        self.holder = HOLDER
        return Whose(
            holder=HOLDER,
            capacity=Capacity.EMPLOYEE,
            grants={grant.grant_id: grant for grant in (old, recent)},
            tenders=(self._tender(old, 777), self._tender(recent, 1_500, added=True)),
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
            notices.rejection(terms, self.holder, self._not_accepted(why), grants, self.cancelled_on),
            notices.withdrawal_right(
                self.state, self.holder, self.tenders, grants, "[why nothing has been accepted]", terms.withdrawal_right
            ),
            notices.termination(terms, self.holder, "[the event of Section 7]", self.standing, grants),
            notices.exclusion(terms, self.holder, 2, "[jurisdiction]", "[why]", self.tenders, grants, open_=True),
            notices.promise_lapsed(terms, self.holder, self.promise, self.promise.shares, why, on),
            notices.acceptance_voided(
                terms, self.holder, self.cancellations, self.promise, why, self.cancelled_on, grants, lapsed=False
            ),
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
            notices.grant(
                terms, self.holder, self.promise, self._new_options(on), CLOSE, grants, capacity=self.capacity
            ),
            *self._delays(),
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
        return Tender(
            holder_id=self.holder.holder_id, grant_id=grant.grant_id, shares=shares, form_id="F-0001", added=added
        )

    def _cancelled(self, tender: Tender) -> Cancellation:
        return cancel(tender.shares, self.grants[tender.grant_id], self.terms.plan.vesting, self.cancelled_on)

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

    def _correction(self) -> Notice:
        corrected = CorrectHolder(
            at=self.received, by="[name]", reason="[why]", holder=self.holder.holder_id, name=self.holder.name
        )
        corrected = corrected.model_copy(
            update={"was": {"name": "[name on record]"}, "becomes": {"name": self.holder.name}}
        )
        return notices.correction(self.state, self.holder, 1, corrected, {}, [], self.received)

    def _not_accepted(self, why: Ruling) -> list[tuple[str, int, Ruling]]:
        first = self.tenders[0]
        return [(first.grant_id, first.shares, why)]

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

    def _delays(self) -> list[Notice]:
        state, on, due = self.state, self.schedule.grant_on, self.schedule.cancel_on
        later = state.granting_from(self.terms.calendar.grant_day_from(on + timedelta(days=7)))
        put_off: dict[str, Any] = {"was_due": on, "reason": "[why]", "rule": "GRT-2"}
        return [
            delay_notices.postponement(
                state,
                self.holder,
                2,
                instant(due, self.terms.cancel_at, self.terms.zone),
                self.tenders,
                self.grants,
                was_due=due,
                rung_on=due,
                due=None,
                conditions=[1],
            ),
            delay_notices.grant_delayed(later, self.holder, 1, self.promise, **put_off),
            delay_notices.grant_resumed(state, self.holder, 1, self.promise, **put_off),
            delay_notices.prohibition(state, self.holder, self.promise, self.promise.shares, 0, "[why]", on),
        ]
