"""One CSV file read batch after batch: its rows by column name, the line each starts on, and every fault of a line."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from itertools import repeat
from typing import Any

from infra.folder.csv_column import Column, Refused
from infra.folder.csv_rows import OPTION_COLUMNS, CsvSchema
from infra.folder.first_lines import Known
from infra.folder.spreadsheets import AS_CSV, is_workbook
from optex.errors import Fault
from optex.formatting import count
from optex.near_miss import meant
from optex.visible import quoted

# What spreadsheets put between columns where the comma is for decimals, or where text is copied out of them.
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


# So many rows are in memory at once.
ROWS_AT_ONCE = 5_000


@dataclass(kw_only=True, slots=True)
class CsvTable:
    """The rows of one file, a batch at a time; a cell that is blank or faulty is absent, and `bad` names the faulty.

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

    def known(self, known: Known) -> Known | None:
        """Which of some ids this file has, of whose whole rows these are `known`; None where it cannot be told."""
        if not self.whole:
            return None
        return known if not self.strays else lambda ids: {*known(ids), *self.strays.intersection(ids)}


def batches(table: CsvTable, file: BufferedReader, shape: CsvSchema, at_once: int) -> Iterator[None]:
    """Put the rows of a CSV file into the table, a batch at a time (RFC 4180, UTF-8 with or without a BOM).

    With them come their faults, by line and column.
    """
    begins = file.peek(8)[:8]
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        _unreadable(table, 1, "the file is in UTF-16", "UTF-8")
    elif b"\0" in begins[:2]:
        _unreadable(table, 1, "the file is in UTF-16 or UTF-32", "UTF-8")
    elif is_workbook(begins):
        _unreadable(
            table, 1, "the file is a workbook of a spreadsheet, whatever its name", f"text: {AS_CSV}, or call it .xlsx"
        )
    else:
        # A byte that is none of UTF-8 is kept, to be told where it stands.
        text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        records = csv.reader(text, strict=True)
        if header := _header(table, records, shape):
            columns = columns_of(header, shape)
            for lines, rows in _records(table, records, len(header), at_once):
                take_rows(table, shape, columns, lines, rows)
                yield


def _unreadable(table: CsvTable, line: int, problem: str, expected: str) -> None:
    table.fault(line, "file", problem, expected)
    table.whole = False


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


def _records(table: CsvTable, records: Any, width: int, at_once: int) -> Iterator[tuple[list[int], list[list[str]]]]:
    """The rows of the file that have as many cells as the header, so many at a time, with the lines they start on."""
    lines: list[int] = []
    rows: list[list[str]] = []
    line, ended = records.line_num + 1, False
    while not ended:
        try:
            for cells in records:
                if len(cells) == width:
                    # A spreadsheet ends its files with rows of commas: all blank is no row.
                    if cells[0].strip() or any(cell.strip() for cell in cells):
                        lines.append(line)
                        rows.append(cells)
                elif cells:
                    table.fault(line, "row", f"has {count(len(cells), 'field')}", f"{width}, as the header")
                    table.strays.update(cell.strip() for cell in cells)
                line = records.line_num + 1
                if len(rows) == at_once:
                    yield lines, rows
                    lines, rows = [], []
            ended = True
        except csv.Error as error:
            table.whole = False
            ended = "unexpected end" in str(error) or "field limit" in str(error)
            problem = "a quoted field that never ends" if ended else f"cannot be read ({error})"
            table.fault(line, "row", problem, "fields as RFC 4180 has them, quotes doubled inside quotes")
            line = records.line_num + 1
    if rows:
        yield lines, rows


def columns_of(header: list[str], shape: CsvSchema) -> list[tuple[int, Column]]:
    """The columns of a file with where they stand in it, in the order of the schema."""
    places = {name: place for place, name in enumerate(header)}
    return [
        (places[name], Column(name, shape.cells(name), shape.expected(name)))
        for name in shape.columns
        if name in places
    ]


def take_rows(
    table: CsvTable, shape: CsvSchema, columns: list[tuple[int, Column]], lines: list[int], rows: list[list[str]]
) -> None:
    """Make rows of cells the batch of the table; a cell that cannot be taken is a fault, and left out of its row."""
    table.lines, table.bad = lines, defaultdict(set)
    stated, uneven = dict[str, list[Any]](), dict[str, list[Any]]()
    of_column = list(zip(*rows, strict=True))
    for place, column in columns:
        cells, some_lack = column.read(of_column[place])
        (uneven if some_lack or shape.uneven(column.name, stated) else stated)[column.name] = cells
    table.rows = list(map(dict, map(zip, repeat(tuple(stated)), zip(*stated.values(), strict=True))))
    table.rows = table.rows or [{} for _ in rows]
    for name, cells in uneven.items():
        _take_uneven(table, shape, name, cells)


def _take_uneven(table: CsvTable, shape: CsvSchema, name: str, cells: list[Any]) -> None:
    """Put the cells of a column into their rows, of which some have none, or a faulty one, or may have none."""
    may_be_blank = shape.may_be_blank(name)
    for index, (row, cell) in enumerate(zip(table.rows, cells, strict=True)):
        if cell is None:
            if not may_be_blank and shape.demands(name, row):
                table.reject(index, name, "is blank", shape.expected(name))
        elif shape.forbids(name, row):
            if table.bad[index].isdisjoint(OPTION_COLUMNS):
                table.reject(index, name, "a withdrawal states no option", "blank: it takes back the whole tender")
        elif isinstance(cell, Refused):
            table.reject(index, name, cell.problem, cell.expected)
        else:
            row[name] = cell
