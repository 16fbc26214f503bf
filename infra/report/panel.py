"""A panel of the report: one figure with its title, what it shows in a sentence, its numbers and their ledgers."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """Without a chart the sentence says why there is none; `figures` are the columns of numbers, from that one on."""

    key: str
    title: str
    takeaway: str
    source: Row
    chart: Markup | None = None
    head: Row = ()
    rows: Sequence[Row] = ()
    figures: int = 1
