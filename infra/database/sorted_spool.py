"""Rows put aside batch by batch in a file without a name, and had again in one order: more than memory should hold."""

import heapq
import marshal
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from infra.batched import batched
from infra.database.scratch import Place, Scratch

Row = tuple[Any, ...]

_AT_ONCE = 100  # rows of a batch that are in memory when all are read in one order


class SortedSpool:
    """Rows of text, numbers and lists of such, in the order of their first two cells, which are unique."""

    def __init__(self) -> None:
        self._scratch = Scratch()
        self._batches: list[list[Place]] = []
        self.rows = 0

    def __len__(self) -> int:
        return self.rows

    def add(self, rows: Iterable[Row]) -> None:
        """Put a batch of rows aside."""
        written = []
        for some in batched(sorted(rows, key=_key), _AT_ONCE):
            written.append(self._scratch.put(marshal.dumps(some)))
            self.rows += len(some)
        self._batches.append(written)

    def __iter__(self) -> Iterator[Row]:
        """Every row that was put aside, in order; none is to be added afterwards."""
        return heapq.merge(*map(self._batch, self._batches), key=_key)

    def _batch(self, written: list[Place]) -> Iterator[Row]:
        for place in written:
            yield from marshal.loads(self._scratch.get(place))


_key = itemgetter(0, 1)
