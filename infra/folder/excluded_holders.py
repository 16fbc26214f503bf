"""Holders whom the terms leave out by id, and of whom holders.csv knows nothing (ELG-5)."""

from collections.abc import Iterator

from infra.folder.first_lines import Known
from optex.errors import Fault
from optex.terms import Terms
from optex.toml import read_toml

_KEY = ("eligible", "excluded_holders")


def unknown_holders(terms: Terms, known: Known, text: str) -> Iterator[Fault]:
    """A fault of every excluded holder that there is not: whoever was meant would be made the offer."""
    excluded = terms.eligible.excluded_holders
    there = known(excluded)
    for holder_id in excluded:
        if holder_id not in there:
            yield Fault(
                file="offer.toml",
                line=read_toml(text, "offer.toml").line(_KEY),
                column=".".join(_KEY),
                problem=f"{holder_id!r} is unknown",
                expected="an id of holders.csv",
            )
