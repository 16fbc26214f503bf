"""What a backup says of itself: of which offer it is, how its books stand, and the SHA-256 of every file in it."""

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from infra.folder.reader import ALL_FILES
from infra.settings import DATABASE, KEPT, PLAYED

NAME = "backup.json"
# Where letters lie that were kept as files: those of an offer, and those of a play.
MAIL = (KEPT / "mail", PurePosixPath("mail"))
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileInBackup(_Stated):
    """One file, by its place in the folder."""

    name: str
    size: int = Field(ge=0)
    sha256: Sha256


class BooksInBackup(_Stated):
    """How the books stood: the revision of their schema, the head of the audit, and what was wrong with it, if so."""

    revision: str
    entries: int
    head: Sha256
    broken: str = ""


class Manifest(_Stated):
    """A whole backup; `books` is None where none are in it: nothing was on record, or they are in another database."""

    format: Literal[1] = 1
    offer: str
    optex: str
    made_at: AwareDatetime
    books: BooksInBackup | None
    books_elsewhere: bool = False
    files: tuple[FileInBackup, ...]

    @property
    def letters(self) -> int:
        return sum(file.name.endswith(".eml") for file in self.files)

    @property
    def made(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M:%S} UTC"


def belongs(name: str) -> bool:
    """Whether a file of that name is one of an offer's, and so may be written into its folder."""
    path = PurePosixPath(name)
    if str(path) != name or path.is_absolute() or ".." in path.parts or any(each in name for each in "\\:\0\n"):
        return False
    if name in (*ALL_FILES, DATABASE.as_posix(), PLAYED.as_posix()):
        return True
    if path.suffix == ".eml":
        return str(path.parent) in [each.as_posix() for each in MAIL]
    return path.parts[0] == "templates" and len(path.parts) > 1
