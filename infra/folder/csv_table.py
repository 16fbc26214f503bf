"""One CSV file read whole: its rows by column name, the line each starts on, and every fault of every line."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from infra.folder.csv_rows import OPTION_COLUMNS, CsvSchema
from infra.folder.spreadsheets import AS_CSV, is_workbook
from optex.errors import Fault
from optex.formatting import count
from optex.near_miss import meant
from optex.visible import quoted

# What spreadsheets put between columns where the comma is for decimals, or where text is copied out of them.
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(kw_only=True, slots=True)
class CsvTable:
    """The rows of one file; a cell that is blank or faulty is absent from its row, and `bad` names the faulty ones.

    `strays` are the cells of rows with too many or too few of them, and `whole` is False where part of the file could
    not be read at all: what refers to a row that was lost in this way must not be called unknown.
    """

    file: str
    sheet: str = ""  # of a workbook, whose columns have letters
    letters: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    bad: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    strays: set[str] = field(default_factory=set)
    whole: bool = True

    def fault(self, line: int, column: str, problem: str, expected: str = "") -> None:
        cell = f"{self.sheet}!{self.letters.get(column, 'A')}{line}" if self.sheet else ""
        found = Fault(file=self.file, line=line, column=column, problem=problem, expected=expected, cell=cell)
        self.faults.append(found)

    def reject(self, index: int, column: str, problem: str, expected: str = "") -> None:
        """A fault in one cell of a row."""
        self.fault(self.lines[index], column, problem, expected)
        self.bad[index].add(column)

    def ids(self, column: str) -> Collection[str] | None:
        """The ids that the file makes known; None where it cannot be told."""
        if not self.whole:
            return None
        return {row[column] for row in self.rows if column in row} | self.strays


def read_table(file: str, data: bytes, shape: CsvSchema) -> CsvTable:
    """The rows of a CSV file (RFC 4180, UTF-8 with or without a BOM), with every fault by line and column."""
    table = CsvTable(file=file)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unreadable(table, 1, "the file is in UTF-16", "UTF-8")
    if b"\0" in data[:2]:
        return _unreadable(table, 1, "the file is in UTF-16 or UTF-32", "UTF-8")
    if is_workbook(data):
        return _unreadable(table, 1, "the file is a workbook of a spreadsheet, whatever its name", f"text: {AS_CSV}")
    text, sound = _decoded(data)
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = _header(table, records, shape)
    if header is None:
        return table
    _records(table, records, header, sound)
    validate_rows(table, shape, header)
    return table


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether every byte of it is good; a bad byte is kept, to be told where it stands."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", errors="surrogateescape"), False
    return text, "\0" not in text


def _unreadable(table: CsvTable, line: int, problem: str, expected: str) -> CsvTable:
    table.fault(line, "file", problem, expected)
    table.whole = False
    return table


def _header(table: CsvTable, records: Any, shape: CsvSchema) -> list[str] | None:
    """The names in the first line; None where it is no header at all."""
    try:
        header = [name.strip() for name in next(records, [])]
    except csv.Error as error:
        _unreadable(table, 1, f"the header cannot be read ({error})", ",".join(shape.columns))
        return None
    return check_header(table, header, shape)


def check_header(table: CsvTable, header: list[str], shape: CsvSchema) -> list[str] | None:
    """The names of the columns, every fault of them told; None where they are no names of ours."""
    expected = ",".join(shape.columns)
    if not _names_columns(header, shape):
        _unreadable(table, 1, *_no_header(table, header, shape, expected))
        return None
    missing = [column for column in shape.columns if column not in header]
    guesses = _guesses(header, shape)
    for column in shape.required:
        if column in missing and column not in guesses.values():
            table.fault(1, column, "the column is missing", f"the columns {expected}")
    for name in dict.fromkeys(header):
        if name in guesses:
            table.fault(1, name, f"unknown column: did you mean {guesses[name]}?")
        elif name not in shape.columns:
            shown = name.encode(errors="replace").decode() or "(no name)"
            table.fault(1, shown, "unknown column", f"only {expected}")
        elif header.count(name) > 1:
            table.fault(1, name, "the column stands twice", "each column once")
    return header


def _guesses(header: list[str], shape: CsvSchema) -> dict[str, str]:
    """What columns are meant by names that are none."""
    missing = [column for column in shape.columns if column not in header]
    return {name: near for name in header if name not in shape.columns and (near := meant(name, missing))}


def _names_columns(header: list[str], shape: CsvSchema) -> bool:
    """Whether a line names a column, or most of what it names is meant for one, as "Grant ID" is."""
    if set(header) & set(shape.columns):
        return True
    few = len(header) <= 3 * len(shape.columns)
    return few and 2 * len(_guesses(header, shape)) >= max(len(header), 1)


def _no_header(table: CsvTable, header: list[str], shape: CsvSchema, expected: str) -> tuple[str, str]:
    """What is wrong with a first line that names no column, and what is expected."""
    line = ",".join(header)
    for separator, name in SEPARATORS.items():
        if separator in line and _names_columns([cell.strip(' "') for cell in line.split(separator)], shape):
            return f"the columns are separated by {name}", f"commas: {AS_CSV}"
    if len(header) == 1 and "," in line and _names_columns([cell.strip(' "') for cell in line.split(",")], shape):
        one = "cell" if table.sheet else "field, in quotes"
        return f"all columns stand in one {one}", f"one for each of {expected}"
    if line.casefold().startswith("sep="):
        return f"the first line is {quoted(line)}, which only a spreadsheet reads", f"commas, and there {expected}"
    if any(header) and not any(char.isdigit() or char == "@" for char in line):
        shown = ", ".join(quoted(name) for name in header[:5])
        return f"no column is known of {shown}{', …' if len(header) > 5 else ''}", expected
    return "no header row", expected


def _records(table: CsvTable, records: Any, header: list[str], sound: bool) -> None:
    width, rows, lines = len(header), table.rows, table.lines
    line = records.line_num + 1
    while True:
        try:
            for cells in records:
                if len(cells) == width:
                    # A spreadsheet ends its files with rows of commas: all blank is no row.
                    if row := {name: cell for name, raw in zip(header, cells, strict=True) if (cell := raw.strip())}:
                        rows.append(row)
                        lines.append(line)
                        if not sound:
                            _reject_unsound(table, row)
                elif cells:
                    table.fault(line, "row", f"has {count(len(cells), 'field')}", f"{width}, as the header")
                    table.strays.update(cell.strip() for cell in cells)
                line = records.line_num + 1
            return
        except csv.Error as error:
            table.whole = False
            endless = "unexpected end" in str(error) or "field limit" in str(error)
            problem = "a quoted field that never ends" if endless else f"cannot be read ({error})"
            table.fault(line, "row", problem, "fields as RFC 4180 has them, quotes doubled inside quotes")
            if endless:
                return
            line = records.line_num + 1


def _reject_unsound(table: CsvTable, row: dict[str, str]) -> None:
    for name, cell in row.items():
        if "\0" in cell:
            table.reject(len(table.rows) - 1, name, "a NUL character", "text")
        elif any("\udc80" <= char <= "\udcff" for char in cell):
            table.reject(len(table.rows) - 1, name, "bytes that are not UTF-8", "text in UTF-8")


def validate_rows(table: CsvTable, shape: CsvSchema, header: list[str]) -> None:
    """Turn the text of every cell into its type; what cannot be is a fault and is taken out of its row.

    A faulty cell hides none of the others: the rows are checked again without it until nothing more is found.
    """
    missing, unknown = set(shape.columns).difference(header), set(header).difference(shape.columns)
    adapter = shape.rows
    for row in table.rows if unknown else ():
        for name in unknown:
            row.pop(name, None)
    while True:
        for index, columns in table.bad.items():
            for column in columns:
                table.rows[index].pop(column, None)
        try:
            table.rows = adapter.validate_python(table.rows)
            return
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False):
                _take(table, shape, found, missing)
        adapter = shape.partial


def _take(table: CsvTable, shape: CsvSchema, found: Any, missing: set[str]) -> None:
    """One finding of the check becomes a fault, unless it follows from another."""
    kind, index = found["type"], found["loc"][0]
    column = "kind" if kind.startswith("union_tag") else found["loc"][-1]
    already = column in missing or column in table.bad[index]
    table.bad[index].add(column)
    if already:
        return
    line, cell = table.lines[index], table.rows[index].get(column)
    if kind == "extra_forbidden":
        table.fault(line, column, "a withdrawal states no option", "blank: it takes back the whole tender")
        table.bad[index].update(OPTION_COLUMNS)
    elif cell is None:
        table.fault(line, column, "is blank", shape.expected(column))
    else:
        table.fault(line, column, f"{quoted(cell)} cannot be taken", shape.expected(column))
