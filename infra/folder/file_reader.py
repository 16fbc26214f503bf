"""The files of one folder, opened by name: their rows or what they say, and why one cannot be had."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from errno import EISDIR
from io import BufferedReader
from pathlib import Path
from typing import Any

from infra.folder.csv_rows import CsvSchema
from infra.folder.csv_table import ROWS_AT_ONCE, CsvTable, batches
from infra.folder.digest import FolderDigest
from infra.folder.sheet_table import sheet_batches
from infra.folder.spreadsheets import AS_CSV, workbook_beside
from infra.folder.workbook import Sheet
from optex.errors import BadData, Fault


@dataclass
class FileReader:
    """Opens files by name, reads them as tables, and keeps their faults.

    `sheets` are those that stand for a file; None of a workbook that cannot be read.
    """

    path: Path
    rows_at_once: int = ROWS_AT_ONCE
    digest: FolderDigest = field(default_factory=FolderDigest)
    faults: list[Fault] = field(default_factory=list)
    sheets: Mapping[str, Sheet | None] = field(default_factory=dict)

    def batches(self, table: CsvTable, shape: CsvSchema, *, required: bool = True) -> Iterator[None]:
        """Put the rows of a file into its table, a batch at a time; its faults are its own."""
        if sheet := self.sheets.get(table.file):
            yield from sheet_batches(table, sheet, shape)
            return
        file = self.opened(table.file, required=required)
        if file is None:
            table.whole = False
            return
        try:
            with file:
                yield from batches(table, file, shape, self.rows_at_once)
        except OSError as error:
            self._unreadable(table.file, error)
            table.whole = False

    def opened(self, name: str, *, required: bool) -> BufferedReader | None:
        """A file by its name; None where it cannot be had, which is a fault where it is required or lies there."""
        path = self.path / name
        try:
            if path.exists() and not path.is_file():  # a pipe would never end
                raise IsADirectoryError(EISDIR, "Is no file")
            return self.digest.opened(path, name)
        except FileNotFoundError:
            if name in self.sheets:
                return None
            if other := workbook_beside(path):
                problem, expected = f"does not exist, but {other.name} lies there", f"{path.name}: {AS_CSV}"
                self.faults.append(Fault(file=name, line=1, column="file", problem=problem, expected=expected))
            elif required:
                problem = "does not exist"
                expected = "this file, or a sheet of that name" if self.sheets else "this file"
                self.faults.append(Fault(file=name, line=1, column="file", problem=problem, expected=expected))
        except OSError as error:
            self._unreadable(name, error)
        return None

    def sound(self, table: CsvTable) -> bool:
        """Whether nothing was wrong until now, in this table and before it."""
        return not (self.faults or table.faults)

    def content(self, name: str, *, required: bool) -> bytes | None:
        """All of a file; None where it cannot be had."""
        file = self.opened(name, required=required)
        if file is None:
            return None
        with file:
            return file.read()

    def parsed(self, name: str, parse: Callable[[str], Any], *, required: bool) -> Any:
        """What a file of TOML says; None where it cannot be read."""
        data = self.content(name, required=required)
        if data is None:
            return None
        try:
            # TOML knows no lone carriage return, and an editor may have put a BOM.
            return parse(data.decode("utf-8-sig").replace("\r\n", "\n"))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problem, expected = "bytes that are not UTF-8", "text in UTF-8"
            self.faults.append(Fault(file=name, line=line, column="file", problem=problem, expected=expected))
        except BadData as error:
            self.faults += error.faults
        return None

    def _unreadable(self, name: str, error: OSError) -> None:
        problem = f"cannot be read ({error.strerror})"
        self.faults.append(Fault(file=name, line=1, column="file", problem=problem, expected="a file"))
