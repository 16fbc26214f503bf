"""The differences between a folder's files and the record, with their lines, and how they are taken over (REC-3)."""

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.folder.reader import Folder
from infra.folder.sheet_table import sheet_rows
from infra.folder.workbook import Sheet
from infra.folder.workbooks import sheets_in
from infra.handlers.actions import record_action
from optex.actions import EndService, ServiceSet, read_action
from optex.closings import CorrectCalendar
from optex.correction import Correction
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectPrice, CorrectService
from optex.differences import Difference, Facts, Key, differences
from optex.errors import OptexError
from optex.formatting import count
from optex.toml import read_toml

TAKEN_OVER = "taken over from the folder's files"
_KEYS = {
    "holders.csv": ("holder_id",),
    "service.csv": ("holder_id", "capacity", "from"),
    "grants.csv": ("grant_id",),
    "elections.csv": ("form_id",),
    "prices.csv": ("date",),
}


def find_differences(db: OfferReader, folder: Folder) -> list[Difference]:
    """Every row in which a folder's files differ from the record, file by file and line by line."""
    records = db.holder_records()
    record = Facts(
        holders=[d.holder for d in records],
        service_periods=[period for d in records for period in d.service_periods],
        grants=[grant for d in records for grant in d.told_grants.values()],
        forms=[form for d in records for form in d.forms],
        prices=db.quotes(),
        closed=db.state().terms.closings.closed,
    )
    files = Facts(
        holders=folder.holders,
        service_periods=folder.service_periods,
        grants=folder.grants,
        forms=folder.forms,
        prices=folder.prices,
        closed=folder.terms.closings.closed,
    )
    return _with_lines(folder.path, differences(record, files, _told_later(db)))


def _told_later(db: OfferReader) -> frozenset[Key]:
    """What was told by an action since the folder was taken in, and did not come from the folder's own files."""
    return frozenset(_told(db.actions()))


def _told(actions: Iterable[object]) -> Iterable[Key]:
    for action in actions:
        if isinstance(action, Correction) and action.taken_from:
            continue
        match action:
            case CorrectHolder():
                yield "holders.csv", action.holder
            case CorrectGrant():
                yield "grants.csv", action.grant
            case CorrectForm():
                yield "elections.csv", action.form
            case CorrectService():
                capacity, first = action.new_capacity or action.capacity, action.new_from or action.first_day
                yield "service.csv", action.holder, action.capacity, action.first_day.isoformat()
                yield "service.csv", action.holder, capacity, first.isoformat()
            case ServiceSet():
                yield "service.csv", action.holder, action.capacity, action.first_day.isoformat()
            case EndService():
                yield from (("service.csv", action.holder, *spell[:2]) for spell in action.ended or ())
            case CorrectPrice():
                yield "prices.csv", action.on.isoformat()
            case CorrectCalendar():
                yield "offer.toml", action.on.isoformat()


def _with_lines(path: Path, found: Sequence[Difference]) -> list[Difference]:
    """The differences with the lines on which their rows stand, in the order of these."""
    placed: list[Difference] = []
    sheets = sheets_in(path) if found else {}
    for file in dict.fromkeys(each.file for each in found):
        mine = [each for each in found if each.file == file]
        keys, sheet = {each.key for each in mine if each.line}, sheets.get(file)
        lines = _rows(sheet, keys, _KEYS[file]) if sheet else _lines(path / file, keys)
        placed += sorted(
            (_placed(each, lines.get(each.key, 1), sheet) for each in mine),
            key=lambda each: (not each.line, each.line, each.key),
        )
    return placed


def _placed(each: Difference, line: int, sheet: Sheet | None) -> Difference:
    """A difference with the line of its row, or with the cell in which that begins."""
    if sheet is None:
        return replace(each, line=line if each.line else 0)
    cell = f"{sheet.title}!A{line}" if each.line else sheet.title
    return replace(each, file=sheet.file, cell=cell, line=line if each.line else 0)


def _rows(sheet: Sheet, keys: Collection[Key], columns: Sequence[str]) -> dict[Key, int]:
    """On which row of a sheet the row of each key is, or begins."""
    found: dict[Key, int] = {}
    for line, row in sheet_rows(sheet):
        key = tuple(row.get(column, "") for column in columns)
        if key in keys:
            found.setdefault(key, line)
    return found


def _lines(file: Path, keys: Collection[Key]) -> dict[Key, int]:
    """On which line of a file the row of each key begins."""
    text = file.read_text(encoding="utf-8-sig") if keys else ""
    if file.suffix == ".toml":
        read = read_toml(text, file.name)
        closed = read.data["calendar"]["closed"] if keys else []
        return {
            (str(each.get("on") or each.get("date")),): read.line(["calendar", "closed", n])
            for n, each in enumerate(closed)
        }
    found: dict[Key, int] = {}
    rows = csv.reader(text.splitlines(keepends=True))
    header = [name.strip() for name in next(rows, [])]
    line = rows.line_num + 1
    for row in rows:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        key = tuple(cells.get(column, "") for column in _KEYS[file.name])
        if key in keys:
            found.setdefault(key, line)
        line = rows.line_num + 1
    return found


def take_over(
    db: OfferWriter,
    found: Sequence[Difference],
    at: datetime,
    by: str,
    reason: str,
    evidence: str = "",
    *,
    told_later: bool = False,
) -> str:
    """Take the rows of the files over as corrections, each of its own; OptexError, and none, where one is refused.

    Where the record was told later than the file it is the newer, and stays, unless `told_later` says otherwise.
    """
    zone, refused, taken = db.first_terms().zone, [], 0
    for each in found:
        if not each.verb or (each.told_later and not told_later):
            continue
        where = each.place
        common = {"at": at, "by": by, "evidence": evidence}
        why = {} if each.verb == ServiceSet.verb else {"reason": reason}
        action = read_action(each.verb, {**why, **each.options, **common}, zone)
        if isinstance(action, Correction):
            action = action.model_copy(update={"taken_from": where})
        result = record_action(db, action)
        taken += 1
        if not result.accepted:
            refused.append(f"{where}: {result.ruling.rule}: {result.ruling.reason}")
    if refused:
        raise OptexError("\n".join([*refused, "Nothing was taken over."]))
    return f"{count(taken, 'row')} taken over."
