"""The shapes of the CSV rows of an offer folder, and what is expected in each column.

pydantic's core checks many cells of a column in one call; one that may be blank is `NotRequired`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, NotRequired, get_args, get_origin

from pydantic import TypeAdapter

# On Python 3.11 pydantic cannot read typing's own TypedDict.
from typing_extensions import Doc, TypedDict

from optex.fields import (
    CloseCell,
    DayCell,
    EmailCell,
    Expected,
    Id,
    InstantCell,
    LineCell,
    PercentCell,
    PriceCell,
    RestatedCell,
    ScheduleCell,
    SharesCell,
    StatedCell,
    WholeCell,
)
from optex.records import Capacity, FormKind, FormLine, OptionType


class HolderRow(TypedDict):
    holder_id: Annotated[Id, Doc("Your own number of the holder; it stands once.")]
    name: Annotated[LineCell, Doc("The name as on the option agreement: a form is signed exactly so (TND-5).")]
    email: NotRequired[Annotated[EmailCell, Doc("Where letters go; blank: they are printed.")]]
    jurisdiction: NotRequired[Annotated[LineCell, Doc("Where the holder resides, such as US or CA-QC (ELG-4).")]]
    voting_percent: NotRequired[
        Annotated[PercentCell, Doc("The share of the voting power on the grant date; blank: none (GRT-3, GRT-4).")]
    ]


# `from` cannot be the name of a field in the class syntax.
ServiceRow = TypedDict(
    "ServiceRow",
    {
        "holder_id": Annotated[Id, Doc("The holder; one row for each spell of service.")],
        "capacity": Annotated[
            Capacity, Expected("employee, director or consultant"), Doc("A director who is an employee is an employee.")
        ],
        "from": Annotated[DayCell, Doc("The first day in service.")],
        "to": NotRequired[Annotated[DayCell, Doc("The last day in service; blank: the holder still serves.")]],
    },
)


class GrantRow(TypedDict):
    grant_id: Annotated[Id, Doc("Your own number of the option; it stands once.")]
    holder_id: Annotated[Id, Doc("Whose option it is.")]
    granted_on: Annotated[DayCell, Doc("The grant date.")]
    shares: Annotated[SharesCell, Doc("The shares granted.")]
    exercised: Annotated[WholeCell, Doc("How many of them have been exercised; 0 for none.")]
    price: Annotated[PriceCell, Doc("The exercise price a share, in dollars.")]
    type: Annotated[OptionType, Expected("ISO or NSO"), Doc("Incentive or nonqualified.")]
    expires_on: Annotated[DayCell, Doc("The last day on which it can be exercised.")]
    vesting: NotRequired[Annotated[ScheduleCell, Doc("Its own schedule; blank: `plan.vesting` of the terms (VST-1).")]]
    fmv: NotRequired[Annotated[PriceCell, Doc("The fair market value a share at grant; blank: the price (ISO-1).")]]


_Kind = Annotated[
    FormKind,
    Expected("election or withdrawal"),
    Doc("An Election Form, or a Notice to Change Election From Accept to Reject, which has one row and no option."),
]


class _Received(TypedDict):
    form_id: Annotated[Id, Doc("Your own number of the form.")]
    holder_id: Annotated[Id, Doc("Whose form it is.")]
    received_at: Annotated[
        InstantCell, Doc("When it was received, on the offer's clock unless with an offset (EXP-1).")
    ]
    signed_on: NotRequired[Annotated[DayCell, Doc("The date beside the signature; blank: it is not dated (TND-5).")]]
    signed_as: NotRequired[
        Annotated[StatedCell, Doc("The signature, exactly as written or typed; blank: it is not signed (TND-5).")]
    ]
    channel: NotRequired[Annotated[StatedCell, Doc("How it was delivered: one of the terms' `channels` (TND-6).")]]
    title: NotRequired[Annotated[StatedCell, Doc("Of who signed in a holder's place: the full title (TND-5).")]]
    authority: NotRequired[
        Annotated[StatedCell, Doc("Of who signed in a holder's place: the evidence of authority (TND-5).")]
    ]


class FormRow(_Received):
    kind: _Kind
    grant_id: Annotated[Id, Doc("The option that is tendered; a form has a row for each. Blank in a withdrawal.")]
    shares: Annotated[WholeCell, Doc("How many of its shares are tendered (TND-1).")]
    original_shares: NotRequired[Annotated[WholeCell, Doc("What the form states as the shares granted (TND-4).")]]
    granted_on: NotRequired[Annotated[DayCell, Doc("What the form states as the grant date (TND-4).")]]
    price: NotRequired[Annotated[RestatedCell, Doc("What the form states as the exercise price (TND-4).")]]
    exercised: NotRequired[Annotated[WholeCell, Doc("What the form states as the shares exercised (TND-4).")]]


class PriceRow(TypedDict):
    date: Annotated[DayCell, Doc("The trading day; it stands once.")]
    close: Annotated[CloseCell, Doc("The closing price a share, in dollars (GRT-3).")]
    high: NotRequired[Annotated[CloseCell, Doc("The day's high, where the offer's `price` is an average (XCH-4).")]]
    low: NotRequired[Annotated[CloseCell, Doc("The day's low, likewise.")]]


# A form stands on one row an option: these are the option's, the others the same on every row of the form.
OPTION_COLUMNS = tuple(field.name for field in fields(FormLine))


class CsvSchema:
    """One kind of CSV file: its columns, and how their cells are read.

    A file may lack the columns that are `optional`: it is then as if all their cells were blank.
    """

    def __init__(self, columns: dict[str, Any], optional: Collection[str] = ()) -> None:
        self.columns = tuple(columns)
        self.required = tuple(column for column in columns if column not in optional)
        self._annotations = columns

    def cells(self, column: str) -> TypeAdapter[list[Any]]:
        """How a list of cells of a column is checked, in one call of pydantic's core."""
        return _cells(self._annotation(column))

    def demands(self, column: str, row: Mapping[str, Any]) -> bool:
        """Whether a row must have a cell in a column that may not be blank."""
        return True

    def forbids(self, column: str, row: Mapping[str, Any]) -> bool:
        """Whether a row must have no cell in a column."""
        return False

    def uneven(self, column: str, stated: Mapping[str, Sequence[Any]]) -> bool:
        """Whether it depends on the row, by the columns that all rows state, if a cell of a column may stand."""
        return False

    def expected(self, column: str) -> str:
        """What is to stand in a column, in words."""
        return self._told(column, "expected", "a value")

    def meaning(self, column: str) -> str:
        """What a column tells, for the manual."""
        return self._told(column, "documentation", "")

    def may_be_blank(self, column: str) -> bool:
        return get_origin(self._annotations[column]) is NotRequired

    def kind(self, column: str) -> type:
        """What is in a column: a date, a datetime, an int, a Decimal or text."""
        annotation = self._annotations.get(column, str)
        while get_origin(annotation) is not None:
            annotation = get_args(annotation)[0]
        return annotation if isinstance(annotation, type) and not issubclass(annotation, str) else str

    def _told(self, column: str, what: str, otherwise: str) -> str:
        of = get_args(self._annotation(column))
        return next((getattr(each, what) for each in of if hasattr(each, what)), otherwise)

    def _annotation(self, column: str) -> Any:
        annotation = self._annotations[column]
        while get_origin(annotation) is NotRequired:
            annotation = get_args(annotation)[0]
        return annotation


class _FormSchema(CsvSchema):
    """Of the forms: an election states its options, a withdrawal none."""

    def demands(self, column: str, row: Mapping[str, Any]) -> bool:
        return column not in OPTION_COLUMNS or row.get("kind") is FormKind.ELECTION

    def forbids(self, column: str, row: Mapping[str, Any]) -> bool:
        return column in OPTION_COLUMNS and row.get("kind") is FormKind.WITHDRAWAL

    def uneven(self, column: str, stated: Mapping[str, Sequence[Any]]) -> bool:
        kinds = stated.get("kind")
        return column in OPTION_COLUMNS and (kinds is None or FormKind.WITHDRAWAL in kinds)


@cache
def _cells(annotation: Any) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[annotation])


HOLDERS = CsvSchema(HolderRow.__annotations__)
SERVICE = CsvSchema(ServiceRow.__annotations__)
GRANTS = CsvSchema(GrantRow.__annotations__, optional=("fmv",))
_FIRST = dict.fromkeys(("form_id", "holder_id", "kind"))  # where they stand in the file
ELECTIONS = _FormSchema({**_FIRST, **FormRow.__annotations__})
FORM_COLUMNS = tuple(column for column in ELECTIONS.columns if column not in {"form_id", *OPTION_COLUMNS})
PRICES = CsvSchema(PriceRow.__annotations__, optional=("high", "low"))
