"""The shapes of the CSV rows of an offer folder, and what is expected in each column.

pydantic's core checks a whole file in one call; a blank cell counts as absent, so an optional column is `NotRequired`.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired, get_args, get_origin

from pydantic import ConfigDict, Discriminator, Field, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

# On Python 3.11 pydantic cannot read typing's own TypedDict.
from typing_extensions import TypedDict

from optex.records import Capacity, FormKind, FormLine, OptionType


@dataclass(frozen=True)
class Written:
    """How a cell must be written, as a pattern, before its type reads it; `expected` is told where it is not so."""

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
    """What to tell where a cell cannot be read as its type."""

    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source), custom_error_type="expected", custom_error_message=self.expected
        )


WHOLE = r"[0-9]{1,15}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT = DAY + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"

A_DAY = "a date such as 2003-02-28"
AN_INSTANT = "a date and time such as 2003-03-31T16:59:59"
A_WHOLE = "a whole number such as 1000"
A_PRICE = "dollars above zero such as 12.50, with at most four decimals"
A_CLOSE = "dollars above zero with at most two decimals, such as 0.95"
AN_ID = "an id of letters, digits, dots, dashes and underscores"

Id = Annotated[str, Written(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", AN_ID)]
# A line break in a name would break the head of a letter.
OneLine = Annotated[str, Written(r"[^\x00-\x1f\x7f]{1,300}", "text on one line")]
Email = Annotated[
    str, Written(r"[^@\s,;:<>\x00-\x1f]{1,200}@[^@\s,;:<>\x00-\x1f]+\.[^@\s,;:<>\x00-\x1f]+", "an e-mail address")
]
Day = Annotated[date, Written(DAY, A_DAY)]
Instant = Annotated[datetime, Written(INSTANT, AN_INSTANT)]
Whole = Annotated[int, Written(WHOLE, A_WHOLE)]
AboveZero = Annotated[int, Field(gt=0), Written(WHOLE, "a whole number above zero such as 1000")]
Price = Annotated[Decimal, Field(gt=0), Written(r"[0-9]{1,12}(\.[0-9]{1,4})?", A_PRICE)]
Close = Annotated[Decimal, Field(gt=0), Written(r"[0-9]{1,12}(\.[0-9]{1,2})?", A_CLOSE)]
# What a form restates is compared with the grant; that it is wrong is a defect of the form, not of the file.
Restated = Annotated[Decimal, Written(r"[0-9]{1,12}(\.[0-9]{1,4})?", "dollars such as 12.50")]
Percent = Annotated[
    Decimal, Field(le=100), Written(r"[0-9]{1,3}(\.[0-9]{1,4})?", "a percentage from 0 to 100 such as 12.5")
]
Schedule = Annotated[
    str, Written(rf"{DAY}:{WHOLE}(;{DAY}:{WHOLE})*", "date:shares;date:shares such as 2003-01-15:500;2004-01-15:500")
]


class HolderRow(TypedDict):
    holder_id: Id
    name: OneLine
    email: NotRequired[Email]
    jurisdiction: NotRequired[OneLine]
    voting_percent: NotRequired[Percent]


# `from` cannot be the name of a field in the class syntax.
SpellRow = TypedDict(
    "SpellRow",
    {
        "holder_id": Id,
        "capacity": Annotated[Capacity, Expected("employee, director or consultant")],
        "from": Day,
        "to": NotRequired[Day],
    },
)


class GrantRow(TypedDict):
    grant_id: Id
    holder_id: Id
    granted_on: Day
    shares: AboveZero
    exercised: Whole
    price: Price
    type: Annotated[OptionType, Expected("ISO or NSO")]
    expires_on: Day
    vesting: NotRequired[Schedule]


class _Received(TypedDict):
    form_id: Id
    holder_id: Id
    received_at: Instant
    signed_on: NotRequired[Day]
    signed_as: NotRequired[str]
    channel: NotRequired[str]
    title: NotRequired[str]
    authority: NotRequired[str]


class ElectionRow(_Received):
    kind: Literal["election"]
    grant_id: Id
    shares: Whole
    original_shares: NotRequired[Whole]
    granted_on: NotRequired[Day]
    price: NotRequired[Restated]
    exercised: NotRequired[Whole]


class WithdrawalRow(_Received):
    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["withdrawal"]


class PriceRow(TypedDict):
    date: Day
    close: Close


# A form stands on one row an option: these are the option's, the others the same on every row of the form.
OPTION_COLUMNS = tuple(field.name for field in fields(FormLine))
FormRow = Annotated[ElectionRow | WithdrawalRow, Discriminator("kind")]


class Shape:
    """One kind of CSV file: its columns, the check of its rows, and a check for rows whose faulty cells are gone."""

    def __init__(self, columns: dict[str, Any], row: Any) -> None:
        self.columns = tuple(columns)
        self.rows = TypeAdapter(list[row])
        self.partial = TypeAdapter(list[TypedDict("Partial", columns, total=False)])
        self._annotations = columns

    def expected(self, column: str) -> str:
        """What is to stand in a column, in words."""
        annotation = self._annotations[column]
        while get_origin(annotation) is NotRequired:
            annotation = get_args(annotation)[0]
        return next((found.expected for found in get_args(annotation) if hasattr(found, "expected")), "a value")


HOLDERS = Shape(HolderRow.__annotations__, HolderRow)
SERVICE = Shape(SpellRow.__annotations__, SpellRow)
GRANTS = Shape(GrantRow.__annotations__, GrantRow)
_KIND = Annotated[FormKind, Expected("election or withdrawal")]
_FIRST = {"form_id": Id, "holder_id": Id, "kind": _KIND}
ELECTIONS = Shape({**_FIRST, **ElectionRow.__annotations__, "kind": _KIND}, FormRow)
FORM_COLUMNS = tuple(column for column in ELECTIONS.columns if column not in {"form_id", *OPTION_COLUMNS})
PRICES = Shape(PriceRow.__annotations__, PriceRow)
