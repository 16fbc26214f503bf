"""The ledgers as one workbook: a sheet a ledger, dates as dates, amounts as numbers, and text that is only text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.database.reader import OfferReader
from infra.ledgers.csv_files import LEDGERS, cell_text
from infra.ledgers.export import rows_of
from infra.workbooks import DAY, MOST_CHARACTERS, MOST_ROWS, new_workbook
from optex.errors import OptexError
from optex.formatting import one_line_end

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LEDGER_WORKBOOK = "ledgers.xlsx"
# A spreadsheet knows no zones: that an instant is in UTC is in how it is shown.
_FORMATS = {date: DAY, datetime: 'yyyy-mm-dd"T"hh:mm:ss"Z"', Decimal: "0.00##", int: "0"}
# A number is kept to so many digits.
_DIGITS = 15
_WITHOUT = "without --xlsx it is exported"


def export_workbook(db: OfferReader, path: Path) -> dict[str, int]:
    """Write every ledger as a sheet of one workbook; returns how many rows each has."""
    return write_ledgers(path, {file: rows_of(db, file) for file in LEDGERS})


def write_ledgers(path: Path, ledgers: Mapping[str, Iterable[Sequence[Any]]]) -> dict[str, int]:
    """Write the rows of ledgers, by their files, as sheets; OptexError for what no workbook holds."""
    written = {}
    with new_workbook(path, constant_memory=True) as book:
        formats = {kind: book.add_format({"num_format": each}) for kind, each in _FORMATS.items()}
        heading = book.add_format({"bold": True})
        for file, rows in ledgers.items():
            sheet = book.add_worksheet(file.removesuffix(".csv"))
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(LEDGERS[file]):
                sheet.set_column(number, number, max(22, len(column) + 2))
                sheet.write_string(0, number, column, heading)
            written[file] = _write_rows(sheet, rows, formats)
    return written


def _write_rows(sheet: "Worksheet", rows: Iterable[Sequence[Any]], formats: dict[type, "Format"]) -> int:
    line = 0
    for line, row in enumerate(rows, 1):
        if line == MOST_ROWS:
            raise OptexError(f"{sheet.name} has more rows than a sheet of a workbook holds: {_WITHOUT}")
        for number, cell in enumerate(row):
            _write(sheet, line, number, cell, formats)
    return line


def _write(sheet: "Worksheet", line: int, number: int, cell: Any, formats: dict[type, "Format"]) -> None:
    if isinstance(cell, Enum):
        cell = cell.value
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(line, number, cell.astimezone(UTC).replace(microsecond=0, tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(line, number, datetime.combine(cell, time()), formats[date])
    elif isinstance(cell, str):
        _write_text(sheet, line, number, one_line_end(cell))
    elif _exact(cell):
        sheet.write_number(line, number, float(cell), formats[Decimal if isinstance(cell, Decimal) else int])
    else:
        _write_text(sheet, line, number, cell_text(cell))


def _exact(cell: Any) -> bool:
    """Whether it is a number of which a spreadsheet keeps every digit."""
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        return False
    return len(cell_text(cell).replace(".", "").lstrip("-0")) <= _DIGITS


def _write_text(sheet: "Worksheet", line: int, number: int, text: str) -> None:
    if sheet.write_string(line, number, text):
        place = f"row {line + 1} of {sheet.name}"
        raise OptexError(f"{place} has a text of more than {MOST_CHARACTERS:,} characters, as a cell holds: {_WITHOUT}")
