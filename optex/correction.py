"""What every correction carries, what was and what is on record, and how a column is left or made blank (REC-3)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from optex import cells
from optex.action import Action
from optex.fields import Expected, Text
from optex.state import OfferState

NONE = "none"
"""The word that makes a column blank: what is left out, or left empty in a form, stays as it is."""
Reason = Annotated[Text, Expected("a reason in words")]


class Correction(Action):
    """A correction of something on record: `was` is what stood there, column by column, `becomes` what does now."""

    rule, named, amends, decided = "REC-3", True, True, ("was", "becomes", "taken_from")
    who, asked = "Who corrects it: your full name.", "A correction"
    was: dict[str, str] | None = None
    becomes: dict[str, str] | None = None
    taken_from: str | None = None
    """The row of the folder's files that was taken over, such as grants.csv:3."""

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, stated: Mapping[str, Any]) -> dict[str, Any]:
        """What is left empty is not stated."""
        return {key: value for key, value in stated.items() if not _empty(value)}

    def says(self, state: OfferState) -> str:
        was, now = self.was or {}, self.becomes or {}
        return cells.told({column: (was[column], now[column]) for column in was})

    def told(self, clock: str, ruling: str) -> tuple[str, str] | None:
        return f"The record was corrected: {ruling}", str(self.data["reason"])

    def stated(self, **fields: str) -> dict[str, Any]:
        """The fields of a record that are corrected, each by the name of its option; the word `none` is the blank."""
        found = {field: getattr(self, name) for field, name in fields.items()}
        return {field: "" if value == NONE else value for field, value in found.items() if value is not None}


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ((), [])


def added(now: Mapping[str, str]) -> str:
    stated = [f"{cells.COLUMNS[column]} {cell}" for column, cell in now.items() if cell]
    return f"missing on record, added: {', '.join(stated)}"
