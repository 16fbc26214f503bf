"""A new workbook: the same content gives the same bytes, nothing in it runs, and never half of it lies there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from infra.whole_files import written_whole

if TYPE_CHECKING:
    from xlsxwriter import Workbook

DAY, INSTANT, TEXT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "@"
# What a sheet and a cell hold at most.
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
_MADE = datetime(1980, 1, 1)  # noqa: DTZ001  # as the archive itself has it: of no day


@contextmanager
def new_workbook(path: Path, **options: Any) -> Iterator["Workbook"]:
    """A workbook to be filled, which takes its place when all of it is written."""
    from xlsxwriter import Workbook

    # What it keeps on disk meanwhile names people, and is not left behind after an error.
    with written_whole(path) as unfinished, TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": scratch, **options}
        book = Workbook(str(unfinished), options)
        book.set_properties({"created": _MADE})
        yield book
        book.close()
