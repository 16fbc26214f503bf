"""The console that commands print to: wrapped to a terminal; piped, a line is never broken, for grep and for files."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_UNBROKEN = 10_000


def piped() -> bool:
    """Whether what is printed goes into a file or another program."""
    return not sys.stdout.isatty()


def console() -> "Console":
    """A console that leaves as it is what looks like a number or a name of an emoji."""
    from rich.console import Console

    if not piped():
        return Console(highlight=False, emoji=False)
    return Console(width=_UNBROKEN, color_system=None, highlight=False, emoji=False, legacy_windows=False)
