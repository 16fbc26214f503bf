"""The rows of an offer as a new offer.xlsx: a sheet for each file, its columns made for what is to be put in them."""

import csv
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from infra.folder.csv_rows import ELECTIONS, GRANTS, HOLDERS, PRICES, SERVICE
from infra.workbooks import DAY, INSTANT, TEXT, new_workbook

SHEETS = {"holders": HOLDERS, "service": SERVICE, "grants": GRANTS, "elections": ELECTIONS, "prices": PRICES}
# A text stays as it is typed, with the zeros that a number begins with; a number is shown as it is.
_FORMATS = {date: DAY, datetime: INSTANT, str: TEXT}


def write_offer_workbook(path: Path, texts: Mapping[str, str]) -> None:
    """Write the rows of CSV files, by the names of their sheets, as one workbook, dates and numbers as such."""
    with new_workbook(path) as book:
        formats = {kind: book.add_format({"num_format": each, "valign": "top"}) for kind, each in _FORMATS.items()}
        heading = book.add_format({"bold": True, "num_format": TEXT})
        for name, schema in SHEETS.items():
            if name not in texts:
                continue
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            rows = csv.DictReader(StringIO(texts[name], newline=""))
            columns = {column: (number, schema.kind(column)) for number, column in enumerate(rows.fieldnames or ())}
            for column, (number, kind) in columns.items():
                sheet.set_column(number, number, max(12, len(column) + 2), formats.get(kind))
                sheet.write_string(0, number, column, heading)
                about = f"{schema.expected(column)}. {schema.meaning(column)}".strip()
                sheet.write_comment(0, number, about, {"author": "optex", "x_scale": 2})
            for line, row in enumerate(rows, 1):
                for column, (number, kind) in columns.items():
                    if text := row[column]:
                        _write(sheet, line, number, text, kind, formats.get(kind))


def _write(sheet: Any, line: int, number: int, text: str, kind: type, shown: Any) -> None:
    """Write one cell; an instant with an offset is text, for a spreadsheet knows no zones."""
    if kind is date:
        sheet.write_datetime(line, number, date.fromisoformat(text), shown)
    elif kind is datetime and (at := datetime.fromisoformat(text)).tzinfo is None:
        sheet.write_datetime(line, number, at, shown)
    elif kind in (int, Decimal):
        sheet.write_number(line, number, float(text), shown)
    else:
        sheet.write_string(line, number, text, shown)
