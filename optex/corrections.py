"""Corrections of the facts on record: the key, the changed columns by name, who corrects it, why, on what evidence.

Authority: rules of the record (REC-3).
"""

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from optex import cells
from optex.action import ON_THE_CLOCK, of, option
from optex.changes import may_price
from optex.correction import NONE, Correction, Reason, added
from optex.errors import Ruling
from optex.fields import (
    A_DAY,
    A_PRICE,
    A_SCHEDULE,
    DAY,
    EMAIL,
    EXACT,
    SCHEDULE,
    AsWritten,
    ClosingPrice,
    Count,
    Day,
    Id,
    Moment,
    OneLine,
    Pattern,
    Percentage,
    Price,
    Whole,
    in_calendar,
)
from optex.formatting import agreeing
from optex.mail_address import AN_ADDRESS, takes_letters
from optex.market import Quote
from optex.milestones import REGRANT
from optex.records import Capacity, Form, FormKind, Grant, Holder, OptionType, ServicePeriod
from optex.state import OfferState

_OR_NONE = f"; the word {NONE} makes it blank."


def _day_or_none(value: Any, info: ValidationInfo) -> str:
    """A day as text, or the word that makes it blank."""
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    try:
        day = None if text == NONE else date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("expected", f"{A_DAY}, or {NONE}") from None
    if day and info.context and not in_calendar(day):
        raise PydanticCustomError("expected", f"{A_DAY}, or {NONE}")
    return day.isoformat() if day else NONE


def _price_or_none(value: Any) -> str:
    """An amount as text, or the word that makes it blank."""
    text = str(value).strip()
    if text != NONE and not (re.fullmatch(EXACT, text) and Decimal(text) > 0):
        raise PydanticCustomError("expected", f"{A_PRICE}, or {NONE}")
    return text


def _schedule(value: Any, info: ValidationInfo) -> Any:
    """A vesting whose days exist."""
    if isinstance(value, str) and re.fullmatch(SCHEDULE, value):
        try:
            vesting = cells.read_schedule(value)
        except ValueError:
            raise PydanticCustomError("expected", "days that exist") from None
        if info.context and not all(in_calendar(each.vests_on) for each in vesting):
            raise PydanticCustomError("expected", "days from 1900 to 2199")
    return value


def _lines(value: Any) -> tuple[str, ...]:
    """The options of a form as they are keyed in: a list, or a text with blanks or line breaks between them."""
    keyed_in = value.split() if isinstance(value, str) else value
    try:
        named = [cells.read_line(each).grant_id for each in keyed_in]
    except (TypeError, ValueError):
        named = []
    if not named or len(set(named)) < len(named):
        raise PydanticCustomError("expected", "GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED], each option once")
    return tuple(keyed_in)


def _mailable(value: str, info: ValidationInfo) -> str:
    """An address that is told must take letters; what is on record was taken by the rule of its day."""
    if info.context is not None and value != NONE and not takes_letters(value):
        raise PydanticCustomError("expected", f"{AN_ADDRESS}, or {NONE}")
    return value


DayOrNone = Annotated[str, BeforeValidator(_day_or_none), AsWritten(f"{NONE}|{DAY}", f"{A_DAY}, or {NONE}")]
PriceOrNone = Annotated[str, BeforeValidator(_price_or_none), AsWritten(f"{NONE}|{EXACT}", f"{A_PRICE}, or {NONE}")]
EmailOrNone = Annotated[str, Pattern(f"{NONE}|{EMAIL}", f"{AN_ADDRESS}, or {NONE}"), AfterValidator(_mailable)]
ScheduleOrNone = Annotated[str, BeforeValidator(_schedule), Pattern(f"{NONE}|{SCHEDULE}", f"{A_SCHEDULE}, or {NONE}")]
Type = Annotated[OptionType, Field(strict=False), of(*OptionType)]
InCapacity = Annotated[Capacity, Field(strict=False), of(*Capacity)]
Kind = Annotated[FormKind, Field(strict=False), of(*FormKind)]


class CorrectHolder(Correction):
    """Correct what is on record of a holder, or add one who is missing on record: then state all of it (REC-3).

    Letters that were not sent, or were refused, go to the corrected address.
    """

    verb, deployment = "correct-holder", "correct-holder"
    holder: Id = option("The holder, by id.")
    name: OneLine | None = option("The name, as it is on the option agreement.", None)
    email: EmailOrNone | None = option(f"The e-mail address{_OR_NONE}", None)
    jurisdiction: OneLine | None = option(f"Where the holder resides{_OR_NONE}", None)
    voting_percent: Percentage | None = option("The share of the votes, in percent, such as 12.5.", None)
    reason: Reason = option("Why, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.holder

    def says(self, state: OfferState) -> str:
        return super().says(state) if self.was or not self.becomes else added(self.becomes)

    @property
    def missing(self) -> list[str]:
        """What must be stated of a holder who is not on record yet, and is not."""
        needed = ("name", "email", "jurisdiction", "voting_percent")
        return [name for name in needed if getattr(self, name) is None]

    def deadline(self, state: OfferState) -> datetime | None:
        """The acceptance, or of the votes alone the grant, on whose date they count (ISO-1).

        Where a letter goes decides nothing, so an address is corrected at any time.
        """
        if self.name is not None or self.jurisdiction is not None:
            return state.accepted_at
        return state.schedule.due(REGRANT) if self.voting_percent is not None else None

    def corrected(self, holder: Holder | None) -> Holder:
        """The holder as corrected, or as added."""
        stated = self.stated(**{name: name for name in ("name", "email", "jurisdiction", "voting_percent")})
        return replace(holder, **stated) if holder else Holder(holder_id=self.holder, **stated)


class CorrectGrant(Correction):
    """Correct a grant: an exercise told late, a wrong price; or add one that is missing on record (REC-3).

    To add one, state its holder and all of its columns but the vesting, which may be the plan's own schedule, and the
    fair market value, which may be the price.

    Shares, price and value are those before any split since the offer commenced and the grant was made, as in
    grants.csv: it adjusts them.
    """

    verb, deployment = "correct-grant", "correct-grant"
    grant: Id = option("The grant, by its number.")
    holder: Id | None = option("The holder, by id.", None)
    granted_on: Day | None = option("The grant date.", None)
    shares: Count | None = option("The shares granted.", None)
    exercised: Whole | None = option("How many of them are exercised.", None)
    price: Price | None = option("The exercise price in dollars, such as 12.50.", None)
    kind: Type | None = option("Incentive (ISO) or nonqualified (NSO).", None, alias="type")
    expires_on: Day | None = option("The last day on which it can be exercised.", None)
    vesting: ScheduleOrNone | None = option(
        f"The vesting, date:shares;date:shares; the word {NONE} means the plan's own schedule.", None
    )
    fmv: PriceOrNone | None = option(
        f"The fair market value of a share at the grant, in dollars; the word {NONE} means that it was the price.", None
    )
    reason: Reason = option("Why, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.grant

    def deadline(self, state: OfferState) -> datetime | None:
        return state.accepted_at

    def says(self, state: OfferState) -> str:
        return super().says(state) if self.was or not self.becomes else added(self.becomes)

    @property
    def missing(self) -> list[str]:
        """What must be stated of a grant that is not on record yet, and is not."""
        needed = {
            "holder": self.holder,
            "granted_on": self.granted_on,
            "shares": self.shares,
            "exercised": self.exercised,
            "price": self.price,
            "type": self.kind,
            "expires_on": self.expires_on,
        }
        return [name for name, value in needed.items() if value is None]

    def corrected(self, grant: Grant | None) -> Grant:
        """The grant as corrected, or as added."""
        columns = ("granted_on", "shares", "exercised", "price", "expires_on", "vesting", "fmv")
        stated = self.stated(**{name: name for name in columns}, holder_id="holder", type="kind")
        if "fmv" in stated:
            stated["fmv"] = Decimal(stated["fmv"]) if stated["fmv"] else None
        if "vesting" in stated:
            stated["vesting"] = cells.read_schedule(stated["vesting"]) if stated["vesting"] else ()
        return replace(grant, **stated) if grant else Grant(grant_id=self.grant, **stated)


class CorrectForm(Correction):
    """Correct a form as it was keyed in; what it says is judged and confirmed anew (REC-3).

    The options, where any is stated, take the place of all that were keyed in.
    """

    verb, deployment = "correct-form", "correct-form"
    form: Id = option("The number of the form.", among="forms")
    holder: Id | None = option("The holder, by id.", None, among="holders")
    kind: Kind | None = option("An Election Form, or a notice of withdrawal.", None)
    received_at: Moment | None = option("When it was received.", None, form=f"When it was received.{ON_THE_CLOCK}")
    signed_on: DayOrNone | None = option(f"The date beside the signature{_OR_NONE}", None)
    signed_as: OneLine | None = option(f"The signature, exactly as written{_OR_NONE}", None)
    channel: OneLine | None = option(f"How it was delivered{_OR_NONE}", None)
    title: OneLine | None = option(f"A fiduciary's full title{_OR_NONE}", None)
    authority: OneLine | None = option(f"A fiduciary's evidence of authority{_OR_NONE}", None)
    lines: Annotated[tuple[str, ...], BeforeValidator(_lines)] | None = option(
        "One option on the form, GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED]; say it again for each option.",
        None,
        form="A row for each option on the form, with what it states; these take the place of all that were keyed in.",
        alias="option",
    )
    reason: Reason = option("Why, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.form

    def deadline(self, state: OfferState) -> datetime:
        return state.terms.expires

    def corrected(self, form: Form) -> Form:
        columns = ("kind", "received_at", "signed_on", "signed_as", "channel", "title", "authority")
        stated = self.stated(**{name: name for name in columns}, holder_id="holder")
        if "signed_on" in stated:
            stated["signed_on"] = date.fromisoformat(stated["signed_on"]) if stated["signed_on"] else None
        if self.lines is not None:
            stated["lines"] = tuple(map(cells.read_line, self.lines))
        elif stated.get("kind") is FormKind.WITHDRAWAL:
            stated["lines"] = ()
        return replace(form, **stated)


class CorrectService(Correction):
    """Correct a spell of service: its last day, its first day, its capacity; or remove one that never was (REC-3)."""

    verb, deployment = "correct-service", "correct-service"
    holder: Id = option("The holder, by id.", among="holders")
    capacity: InCapacity = option("The capacity of the spell, as it is on record.")
    first_day: Day = option("The first day of the spell, as it is on record.", alias="from")
    to: DayOrNone | None = option(f"The last day in service; the word {NONE} means that the holder still serves.", None)
    new_from: Day | None = option("The right first day.", None)
    new_capacity: InCapacity | None = option("The right capacity.", None)
    remove: bool = option("The spell never was.", False)
    reason: Reason = option("Why, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.holder

    def deadline(self, state: OfferState) -> datetime | None:
        return state.accepted_at

    def says(self, state: OfferState) -> str:
        spell = f"service as {self.capacity} from {self.first_day}"
        return f"{spell}: {'never was, removed' if self.remove else super().says(state)}"

    def corrected(self, period: ServicePeriod) -> ServicePeriod:
        stated = self.stated(first_day="new_from", capacity="new_capacity", last_day="to")
        if "last_day" in stated:
            stated["last_day"] = date.fromisoformat(stated["last_day"]) if stated["last_day"] else None
        return replace(period, **stated)


class CorrectPrice(Correction):
    """Correct a closing price at which nothing was granted yet (REC-3, GRT-3)."""

    verb, deployment = "correct-price", "correct-price"
    on: Day = option("The trading day.")
    close: ClosingPrice = option("Dollars and exact cents, such as 0.95.")
    high: ClosingPrice | None = option("The day's high; unset, as it is on record.", None)
    low: ClosingPrice | None = option("The day's low; unset, as it is on record.", None)
    reason: Reason = option("Why, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.on.isoformat()

    def corrected(self, quote: Quote) -> Quote:
        high, low = self.high or quote.high, self.low or quote.low
        return Quote(close=self.close, high=high, low=low)

    def refused(self, state: OfferState) -> Ruling | None:
        return may_price(state, self.on, self.at)

    def told(self, clock: str, ruling: str) -> None:
        """It concerns nobody before a grant is made at it, and none is corrected after that."""
        return


def unsound(grant: Grant) -> str:
    """What of a grant does not agree with itself; "" where all does."""
    dates = [tranche.vests_on for tranche in grant.vesting]
    if grant.exercised > grant.shares:
        return f"{agreeing(grant.exercised, 'share', 'is', 'are')} exercised of {grant.shares:,}"
    if grant.expires_on <= grant.granted_on:
        return f"it expires on {grant.expires_on}, which is not after the grant date of {grant.granted_on}"
    if any(later <= earlier for earlier, later in pairwise(dates)):
        return "the dates of the vesting do not ascend"
    total = sum(tranche.shares for tranche in grant.vesting)
    if grant.vesting and (total != grant.shares or not all(tranche.shares for tranche in grant.vesting)):
        return f"the vesting sums to {total:,} of {grant.shares:,} shares, or has a tranche of none"
    return ""
