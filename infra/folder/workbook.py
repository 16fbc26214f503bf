"""A workbook (.xlsx) read cell by cell; what cannot be read safely and exactly is refused, or named where it stands.

The parts that hold cells are unpacked and looked through before they are read: a reader keeps room for every cell up
to the last one, of which a small file can state one without end, and takes the errors of a formula for blanks.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

SUFFIXES = (".xlsx", ".xlsm")
# What half a million grants take as a workbook, with room to spare; what is read takes several times as much memory.
MOST_BYTES, MOST_CELLS = 250_000_000, 10_000_000
A_WORKBOOK = "a workbook as a spreadsheet saves it (.xlsx), without a password"
# What an archive or a part of it that is broken, locked or packed in another way ends in.
_BROKEN = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError, OverflowError)
_UNREADABLE = (*_BROKEN, expat.ExpatError, ElementTree.ParseError)


class BadWorkbook(Exception):
    """Why a workbook cannot be read at all, and what is expected in its place."""

    def __init__(self, problem: str = "cannot be read as a workbook", expected: str = A_WORKBOOK) -> None:
        super().__init__(problem)
        self.problem, self.expected = problem, expected


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell of which no value is read, and why."""

    why: str


_ERROR = Unread("an error of a formula")
_NO_VALUE = Unread("a formula of which the file keeps no value")
# The value that is kept is a hundredth of what is shown.
_PERCENT = Unread("is shown in percent, and kept as a hundredth: make a plain number of it")


@dataclass(kw_only=True, slots=True)
class Sheet:
    """The cells of one sheet by rows, from its first on; one that is blank is ""."""

    file: str
    title: str
    rows: list[list[Any]]

    @property
    def name(self) -> str:
        return self.title.strip().casefold()

    @property
    def blank(self) -> bool:
        return all(cell == "" for row in self.rows for cell in row)


@dataclass(slots=True)
class _Extent:
    """How far the cells of one part reach, of which no value is to be read, and which are worked out by formulas."""

    bottom: int = 0
    right: int = 0
    unread: dict[tuple[int, int], Unread] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def is_workbook_file(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def read_sheets(file: str, data: bytes) -> list[Sheet]:
    """Every sheet of a workbook, in its order; BadWorkbook where it is none, or larger than can be read."""
    try:
        parts = _parts(data)
        percent = _percent_styles(parts.get("xl/styles.xml"))
        extents = {name: _extent(content, percent) for name, content in parts.items()}
        part_of = _part_of_titles(parts)
    except _UNREADABLE as error:
        raise BadWorkbook from error
    if sum(extent.bottom * extent.right for extent in extents.values()) > MOST_CELLS:
        far = max(extents.values(), key=lambda extent: extent.bottom * extent.right)
        where = f"{letters(far.right)}{far.bottom}"
        raise BadWorkbook(f"its cells reach to {where}", f"at most {MOST_CELLS:,} cells: delete what stands far away")
    cells = _cells(_packed(parts))
    return [_sheet(file, title, rows, extents.get(part_of.get(title, ""), _Extent())) for title, rows in cells.items()]


def letters(column: int) -> str:
    """How a spreadsheet names a column, the first of which is 1."""
    name = ""
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts that hold cells and where they are, unpacked; macros, pictures and what else there is are left out."""
    with ZipFile(BytesIO(data)) as archive:
        wanted = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        if sum(part.file_size for part in wanted) > MOST_BYTES:
            raise BadWorkbook("it is too large when unpacked", f"at most {MOST_BYTES // 1_000_000} MB: a CSV file")
        return {part.filename: archive.read(part) for part in wanted}


def _packed(parts: dict[str, bytes]) -> bytes:
    """The parts as a workbook again, in which nothing is larger than was unpacked; they are let go of on the way."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in list(parts):
            archive.writestr(name, parts.pop(name))
    return out.getvalue()


def _extent(content: bytes, percent: Collection[str]) -> _Extent:
    """What a part tells of its cells; one that holds none has no extent."""
    found, columns = _Extent(), dict[str, int]()
    row = column = 0
    kind = style = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, style
        name = tag.rpartition(":")[2]
        if name == "c":
            kind, style, place = attributes.get("t", "n"), attributes.get("s", ""), attributes.get("r")
            if place is None:
                column += 1
            else:
                letter = place.rstrip("0123456789")
                row = int(place[len(letter) :])
                if letter not in columns:
                    columns[letter] = _number(letter)
                column = columns[letter]
        elif name in ("v", "is", "f"):
            found.bottom, found.right = max(found.bottom, row), max(found.right, column)
            if kind == "e":
                found.unread[row, column] = _ERROR
            elif kind == "n" and style in percent:
                found.unread[row, column] = _PERCENT
            elif name == "f" and kind != "str":  # a text may be worked out to be none
                found.formulas.add((row, column))
        elif name == "row":
            row, column = int(attributes.get("r", row + 1)), 0

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return found


def _percent_styles(styles: bytes | None) -> set[str]:
    """The styles that show a number as a percentage, as the cells name them."""
    if styles is None:
        return set()
    tree, shown = ElementTree.fromstring(styles), {"9", "10"}  # those without a code of their own
    for each in tree.iter():
        if each.tag.endswith("}numFmt") and "%" in each.get("formatCode", ""):
            shown.add(each.get("numFmtId", ""))
    of_cells = next((each for each in tree.iter() if each.tag.endswith("}cellXfs")), ())
    return {str(number) for number, each in enumerate(of_cells) if each.get("numFmtId") in shown}


def _number(letter: str) -> int:
    number = 0
    for char in letter:
        if not "A" <= char <= "Z" or number > 16_384:
            raise ValueError(f"{letter!r} is no column")
        number = number * 26 + ord(char) - ord("A") + 1
    return number


def _part_of_titles(parts: dict[str, bytes]) -> dict[str, str]:
    """In which part each sheet is, by its title."""
    targets = {
        each.get("Id"): each.get("Target", "") for each in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    found = {}
    for each in ElementTree.fromstring(parts["xl/workbook.xml"]).iter():
        if each.tag.rpartition("}")[2] == "sheet":
            target = next((targets.get(value, "") for name, value in each.items() if name.endswith("}id")), "")
            found[each.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _cells(data: bytes) -> dict[str, list[list[Any]]]:
    """The values of every sheet by its title."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        return {title: list(book.get_sheet_by_name(title).iter_rows()) for title in book.sheet_names}
    except (CalamineError, *_UNREADABLE) as error:
        raise BadWorkbook from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how Rust ends what it did not expect
            raise BadWorkbook from error
        raise


def _sheet(file: str, title: str, rows: list[list[Any]], extent: _Extent) -> Sheet:
    """A sheet with the cells marked of which no value is to be read."""
    for row, column in sorted(extent.unread.keys() | extent.formulas):
        rows += [[] for _ in range(row - len(rows))]
        cells = rows[row - 1]
        cells += [""] * (column - len(cells))
        if (row, column) in extent.unread or cells[column - 1] == "":
            cells[column - 1] = extent.unread.get((row, column), _NO_VALUE)
    return Sheet(file=file, title=title, rows=rows)
