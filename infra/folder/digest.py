"""The digest of an offer's folder, which changes with any byte of it, taken while its files are read."""

import hashlib
from collections.abc import Iterable
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

_BLOCK = 1 << 18


class FolderDigest:
    """The files of a folder in one order, each with its name and its length."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def opened(self, path: Path, name: str) -> BufferedReader:
        """A file, of which whatever is read goes into the digest."""
        file = path.open("rb", buffering=0)
        self._digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        return BufferedReader(_Heard(file, self._digest), _BLOCK)

    def add(self, path: Path, names: Iterable[str]) -> None:
        """Files of which nothing else is wanted."""
        for name in names:
            with self.opened(path / name, name) as file:
                while file.read(_BLOCK):
                    pass

    @property
    def hex(self) -> str:
        return self._digest.hexdigest()


def template_names(path: Path) -> list[str]:
    """The templates of a folder by their names in it."""
    templates = sorted(found for found in (path / "templates").rglob("*") if found.is_file())
    return [found.relative_to(path).as_posix() for found in templates]


class _Heard(RawIOBase):
    """A file as it is read, heard by a digest."""

    def __init__(self, file: Any, digest: Any) -> None:
        self._file, self._digest = file, digest

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        found: int = self._file.readinto(into)
        self._digest.update(memoryview(into)[:found])
        return found

    def close(self) -> None:
        self._file.close()
        super().close()
