"""The shapes of the CSV rows of an offer folder, and what is expected in each column.

pydantic's core checks a whole file in one call; a blank cell counts as absent, so an optional column is `NotRequired`.
"""

from collections.abc import Collection
from dataclasses import fields
from typing import Annotated, Any, Literal, NotRequired, get_args, get_origin

from pydantic import ConfigDict, Discriminator, TypeAdapter

# On Python 3.11 pydantic cannot read typing's own TypedDict.
from typing_extensions import TypedDict

from optex.fields import (
    CloseCell,
    DayCell,
    EmailCell,
    Expected,
    Id,
    InstantCell,
    OneLine,
    PercentCell,
    PriceCell,
    RestatedCell,
    ScheduleCell,
    SharesCell,
    WholeCell,
)
from optex.records import Capacity, FormKind, FormLine, OptionType


class HolderRow(TypedDict):
    holder_id: Id
    name: OneLine
    email: NotRequired[EmailCell]
    jurisdiction: NotRequired[OneLine]
    voting_percent: NotRequired[PercentCell]


# `from` cannot be the name of a field in the class syntax.
ServiceRow = TypedDict(
    "ServiceRow",
    {
        "holder_id": Id,
        "capacity": Annotated[Capacity, Expected("employee, director or consultant")],
        "from": DayCell,
        "to": NotRequired[DayCell],
    },
)


class GrantRow(TypedDict):
    grant_id: Id
    holder_id: Id
    granted_on: DayCell
    shares: SharesCell
    exercised: WholeCell
    price: PriceCell
    type: Annotated[OptionType, Expected("ISO or NSO")]
    expires_on: DayCell
    vesting: NotRequired[ScheduleCell]
    fmv: NotRequired[PriceCell]


class _Received(TypedDict):
    form_id: Id
    holder_id: Id
    received_at: InstantCell
    signed_on: NotRequired[DayCell]
    signed_as: NotRequired[str]
    channel: NotRequired[str]
    title: NotRequired[str]
    authority: NotRequired[str]


class ElectionRow(_Received):
    kind: Literal["election"]
    grant_id: Id
    shares: WholeCell
    original_shares: NotRequired[WholeCell]
    granted_on: NotRequired[DayCell]
    price: NotRequired[RestatedCell]
    exercised: NotRequired[WholeCell]


class WithdrawalRow(_Received):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # as pydantic would have it
    kind: Literal["withdrawal"]


class PriceRow(TypedDict):
    date: DayCell
    close: CloseCell


# A form stands on one row an option: these are the option's, the others the same on every row of the form.
OPTION_COLUMNS = tuple(field.name for field in fields(FormLine))
FormRow = Annotated[ElectionRow | WithdrawalRow, Discriminator("kind")]


class CsvSchema:
    """One kind of CSV file: its columns, the check of its rows, and a check for rows whose faulty cells are gone.

    A file may lack the columns that are `optional`: it is then as if all their cells were blank.
    """

    def __init__(self, columns: dict[str, Any], row: Any, optional: Collection[str] = ()) -> None:
        self.columns = tuple(columns)
        self.required = tuple(column for column in columns if column not in optional)
        partial: Any = TypedDict("Partial", columns, total=False)  # type: ignore[misc]  # made at run time
        self.rows: TypeAdapter[list[Any]] = TypeAdapter(list[row])
        self.partial: TypeAdapter[list[Any]] = TypeAdapter(list[partial])
        self._annotations = columns

    def expected(self, column: str) -> str:
        """What is to stand in a column, in words."""
        annotation = self._annotations[column]
        while get_origin(annotation) is NotRequired:
            annotation = get_args(annotation)[0]
        return next((found.expected for found in get_args(annotation) if hasattr(found, "expected")), "a value")


HOLDERS = CsvSchema(HolderRow.__annotations__, HolderRow)
SERVICE = CsvSchema(ServiceRow.__annotations__, ServiceRow)
GRANTS = CsvSchema(GrantRow.__annotations__, GrantRow, optional=("fmv",))
_KIND = Annotated[FormKind, Expected("election or withdrawal")]
_FIRST = {"form_id": Id, "holder_id": Id, "kind": _KIND}
ELECTIONS = CsvSchema({**_FIRST, **ElectionRow.__annotations__, "kind": _KIND}, FormRow)
FORM_COLUMNS = tuple(column for column in ELECTIONS.columns if column not in {"form_id", *OPTION_COLUMNS})
PRICES = CsvSchema(PriceRow.__annotations__, PriceRow)
