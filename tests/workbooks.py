"""Workbooks made for tests: the rows of CSV files as sheets, cells of any kind, and archives that nobody would save."""

import io
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from infra.folder.new_workbook import write_offer_workbook
from infra.folder.workbooks import NAMES

DAY, INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


def workbook(**sheets):
    """A workbook with these rows in these sheets: text as text, dates as dates; what is callable writes itself."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    day, instant = (book.add_format({"num_format": shown}) for shown in (DAY, INSTANT))
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                match cell:
                    case str():
                        sheet.write_string(line, column, cell)
                    case bool():
                        sheet.write_boolean(line, column, cell)
                    case datetime():
                        sheet.write_datetime(line, column, cell, instant)
                    case date():
                        sheet.write_datetime(line, column, cell, day)
                    case int() | float():
                        sheet.write_number(line, column, cell)
                    case formula, value:
                        sheet.write_formula(line, column, formula, None, value)
    book.close()
    return out.getvalue()


def rows_of(text):
    """The rows of a CSV file without a quote in it, each cell as text."""
    return [line.split(",") for line in text.splitlines()]


def part_of(path, name):
    """One part of the archive that a workbook is."""
    with ZipFile(path) as archive:
        return archive.read(name)


def with_part(data, name, content):
    """The same workbook with another content of one part, or with one more; None takes it away."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for each in dict.fromkeys([*old.namelist(), name]):
            if each != name:
                new.writestr(each, old.read(each))
            elif content is not None:
                new.writestr(each, content)
    return out.getvalue()


def put_part(path, name, content):
    path.write_bytes(with_part(path.read_bytes(), name, content))


def in_one_workbook(folder):
    """The folder with the rows of its CSV files as the sheets of one offer.xlsx."""
    files = [file for name in NAMES if (file := folder / f"{name}.csv").exists()]
    write_offer_workbook(folder / "offer.xlsx", {file.stem: file.read_bytes().decode() for file in files})
    for file in files:
        file.unlink()
    return folder
