"""The files of one folder, opened by name: their rows or what they say, and why one cannot be had."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from errno import EISDIR
from io import BufferedReader
from pathlib import Path
from typing import Any

from infra.folder.csv_rows import CsvSchema
from infra.folder.csv_table import ROWS_AT_ONCE, CsvTable, batches
from infra.folder.digest import FolderDigest
from infra.folder.spreadsheets import AS_CSV, workbook_beside
from optex.errors import BadData, Fault


@dataclass
class FileReader:
    """Opens files by name, reads them as tables, and keeps their faults."""

    path: Path
    rows_at_once: int = ROWS_AT_ONCE
    digest: FolderDigest = field(default_factory=FolderDigest)
    faults: list[Fault] = field(default_factory=list)

    def batches(self, table: CsvTable, shape: CsvSchema, *, required: bool = True) -> Iterator[None]:
        """Put the rows of a file into its table, a batch at a time; its faults are its own."""
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
            if sheet := workbook_beside(path):
                problem, expected = f"does not exist, but {sheet.name} lies there", f"{path.name}: {AS_CSV}"
                self.faults.append(Fault(file=name, line=1, column="file", problem=problem, expected=expected))
            elif required:
                problem, expected = "does not exist", "this file"
                self.faults.append(Fault(file=name, line=1, column="file", problem=problem, expected=expected))
        except OSError as error:
            self._unreadable(name, error)
        return None

    def sound(self, table: CsvTable) -> bool:
        """Whether nothing was wrong until now, in this table and before it."""
        return not (self.faults or table.faults)

    def parsed(self, name: str, parse: Callable[[str], Any], *, required: bool) -> Any:
        """What a file of TOML says; None where it cannot be read."""
        file = self.opened(name, required=required)
        if file is None:
            return None
        with file:
            data = file.read()
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
