"""What is told again under a key that is on record: in which fields it says something else (REC-2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from optex.action import COMMON, Action
from optex.errors import Ruling
from optex.formatting import exact_text
from optex.records import Form, FormLine

_OF_FORM = ("holder_id", "kind", "received_at", "signed_on", "signed_as", "channel", "title", "authority")
_OF_LINE = ("original_shares", "granted_on", "price", "exercised")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field in which what is told differs from what is on record; of a form's option, `grant_id` says of which."""

    field: str
    recorded: str
    told: str
    grant_id: str = ""

    def __str__(self) -> str:
        of = f" of {self.grant_id}" if self.grant_id else ""
        return f"{self.field}{of}: {self.recorded} on record, {self.told} told"


def other_content(what: str, differing: Iterable[Difference], correction: str) -> Ruling:
    """The refusal of what is told with other content than is on record, and how that is corrected (REC-2)."""
    named = "; ".join(map(str, differing))
    return Ruling(rule="REC-2", reason=f"{what} is on record with other content ({named}). {correction}")


def form_differences(recorded: Form, told: Form, zone: tzinfo) -> list[Difference]:
    """In what a form differs from the one of the same number on record: its head, then its options (REC-2)."""
    return [
        *_differing(_OF_FORM, recorded, told, zone),
        *_lines({line.grant_id: line for line in recorded.lines}, {line.grant_id: line for line in told.lines}, zone),
    ]


def action_differences(recorded: Action, told: Action) -> list[Difference]:
    """In which options an action differs from the one of the same key on record (REC-2).

    Evidence is added and not compared; nor is what is left out, for it says nothing; nor what is decided when it is
    recorded, nor what neither states but by its own instant: a second click says the same.
    """
    was, now = recorded.data, told.data
    instants = (recorded.model_dump(mode="json")["at"], told.model_dump(mode="json")["at"])
    unstated = {*COMMON, *told.decided}
    return [
        Difference(field=key, recorded=_shown(was.get(key)), told=_shown(now[key]))
        for key in now
        if key not in unstated and now[key] not in ("", was.get(key)) and (was.get(key), now[key]) != instants
    ]


def _lines(was: dict[str, FormLine], now: dict[str, FormLine], zone: tzinfo) -> Iterator[Difference]:
    for grant_id in sorted({*was, *now}):
        before, after = was.get(grant_id), now.get(grant_id)
        if before is not None and after is not None:
            yield from _differing(("shares", *_OF_LINE), before, after, zone, grant_id)
        else:
            recorded, told = (_shown(line.shares if line else None) for line in (before, after))
            yield Difference(field="shares", recorded=recorded, told=told, grant_id=grant_id)


def _differing(names: Iterable[str], was: Any, now: Any, zone: tzinfo, grant_id: str = "") -> Iterator[Difference]:
    for name in names:
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            recorded, told = _shown(before, zone), _shown(after, zone)
            yield Difference(field=name, recorded=recorded, told=told, grant_id=grant_id)


def _shown(value: Any, zone: tzinfo | None = None) -> str:
    if value is None or value == "":
        return "nothing"
    return exact_text(value, zone) if isinstance(value, datetime) and zone else str(value)
