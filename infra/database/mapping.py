"""Which record is kept in which table: a field of the record is the column of the same name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from enum import Enum, EnumType
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_args

from sqlalchemy import Row, Table

from infra.database import tables as t
from optex.records import Form, FormLine, Grant, Holder, IssuedOption, ServicePeriod
from optex.steps import Step

Record = TypeVar("Record")


class RecordTable(Generic[Record]):
    """A table as the rows of one kind of record; fields without a column, such as `vesting`, have tables themselves."""

    def __init__(self, record: type[Any], table: Table) -> None:
        kept = [field for field in fields(record) if field.name in table.c]
        self.names = tuple(field.name for field in kept)
        self.columns = tuple(table.c[name] for name in self.names)
        self.table = table
        self._record: Callable[..., Record] = record
        self.cells: Callable[[Record], tuple[Any, ...]] = attrgetter(*self.names)
        # To look a member up in an Enum takes longer than all else about a row.
        self._words = {f.name: words for f in kept if (words := _words(f.type))}

    def record(self, row: Sequence[Any], **others: Any) -> Record:
        """The record of a row of `columns`, with its other fields."""
        cells = dict(zip(self.names, row, strict=True))
        for name, members in self._words.items():
            cells[name] = members[cells[name]]
        return self._record(**cells, **others)

    def of(self, row: Row[Any], **others: Any) -> Record:
        """The record of a row that has more columns, found by their names."""
        return self.record([getattr(row, name) for name in self.names], **others)

    def rows(self, records: Iterable[Record], **others: Any) -> list[dict[str, Any]]:
        """The rows of records, with their other columns."""
        return [{**others, **dict(zip(self.names, self.cells(record), strict=True))} for record in records]


def _words(type_: Any) -> dict[str, Enum]:
    """The members of an Enum, or of several, by their values; none of any other type."""
    kinds: list[Any] = [one for one in get_args(type_) or (type_,) if isinstance(one, EnumType)]
    return {each.value: each for kind in kinds for each in kind}


HOLDERS = RecordTable[Holder](Holder, t.holders)
SERVICE_PERIODS = RecordTable[ServicePeriod](ServicePeriod, t.service_periods)
GRANTS = RecordTable[Grant](Grant, t.grants)
FORMS = RecordTable[Form](Form, t.forms)
FORM_LINES = RecordTable[FormLine](FormLine, t.form_lines)
ISSUED_OPTIONS = RecordTable[IssuedOption](IssuedOption, t.issued_options)
STEPS = RecordTable[Step](Step, t.steps)
