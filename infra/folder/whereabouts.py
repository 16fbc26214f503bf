"""Whether a path leads to the folder of an offer, and what to do where it does not."""

import shlex
from pathlib import Path


def typed(path: Path) -> str:
    """A path as it can be typed at a shell, with blanks and quotes in it too."""
    return shlex.quote(str(path))


def why_no_folder(path: Path) -> str:
    """Why a path is not that of a folder, such as that of a file in it, and what to do; "" where it is one."""
    if path.is_dir():
        return ""
    if path.exists():
        return f"{path} is a file: an offer is named by its folder, here {path.parent}"
    return f"{path}: there is no such folder; `optex init {typed(path)}` writes one to start from"


def why_no_offer(path: Path) -> str:
    """Why a path is not that of a folder with the terms of an offer."""
    return why_no_folder(path) or f"{path} holds no offer: offer.toml is missing (`optex init FOLDER` writes one)"
