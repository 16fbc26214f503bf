"""Many things, so many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def batched(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Lists of so many of them each, and of what is left at the end (Python 3.12 has it in itertools, of tuples)."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some
