"""A sheet of a workbook as the table of a CSV file: its cells as text, every fault by its cell."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from infra.batched import batched
from infra.folder.csv_column import UNREAD
from infra.folder.csv_rows import CsvSchema
from infra.folder.csv_table import ROWS_AT_ONCE, CsvTable, check_header, columns_of, take_rows
from infra.folder.workbook import Sheet, Unread, letters

HEADER = 1
_MILLISECOND = timedelta(milliseconds=1)


def sheet_batches(table: CsvTable, sheet: Sheet, shape: CsvSchema) -> Iterator[None]:
    """Put the rows of a sheet into the table, a batch at a time; the names of the columns are in the first row."""
    names = _names(sheet)
    table.file, table.sheet = sheet.file, sheet.title
    table.letters = {name: letters(column) for column, name in reversed(names.items())}
    header = check_header(table, list(names.values()), shape)
    if header is None:
        return
    columns = columns_of(header, shape)
    dated = {column for column, name in names.items() if issubclass(shape.kind(name), date)}
    for some in batched(_cells_of_rows(sheet), ROWS_AT_ONCE):
        for line, cells in some:
            for column in cells.keys() - names.keys():
                unnamed = f"column {letters(column)}"
                table.letters[unnamed] = letters(column)
                table.fault(line, unnamed, "stands under no name", "nothing, or a name of ours in row 1")
        stated = [[_stated(cells.get(column, ""), column in dated) for column in names] for _, cells in some]
        take_rows(table, shape, columns, [line for line, _ in some], stated)
        yield


def _stated(value: Any, dated: bool) -> str:
    """The text of a cell; where it is none that can be taken for what was meant, that it is unread, and why."""
    if isinstance(value, Unread):
        return f"{UNREAD}{value.why}"
    if isinstance(value, date | time | timedelta) and not dated:
        what = "a date" if isinstance(value, date) else "a time"
        return f"{UNREAD}the spreadsheet keeps it as {what}, {cell_text(value)}"
    return cell_text(value)


def sheet_rows(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a sheet as text by the names of their columns, each with its number."""
    names = _names(sheet)
    for line, cells in _cells_of_rows(sheet):
        yield line, {names[column]: cell_text(value) for column, value in cells.items() if column in names}


def cell_text(value: Any) -> str:
    """The value of a cell as a CSV file would have it; a number to the fifteen digits that a spreadsheet keeps."""
    if isinstance(value, str | Unread):
        return value.strip() if isinstance(value, str) else ""
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
    """The rows below the header that are not blank, with what stands in them by the numbers of the columns."""
    for line, row in enumerate(sheet.rows[HEADER:], HEADER + 1):
        cells = {column: cell for column, cell in enumerate(row, 1) if not isinstance(cell, str) or cell.strip()}
        if cells:
            yield line, cells
