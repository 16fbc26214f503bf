"""An offer backed up into one file, also while it is served: verified, and written whole or not at all."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import make_url

from infra.backup.archive import DamagedBackup, add_file, add_manifest, verified
from infra.backup.examination import examined
from infra.backup.manifest import FileInBackup, Manifest, belongs
from infra.database.untouched import copy_of_books, sqlite_file
from infra.folder.reader import ALL_FILES
from infra.settings import DATABASE, PLAYED
from infra.whole_files import written_whole
from infra.workspace import Workspace, machine_clock
from optex.errors import OptexError

# What of a PostgreSQL's URL is a secret, besides the password: none of it is for a command that is shown.
_SECRETS = ("password", "sslpassword", "passfile", "sslkey")


def back_up(folder: Path, workspace: Workspace, out: Path, *, without_database: bool = False) -> Manifest:
    """Write one file with the books as they are at one instant, then the letters, then the folder's own files.

    The letters come after the books, so that each that the books say was sent is there. `.env` is left out: it holds
    secrets. OptexError, and nothing is written, where anything is damaged or FILE is there already.
    """
    if out.exists():
        raise OptexError(f"{out} is there already: name a file that is not, nothing was written")
    books = _books_of(workspace, out, without_database)
    made_at = machine_clock()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".optex-", dir=out.parent) as place, written_whole(out) as unfinished:
        state, copy = None, Path(place) / "books.db"
        if books is not None:
            copy_of_books(books, copy)
            state = examined(copy, workspace.offer, made_at).books
        unfinished.touch(mode=0o600)
        with ZipFile(unfinished, "w") as archive:
            files = [add_file(archive, copy, DATABASE.as_posix())] if books is not None else []
            files += _letters(archive, workspace.mail_dir, folder)
            files += [add_file(archive, path, path.relative_to(folder).as_posix()) for path in _own_files(folder)]
            manifest = Manifest(
                offer=workspace.offer,
                optex=version("optex"),
                made_at=made_at,
                books=state,
                books_elsewhere=without_database,
                files=tuple(files),
            )
            add_manifest(archive, manifest)
        with unfinished.open("r+b") as written:
            os.fsync(written.fileno())
        with verified(unfinished) as (_, found):
            if found != manifest:
                raise DamagedBackup(f"{out}: the manifest is not as it was written; try again, or on another disk")
    return manifest


def _books_of(workspace: Workspace, out: Path, without_database: bool) -> Path | None:
    """The SQLite file of the books; None where nothing is on record yet, or they are not to be in the backup."""
    file = sqlite_file(workspace.database_url)
    if file is None and not without_database:
        dump = out.with_suffix(".dump")
        raise OptexError(
            "the books are in PostgreSQL, which has a program of its own for this:\n"
            f"  {pg_dump(workspace.database_url, dump)}\n"
            "Then --without-database backs up what is in the folder. Nothing was written."
        )
    if file is not None and without_database:
        raise OptexError("--without-database is for books in PostgreSQL; these are in a file, which is in every backup")
    return file if file is not None and file.exists() else None


def pg_dump(url: str, dump: Path) -> str:
    """The command that dumps a PostgreSQL database; it asks for the password, which is not in it."""
    bare = make_url(url).set(drivername="postgresql").difference_update_query(_SECRETS)._replace(password=None)
    return f"pg_dump --format=custom --file={shlex.quote(str(dump))} {shlex.quote(bare.render_as_string())}"


def _own_files(folder: Path) -> Iterator[Path]:
    """The files of the folder that are an offer's, its own wording of the letters included."""
    named = [*(folder / name for name in ALL_FILES), folder / PLAYED]
    templates = sorted((folder / "templates").rglob("*"))
    for path in (*named, *templates):
        if path.is_file() and not path.name.startswith("."):
            if not belongs(path.relative_to(folder).as_posix()):
                raise OptexError(f"{path}: a file of that name cannot be backed up: nothing was written")
            yield path


def _letters(archive: ZipFile, mail: Path, folder: Path) -> Iterator[FileInBackup]:
    """Every letter that was kept as a file; what is sent again meanwhile goes under another name, and is looked for."""
    seen: set[Path] = set()
    while new := sorted(set(mail.glob("*.eml")) - seen):
        for letter in new:
            try:
                yield add_file(archive, letter, letter.relative_to(folder).as_posix())
            except FileNotFoundError:
                continue
        seen.update(new)
