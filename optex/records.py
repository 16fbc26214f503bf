"""What the offer deals in: holders, their service, their grants, and the forms they send. Immutable, as keyed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from optex.errors import Ruling
from optex.exercises import Exercises
from optex.quickly_made import quickly_made


class OptionType(StrEnum):
    ISO = "ISO"
    NSO = "NSO"


class UnitType(StrEnum):
    """A restricted stock unit, which is granted in place of an option and has neither price nor term (XCH-3)."""

    RSU = "RSU"


class Capacity(StrEnum):
    """In which capacity a person serves; `director` means a director who is not an employee."""

    EMPLOYEE = "employee"
    DIRECTOR = "director"
    CONSULTANT = "consultant"


class FormKind(StrEnum):
    """An Election Form, or a Notice to Change Election From Accept to Reject."""

    ELECTION = "election"
    WITHDRAWAL = "withdrawal"


class FormStanding(StrEnum):
    """Where a form stands at an instant."""

    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DEFECTIVE = "defective"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    holder_id: str
    name: str
    email: str
    jurisdiction: str
    voting_percent: Decimal


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class ServicePeriod:
    """One unbroken stretch of service in one capacity; `last_day` counts as in service, None is still serving."""

    holder_id: str
    capacity: Capacity
    first_day: date
    last_day: date | None = None

    @property
    def until(self) -> str:
        """Until when it lasts, as what is told of it says."""
        return f"to {self.last_day}" if self.last_day else "as still serving"


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Tranche:
    """Shares that become exercisable together on one day."""

    vests_on: date
    shares: int


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """An option as the ledger of the plan has it; an empty `vesting` means the plan's own schedule.

    `fmv` is the fair market value of a share at the grant, None where it was the price; `told_price` the price before
    any split of the offer's time, None where there was none.
    """

    grant_id: str
    holder_id: str
    granted_on: date
    shares: int
    exercised: int
    price: Decimal
    type: OptionType
    expires_on: date
    vesting: tuple[Tranche, ...] = ()
    fmv: Decimal | None = None
    told_price: Decimal | None = field(default=None, compare=False)

    @property
    def price_before_splits(self) -> Decimal:
        """The price as it was when the offer was made, in which the tiers of the exchange are stated (XCH-1)."""
        return self.price if self.told_price is None else self.told_price

    @property
    def value_at_grant(self) -> Decimal:
        """What a share was worth at the grant: to an owner of more than 10% it is less than the price (ISO-1)."""
        return self.price if self.fmv is None else self.fmv

    @property
    def remaining(self) -> int:
        return self.shares - self.exercised

    def outstanding_on(self, day: date) -> bool:
        """Whether something of the option is left on a day: its last day still counts (§2, TND-1)."""
        return self.remaining > 0 and self.expires_on >= day


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class FormLine:
    """One option on an Election Form; the last four restate the grant (TND-4), None where the form left them out."""

    grant_id: str
    shares: int
    original_shares: int | None = None
    granted_on: date | None = None
    price: Decimal | None = None
    exercised: int | None = None


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """An Election Form or a Notice of withdrawal as it was received; `lines` is empty for a notice.

    `missed` says that it was put on record only after the acceptance before which it had been received.
    """

    form_id: str
    holder_id: str
    kind: FormKind
    received_at: datetime
    signed_on: date | None
    signed_as: str
    channel: str
    title: str = ""
    authority: str = ""
    lines: tuple[FormLine, ...] = ()
    missed: bool = False


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Tender:
    """Shares of one grant that a standing election offers for exchange; `added` where the look-back brought them in."""

    holder_id: str
    grant_id: str
    shares: int
    form_id: str
    added: bool = False


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedOption:
    """An option that the offer itself brings into being: a balancing option or a new one.

    `price` is exact, `vesting` sums to `shares`, and `from_grant_id` is "" for a deferred grant (LCK-1). `reasons` say
    why it is as it is, where it has just been granted. Units have a price of 0, and `expires_on` is the day on which
    the last of them vests (XCH-3).
    """

    grant_id: str
    holder_id: str
    from_grant_id: str
    granted_on: date
    shares: int
    price: Decimal
    type: OptionType | UnitType
    expires_on: date
    vesting: tuple[Tranche, ...]
    reasons: tuple[Ruling, ...] = field(default=(), compare=False)


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class HolderRecord:
    """Everything the books hold about one holder: service, grants by id, and forms in the order of receipt.

    `exercises` are what the record said to be exercised of a grant until it learned of more (TND-4); `told` says when
    the holder was told what a form tenders, where a notice came after the expiration (TND-3).
    `as_told` are the grants as they stand on record, where splits have adjusted them since (ADJ-1); else it is empty.
    """

    holder: Holder
    service_periods: tuple[ServicePeriod, ...]
    grants: Mapping[str, Grant]
    forms: tuple[Form, ...]
    exercises: Exercises = field(default_factory=dict)
    told: Mapping[str, datetime] = field(default_factory=dict)
    as_told: Mapping[str, Grant] = field(default_factory=dict)

    @property
    def told_grants(self) -> Mapping[str, Grant]:
        """The grants as they stand on record, in the shares before any split of the offer's time."""
        return self.as_told or self.grants
