"""The rows of elections.csv as forms: those of one form, wherever they stand, are one Election Form, and agree."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from infra.folder.cross_checks import Ids, check_known
from infra.folder.csv_rows import FORM_COLUMNS, OPTION_COLUMNS
from infra.folder.csv_table import CsvTable
from optex.clock import BadInstant, on_clock
from optex.records import Form, FormKind, FormLine

Grants = Callable[[Collection[str]], Collection[str]]
"""Which of some ids are those of grants: of half a million, those of a batch are asked for."""


@dataclass(slots=True)
class FormRows:
    """A form as far as it was read: the line and the cells of its first row, and on which line each option stands."""

    line: int
    stated: tuple[Any, ...]
    bad: frozenset[str]
    options: dict[str, int] = field(default_factory=dict)
    faulty: bool = False
    packed: str = ""

    @property
    def known(self) -> bool:
        """Whether it has what every form must have: a column that the header lacks is no fault of its rows."""
        stated = dict(zip(FORM_COLUMNS, self.stated, strict=True))
        return None not in (stated["holder_id"], stated["kind"], stated["received_at"])

    def pack(self) -> None:
        """Take less room, as most forms do not come again in another part of the file."""
        self.packed, self.options = " ".join(f"{grant}:{line}" for grant, line in self.options.items()), {}

    def unpack(self) -> None:
        self.options, self.packed = dict(self.places()), ""

    def places(self) -> Iterator[tuple[str, int]]:
        for each in self.packed.split():
            grant, _, line = each.rpartition(":")
            yield grant, int(line)


class Forms:
    """Checks the rows of forms batch after batch, and gathers the forms where they are to be `kept`.

    An instant without an offset is on the offer's clock (CAL-2).
    """

    def __init__(self, table: CsvTable, holder_ids: Ids, grants: Grants | None, zone: tzinfo, *, kept: bool) -> None:
        self._table, self._holder_ids, self._grants, self._zone = table, holder_ids, grants, zone
        self._kept = kept
        self.rows: dict[str, FormRows] = {}
        self.forms: dict[str, Form] = {}
        self._open, self._told, self._lines = "", FormRows(0, (), frozenset()), list[FormLine]()

    def check(self) -> None:
        if self._grants is not None:
            told = {row["grant_id"] for row in self._table.rows if "grant_id" in row}
            check_known(self._table, "grant_id", self._grants(told), "grants.csv")
        for index, row in enumerate(self._table.rows):
            form_id = row.get("form_id")
            if form_id is None:
                self._holder(index, row)
                self._received(index, row)
                continue
            new = form_id not in self.rows
            if form_id != self._open:
                self._turn_to(form_id, index, row)
            self._row(index, row, new)
            self._told.faulty = self._told.faulty or bool(self._table.bad.get(index))

    def finish(self) -> None:
        """The last form of the file is whole."""
        self._turn_from()

    def _row(self, index: int, row: dict[str, Any], new: bool) -> None:
        table, told = self._table, self._told
        if new:
            self._holder(index, row)
            told.bad = frozenset(table.bad.get(index, ()))
            self._received(index, row)
        elif tuple(map(row.get, FORM_COLUMNS)) != told.stated and not self._agrees(index, row):
            return
        elif row.get("kind") is FormKind.WITHDRAWAL:
            table.reject(index, "form_id", f"a second row of the withdrawal on line {told.line}", "one row")
        if grant_id := row.get("grant_id"):
            line = table.lines[index]
            before = told.options.setdefault(grant_id, line)
            if before != line:
                problem = f"{grant_id!r} stands already on line {before} of the form"
                table.reject(index, "grant_id", problem, "each option once")
            elif self._kept and "shares" in row:
                self._lines.append(FormLine(**{name: row[name] for name in OPTION_COLUMNS if name in row}))

    def _turn_to(self, form_id: str, index: int, row: dict[str, Any]) -> None:
        """From here on the rows are another form's, which may have been begun before."""
        self._turn_from()
        self._open = form_id
        if form_id in self.rows:
            self._told = self.rows[form_id]
            self._told.unpack()
        else:
            stated = tuple(map(row.get, FORM_COLUMNS))
            self.rows[form_id] = self._told = FormRows(self._table.lines[index], stated, frozenset())

    def _turn_from(self) -> None:
        form_id, told = self._open, self._told
        if form_id and self._kept and not told.faulty and told.known:
            before = self.forms.get(form_id)
            lines = (*(before.lines if before else ()), *self._lines)
            self.forms[form_id] = self._form(form_id, told, lines)
        told.pack()
        self._lines = []

    def _form(self, form_id: str, told: FormRows, lines: tuple[FormLine, ...]) -> Form:
        stated = {name: cell for name, cell in zip(FORM_COLUMNS, told.stated, strict=True) if cell is not None}
        stated["received_at"] = on_clock(stated["received_at"], self._zone)
        return Form(form_id=form_id, **{"signed_on": None, "signed_as": "", "channel": "", **stated}, lines=lines)

    def _holder(self, index: int, row: dict[str, Any]) -> None:
        """A form names its holder on every row: an unknown one is told once a form."""
        holder_id, known = row.get("holder_id"), self._holder_ids
        if known is not None and holder_id and holder_id not in known:
            self._table.reject(index, "holder_id", f"{holder_id!r} is unknown", "an id of holders.csv")

    def _received(self, index: int, row: dict[str, Any]) -> None:
        """A form received at an hour that the offer's clock leaves out, or shows twice, is a fault (CAL-2)."""
        at: datetime | None = row.get("received_at")
        if at is not None:
            try:
                on_clock(at, self._zone)
            except BadInstant as error:
                self._table.reject(index, "received_at", error.problem, error.expected)

    def _agrees(self, index: int, row: dict[str, Any]) -> bool:
        table, told = self._table, self._told
        stated = dict(zip(FORM_COLUMNS, told.stated, strict=True))
        if row.get("holder_id") != stated["holder_id"]:
            self._holder(index, row)
        skip = told.bad | table.bad.get(index, set())
        differing = [name for name, cell in stated.items() if name not in skip and row.get(name) != cell]
        if differing:
            verb = "differs" if len(differing) == 1 else "differ"
            problem = f"{', '.join(differing)} {verb} from line {told.line} of the same form"
            table.reject(index, differing[0], problem, "the same on every row of a form, or another form_id")
        return not differing
