"""On which line of a file each id stands first, and what belongs to it: of more ids than memory should hold."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from pydantic_core import to_json

Known = Callable[[Collection[str]], Collection[str]]
"""Which of some ids another file, or the record, has: of half a million, those of a batch are asked for."""

_KILOBYTES = 8_192  # what SQLite keeps in memory, before it puts its pages into a file without a name


class FirstLines:
    """Ids with the lines on which they stand first, in a database that is gone with whoever holds it."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_KILOBYTES}"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("CREATE TABLE lines (id TEXT PRIMARY KEY, line INTEGER, packed BLOB) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def __del__(self) -> None:
        self._database.close()

    def add(self, places: Iterable[tuple[str, int]]) -> int:
        """Keep the line of each id that has none yet. Returns how many have none."""
        return self._database.executemany("INSERT OR IGNORE INTO lines VALUES (?, ?, NULL)", places).rowcount

    def put(self, places: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep the line of each id and what belongs to it, in place of what did."""
        self._database.executemany("INSERT OR REPLACE INTO lines VALUES (?, ?, ?)", places)

    def of(self, ids: Collection[str]) -> dict[str, tuple[int, bytes]]:
        """The line of each of these ids that has one, and what belongs to it."""
        query = "SELECT id, line, packed FROM lines WHERE id IN (SELECT value FROM json_each(?))"
        return {id_: (line, packed) for id_, line, packed in self._database.execute(query, _listed(ids))}

    def known(self, ids: Collection[str]) -> Collection[str]:
        """Which of these ids have a line."""
        query = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM lines)"
        unknown = {id_ for (id_,) in self._database.execute(query, _listed(ids))}
        return set(ids) - unknown if unknown else ids

    def __iter__(self) -> Iterator[tuple[str, int, bytes]]:
        """Every id in the order of the lines, with what belongs to it."""
        yield from self._database.execute("SELECT id, line, packed FROM lines ORDER BY line")


def _listed(ids: Collection[str]) -> tuple[Any]:
    return (to_json(list(ids)).decode(),)
