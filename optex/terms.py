"""What an offer may state in its offer.toml: its terms, each with its type, its default and its meaning."""

from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

from dateutil.relativedelta import relativedelta
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from optex.calendar import DAY_BEGINS, ONE_DAY, Calendar, instant, last_day
from optex.clock import zone_of
from optex.fields import Clock, Email, Exact, Expected, Id, OnTheClock, Pattern, Text, read_on

Positive = Annotated[int, Field(gt=0)]
# Of months, days and years no offer has more: so every date that follows from the terms is in the calendar.
Few = Annotated[int, Field(gt=0, le=1000)]
FewOrNone = Annotated[int, Field(ge=0, le=1000)]
Percent = Annotated[Exact, Field(gt=0, lt=100)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)


class Stock(_Part):
    symbol: Text
    """The symbol under which the stock is traded."""
    exchange: Text
    """Whose trading days and closing prices count: a code that `holidays.financial_holidays` knows."""


class Vesting(_Part):
    """The plan's own schedule: one third after twelve months, a third each year after (§9, VST-1)."""

    first_months: FewOrNone = 12
    """After how many months from the grant date the first tranche vests."""
    every_months: FewOrNone = 12
    """How many months lie between the tranches after it."""
    tranches: Few = 3
    """In how many tranches an option vests, the first counted: equal ones, unless `first_percent` says otherwise."""
    first_percent: Percent | None = None
    """The percentage that the first tranche is, such as 25 of a cliff; the others are equal. Unset: equal as well."""


# A director's new option ends so soon after the directorship, whatever its years (GRT-4).
DAYS_AFTER_DIRECTORSHIP = 90


class TermYears(_Part):
    """For how many years a new option runs, by capacity on the grant date (GRT-4)."""

    employee: Few = 10
    """For an employee."""
    director: Few = 5
    """For a director who is no employee; 90 days after the directorship, if that is earlier."""
    consultant: Few = 10
    """For a consultant."""
    ten_percent_owner: Few = 5
    """For the ISO part of an owner of more than 10% of the voting power."""


class Plan(_Part):
    """The stock plan; `adopted` is when it was adopted or approved by the stockholders, whichever was earlier."""

    name: Text
    """The name of the stock plan, as letters state it."""
    shares_authorized: Positive
    """How many shares the plan authorizes: the pool is what is left of them (PLN-1)."""
    adopted: date | None = None
    """When it was adopted or approved by the stockholders, if that was earlier: no ISO after ten years (ISO-1)."""
    vesting: Vesting = Vesting()
    """The plan's own schedule, by which a grant vests whose `vesting` is blank in grants.csv (VST-1)."""
    term_years: TermYears = TermYears()
    """For how many years a new option runs, by capacity on the grant date (GRT-4)."""

    @property
    def isos_through(self) -> date | None:
        """The last day on which an ISO can be granted under the plan; None where it is not known when it was adopted.

        Authority: IRC 422(b)(2), "granted within 10 years from the date such plan is adopted" (ISO-1).
        """
        return self.adopted and _ten_years_after(self.adopted)


@lru_cache(maxsize=8)
def _ten_years_after(day: date) -> date:
    return day + relativedelta(years=10)


class Contact(_Part):
    """Whom a holder asks, and where the forms go."""

    name: Text
    """The person or office, as letters state it."""
    email: Email
    """The address that letters name for questions."""
    title: str = ""
    """The person's title."""
    phone: str = ""
    """A telephone number."""
    fax: str = ""
    """The number to which forms are faxed."""
    address: str = ""
    """The address to which forms are delivered."""
    page: str = ""
    """The web page on which forms are filled in, where `channels` has "web"."""


TYPED = frozenset({"email", "web"})
"""The ways of delivery on which a typed name is the signature (TND-5, TND-6)."""


COUNTED_FROM = '"commencement" or a date such as 2003-02-28'


def _from(value: Any, info: ValidationInfo) -> Any:
    """The day from which a look-back is counted; as JSON has it, the terms were kept by ourselves."""
    if info.mode == "json" and isinstance(value, str) and value != "commencement":
        return date.fromisoformat(value)
    if value != "commencement" and (not isinstance(value, date) or isinstance(value, datetime)):
        raise PydanticCustomError("expected", COUNTED_FROM)
    return value


class Formation(_Part):
    """Where and when the issuer was formed: what Open Cap Table requires of it, and nothing else asks for."""

    on: date
    """The day on which it was formed."""
    country: Annotated[str, Pattern("[A-Z]{2}", "the two letters of a country, such as US")]
    """The country, by its ISO 3166-1 code, such as US."""
    subdivision: Annotated[str, Pattern("[A-Z0-9]{0,3}", "one to three letters or digits, such as DE")] = ""
    """The state or province, by the second part of its ISO 3166-2 code, such as DE for Delaware."""


class Lookback(_Part):
    months: FewOrNone = 6
    """How many months before the commencement the window begins; 0: there is no look-back."""
    since: date | None = None
    """The first day of the window, in place of counted months."""
    counted_from: Annotated[date | Literal["commencement"], BeforeValidator(_from), Expected(COUNTED_FROM)] = Field(
        default="commencement", alias="from"
    )
    """From which day the months are counted back: the commencement, or a date."""
    omitted: Literal["include", "defect"] = "include"
    """Of a form that omits an option of the window: add it, whole, or take the form as defective."""

    @property
    def counts_otherwise(self) -> bool:
        """Whether the window begins on a day that is not so many months before the commencement."""
        return self.since is not None or self.counted_from != "commencement"


class Eligible(_Part):
    """Whom the offer is made to and which options it is for, where that is not everyone and every option (ELG-5)."""

    capacities: Annotated[tuple[Literal["employee", "director", "consultant"], ...], Field(strict=False)] = (
        "employee",
        "director",
        "consultant",
    )
    """In which capacities a holder must serve, from the commencement through the grant; `director`: no employee."""
    minimum_price: Annotated[Exact, Field(ge=0)] = Decimal("0.00")
    """Only options at or above this exercise price, as it was before any split of the offer's time."""
    granted_before: date | None = None
    """Only options granted before this day. Unset: by the commencement."""
    excluded_holders: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    """Holders to whom the offer is not made, by id."""
    excluded_because: str = ""
    """Why it is not made to them, as they are told, such as "the offer is not made to executive officers"."""


class Tier(_Part):
    """For how many old shares how many new ones are promised, by the exercise price of the old option (XCH-1)."""

    price_from: Annotated[Exact, Field(ge=0)]
    """From which exercise price on, up to that of the next tier; below the lowest no option is in the offer."""
    old: Positive
    """For so many old shares"""
    new: Positive
    """so many new ones are promised: no more of them."""


class NewVesting(_Part):
    """How what is granted vests (VST-1; otherwise than carried: XCH-2)."""

    kind: Literal["carried", "restart", "extended"] = "carried"
    """As the old schedule would have, by a schedule of its own from the grant date, or months later than the old."""
    first_months: FewOrNone | None = None
    """Of a restart: after how many months from the grant date the first tranche vests. Unset: by `plan.vesting`."""
    every_months: FewOrNone | None = None
    """Of a restart: how many months lie between the tranches after it."""
    tranches: Few | None = None
    """Of a restart: in how many tranches it vests, the first counted."""
    first_percent: Percent | None = None
    """Of a restart: the percentage that the first tranche is; the others are equal. Unset: equal as well."""
    months: Few | None = None
    """Of an extension: how many months are added to each vesting date."""
    vested: Literal["extended", "kept"] | None = None
    """Of an extension: whether what has vested by the grant gets the months added too (unset), or stays vested."""
    earliest_months: FewOrNone | None = None
    """Of an extension: nothing that gets months added vests sooner than so many months after the grant date."""

    @property
    def schedule(self) -> Vesting | None:
        """The schedule that a restart states; None where it is the plan's own, or nothing is started anew."""
        if self.first_months is None or self.every_months is None or self.tranches is None:
            return None
        return Vesting(
            first_months=self.first_months,
            every_months=self.every_months,
            tranches=self.tranches,
            first_percent=self.first_percent,
        )


class Exchange(_Part):
    """What a holder may choose, and what is given for it; without it the document's offer."""

    units: Literal["shares", "grants", "all"] = "shares"
    """What a holder may choose: any whole shares, whole grants only, or all that is eligible or none (TND-8)."""
    ratio: Annotated[tuple[Tier, ...], Field(strict=False)] = ()
    """How many old shares are exchanged for how many new ones, one table for each tier of prices (XCH-1)."""
    rounding: Literal["down", "nearest"] = "down"
    """How the new shares of each grant become whole ones; a half goes up (XCH-1)."""
    award: Literal["option", "rsu"] = "option"
    """New options, or restricted stock units, which have no exercise price and no term (XCH-3)."""
    vesting: NewVesting = NewVesting()
    """How what is granted vests (VST-1, XCH-2)."""

    @property
    def awards_units(self) -> bool:
        """Whether restricted stock units are granted in place of options (XCH-3)."""
        return self.award == "rsu"


class Waiting(_Part):
    """The period between cancellation and grant, and from which day it is counted (GRT-1)."""

    months: FewOrNone = 6
    """The months of the period."""
    days: FewOrNone = 1
    """The days of the period, after its months."""
    begins: Literal["after_cancellation", "on_cancellation"] = "after_cancellation"
    """Whether the day after the cancellation is the first day of the period, or the cancellation day itself."""


class Closing(_Part):
    """A day on which one of the calendars is closed although its rules would have it open (CAL-1)."""

    on: date = Field(validation_alias=AliasChoices("on", "date"))
    """The day."""
    reason: Text
    """By what it was proclaimed."""
    calendar: Literal["federal", "exchange", "both"] = "federal"
    """Which calendar is closed: business days, trading days of the exchange, or both."""


class Closings(_Part):
    closed: Annotated[tuple[Closing, ...], Field(strict=False)] = ()
    """A day that is closed by order although the calendar's rules have it open, one table each (CAL-1)."""


class Terms(_Part):
    """The terms of one offer; every instant is in UTC, read on the offer's `clock` where the file gave no offset."""

    offer: Id
    """The id of the offer, under which it stands in the database and in Prefect."""
    issuer: Text
    """The company, as letters name it."""
    commences: date
    """The day on which the offer opens: the first of its business days (EXP-1)."""
    # Ahead of the instants that are read on it.
    clock: Clock = "EST"
    """`EST` is always five hours behind UTC; a zone such as `America/New_York` is the clock on the wall (CAL-2)."""
    expires: OnTheClock
    """A form received at this instant is late. Midnight ending a day is in quotes: `"2027-03-29T24:00"` (EXP-1)."""
    stock: Stock
    """The stock that the options are for."""
    plan: Plan
    """The plan under which the options were and the new ones will be granted."""
    contact: Contact
    """Whom a holder asks, and where the forms go."""
    open_at: time = time(9)
    """When the first letters and the reminders go out; forms count from 12:01 a.m. on (EXP-1)."""
    cancel_at: time = time(9)
    """When options are cancelled, on the day of `cancel_on`; never before the extension deadline (CAN-1)."""
    cancel_on: Literal["next_business_day", "expiration_day"] = "next_business_day"
    """The day of the cancellation; with that of the expiration nothing is extended after it (CAN-1, XCH-4)."""
    extension_deadline: time = time(8)
    """The last instant, on the business day after the expiration, at which an extension may be announced (EXT-1)."""
    recheck_at: time = time(9)
    """When service is checked again, on the grant date (GRT-5)."""
    regrant_at: time = time(17)
    """When new options are granted, on the grant date: after the exchange has closed, at that day's close (GRT-3)."""
    withdrawable_after: OnTheClock | None = None
    """After it what is not accepted may be withdrawn. Unset: at 12:01 a.m. after the fortieth business day (WDR-3)."""
    withdrawable_from: Literal["stated", "earlier"] = "stated"
    """Whether the stated instant governs, or the earlier of it and the one of Rule 13e-4(f)(2)(ii) (WDR-3)."""
    reminders: Annotated[tuple[Few, ...], Field(strict=False)] = (10, 5, 1)
    """How many business days before the expiration holders are reminded."""
    remind: Literal["all", "undecided"] = "all"
    """Whether every eligible holder is reminded, or only who has neither tendered nor withdrawn (EXP-1)."""
    confirm_within: Few = 5
    """Within how many business days the receipt of a form is confirmed (CNF-1)."""
    lapse_letter_after: FewOrNone = 5
    """For how many business days the letter of a lapse is held back: the record may be mended meanwhile (ELG-3)."""
    channels: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)] = ("fax", "hand")
    """How a form may be delivered: `fax`, `hand`, `mail`, `email`, `web` or another way by its name (TND-6)."""
    form_details: Literal["required", "if_stated"] = "required"
    """Whether a form must restate each option, and is checked against the grant, or only what it states is (TND-4)."""
    lookback: Lookback = Lookback()
    """What whoever tenders anything must tender: every option granted in the months before the commencement (TND-3)."""
    eligible: Eligible = Eligible()
    """Whom the offer is made to and which options it is for, where that is not everyone and every option (ELG-5)."""
    exchange: Exchange = Exchange()
    """What a holder may choose, and what is given for it; without it the document's offer."""
    waiting: Waiting = Waiting()
    """The period between the cancellation and the grant (GRT-1)."""
    price: Literal["close", "previous_close", "average_high_low"] = "close"
    """The grant date's close, the close of the trading day before, or the average of the day's high and low (XCH-4)."""
    minimum_business_days: Few = 20
    """A warning tells where the offer is open for fewer whole business days (AMD-1)."""
    material_days: Few = 5
    """How many business days, that of its notice the first, a material change must leave (AMD-1)."""
    require_approval: Annotated[tuple[Literal["cancel", "regrant"], ...], Field(strict=False)] = ()
    """Steps that wait until a person approves them."""
    four_eyes: bool = False
    """Both steps wait, for a person who put nothing on record and whom they do not favour."""
    excluded_jurisdictions: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Holders there cannot tender; what lies in a jurisdiction is excluded with it, CA-QC with CA (ELG-4)."""
    closings: Closings = Field(default=Closings(), alias="calendar")
    """The corrections of both calendars."""
    formation: Formation | None = None
    """Where and when the issuer was formed, for `export --ocf`; no rule goes by it."""

    @field_validator("expires", "withdrawable_after")
    @classmethod
    def _in_utc(cls, at: datetime | None, stated: ValidationInfo) -> datetime | None:
        clock = stated.data.get("clock")  # none where it is itself a fault
        return at if at is None or clock is None else read_on(at, zone_of(clock))

    def __hash__(self) -> int:
        """As pydantic's own, by far fewer fields: equal terms have equal hashes, and every notice asks for one."""
        return hash((self.offer, self.expires))

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.clock)

    @cached_property
    def calendar(self) -> Calendar:
        closings = self.closings.closed
        return Calendar(
            self.stock.exchange,
            closed=[c.on for c in closings if c.calendar in ("federal", "both")],
            exchange_closed=[c.on for c in closings if c.calendar in ("exchange", "both")],
        )

    @property
    def begins(self) -> datetime:
        """From when on a form is in time, whatever the hour of the first letter.

        Authority: §2, §15, the hours of a business day; Rule 13e-4(a)(4) (EXP-1).
        """
        return instant(self.commences, DAY_BEGINS, self.zone)

    @property
    def opens(self) -> datetime:
        """When the first letters go out."""
        return instant(self.commences, self.open_at, self.zone)

    @property
    def ways(self) -> frozenset[str]:
        """How a form may be delivered, by the plain names of the channels."""
        return frozenset(name.strip().casefold() for name in self.channels)

    @property
    def hour(self) -> time:
        """The hour of the day at which it expires, on its clock: that of a new expiration, where none is said."""
        return self.expires.astimezone(self.zone).time()

    @property
    def expires_on(self) -> date:
        """The last day of the offer, on its clock: expiring at midnight, it is the day which that ends (CAL-2)."""
        return last_day(self.expires, self.zone)

    @cached_property
    def lookback_from(self) -> date | None:
        """The first day of the look-back window, which does not move with an extension; None where there is none.

        Authority: §2 (TND-3).
        """
        window = self.lookback
        if window.since or not window.months:
            return window.since
        end = self.commences if window.counted_from == "commencement" else window.counted_from
        return end - relativedelta(months=window.months)

    @cached_property
    def withdrawal_right(self) -> datetime:
        """The instant after which what is not yet accepted may be withdrawn: the stated one, or the rule's own.

        Authority: §5 (WDR-3).
        """
        if self.withdrawable_after is None:
            return self.withdrawal_right_by_rule
        if self.withdrawable_from == "earlier":
            return min(self.withdrawable_after, self.withdrawal_right_by_rule)
        return self.withdrawable_after

    @cached_property
    def withdrawal_right_by_rule(self) -> datetime:
        """When the fortieth business day is over, the commencement being the first.

        Authority: Rule 13e-4(f)(2)(ii); (a)(3), by which the day of the event is counted, and a business day begins
        at 12:01 a.m. (WDR-3).
        """
        fortieth = self.calendar.business_day_offset(self.commences - ONE_DAY, 40)
        return instant(self.calendar.next_business_day(fortieth), DAY_BEGINS, self.zone)

    def extended(self, to: datetime) -> "Terms":
        """The same terms with a later expiration (EXT-2)."""
        return self.model_copy(update={"expires": to.astimezone(UTC)})
