"""What a held step would do, holder by holder, for whoever must let it go on: no more than a person reads."""

from collections.abc import Iterable, Sequence
from itertools import islice

from optex.batch import OpenPromise
from optex.cancellation import TenderDecision
from optex.records import IssuedOption, UnitType

_MOST = 500


def of_acceptance(decisions: Sequence[TenderDecision]) -> list[dict[str, str]]:
    """Every tender that would be accepted and cancelled, or rejected and why."""
    rows = (
        _row(
            holder=each.tender.holder_id,
            option=each.tender.grant_id,
            shares=f"{each.tender.shares:,}",
            outcome="cancelled" if each.accepted else f"rejected by {each.ruling.rule}: {each.ruling.reason}",
        )
        for each in decisions
    )
    return _first(rows, len(decisions))


def of_grant(options: Sequence[IssuedOption]) -> list[dict[str, str]]:
    """Every new option that would be granted, at its price."""
    rows = (
        _row(
            holder=each.holder_id,
            option=each.grant_id,
            shares=f"{each.shares:,}",
            outcome=f"granted as {each.type}{'' if each.type is UnitType.RSU else f' at ${each.price}'}",
        )
        for each in options
    )
    return _first(rows, len(options))


def of_promises(promises: Sequence[OpenPromise]) -> list[dict[str, str]]:
    """Every promise that would be kept, while its price is not known."""
    rows = (
        _row(
            holder=each.promise.holder_id,
            option=each.promise.promise_id,
            shares=f"{each.promise.shares:,}",
            outcome="promise kept",
        )
        for each in promises
    )
    return _first(rows, len(promises))


def _row(*, holder: str, option: str, shares: str, outcome: str) -> dict[str, str]:
    return {"holder": holder, "option": option, "shares": shares, "would be": outcome}


def _first(rows: Iterable[dict[str, str]], number: int) -> list[dict[str, str]]:
    shown = list(islice(rows, _MOST))
    if more := number - len(shown):
        shown.append(_row(holder=f"and {more:,} more", option="", shares="", outcome=""))
    return shown
