"""What may be done to an offer: one class for each action, from which the commands, the forms and script.toml follow.

A class holds everything that is said of its action: the options with their help, the rule it acts under, what refuses
it, what it makes of the offer's state, and its words: for the operator, for `optex explain`, for the timeline. What
it does to the database is in the handlers of `infra`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, ValidationError

from optex import adjustment, amended_terms, amendments, changes
from optex import closings as closings  # so that their classes are among ACTIONS, as are those of the corrections
from optex import corrections as corrections
from optex import exclusions as exclusions
from optex import prohibition as prohibition
from optex.action import AT_ITS_HOUR, COMMON, ON_THE_CLOCK, Action, BadAction, of, option
from optex.calendar import ONE_DAY, instant
from optex.compensations import next_grant_day
from optex.contradictions import Settle as Settle
from optex.election import DefectWaiver
from optex.errors import Ruling
from optex.fields import ClosingPrice, Count, Day, Exact, Expected, Expiration, Id, Moment, Text, Whole
from optex.formatting import count, day, listed, local_end, moment, short_day
from optex.market import Quote
from optex.milestones import REGRANT, cancellation_due, extension_deadline, next_cancellation
from optex.near_miss import did_you_mean
from optex.notice_outcomes import NoticeBounced as NoticeBounced
from optex.notice_outcomes import NoticeDelivered as NoticeDelivered
from optex.records import OptionType
from optex.service_acts import EndService as EndService
from optex.service_acts import ServiceSet as ServiceSet
from optex.state import CONDITIONS, OfferState, upon_events
from optex.terms import Terms
from optex.terms_reader import SomeTerms
from optex.visible import quoted, shortened

Reason = Annotated[Text, Expected("a reason in words")]


class Extend(Action):
    """Extend the offer. Reminders, close, cancellation and grant move; every eligible holder is told, with the tally.

    Refused if it is announced after 8:00 a.m. of the business day after the last expiration (EXT-1, §15).
    """

    verb, rule, deployment, once, through_deadline = "extend", "EXT-1", "extend", ("to",), True
    final = True
    correction = "It was announced so: what else holders must know is told them by `optex amend --change other`."
    filed = "the offer is extended"
    to: Expiration = option("The new expiration.", form="The new expiration." + AT_ITS_HOUR)
    announced_at: Moment = option(
        "When it was announced to the public; default: --at.",
        form=f"When it was announced to the public; leave it empty if it is announced with this.{ON_THE_CLOCK}",
        default_factory=lambda data: data["at"],
    )
    reason: str = option("The reason, in words.", "")

    @property
    def announced(self) -> datetime:
        return self.announced_at

    def deadline(self, state: OfferState) -> datetime:
        return extension_deadline(state.terms)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_extend(state, self.to, self.announced_at)

    def says(self, state: OfferState) -> str:
        return f"The offer is extended to {local_end(self.to, state.terms.zone)}."

    def apply(self, state: OfferState) -> OfferState:
        return _extended(state, self.to)

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"The offer was extended to {moment(self.to, clock)}", self.reason

    def label(self, state: OfferState) -> str:
        return f"Extended to {short_day(state.last_day(self.to))}"


class Amend(Action):
    """Amend the offer and tell every eligible holder.

    A change in consideration, a decrease, or an increase beyond 2% must leave ten whole business days, the day of its
    notice the first; another material change as many as the term `material_days` says: refused unless the expiration,
    or the extension made with it, leaves them. Which terms carry it out is stated with it, and refused where they may
    not be amended; of a change in consideration or in the options sought they must be (AMD-1, §15).
    """

    verb, rule, deployment, final = "amend", "AMD-1", "amend", True
    filed = "the offer is amended"
    once, once_within = ("change", "percent", "extend_to", "reason", "terms"), timedelta(days=1)
    change: Annotated[
        Literal["consideration", "decrease", "increase", "other"], of("consideration", "decrease", "increase", "other")
    ] = option("What changes.")
    percent: Exact | None = option(
        "By how many percent of the option shares sought, for an increase or a decrease, such as 2.5.", None
    )
    extend_to: Expiration | None = option(
        "Extend the offer with it, to this instant.",
        None,
        form="Extend the offer with it, to this instant." + AT_ITS_HOUR,
    )
    reason: Reason = option("The amendment, in words as holders shall read it.")
    immaterial: Reason | None = option("Why the change is not material, where it is not: then it needs no days.", None)
    terms: SomeTerms | None = option(
        "A file with the keys of offer.toml that change, as they shall be; what it leaves out stands as it is.",
        None,
        form="The keys of offer.toml that change, as they shall be, such as a line `waiting = {months = 12}`.",
    )

    def deadline(self, state: OfferState) -> datetime:
        """The last instant at which its notice leaves holders their days."""
        days = amendments.notice_days(self.change, self.percent, self.immaterial, state.terms.material_days)
        return amendments.deadline(state, days, self.at, self.extend_to)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_amend(state, self.change, self.percent, self.extend_to, self.at, self.immaterial, self.terms)

    def says(self, state: OfferState) -> str:
        changed = amended_terms.changed_terms(state.terms, self.amended(state.terms))
        carried_out = f": {listed(terms)}" if (terms := [str(each) for each in changed]) else ""
        made = f"Amendment No. {state.amendments + 1} ({self.change}) is made{_not_material(self.immaterial)}"
        return f"{made}{carried_out}."

    def amended(self, terms: Terms) -> Terms:
        """The terms as it leaves them, but for an extension made with it."""
        return amended_terms.amended(terms, self.terms) if self.terms else terms

    def apply(self, state: OfferState) -> OfferState:
        state = replace(state, amendments=state.amendments + 1, terms=self.amended(state.terms))
        return _extended(state, self.extend_to) if self.extend_to else state

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        by = f" of {self.percent}%" if self.percent is not None else ""
        named = {"consideration": "a change in the consideration", "other": "another change"}
        until = f", and extended to {moment(self.extend_to, clock)}" if self.extend_to else ""
        article = "an" if self.change == "increase" else "a"
        said = named.get(self.change) or f"{article} {self.change}{by} in the options sought"
        terms = f" ({amended_terms.stated(self.terms)})" if self.terms else ""
        return f"The offer was amended by {said}{terms}{until}", self.reason

    def label(self, state: OfferState) -> str:
        return f"Amended and extended to {short_day(state.last_day(self.extend_to))}" if self.extend_to else "Amended"


_Event = Annotated[Whole, Field(ge=1, le=5), Expected("1 to 5, in the order of §7 of the offer")]
_EVENTS = (
    "1: an authority challenges the offer",
    "2: an action, approval withheld or law restricts the offer",
    "3: a change in accounting standards",
    "4: a tender offer, merger or acquisition proposal",
    "5: a material change in the business",
)


class Terminate(Action):
    """Terminate the offer: every tender is returned, no step is left to do, every holder is told (CND-2, §15).

    Before the expiration it rests on one of the five events of §7, stated with its evidence; after it on a condition
    that stands asserted. This cannot be undone.
    """

    verb, rule, deployment, once, named, decided = "terminate", "CND-2", "terminate", (), True, ("events",)
    final = True
    correction = "It cannot be undone, and holders were told the reason on record."
    number: _Event | None = option(
        "Upon which of the five events, in the order of §7; left out after the expiration: upon every condition that "
        "stands asserted.",
        None,
        form="Upon which of the five events of §7; after the expiration it may be left empty.",
        offered=_EVENTS,
    )
    reason: Reason = option("The reason, as holders shall read it.")
    events: tuple[_Event, ...] | None = Field(None, strict=False)
    """The events of §7 that it rests on."""

    def deadline(self, state: OfferState) -> datetime:
        """The expiration, or the end of the next business day, by which holders are told of it."""
        told_by = state.terms.calendar.next_business_day(state.day(self.at)) + ONE_DAY
        return min(state.terms.expires, instant(told_by, time(0), state.terms.zone))

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_terminate(state, self.at, self.number, self.evidence)

    def rests_on(self, state: OfferState) -> tuple[int, ...]:
        """The events of §7 on which it rests: what is stated, else every condition that stands asserted (CND-2)."""
        return (self.number,) if self.number is not None else state.conditions

    def says(self, state: OfferState) -> str:
        upon = upon_events(self.rests_on(state))
        return f"The offer is terminated{upon}; every tender is returned and the options stay outstanding."

    def apply(self, state: OfferState) -> OfferState:
        # What stood in the way of an act stands in the way of none any more.
        return replace(state, terminated_at=self.at, terminated_upon=self.events or (), conditions=(), holds=())

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        upon = upon_events(self.events or ())
        return f"The offer was terminated{upon}: every tender is returned and the options stay outstanding", self.reason

    def label(self, state: OfferState) -> str:
        return "The offer is terminated"


class Condition(Action):
    """Assert a condition of §7, waive it, or record that it has ended.

    While one stands, nothing is accepted (CND-1).
    """

    rule, deployment, named = "CND-1", "condition", True
    decided: ClassVar[tuple[str, ...]] = ("as_of",)
    choice = "Assert it or waive it before the expiration; record its end at any time."
    did: ClassVar[str]
    number: _Event = option(
        "Which of the five conditions, in the order of §7.",
        form="Which of the five conditions of §7.",
        offered=_EVENTS,
    )
    as_of: Moment | None = None
    """When it was recorded that it is gone, where that was later: an acceptance that was held falls due after it."""

    @property
    def subject(self) -> str:
        return str(self.number)

    def says(self, state: OfferState) -> str:
        return f"Condition {self.number} of §7 ({CONDITIONS[self.number]}) is {self._now()}."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"Condition {self.number} of §7, {CONDITIONS[self.number]}, was {self._now()}", self.evidence

    def label(self, state: OfferState) -> str:
        return f"Condition {self.number} of §7 {self.did}"

    def _now(self) -> str:
        return self.did


class ConditionAssert(Condition):
    """Assert a condition of §7, before the expiration: nothing is accepted while it stands (CND-1)."""

    verb, did, proven = "condition-assert", "asserted", True
    filed = "a condition of the offer is asserted, and acceptance postponed while it stands"

    def deadline(self, state: OfferState) -> datetime:
        return state.terms.expires

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_assert(state, self.number, self.at)

    def apply(self, state: OfferState) -> OfferState:
        return replace(state, conditions=tuple(sorted({*state.conditions, self.number})))

    def _now(self) -> str:
        return "asserted: nothing is accepted while it stands"


class ConditionWaive(Condition):
    """Waive an asserted condition, before the expiration, and tell every eligible holder (CND-1, §15).

    A material one must leave as many business days, the day of its notice the first, as the term `material_days`
    says: refused unless the expiration leaves them (AMD-1).
    """

    verb, did, decided, final = "condition-waive", "waived", ("as_of", "amendment"), True
    filed = "a condition of the offer is waived"
    immaterial: Reason | None = option(
        "Why the condition is not material, where it is not: then its waiver needs no days.",
        None,
        form="Of a waiver: why the condition is not material, where it is not; then the waiver needs no days.",
    )
    amendment: int | None = None
    """The number of the amendment as which it is told; of a waiver that an earlier version recorded nobody was told."""

    def deadline(self, state: OfferState) -> datetime:
        """The last instant at which its notice leaves holders their days."""
        return amendments.deadline(state, 0 if self.immaterial else state.terms.material_days, self.at)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_lift(state, self.number, self.at, waive=True, immaterial=self.immaterial)

    def apply(self, state: OfferState) -> OfferState:
        amendments = state.amendments if self.amendment is None else self.amendment
        return replace(_condition_gone(state, self.number, self.as_of or self.at), amendments=amendments)

    def says(self, state: OfferState) -> str:
        return f"{super().says(state).removesuffix('.')}{_not_material(self.immaterial)}."


class ConditionEnd(Condition):
    """Record that an asserted condition has ended, at any time (CND-1)."""

    verb, did = "condition-end", "ended"
    filed = "a condition of the offer has ended, and acceptance falls due again"

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_lift(state, self.number, self.at, waive=False)

    def apply(self, state: OfferState) -> OfferState:
        return _condition_gone(state, self.number, self.as_of or self.at)

    def _now(self) -> str:
        return "recorded as ended"


class Postpone(Action):
    """Acceptance is put off to another day, because its own turned out to be no business day (CND-1)."""

    verb, rule = "postpone", "CAN-1"
    on: Day

    def apply(self, state: OfferState) -> OfferState:
        return replace(state, postponed_to=self.on)

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"Acceptance was postponed to {day(self.on)}", ruling

    def label(self, state: OfferState) -> str:
        return f"Acceptance put off to {short_day(self.on)}"


class ElectionWaive(Action):
    """Waive the defects of a form, up to acceptance; lateness and ineligibility cannot be waived (TND-7, §4).

    The tender is taken as made: an omitted look-back grant stays outstanding, and what that does is said.
    """

    verb, rule, deployment, named = "election-waive", "TND-7", "waive-defect", True
    decided, once = ("rules",), ("form", "all_holders")
    asked = "A waiver of the defects of form {form}"
    form: Id = option("The number of the form.", among="forms")
    reason: Reason = option("Why.")
    all_holders: bool = option("Waive the same defects for all holders.", False)
    rules: tuple[str, ...] | None = Field(None, strict=False)
    """The rules that the form offends, where the waiver is for all holders: only these are overlooked."""

    @property
    def subject(self) -> str:
        return self.form

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_waive_defect(state)

    def says(self, state: OfferState) -> str:
        return f"The defects of form {self.form} are waived{', for all holders' if self.all_holders else ''}."

    def apply(self, state: OfferState) -> OfferState:
        waiver = DefectWaiver(
            form_id=self.form,
            at=self.at,
            by=self.by,
            reason=self.reason,
            all_holders=self.all_holders,
            rules=frozenset(self.rules or ()),
        )
        return replace(state, waivers=(*state.waivers, waiver))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        if not self.all_holders:
            return f"Defects of form {self.form} were waived", self.reason
        under = f" under {listed(self.rules)}" if self.rules else ""
        return f"Defects{under} such as those of form {self.form} were waived for all holders", self.reason


class PriceSet(Action):
    """Record the closing price of a day; a grant that waits for it goes on (GRT-3, §9)."""

    verb, rule, deployment, once = "price-set", "GRT-3", "set-price", ("on",)
    correction = "`optex correct price` corrects it."
    who = "Who reports it: your full name."
    on: Day = option("The trading day.")
    close: ClosingPrice = option("Dollars and exact cents, such as 0.95.")
    high: ClosingPrice | None = option("The day's high, where the offer's price is an average; with its low.", None)
    low: ClosingPrice | None = option("The day's low, likewise.", None)

    @property
    def subject(self) -> str:
        return self.on.isoformat()

    @property
    def quote(self) -> Quote:
        return Quote(close=self.close, high=self.high, low=self.low)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_price(state, self.on, self.at, self.quote)

    def says(self, state: OfferState) -> str:
        between = "" if self.high is None else f", between a low of ${self.low:.2f} and a high of ${self.high:.2f}"
        return f"The closing price of {self.on} is ${self.close:.2f}{between}."


class Split(Action):
    """Record a stock split, at any time from commencement to grant: options and promises are adjusted by it (ADJ-1).

    A form signed before its day is read in the shares of the day on which it was signed.
    """

    verb, rule, deployment, once = "split", "ADJ-1", "record-split", ("on",)
    who = "Who reports it: your full name."
    on: Day = option("The day from which it counts.")
    new: Count = option("So many new shares (3 for a 3-for-2 split).")
    old: Count = option("For so many old ones (2 for a 3-for-2 split).")

    @property
    def subject(self) -> str:
        return self.on.isoformat()

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_split(state, self.on)

    def says(self, state: OfferState) -> str:
        return f"A {self.new}-for-{self.old} split of {self.on} is recorded."

    def apply(self, state: OfferState) -> OfferState:
        split = adjustment.Split(on=self.on, new=self.new, old=self.old)
        return replace(state, told_splits=(*state.told_splits, split))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"A {self.new}-for-{self.old} split of {day(self.on)} was put on record", ""

    def label(self, state: OfferState) -> str:
        return f"{self.new}-for-{self.old} split"

    def happened(self, state: OfferState) -> tuple[datetime, bool]:
        """A split counts from its day on, whenever it was told."""
        return instant(self.on, time(0), state.terms.zone), True


class Defer(Action):
    """Hold back an additional grant to a participant until the new options are granted (LCK-1, §6)."""

    verb, rule, deployment, asked = "defer", "LCK-1", "defer-grant", "A deferred grant"
    once, once_within = ("holder", "shares", "type"), timedelta(days=1)
    holder: Id = option("The holder, by id.", among="holders")
    shares: Count = option("How many shares.")
    kind: Annotated[OptionType, Field(strict=False), of(*OptionType)] = option(
        "Incentive (ISO) or nonqualified (NSO).", alias="type"
    )
    promise: bool = option("Promise it to the holder in writing: a letter.", False)

    @property
    def subject(self) -> str:
        return self.holder

    def says(self, state: OfferState) -> str:
        promised = ", and promised to the holder in writing" if self.promise else ""
        grant = f"A grant of {count(self.shares, 'share')} ({self.kind})"
        return f"{grant} is deferred until the new options are granted{promised}."

    def apply(self, state: OfferState) -> OfferState:
        deferred = adjustment.Deferred(
            deferred_id=f"D-{len(state.deferred) + 1}",
            holder_id=self.holder,
            shares=self.shares,
            type=self.kind,
            decided_at=self.at,
            promised=self.promise,
        )
        return replace(state, deferred=(*state.deferred, deferred))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        further = f"A further grant of {count(self.shares, 'share')} ({self.kind})"
        promised = ", and promised in writing" if self.promise else ""
        return f"{further} was decided and is deferred until the new options are granted{promised}", ""


class CommitteeGrantDate(Action):
    """Record the grant date that the Committee chose; an earlier one than six months and one day is refused (GRT-2).

    Whoever was promised something is told the new date.
    """

    verb, rule, deployment = "committee-grant-date", "GRT-2", "choose-grant-date"
    after_acceptance, who = True, "Who decided: the Committee's member or your full name."
    on: Day = option("The grant date: a business day on which the exchange trades.")
    reason: Reason | None = option(
        "Why, as holders shall read it; needed more than ten business days after the first possible day.", None
    )

    @property
    def subject(self) -> str:
        return self.on.isoformat()

    def deadline(self, state: OfferState) -> datetime | None:
        """The grant: its date and its terms are not chosen after it."""
        return state.schedule.due(REGRANT)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_choose_grant_date(state, self.on, self.at, self.reason)

    def says(self, state: OfferState) -> str:
        warning = changes.long_after(state, self.on)
        chosen = f"The Committee chose {self.on} as the grant date"
        return f"{chosen}. Warning: {warning}" if warning else f"{chosen}."

    def apply(self, state: OfferState) -> OfferState:
        return state.granting_from(self.on)

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"{day(self.on)} was chosen as the grant date", self.reason or ""

    def label(self, state: OfferState) -> str:
        return f"Grant date chosen: {short_day(self.on)}"


class AgreementSigned(Action):
    """Record that a new option agreement was signed; before it the option cannot be exercised (GRT-5)."""

    verb, rule, deployment, once = "agreement-signed", "GRT-5", "sign-agreement", ("grant",)
    asked, who = "A signature", "Who reports it: your full name."
    grant: Id = option("The new option, by its number.", among="new options")
    on: Day = option("The day of the signature.")

    @property
    def subject(self) -> str:
        return self.grant

    def says(self, state: OfferState) -> str:
        return f"The agreement on option {self.grant} was signed on {self.on}."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"The agreement on {self.grant} was signed on {day(self.on)}", ""


class HoldGrant(Action):
    """Hold the grant back, for a legal prohibition or a merger, or release it again (CIC-1, §13)."""

    rule, deployment, after_acceptance = "CIC-1", "hold-grant", True
    choice = "Hold it, or release what is held."
    reason: Reason = option("Why, as holders shall read it.")


class Hold(HoldGrant):
    """Hold the grant back, for a legal prohibition or a merger; whoever was promised something is told (CIC-1, §13).

    With a successor named, the promises bind that company from now on, and letters say so.
    """

    verb = "hold"
    correction = "`optex release` ends what is held; hold it anew with what is right."
    successor: Text | None = option("In a merger, the company that the promises bind as successor, by name.", None)

    def deadline(self, state: OfferState) -> datetime | None:
        """The grant: its date and its terms are not chosen after it."""
        return state.schedule.due(REGRANT)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_hold(state)

    def says(self, state: OfferState) -> str:
        return f"The grant is held{self._bound('; the promises bind')}."

    def apply(self, state: OfferState) -> OfferState:
        holds = state.holds if self.reason in state.holds else (*state.holds, self.reason)
        return replace(state, holds=holds, successor=self.successor or state.successor)

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"The grant was held back until further notice{self._bound('; the promise binds')}", self.reason

    def _bound(self, words: str) -> str:
        return f"{words} {self.successor} as successor" if self.successor else ""

    def label(self, state: OfferState) -> str:
        return "The grant is held"


class Release(HoldGrant):
    """Release a held grant; whoever was told that it is held is told the new date (CIC-1, §13)."""

    verb = "release"

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_release(state)

    def says(self, state: OfferState) -> str:
        return "The grant is released."

    def apply(self, state: OfferState) -> OfferState:
        """A grant that was held may be made from the day of the release on, if its hour is still to come (§13)."""
        on = state.day(self.at)
        if self.at.astimezone(state.terms.zone).time() > state.terms.regrant_at:
            on += ONE_DAY
        earlier = state.grant_from if state.late_grant_on is None else state.late_grant_from
        return replace(state.granting_from(max(on, earlier or on)), holds=())

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return "The grant was released", self.reason

    def label(self, state: OfferState) -> str:
        return "The grant is released"


class Approve(Action):
    """Approve what waits for a person, and let it go on: a held step, or a compensating decision about one holder.

    The dashboard shows what waits: a step with its counts and its digest, by which an approval of something else that
    waits by now is not taken; a promise to reinstate or an acceptance to void with its reason (REC-4).
    """

    verb, rule, deployment, decided, named = "approve", "CAN-1", "approve", ("what",), True
    who, asked = "Who approves: your full name.", "An approval to {step}"
    step: Annotated[Literal["cancel", "regrant", "reinstate", "void"], of("cancel", "regrant", "reinstate", "void")] = (
        option("What waits for approval: a step, or a compensating decision.")
    )
    digest: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True)] = option(
        "The digest shown with what you approve; anything else that waits by now is then not approved.", ""
    )
    holder: Annotated[str, StringConstraints(strip_whitespace=True)] = option(
        "The holder, by id, whose promise is reinstated or whose acceptance is voided.", "", among="holders"
    )
    what: str | None = None
    """What waited, in words."""

    @property
    def compensating(self) -> bool:
        """Whether it is of a compensating decision about one holder, and not of a step."""
        return self.step in ("reinstate", "void")

    @property
    def decided_by_rule(self) -> str:
        return "REC-4" if self.compensating else self.rule

    @property
    def subject(self) -> str:
        return self.holder or self.step

    def deadline(self, state: OfferState) -> datetime | None:
        """The hour of the grant that a promise is in time for: after it, its price would be chosen in hindsight."""
        if self.step != "reinstate":
            return None
        terms, on = state.terms, state.schedule.grant_on
        if state.granted_on is not None:
            on = next_grant_day(terms, self.at)
        return instant(on, terms.regrant_at, terms.zone)

    def refused(self, state: OfferState) -> Ruling | None:
        if not self.by:
            return Ruling(rule=self.decided_by_rule, reason="an approval must name the person who gives it")
        if self.compensating and not self.holder:
            return Ruling(rule="REC-4", reason=f"{self.step} is approved for one holder: state which (--holder)")
        if self.compensating and self.digest:
            return Ruling(rule="REC-4", reason=f"{self.step} has no digest: it is approved by holder")
        if self.holder and not self.compensating:
            return Ruling(rule="CAN-1", reason=f"{self.step} is approved for all, and not for one holder")
        return None

    def says(self, state: OfferState) -> str:
        if self.compensating:
            return f"{self.step} of {self.holder} is approved by {self.by}."
        return f"{self.step} is approved by {self.by} (digest {self.digest[:12]})."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        if self.compensating:
            done = "A promise was to be reinstated" if self.step == "reinstate" else "An acceptance was to be voided"
            return f"{done}, and that was approved", self.what or ""
        approved = "acceptance and cancellation" if self.step == "cancel" else "grant"
        return f"The {approved} was approved", (self.what or "").partition(": ")[2].partition(" (digest")[0]


def _all_of(kind: type[Action]) -> Iterable[type[Action]]:
    for each in kind.__subclasses__():
        if "verb" in vars(each):
            yield each
        yield from _all_of(each)


def _place(kind: type[Action]) -> tuple[bool, str]:
    """The order of an offer's life, then by the modules of the others, whichever was imported first."""
    return kind.__module__ != __name__, kind.__module__


_BY_VERB = {kind.verb: kind for kind in sorted(_all_of(Action), key=_place)}
ACTIONS = {verb: kind for verb, kind in _BY_VERB.items() if kind.deployment}
"""Every action that an operator may take, by its verb."""
STATEFUL = tuple(verb for verb, kind in _BY_VERB.items() if kind.apply is not Action.apply)
"""The verbs of what changes the state of an offer; the others touch no more than its records."""


def verb_of(words: str) -> str:
    """The name of a verb, be it written `condition-assert` or `condition assert`."""
    return "-".join(words.split())


def read_action(verb: str, options: Mapping[str, Any], zone: tzinfo, hour: time | None = None) -> Action:
    """The action that a verb and its options state; instants without an offset are read on the clock `zone`.

    A new expiration that is a date alone is at the `hour`, where one is named: that of the offer as it stands.
    BadAction with everything wrong at once, also where the verb is unknown.
    """
    kind = ACTIONS.get(verb_of(verb))
    if kind is None:
        guess = did_you_mean(verb, ACTIONS)
        raise BadAction(
            shortened(verb, 60), [("do", f"{quoted(verb)} is no action{guess}", f"one of {', '.join(ACTIONS)}")]
        )
    try:
        if stated := options.keys() & kind.decided:
            raise BadAction(verb, [(key, "unknown option", "") for key in sorted(stated)])
        return kind.model_validate(dict(options), context={"zone": zone, "hour": hour})
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise BadAction(
            verb, [_problem(kind, one) for one in found if one["type"] != "default_factory_not_called"]
        ) from None


def recorded_action(verb: str, data: Mapping[str, Any], by: str, at: datetime) -> Action:
    """An action as it was put on record."""
    return _BY_VERB[verb].model_validate({**data, "by": by, "at": at})


def replay(state: OfferState, actions: Iterable[Action]) -> OfferState:
    """The state after the actions, in the order in which they were recorded; they are taken as accepted."""
    for action in actions:
        state = action.apply(state)
    return state


def _problem(kind: type[Action], found: Any) -> tuple[str, str, str]:
    if not found["loc"]:
        return found["type"], found["msg"], "the last day in service"
    key = str(found["loc"][0])
    if found["type"] == "missing":
        return key, "missing", "a value"
    if found["type"] == "extra_forbidden":
        return key, f"unknown option{did_you_mean(key, [*(each.key for each in kind.options()), *COMMON])}", ""
    if found["type"] in ("instant", "terms"):
        return key, found["ctx"]["problem"], found["ctx"]["expected"]
    return key, f"{quoted(found['input'])} cannot be taken", found["msg"].removeprefix("Input should be ")


def _extended(state: OfferState, to: datetime) -> OfferState:
    return replace(state, terms=state.terms.extended(to), postponed_to=None)


def _not_material(immaterial: str | None) -> str:
    return f", as not material ({immaterial})" if immaterial else ""


def _condition_gone(state: OfferState, number: int, at: datetime) -> OfferState:
    """Once the last asserted condition is gone a held acceptance falls due again, on a business day (CND-1)."""
    conditions = tuple(standing for standing in state.conditions if standing != number)
    postponed_to = state.postponed_to
    # The database knows of an end before the actions that led to it are replayed: what came earlier counts as then.
    ended = state.accepted_at is not None or (state.terminated_at is not None and at >= state.terminated_at)
    if not conditions and not ended and at > cancellation_due(state.terms, postponed_to):
        postponed_to = state.day(next_cancellation(state.terms, at))
    return replace(state, conditions=conditions, postponed_to=postponed_to)
