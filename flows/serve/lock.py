"""The note that `optex serve` leaves beside the books: where Prefect answers, for as long as it does."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from infra.private import private_directory, private_file
from optex.errors import OptexError

NAME = "serving.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServeLock:
    """Where Prefect's API is, the mark that every process of the serving carries, and the file with the credential."""

    api: str
    mark: str
    credential: str = ""

    @property
    def ui(self) -> str:
        return self.api.removesuffix("/api")

    @classmethod
    def of(cls, books: Path) -> Self | None:
        """The note of whoever serves these books now; None where nobody does."""
        try:
            with (books / NAME).open() as file:
                return None if _lock(file, shared=True) else cls(**json.load(file))
        except (OSError, ValueError, TypeError):
            return None


@contextlib.contextmanager
def serve_lock(note: ServeLock, books: Sequence[Path]) -> Iterator[list[ServeLock]]:
    """Leave a note with these books, for as long as this lasts; OptexError where somebody serves one of them already.

    Yields the notes of those who ended without taking theirs along, and may have left something running.
    """
    with contextlib.ExitStack() as held:
        left = []
        for folder in books:
            file = held.enter_context(private_file(private_directory(folder) / NAME).open("a+"))
            if not _lock(file):
                raise OptexError(f"{folder.parent} is being served already: one `optex serve` at a time")
            file.seek(0)
            with contextlib.suppress(ValueError, TypeError):
                left.append(ServeLock(**json.loads(file.read())))
            file.seek(0)
            file.truncate()
            json.dump(asdict(note), file)
            file.flush()
            held.callback((folder / NAME).unlink, missing_ok=True)
        yield left


def _lock(file: IO[str], *, shared: bool = False) -> bool:
    """Whether nobody else held the file locked. The system lets go of a lock with its process, whatever ended it."""
    try:
        import fcntl
    except ImportError:  # Windows, where nobody can serve
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
