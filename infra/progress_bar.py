"""A bar on a terminal that says how far something is of which there is much."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Show = Callable[[int], None]


@contextmanager
def bar_shown(doing: str, of: int) -> Iterator[Show]:
    """Call what is given with the number that is done; it is drawn beside the log, and not where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=of)
        yield lambda done: bar.update(task, completed=done)
