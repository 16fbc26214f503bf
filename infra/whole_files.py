"""Files that are written whole or not at all, for this user alone: most of them name people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.private import private_directory, private_file


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of another once it is written; after an error that one is as it was."""
    private_directory(path.parent)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        yield private_file(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
