"""Text and tables in GitHub-flavoured markdown, as the pages in the Prefect UI need them."""

import re
from collections.abc import Iterator, Sequence

from optex.visible import on_one_line

_ALIGN = {"-": "---", "r": "---:", "l": ":---"}
# At the beginning of a line more means something than within it, and a whole address is a link by itself.
_MEANT = re.compile(r"[\\`*_\[\]<>|~#&!]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=\w):(?=//)|(?<=\bwww)\.", re.IGNORECASE)


def plain(text: str) -> str:
    """Text that markdown leaves as it is, on one line, all of it seen; a command between backticks stays one."""
    parts = re.split(r"(`[^`]+`)", on_one_line(" ".join(text.split())))
    return "".join(part if n % 2 else _MEANT.sub(r"\\\g<0>", part) for n, part in enumerate(parts))


def linked(text: str, url: str) -> str:
    """Text that leads somewhere; just the text where there is no address."""
    return f"[{plain(text)}]({url})" if url else plain(text)


def bullets(heading: str, entries: Sequence[str]) -> Iterator[str]:
    """A list of entries, which are markdown already, under a heading; nothing where there is none."""
    if entries:
        yield f"### {heading}"
        yield ""
        yield from (f"- {each}" for each in entries)
        yield ""


def table(headings: Sequence[str], columns: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose cells are markdown already; `columns` says of each whether it is set to the right or left."""
    yield f"| {' | '.join(headings)} |"
    yield f"| {' | '.join(_ALIGN[column] for column in columns)} |"
    for row in rows:  # a command may hold a bar too, which ends a cell also there
        cells = (re.sub(r"(?<!\\)\|", r"\|", cell) for cell in row)
        yield f"| {' | '.join(cells)} |"
    yield ""
