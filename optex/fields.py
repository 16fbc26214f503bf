"""The types of single values: how an id, a day, an instant or a price is written, read, and called where it is wrong.

The cells of a CSV file are checked by pydantic's core alone, half a million at a time. A value from the command line,
from TOML or from a form may also come as a number, a date or an instant already.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, StringConstraints, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from optex.clock import BadInstant, at_hour, meant_by, on_clock, written, zone_of
from optex.mail_address import AN_ADDRESS, takes_letters
from optex.visible import UNSEEN


@dataclass(frozen=True)
class Pattern:
    """How a text must be written, as a pattern, before its type reads it; `expected` is told where it is not so."""

    pattern: str
    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=f"^(?:{self.pattern})$")
        return core_schema.custom_error_schema(
            core_schema.chain_schema([text, handler(source)]),
            custom_error_type="expected",
            custom_error_message=self.expected,
        )


@dataclass(frozen=True)
class Expected:
    """What to tell where a value cannot be read as its type."""

    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source), custom_error_type="expected", custom_error_message=self.expected
        )


@dataclass(frozen=True)
class AsWritten:
    """How a form demands it to be written, before it is read; what it is read by tells more."""

    pattern: str
    expected: str


ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
WHOLE = r"[0-9]{1,15}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT = DAY + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
EXACT = r"[0-9]{1,12}(\.[0-9]{1,4})?"
CENTS = r"[0-9]{1,12}(\.[0-9]{1,2})?"

A_LINE = "text on one line, of at most 300 characters that can be seen"
A_TEXT = "text of at most 2,000 characters that can be seen"
AN_ID = "an id of letters, digits, dots, dashes and underscores"
# So that every day that is counted from one is in the calendar: "for ever" is no 9999-12-31, but a blank.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
A_DAY = "a date from 1900 to 2199 such as 2003-02-28"
AN_INSTANT = "a date and time such as 2003-03-31T16:59:59"
A_MOMENT = "a date and time such as 2027-02-05 17:00"
A_WHOLE = "a whole number such as 1000"
A_PRICE = "dollars above zero such as 12.50, with at most four decimals"
A_CLOSE = "dollars above zero with at most two decimals, such as 0.95"

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, Pattern(ID, AN_ID)]
# A line break in a name would break the head of a letter, and what cannot be seen can pass it off as another.
LineCell = Annotated[str, Pattern(rf"[^{UNSEEN}]{{1,300}}", A_LINE)]
# Of an action: what cannot be seen is refused of all its options at once, where it is not on record yet.
OneLine = Annotated[str, Pattern(r"[^\x00-\x1f\x7f]{1,300}", A_LINE)]
StatedCell = Annotated[str, Field(max_length=2000), Pattern(rf"(?:[^{UNSEEN}]|[\t\r\n])*", A_TEXT)]
EMAIL = r"[^@\s,;:<>\x00-\x1f]{1,200}@[^@\s,;:<>\x00-\x1f]+\.[^@\s,;:<>\x00-\x1f]+"
SCHEDULE = rf"{DAY}:{WHOLE}(;{DAY}:{WHOLE})*"
Email = Annotated[str, Pattern(EMAIL, AN_ADDRESS)]


def _mailable(text: str) -> str:
    if not takes_letters(text):
        raise ValueError(text)
    return text


EmailCell = Annotated[str, AfterValidator(_mailable), Expected(AN_ADDRESS)]
DayCell = Annotated[date, Field(ge=EARLIEST, le=LATEST), Pattern(DAY, A_DAY)]
WholeCell = Annotated[int, Pattern(WHOLE, A_WHOLE)]
SharesCell = Annotated[int, Field(gt=0), Pattern(WHOLE, "a whole number above zero such as 1000")]
PriceCell = Annotated[Decimal, Field(gt=0), Pattern(EXACT, A_PRICE)]
CloseCell = Annotated[Decimal, Field(gt=0), Pattern(CENTS, A_CLOSE)]
# What a form restates is compared with the grant; that it is wrong is a defect of the form, not of the file.
RestatedCell = Annotated[Decimal, Pattern(EXACT, "dollars such as 12.50")]
A_PERCENTAGE = "a percentage from 0 to 100 such as 12.5"
PercentCell = Annotated[Decimal, Field(le=100), Pattern(r"[0-9]{1,3}(\.[0-9]{1,4})?", A_PERCENTAGE)]
A_SCHEDULE = "date:shares;date:shares such as 2003-01-15:500;2004-01-15:500"
ScheduleCell = Annotated[str, Pattern(SCHEDULE, A_SCHEDULE)]


def _written(value: Any) -> datetime:
    """A date and time as it is written, where 24:00 ends the day (CAL-2)."""
    if isinstance(value, str) and re.fullmatch(INSTANT, value.strip()):
        try:
            value = written(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise PydanticCustomError("expected", AN_INSTANT)
    return value


def read_on(value: datetime, zone: tzinfo) -> datetime:
    """The instant in UTC; where there is no one instant of that name on the clock, what pydantic makes a fault of."""
    try:
        return on_clock(value, zone)
    except BadInstant as error:
        told = {"problem": error.problem, "expected": error.expected}
        raise PydanticCustomError("instant", "{problem}, expected {expected}", told) from error


def _moment(value: Any, info: ValidationInfo) -> datetime:
    """An instant in UTC; one without an offset is read on the offer's clock, the context's `zone` (CAL-2)."""
    stated = _written(value)
    return read_on(stated, UTC if stated.tzinfo else (info.context or {})["zone"])


def _expiration(value: Any, info: ValidationInfo) -> datetime:
    """An instant; a date alone is that day at the context's `hour` on the clock, where the context has one."""
    hour = (info.context or {}).get("hour")
    if hour is not None and isinstance(value, str) and re.fullmatch(DAY, value.strip()):
        try:
            value = at_hour(date.fromisoformat(value.strip()), hour)
        except (ValueError, OverflowError):
            raise PydanticCustomError("expected", AN_INSTANT) from None
    return _moment(value, info)


def _end_of_day(value: Any, info: ValidationInfo) -> Any:
    """Neither TOML nor pydantic has a 24:00: the midnight that ends a day is written in quotes (CAL-2)."""
    # As JSON has it, the terms were kept by ourselves, with every instant in quotes.
    return _written(value) if isinstance(value, str) and ("24:00" in value or info.mode == "json") else value


def _clock(name: str) -> str:
    """The name of a clock that there is (CAL-2)."""
    try:
        zone_of(name)
    except LookupError:
        meant = meant_by(name)
        guess = f': did you mean "{meant}"?' if meant else ""
        expected = f'"EST" or an IANA zone such as "America/New_York"{guess}'
        raise PydanticCustomError("expected", "{expected}", {"expected": expected}) from None
    return name


def _day(value: Any, info: ValidationInfo) -> date:
    if isinstance(value, str) and re.fullmatch(DAY, value.strip()):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime) or (info.context and not in_calendar(value)):
        raise PydanticCustomError("expected", A_DAY)  # without a context it is one that was put on record before
    return value


def in_calendar(day: date) -> bool:
    """Whether every day that an offer counts from a day is in the calendar."""
    return EARLIEST <= day <= LATEST


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(WHOLE, str(value).strip()):
        raise PydanticCustomError("expected", A_WHOLE)
    return int(value)


def _exact(value: Any) -> Decimal:
    """A decimal by its written digits, so that a number from JSON does not become a binary fraction."""
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(EXACT, text):
        raise PydanticCustomError("expected", "a number such as 12.5")
    return Decimal(text)


# Written with or without an offset: which clock it is on is known to whoever reads it.
Written = Annotated[datetime, BeforeValidator(_written)]
# A whole file is read by pydantic's core alone, but for the rare cell that says 24:00.
_InstantCell = Annotated[datetime, Pattern(INSTANT, AN_INSTANT)]
InstantCell = Annotated[_InstantCell | Written, Field(union_mode="left_to_right"), Expected(AN_INSTANT)]
# In a file of terms, where an instant otherwise is read as TOML's and pydantic's own.
OnTheClock = Annotated[datetime, BeforeValidator(_end_of_day)]
Clock = Annotated[str, AfterValidator(_clock)]
Moment = Annotated[datetime, BeforeValidator(_moment), AsWritten(INSTANT, A_MOMENT)]
# A new expiration, which a form takes at the offer's own hour of the day unless another one is said to be meant.
EXPIRES = AsWritten(f"{INSTANT}|{DAY}", f"{A_MOMENT}, or a date alone")
# A text of several lines, which the command line has in a file.
OF_FILE = object()
Expiration = Annotated[datetime, BeforeValidator(_expiration), EXPIRES]
Day = Annotated[date, BeforeValidator(_day), AsWritten(DAY, A_DAY)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, Field(gt=0), BeforeValidator(_whole), Expected("a whole number above zero")]
Exact = Annotated[Decimal, BeforeValidator(_exact), AsWritten(EXACT, "a number such as 12.5")]
ClosingPrice = Annotated[
    Decimal, Field(gt=0, decimal_places=2), BeforeValidator(_exact), Expected(A_CLOSE), AsWritten(CENTS, A_CLOSE)
]
Price = Annotated[Decimal, Field(gt=0), BeforeValidator(_exact), Expected(A_PRICE), AsWritten(EXACT, A_PRICE)]
Percentage = Annotated[
    Decimal, Field(le=100), BeforeValidator(_exact), Expected(A_PERCENTAGE), AsWritten(EXACT, A_PERCENTAGE)
]
