"""How where an offer stands is written as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainSerializer, TypeAdapter

from optex.formatting import utc_text

Instant = Annotated[datetime, PlainSerializer(utc_text)]
"""An instant that is written in UTC to the second, as the ledgers write it (CAL-3)."""


def as_document(standing: object) -> dict[str, Any]:
    """A standing as JSON has it: instants in UTC, dates in ISO form, percentages as text."""
    document: dict[str, Any] = TypeAdapter(type(standing)).dump_python(standing, mode="json")
    return document
