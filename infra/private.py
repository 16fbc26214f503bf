"""Files and directories that nobody else on the machine can look into: books and letters name people."""

import os
from pathlib import Path

from infra.settings import KEPT


def private_directory(path: Path) -> Path:
    """A directory for this user alone, as is the `.optex` it lies in; one that is there is left as somebody made it."""
    if path.parent.name == KEPT.name:
        private_directory(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def private_file(path: Path) -> Path:
    """A file for this user alone, whatever the umask; one that is there is left as it is."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    return path
