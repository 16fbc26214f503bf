"""What commands print: nothing of it acts on a terminal; wrapped to one, and piped a line is never broken, for grep."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from optex.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

_UNBROKEN = 10_000


def piped() -> bool:
    """Whether what is printed goes into a file or another program."""
    return not sys.stdout.isatty()


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text that repeats what somebody wrote: an escape sequence in it is shown, not obeyed."""
    click.echo(visible(text), err=err, nl=nl)


def console(*, stderr: bool = False) -> "Console":
    """A console that obeys no text's own escapes, and leaves as it is what looks like a number or names an emoji."""
    from rich.console import Console
    from rich.segment import Segment

    class Screen(Console):
        def render(self, renderable: "RenderableType", options: "ConsoleOptions | None" = None) -> "Iterable[Segment]":
            for text, style, control in super().render(renderable, options):
                yield Segment(text if control else visible(text), style, control)

    if stderr or not piped():
        return Screen(stderr=stderr, highlight=False, emoji=False)
    plain: dict[str, Any] = {"width": _UNBROKEN, "color_system": None, "legacy_windows": False}
    return Screen(**plain, highlight=False, emoji=False)
