"""The offer's folder: whether its files can be read, written where that is needed, and by nobody else."""

import getpass
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.database.engine import sqlite_url
from infra.doctor.finding import Finding, advice, ok, stop
from infra.folder.reader import read_folder
from infra.mail.render import template_faults
from infra.private import OTHERS, open_to_others
from infra.settings import DATABASE, KEPT, PLAYED
from infra.workspace import Workspace
from optex.errors import BadData
from optex.formatting import count, first_few

MEGABYTE = 1_000_000
# An offer's books, letters and logs take some hundred megabytes; with less than the second nothing goes on for long.
ROOM, LEAST = 1000 * MEGABYTE, 100 * MEGABYTE
_SHOWN = 3


def check_files(folder: Path) -> Finding:
    """Whether the files of the folder can be taken in; those that a play wrote are no offer's."""
    if (folder / PLAYED).exists():
        return ok("files", f"{folder} was written by `optex simulate`")
    try:
        found = read_folder(folder)
    except BadData as error:
        faults = [fault for fault in error.faults if not fault.file.startswith("templates/")]
        if faults:
            return stop("files", f"{count(len(faults), 'fault')} in {folder}", f"optex check {_quoted(folder)}")
        return ok("files", f"{folder} can be read")
    return ok("files", f"{folder} can be read: offer {found.terms.offer}")


def check_templates(templates: Path | None) -> Finding:
    """Whether the offer's own wording of the letters can be read."""
    if templates is None:
        return ok("templates", "none of its own")
    if faults := template_faults(templates):
        return stop("templates", f"{count(len(faults), 'fault')}, the first is {faults[0]}")
    return ok("templates", f"{count(len(list(templates.glob('*.j2'))), 'letter')} of its own can be read")


def check_writable(folder: Path, workspace: Workspace) -> Finding:
    """Whether this user may write where the books and the letters of the offer are kept."""
    kept = list(_kept_in(folder, workspace))
    if not kept:
        return ok("writable", f"nothing is kept in {folder}")
    for path in kept:
        if not os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0)):
            what = f"{path} may not be written by {_user()}"
            return stop("writable", what, "run optex as its owner, or give it to this user")
    return ok("writable", f"{_user()} may write in {folder}")


def _kept_in(folder: Path, workspace: Workspace) -> Iterator[Path]:
    """What is written in the folder: its own database, and letters where no server takes them."""
    books = folder / DATABASE
    if workspace.database_url == sqlite_url(books.resolve()):
        yield _nearest(books.parent)
        if books.exists():
            yield books
    if workspace.smtp is None:
        yield _nearest(workspace.mail_dir)


def check_space(folder: Path, workspace: Workspace) -> Finding:
    """Whether there is room for what the folder and the letters will hold."""
    free = min(shutil.disk_usage(_nearest(path)).free for path in (folder, workspace.mail_dir))
    said = f"{free // MEGABYTE:,} MB free"
    if free < LEAST:
        return stop("disk", said, f"make room for {ROOM // MEGABYTE:,} MB")
    return advice("disk", said, f"make room for {ROOM // MEGABYTE:,} MB") if free < ROOM else ok("disk", said)


def check_modes(folder: Path) -> list[Finding]:
    """Whether others on this machine can read the secrets and the record, and which `.env` it is that counts."""
    if os.name == "nt":  # it has no such modes
        return []
    here, beside = Path(".env"), folder / ".env"
    found = []
    if beside.is_file() and not (here.is_file() and here.samefile(beside)):
        said = f"{beside} is not read: optex reads .env in the directory where it is started"
        found.append(advice("modes", said, f"start optex in {_quoted(folder)}, or move the file"))
    secrets = dict.fromkeys(path.absolute() for path in (here, beside) if path.is_file())
    found += [
        advice("modes", f"{path} holds secrets, and others can read it", f"chmod 600 {_quoted(path)}")
        for path in secrets
        if path.stat().st_mode & OTHERS
    ]
    kept = folder / KEPT
    if wider := list(open_to_others(kept)):
        said = f"{kept}, where books and letters are, is open to others by its mode: {_first(kept, wider)}"
        found.append(advice("modes", said, f"chmod -R go= {_quoted(kept)}, as optex serve does when it starts"))
    return found or [ok("modes", "nobody else can read secrets or books")]


def _first(kept: Path, wider: list[Path]) -> str:
    named = ["itself" if each == kept else each.relative_to(kept).as_posix() for each in wider]
    return first_few(named, _SHOWN)


def _nearest(path: Path) -> Path:
    """A path, or the nearest above it that is there."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "this user"
