"""Files and directories that nobody else on the machine can look into: books and letters name people."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.settings import KEPT

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_directory(path: Path) -> Path:
    """A directory for this user alone, as is the `.optex` it lies in; one that is there is left as somebody made it."""
    if path.parent.name == KEPT.name:
        private_directory(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def private_file(path: Path) -> Path:
    """A file for this user alone, whatever the umask; one that is there is left as it is."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    return path


def private_from_now_on() -> None:
    """Whatever this process makes, and what it starts, is for this user alone."""
    os.umask(OTHERS)


def open_to_others(root: Path) -> Iterator[Path]:
    """What others on this machine may read, write or enter by its mode, of a directory and all that is in it."""
    if os.name == "nt" or not root.is_dir():  # Windows has no such modes
        return
    for path in (root, *sorted(root.rglob("*"))):
        try:
            found = path.lstat().st_mode
        except OSError:  # it has gone meanwhile, as the files of a database do
            continue
        if found & OTHERS and not stat.S_ISLNK(found):
            yield path


def shut(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Take every right of others from these paths; those that were shut, and those that are not ours to shut."""
    done, left = list[Path](), list[Path]()
    for path in paths:
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
            done.append(path)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(path)
    return done, left
