"""Rows put aside batch by batch in a file without a name, and had again in one order: more than memory should hold."""

import heapq
import marshal
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import Any

Row = tuple[Any, ...]

# So many rows of a batch are in memory when all are read in one order; so many bytes are kept without a file.
_AT_ONCE = 500
_IN_MEMORY = 1 << 22


class SortedSpool:
    """Rows of text, numbers and lists of such, in the order of their first two cells, which are unique."""

    def __init__(self) -> None:
        # Open for as long as the spool is there, and gone with it: no block of code is its life.
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._batches: list[list[tuple[int, int]]] = []
        self.rows = 0

    def __len__(self) -> int:
        return self.rows

    def add(self, rows: Iterable[Row]) -> None:
        """Put a batch of rows aside."""
        batch = iter(sorted(rows, key=_key))
        written = []
        while some := list(islice(batch, _AT_ONCE)):
            kept = marshal.dumps(some)
            written.append((self._file.tell(), len(kept)))
            self._file.write(kept)
            self.rows += len(some)
        self._batches.append(written)

    def __iter__(self) -> Iterator[Row]:
        """Every row that was put aside, in order; none is to be added afterwards."""
        return heapq.merge(*map(self._batch, self._batches), key=_key)

    def _batch(self, written: list[tuple[int, int]]) -> Iterator[Row]:
        for start, length in written:
            self._file.seek(start)
            yield from marshal.loads(self._file.read(length))


_key = itemgetter(0, 1)
