"""What one batch after another leaves for later, put aside in a file without a name."""

import pickle
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

_IN_MEMORY = 1 << 22  # bytes that are kept without a file


class PutAside:
    """Things put aside, had again in their order."""

    def __init__(self) -> None:
        # Open for as long as this is there, and gone with it: no block of code is its life.
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def add(self, thing: Any) -> None:
        pickle.dump(thing, self._file)
        self._count += 1

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # nobody else can have written it
