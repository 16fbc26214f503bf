"""An offer restored from a backup into a folder of its own, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from infra.backup.archive import DamagedBackup, content_of, verified
from infra.backup.examination import ExaminedBooks, examined
from infra.backup.manifest import Manifest
from infra.database.engine import HEAD, REVISIONS
from infra.settings import DATABASE
from optex.errors import OptexError


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was restored, and how its books stand now; None where there are none in the backup."""

    manifest: Manifest
    books: ExaminedBooks | None


def restore(file: Path, folder: Path, at: datetime) -> Restored:
    """Restore a backup; OptexError, and nothing is written, where the folder is in use or the backup is not whole.

    Only this user may read what is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptexError(f"{folder} exists and is not an empty folder: an offer is never overwritten, name a new one")
    with verified(file) as (archive, manifest):
        if manifest.books and manifest.books.revision not in REVISIONS:
            raise OptexError(
                f"{file}: its books have a schema of revision {manifest.books.revision!r}, and this optex knows none "
                f"after {HEAD!r}: a newer optex made it; nothing was written"
            )
        _require_room(manifest, folder)
        with _put_in_place(folder) as unfinished:
            for stated in manifest.files:
                with _private(unfinished, stated.name) as into:
                    for part in content_of(archive, stated):
                        into.write(part)
            books = _looked_through(unfinished / DATABASE, manifest, at)
    return Restored(manifest=manifest, books=books)


def _looked_through(file: Path, manifest: Manifest, at: datetime) -> ExaminedBooks | None:
    """The books as they stand, which must be as the manifest says: not even a whole backup is believed blindly."""
    if file.exists() != (manifest.books is not None):
        raise DamagedBackup("the backup has books that its manifest does not know, or the other way round")
    if manifest.books is None:
        return None
    found = examined(file, manifest.offer, at)
    stated = manifest.books
    now = (found.books.entries, found.books.head, bool(found.books.broken))
    if stated.revision == HEAD and now != (stated.entries, stated.head, bool(stated.broken)):
        raise DamagedBackup(
            f"the books end with entry {found.books.entries:,} of the audit, {found.books.head}, and not with entry "
            f"{stated.entries:,}, {stated.head}, as the backup says: nothing was restored"
        )
    return found


@contextmanager
def _put_in_place(folder: Path) -> Iterator[Path]:
    """A new folder that takes its place once all is in it; after an error nothing is there."""
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".optex-", dir=folder.absolute().parent))
    try:
        yield unfinished
        if folder.exists():
            folder.rmdir()  # empty: rmdir refuses what somebody wrote into it meanwhile
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def _private(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A new file that only this user may read, as are the folders on the way to it."""
    path = folder
    for part in Path(name).parts[:-1]:
        path /= part
        path.mkdir(mode=0o700, exist_ok=True)
    with open(path / Path(name).name, "xb", opener=lambda file, flags: os.open(file, flags, 0o600)) as into:
        yield into


def _require_room(manifest: Manifest, folder: Path) -> None:
    """The books are there twice for a moment."""
    needed = 2 * sum(stated.size for stated in manifest.files)
    place = next(path for path in folder.absolute().parents if path.exists())
    if shutil.disk_usage(place).free < needed:
        raise OptexError(f"{place} has no room for it: {needed // 1_000_000:,} MB are needed; nothing was written")
