"""Directories that nobody else on the machine can look into: books and letters name people, and what they hold."""

from pathlib import Path

from infra.settings import KEPT


def private_directory(path: Path) -> Path:
    """A directory for this user alone, as is the `.optex` it lies in; one that is there is left as somebody made it."""
    if path.parent.name == KEPT.name:
        private_directory(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path
