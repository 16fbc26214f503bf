"""Files that a spreadsheet wrote and that are no CSV: found out by their names and first bytes, and what to do."""

from pathlib import Path

AS_CSV = 'in the spreadsheet save as "CSV UTF-8 (comma delimited)"'
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
# A workbook is a ZIP archive, or of the old kind an OLE document.
_BEGINS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def is_workbook(data: bytes) -> bool:
    """Whether the content of a file is a workbook, as when one was renamed to .csv."""
    return data.startswith(_BEGINS)


def workbook_beside(path: Path) -> Path | None:
    """The workbook of the same name that lies where a CSV file is missing; None where none does."""
    if path.suffix != ".csv":
        return None
    return next((found for suffix in _WORKBOOKS if (found := path.with_suffix(suffix)).exists()), None)
