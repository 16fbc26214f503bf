"""One column of a CSV file: every distinct cell of it is read once, and what it says is remembered for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from optex.visible import quoted

# So many distinct cells are remembered at most: most columns have a few thousand, a column of ids as many as rows.
REMEMBERED = 20_000
# What stands before the reason for which the cell of a workbook could not be read; no text of a file begins so.
UNREAD = "\ud800"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell cannot be taken, and what was expected in its place."""

    problem: str
    expected: str


class Column:
    """Reads the cells of one column as its type."""

    def __init__(self, name: str, type_: TypeAdapter[list[Any]], expected: str) -> None:
        self.name = name
        self._type, self._expected = type_, expected
        self._said: dict[str, Any] = {}
        self._wanting: set[str] = set()

    def read(self, cells: Sequence[str]) -> tuple[list[Any], bool]:
        """What the cells say, None of one that is blank, Refused of one that says nothing; and whether any is so."""
        if len(self._said) > REMEMBERED:
            self._said.clear()
            self._wanting.clear()
        try:
            said = list(map(self._said.__getitem__, cells))
        except KeyError:
            self._learn(set(cells).difference(self._said))
            said = list(map(self._said.__getitem__, cells))
        return said, bool(self._wanting) and not self._wanting.isdisjoint(cells)

    def _learn(self, new: set[str]) -> None:
        stated = {raw: cell for raw in new if (cell := raw.strip())}
        found: dict[str, Any] = dict.fromkeys(new - stated.keys())
        if not (text := "".join(stated.values())).isascii() or "\0" in text:
            found |= {raw: bad for raw, cell in stated.items() if (bad := _unsound(cell, self._expected))}
        while left := {raw: cell for raw, cell in stated.items() if raw not in found}:
            try:
                self._said.update(zip(left, self._type.validate_python(list(left.values())), strict=True))
                break
            except ValidationError as error:
                raws = list(left)
                refused = {raws[int(each["loc"][0])] for each in error.errors(include_url=False, include_context=False)}
                found |= {raw: Refused(f"{quoted(left[raw])} cannot be taken", self._expected) for raw in refused}
        self._said |= found
        self._wanting.update(found)


def _unsound(cell: str, expected: str) -> Refused | None:
    """What is wrong with the bytes of a cell, of which those that are not UTF-8 were kept as surrogates."""
    if cell.startswith(UNREAD):
        return Refused(cell.removeprefix(UNREAD), expected)
    if "\0" in cell:
        return Refused("a NUL character", "text")
    if any("\udc80" <= char <= "\udcff" for char in cell):
        return Refused("bytes that are not UTF-8", "text in UTF-8")
    return None
