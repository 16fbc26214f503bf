"""Which sheets of a folder's workbooks stand for its CSV files: those of offer.xlsx, and workbooks of one sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.folder.workbook import BadWorkbook, Sheet, read_sheets
from optex.errors import BadData, Fault
from optex.near_miss import did_you_mean

WHOLE = "offer.xlsx"
NAMES = ("holders", "service", "grants", "elections", "prices")
WORKBOOKS = (WHOLE, *(f"{name}.xlsx" for name in NAMES))


@dataclass(slots=True)
class FolderSheets:
    """The sheets by the CSV files they stand for, None where their workbook cannot be read; and what is wrong."""

    found: dict[str, Sheet | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def sheets_of(folder: Path, data: Mapping[str, bytes | None]) -> FolderSheets:
    """The sheets in the workbooks that a folder has; what stands in two places is a fault."""
    told = FolderSheets()
    for file in WORKBOOKS:
        content, name = data.get(file), file.removesuffix(".xlsx")
        if content is None:
            continue
        try:
            sheets = read_sheets(file, content)
            chosen = _named(sheets, told.faults) if file == WHOLE else {name: only_sheet(sheets, name)}
        except BadWorkbook as error:
            told.faults.append(unreadable(file, error))
            told.found |= {f"{each}.csv": None for each in (NAMES if file == WHOLE else [name])}
            continue
        for name, sheet in chosen.items():
            csv = f"{name}.csv"
            before = told.found.get(csv)
            if other := csv if (folder / csv).exists() else before and f"{before.file}: {before.title}":
                told.faults.append(_fault(sheet, f"{name} stands in {other} too", "one of the two"))
            told.found[csv] = sheet
    return told


def sheets_in(folder: Path) -> dict[str, Sheet | None]:
    """The sheets of a folder by the CSV files they stand for; BadData where its workbooks are faulty."""
    present = {name: folder / name for name in WORKBOOKS if (folder / name).is_file()}
    told = sheets_of(folder, {name: path.read_bytes() for name, path in present.items()})
    if told.faults:
        raise BadData(told.faults)
    return told.found


def places_in(folder: Path) -> dict[str, Path]:
    """In which file a folder states what each CSV file would; BadData where its workbooks are faulty."""
    sheets = sheets_in(folder)
    return {csv: folder / (sheet.file if (sheet := sheets.get(csv)) else csv) for csv in (f"{n}.csv" for n in NAMES)}


def only_sheet(sheets: Sequence[Sheet], name: str) -> Sheet:
    """The sheet of a name, or the only one that is not blank; BadWorkbook where it is not known which one is meant."""
    filled = [sheet for sheet in sheets if not sheet.blank] or list(sheets[:1])
    found = [sheet for sheet in filled if sheet.name == name] or filled
    if len(found) != 1:
        titles = ", ".join(sheet.title for sheet in found[:5]) or "none"
        raise BadWorkbook(f"which sheet is meant is not known: {titles}", f"one that is called {name}")
    return found[0]


def unreadable(file: str, error: BadWorkbook) -> Fault:
    return Fault(file=file, line=1, column="file", problem=error.problem, expected=error.expected)


def _fault(sheet: Sheet, problem: str, expected: str) -> Fault:
    """A fault of a whole sheet, told at its first cell."""
    cell = f"{sheet.title}!A1"
    return Fault(file=sheet.file, line=1, column="sheet", problem=problem, expected=expected, cell=cell)


def _named(sheets: Sequence[Sheet], faults: list[Fault]) -> dict[str, Sheet]:
    """The sheets by what they are called; one that is called otherwise holds nothing, or is a fault."""
    chosen: dict[str, Sheet] = {}
    for sheet in sheets:
        if sheet.name in chosen:
            faults.append(_fault(sheet, "a second sheet of that name", "each sheet once"))
        elif sheet.name in NAMES:
            chosen[sheet.name] = sheet
        elif not sheet.blank:
            problem = f"is no sheet of an offer{did_you_mean(sheet.title, NAMES)}"
            faults.append(_fault(sheet, problem, f"only {', '.join(NAMES)}"))
    return chosen
