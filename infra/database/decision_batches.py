"""Decisions made batch after batch, appended as if they had been made at once."""

from collections.abc import Iterable
from datetime import datetime

from infra.database.sorted_spool import SortedSpool
from infra.database.writer import DecisionEntry, OfferWriter


class DecisionBatches:
    """Decisions of several kinds about one batch of holders after another.

    They are put aside until all are made, for one entry of the audit vouches for all rows of a kind in their order, and
    the entries of the kinds follow each other (REC-1).
    """

    def __init__(self, db: OfferWriter, at: datetime, *kinds: str) -> None:
        self._db, self._at = db, at
        self._decided = {kind: SortedSpool() for kind in kinds}

    def add(self, kind: str, decisions: Iterable[DecisionEntry]) -> list[DecisionEntry]:
        """Put decisions of one kind aside; one that says what the last on its subject said is left out.

        Returns what was new.
        """
        news = self._db.news(kind, decisions)
        self._decided[kind].add(decided.row(revision) for revision, decided in news)
        return [decided for _, decided in news]

    def append(self) -> None:
        """Append all that was decided, kind by kind."""
        for kind, rows in self._decided.items():
            self._db.append_decisions(kind, self._at, rows)
