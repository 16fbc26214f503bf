"""What a held step would do, holder by holder, for whoever must let it go on: no more than a person reads."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

from infra.database.reader import PromiseRow
from infra.database.sorted_spool import SortedSpool
from optex.cancellation import TenderDecision
from optex.records import IssuedOption, UnitType

_MOST = 500


class AtStake:
    """What a step would do on a day, told batch by batch: the first rows of it, and the digest of all."""

    def __init__(self, on: date) -> None:
        self._on, self._decided = on, SortedSpool()
        self._shown: list[dict[str, str]] = []

    def accepted(self, decisions: Sequence[TenderDecision]) -> None:
        """Every tender that would be accepted and cancelled, or rejected and why."""
        self._decided.add((each.tender.grant_id, each.tender.shares, each.accepted) for each in decisions)
        self._show(
            _row(
                holder=each.tender.holder_id,
                option=each.tender.grant_id,
                shares=f"{each.tender.shares:,}",
                outcome="cancelled" if each.accepted else f"rejected by {each.ruling.rule}: {each.ruling.reason}",
            )
            for each in decisions
        )

    def granted(self, options: Sequence[IssuedOption]) -> None:
        """Every new option that would be granted, at its price."""
        self._decided.add((option.grant_id, option.shares, str(option.price)) for option in options)
        self._show(
            _row(
                holder=each.holder_id,
                option=each.grant_id,
                shares=f"{each.shares:,}",
                outcome=f"granted as {each.type}{'' if each.type is UnitType.RSU else f' at ${each.price}'}",
            )
            for each in options
        )

    @property
    def rows(self) -> list[dict[str, str]]:
        return _with_more(self._shown, len(self._decided) - len(self._shown))

    @property
    def digest(self) -> str:
        """By what an approval is bound to what would be done: if it changes, that lapses."""
        said = hashlib.sha256(f"[{_json(self._on.isoformat())}".encode())
        for each in self._decided:
            said.update(f", {_json(each)}".encode())
        said.update(b"]")
        return said.hexdigest()

    def _show(self, rows: Iterable[dict[str, str]]) -> None:
        self._shown += islice(rows, _MOST - len(self._shown))


def of_promises(promises: Iterable[PromiseRow]) -> list[dict[str, str]]:
    """Every promise that would be kept, while its price is not known."""
    left = iter(promises)
    shown = [
        _row(holder=each.holder_id, option=each.promise_id, shares=f"{each.shares:,}", outcome="promise kept")
        for each in islice(left, _MOST)
    ]
    return _with_more(shown, sum(1 for _ in left))


def _row(*, holder: str, option: str, shares: str, outcome: str) -> dict[str, str]:
    return {"holder": holder, "option": option, "shares": shares, "would be": outcome}


def _with_more(shown: list[dict[str, str]], more: int) -> list[dict[str, str]]:
    return [*shown, _row(holder=f"and {more:,} more", option="", shares="", outcome="")] if more else shown


def _json(value: Any) -> str:
    return json.dumps(value)
