"""A sheet of a workbook as the table of a CSV file: its cells as text, every fault by its cell."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from infra.folder.csv_rows import CsvSchema
from infra.folder.csv_table import CsvTable, check_header, validate_rows
from infra.folder.workbook import Sheet, letters

HEADER = 1
_MILLISECOND = timedelta(milliseconds=1)


def read_sheet(sheet: Sheet, shape: CsvSchema) -> CsvTable:
    """The rows of a sheet with every fault by its cell; the names of the columns are in the first row."""
    names = _names(sheet)
    table = CsvTable(file=sheet.file, sheet=sheet.title)
    table.letters = {name: letters(column) for column, name in reversed(names.items())}
    header = check_header(table, list(names.values()), shape)
    if header is None:
        return table
    for line, cells in _cells_of_rows(sheet):
        row, faults = {}, []
        for column, value in cells.items():
            name = names.get(column)
            if name is None:
                unnamed = f"column {letters(column)}"
                table.letters[unnamed] = letters(column)
                table.fault(line, unnamed, "stands under no name", "nothing, or a name of ours in row 1")
            elif failed := sheet.failed.get((line, column)):
                faults.append((name, failed))
            else:
                row[name] = cell_text(value)
                if isinstance(value, date | time | timedelta) and not issubclass(shape.kind(name), date):
                    what = "a date" if isinstance(value, date) else "a time"
                    faults.append((name, f"the spreadsheet keeps it as {what}, {row[name]}"))
        if row or faults:
            table.rows.append(row)
            table.lines.append(line)
            for name, problem in faults:
                table.reject(len(table.rows) - 1, name, problem, shape.expected(name))
    validate_rows(table, shape, header)
    return table


def sheet_rows(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a sheet as text by the names of their columns, each with its number."""
    names = _names(sheet)
    for line, cells in _cells_of_rows(sheet):
        yield line, {names[column]: cell_text(value) for column, value in cells.items() if column in names}


def cell_text(value: Any) -> str:
    """The value of a cell as a CSV file would have it; a number to the fifteen digits that a spreadsheet keeps."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime):
        # A time of day is a fraction of a day: a spreadsheet tells no two of them apart within a millisecond.
        exact = value + _MILLISECOND / 2
        return exact.replace(microsecond=exact.microsecond // 1000 * 1000).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _names(sheet: Sheet) -> dict[int, str]:
    """The names of the columns by their numbers, but for those without one."""
    first = sheet.rows[HEADER - 1] if sheet.rows else []
    return {column: name for column, cell in enumerate(first, 1) if (name := cell_text(cell))}


def _cells_of_rows(sheet: Sheet) -> Iterator[tuple[int, dict[int, Any]]]:
    """The cells below the header that are not blank, by the numbers of their columns, row by row."""
    failed: dict[int, dict[int, Any]] = {}
    for row, column in sheet.failed:
        failed.setdefault(row, {})[column] = ""
    last = max([len(sheet.rows), *failed])
    for line in range(HEADER + 1, last + 1):
        cells = sheet.rows[line - 1] if line <= len(sheet.rows) else []
        stated = {column: cell for column, cell in enumerate(cells, 1) if not isinstance(cell, str) or cell.strip()}
        yield line, stated | failed.get(line, {})
