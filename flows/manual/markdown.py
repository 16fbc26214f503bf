"""Markdown as the pages need it: a page, a table whose cells hold whatever they say."""

from collections.abc import Iterable, Sequence

WRITTEN = "<!-- Written by `make docs` from the declarations in the code: change them, not this page. -->"
_BAR = "\\|"


def page(title: str, *parts: str) -> str:
    """A whole page: its title, then its parts, a blank line between them."""
    return "\n\n".join([f"# {title}", WRITTEN, *(part.strip() for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_line(cells) for cells in (heads, ["---"] * len(heads), *rows))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', _BAR) for cell in cells)} |"


def code(text: object) -> str:
    """Words of the program, as they are typed; nothing where there are none."""
    return f"`{text}`" if f"{text}" else ""


def prose(docstring: str) -> str:
    """A docstring as paragraphs, its line breaks gone."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in docstring.strip().split("\n\n"))
