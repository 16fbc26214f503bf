"""What the company did with the offer that touched a holder along with everyone: extension, conditions, dates, end."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from infra.account.account import Account, Line
from optex.state import CONDITIONS
from optex.wording import day, sentence

# What comes after the acceptance concerns only whoever was promised something.
_AFTER_ACCEPTANCE = ("committee-grant-date", "hold", "release")


def company_acts(account: Account) -> Iterator[Line]:
    if not account.concerned:
        return
    deferring = any(each.holder_id == account.dossier.holder.holder_id for each in account.state.deferred)
    promised = account.promise is not None or deferring
    lapsed_at = [row.at for row in account.decided("promise") if row.decision == "lapsed"]
    for row in account.facts:
        if not row.accepted or row.verb not in _TOLD:
            continue
        if row.verb in _AFTER_ACCEPTANCE and (not promised or any(at <= row.at for at in lapsed_at)):
            continue
        what, because = _TOLD[row.verb](account, row)
        decided = f" Decided by {row.actor}." if row.actor and row.actor != "optex" else ""
        yield Line(
            at=row.at, what=f"{sentence(what)}{f' {sentence(because)}' if because else ''}{decided}", rule=row.rule
        )


Told = tuple[str, str]


def _extended(account: Account, row: Row[Any]) -> Told:
    to = account.stamp(datetime.fromisoformat(row.data["to"]))
    return f"The offer was extended to {to}", row.data.get("reason", "")


def _amended(account: Account, row: Row[Any]) -> Told:
    change = row.data["change"]
    by = f" of {row.data['percent']}%" if row.data.get("percent") else ""
    named = {"consideration": "a change in the consideration", "other": "another change"}
    to = row.data.get("extend_to")
    until = f", and extended to {account.stamp(datetime.fromisoformat(to))}" if to else ""
    said = named.get(change) or f"{'an' if change == 'increase' else 'a'} {change}{by} in the options sought"
    return f"The offer was amended by {said}{until}", row.data["reason"]


def _condition(word: str) -> Callable[[Account, Row[Any]], Told]:
    def told(_account: Account, row: Row[Any]) -> Told:
        number = row.data["number"]
        return f"Condition {number} of §7, {CONDITIONS[number]}, was {word}", row.data.get("evidence", "")

    return told


_TOLD: dict[str, Callable[[Account, Row[Any]], Told]] = {
    "extend": _extended,
    "amend": _amended,
    "terminate": lambda account, row: (
        "The offer was terminated: every tender is returned and the options stay outstanding",
        row.data["reason"],
    ),
    "condition-assert": _condition("asserted: nothing is accepted while it stands"),
    "condition-waive": _condition("waived"),
    "condition-end": _condition("recorded as ended"),
    "postpone": lambda account, row: (
        f"Acceptance was postponed to {day(date.fromisoformat(row.data['on']))}",
        row.reason,
    ),
    "approve": lambda account, row: (
        f"The {'acceptance and cancellation' if row.data['step'] == 'cancel' else 'grant'} was approved",
        row.data.get("what", "").partition(": ")[2].partition(" (digest")[0],
    ),
    "committee-grant-date": lambda account, row: (
        f"{day(date.fromisoformat(row.data['on']))} was chosen as the grant date",
        "",
    ),
    "hold": lambda account, row: ("The grant was held back until further notice", row.data["reason"]),
    "release": lambda account, row: ("The grant was released", row.data["reason"]),
}
