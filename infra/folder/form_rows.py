"""The rows of elections.csv as forms: those of one form, wherever they stand, are one Election Form, and agree."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from infra.folder.cross_checks import check_known
from infra.folder.csv_rows import FORM_COLUMNS, OPTION_COLUMNS
from infra.folder.csv_table import CsvTable
from infra.folder.first_lines import FirstLines, Known
from optex.clock import BadInstant, on_clock
from optex.records import Form, FormKind, FormLine


@dataclass(slots=True)
class FormRows:
    """A form as far as it was read: the line and the cells of its first row, and on which line each option stands.

    `told` are the cells of its options, where the form is to be kept.
    """

    line: int
    stated: tuple[Any, ...]
    bad: frozenset[str] = frozenset()
    faulty: bool = False
    options: dict[str, int] = field(default_factory=dict)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether it has what every form must have: a column that the header lacks is no fault of its rows."""
        stated = dict(zip(FORM_COLUMNS, self.stated, strict=True))
        return None not in (stated["holder_id"], stated["kind"], stated["received_at"])

    def packed(self) -> bytes:
        return pickle.dumps((self.stated, self.bad, self.faulty, self.options, self.told))


class Forms:
    """Checks the rows of forms batch after batch, and has the forms afterwards where they are to be `kept`.

    An instant without an offset is on the offer's clock (CAL-2).
    """

    def __init__(
        self, table: CsvTable, holders: Known | None, grants: Known | None, zone: tzinfo, *, kept: bool
    ) -> None:
        self._table, self._holders, self._grants, self._zone = table, holders, grants, zone
        self._kept = kept
        self._first = FirstLines()
        self._strangers: set[str] = set()

    def check(self) -> None:
        table = self._table
        check_known(table, "grant_id", self._grants, "grants.csv")
        if self._holders is not None:
            holder_ids = {row["holder_id"] for row in table.rows if "holder_id" in row}
            self._strangers = holder_ids.difference(self._holders(holder_ids))
        forms = self._begun_before({row["form_id"] for row in table.rows if "form_id" in row})
        for index, row in enumerate(table.rows):
            form_id = row.get("form_id")
            if form_id is None:
                self._holder(index, row)
                self._received(index, row)
                continue
            form = forms.get(form_id)
            if form is None:
                forms[form_id] = form = FormRows(table.lines[index], tuple(map(row.get, FORM_COLUMNS)))
                self._begin(index, row, form)
                self._option(index, row, form)
            elif self._agrees(index, row, form):
                if row.get("kind") is FormKind.WITHDRAWAL:
                    table.reject(index, "form_id", f"a second row of the withdrawal on line {form.line}", "one row")
                self._option(index, row, form)
            form.faulty = form.faulty or bool(table.bad.get(index))
        self._first.put((form_id, form.line, form.packed()) for form_id, form in forms.items())

    def __iter__(self) -> Iterator[Form]:
        """The forms of the file without a fault in them, in the order of their first lines."""
        return (form for form, _ in self.with_rows())

    def with_rows(self) -> Iterator[tuple[Form, FormRows]]:
        """The same, each with its rows."""
        for form_id, line, packed in self._first:
            rows = FormRows(line, *pickle.loads(packed))
            if not rows.faulty and rows.known:
                yield self._form(form_id, rows), rows

    def _begun_before(self, form_ids: set[str]) -> dict[str, FormRows]:
        """Which of these forms were begun in a batch before this one: the last of it, and whose rows lie apart."""
        found = self._first.of(form_ids)
        return {form_id: FormRows(line, *pickle.loads(packed)) for form_id, (line, packed) in found.items()}

    def _begin(self, index: int, row: dict[str, Any], form: FormRows) -> None:
        self._holder(index, row)
        form.bad = frozenset(self._table.bad.get(index, ()))
        self._received(index, row)

    def _option(self, index: int, row: dict[str, Any], form: FormRows) -> None:
        if grant_id := row.get("grant_id"):
            line = self._table.lines[index]
            before = form.options.setdefault(grant_id, line)
            if before != line:
                problem = f"{grant_id!r} stands already on line {before} of the form"
                self._table.reject(index, "grant_id", problem, "each option once")
            elif self._kept and "shares" in row:
                form.told.append(tuple(map(row.get, OPTION_COLUMNS)))

    def _form(self, form_id: str, rows: FormRows) -> Form:
        stated = {name: cell for name, cell in zip(FORM_COLUMNS, rows.stated, strict=True) if cell is not None}
        stated["received_at"] = on_clock(stated["received_at"], self._zone)
        lines = tuple(FormLine(**dict(zip(OPTION_COLUMNS, cells, strict=True))) for cells in rows.told)
        return Form(form_id=form_id, **{"signed_on": None, "signed_as": "", "channel": "", **stated}, lines=lines)

    def _holder(self, index: int, row: dict[str, Any]) -> None:
        """A form names its holder on every row: an unknown one is told once a form."""
        if (holder_id := row.get("holder_id")) in self._strangers:
            self._table.reject(index, "holder_id", f"{holder_id!r} is unknown", "an id of holders.csv")

    def _received(self, index: int, row: dict[str, Any]) -> None:
        """A form received at an hour that the offer's clock leaves out, or shows twice, is a fault (CAL-2)."""
        at: datetime | None = row.get("received_at")
        if at is not None:
            try:
                on_clock(at, self._zone)
            except BadInstant as error:
                self._table.reject(index, "received_at", error.problem, error.expected)

    def _agrees(self, index: int, row: dict[str, Any], form: FormRows) -> bool:
        """Whether a later row of a form says the same of it as the first; a fault where it does not."""
        if tuple(map(row.get, FORM_COLUMNS)) == form.stated:
            return True
        stated = dict(zip(FORM_COLUMNS, form.stated, strict=True))
        if row.get("holder_id") != stated["holder_id"]:
            self._holder(index, row)
        skip = form.bad | self._table.bad.get(index, set())
        differing = [name for name, cell in stated.items() if name not in skip and row.get(name) != cell]
        if differing:
            verb = "differs" if len(differing) == 1 else "differ"
            problem = f"{', '.join(differing)} {verb} from line {form.line} of the same form"
            self._table.reject(index, differing[0], problem, "the same on every row of a form, or another form_id")
        return not differing
