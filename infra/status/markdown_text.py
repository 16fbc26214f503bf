"""Text and tables in GitHub-flavoured markdown, as the pages in the Prefect UI need them."""

import re
from collections.abc import Iterator, Sequence

_ALIGN = {"-": "---", "r": "---:", "l": ":---"}


def plain(text: str) -> str:
    """Text that markdown leaves as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", " ".join(text.split()))


def linked(text: str, url: str) -> str:
    """Text that leads somewhere; just the text where there is no address."""
    return f"[{plain(text)}]({url})" if url else plain(text)


def table(headings: Sequence[str], columns: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose cells are markdown already; `columns` says of each whether it is set to the right or left."""
    yield f"| {' | '.join(headings)} |"
    yield f"| {' | '.join(_ALIGN[column] for column in columns)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
