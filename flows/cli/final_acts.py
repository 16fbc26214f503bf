"""What is asked before an act that cannot be undone: before and after, and whether to go on."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.console import console, echo
from infra.database.engine import sqlite_url
from infra.database.writer import UnknownOffer
from infra.handlers.foreseen import Foreseen, foresee
from infra.handlers.intake import take_in
from infra.settings import may_be_taken_in
from infra.workspace import Workspace, workspace_in
from optex.action import Action
from optex.errors import OptexError, Refused


def show_only(folder: Path, action: Action, file: tuple[str, bytes] | None, as_json: bool) -> None:
    """What an act would do, by --dry-run: nothing is recorded, nor the folder taken in. Refused where it would be."""
    foreseen = foreseen_of(folder, action, file)
    result = foreseen.result
    if as_json:
        document = {
            "dry_run": True,
            "accepted": result.accepted,
            "repeated": result.repeated,
            "message": result.message,
            "rule": result.ruling.rule,
            "section": result.ruling.section,
            "changes": [asdict(change) for change in foreseen.changes],
            "letters": foreseen.letters,
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        if not result.accepted:
            sys.exit(1)
        return
    if not result.accepted:
        raise Refused(result.ruling)
    if result.repeated:
        echo(result.message)
    else:
        _show(foreseen, console())
    click.echo("Dry run: nothing was recorded, and nobody was told.")


def ask_first(folder: Path, action: Action, file: tuple[str, bytes] | None) -> None:
    """Show before and after on a terminal and ask; OptexError where the answer is no.

    What is refused, or recorded already, is not asked about: it goes its way and says so.
    """
    foreseen = foreseen_of(folder, action, file)
    if not foreseen.result.accepted or foreseen.result.repeated:
        return
    _show(foreseen, console(stderr=True))
    if not click.confirm("This cannot be undone. Go on?", err=True):
        raise OptexError("Nothing was recorded, and nobody was told.")


def can_be_asked() -> bool:
    """Whether somebody sits at a terminal; a script is never asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def foreseen_of(folder: Path, action: Action, file: tuple[str, bytes] | None) -> Foreseen:
    with _books(folder) as workspace:
        return foresee(workspace, action, file)


@contextmanager
def _books(folder: Path) -> Iterator[Workspace]:
    """The offer's books, or books of a moment where its folder was not taken in yet."""
    workspace = workspace_in(folder)
    if may_be_taken_in(folder):
        try:
            with workspace.read():
                pass
            yield workspace
            return
        except UnknownOffer:
            pass
    with tempfile.TemporaryDirectory() as directory:
        of_a_moment = replace(workspace, database_url=sqlite_url(Path(directory) / "optex.db"))
        take_in(of_a_moment.engine, folder, datetime.now(UTC).replace(microsecond=0))
        try:
            yield of_a_moment
        finally:
            of_a_moment.engine.dispose()


def _show(foreseen: Foreseen, screen: Console) -> None:
    screen.print(Text(f"If it is recorded: {foreseen.result.message}"))
    if foreseen.changes:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for heading in ("", "before", "after"):
            table.add_column(heading)
        for change in foreseen.changes:
            table.add_row(change.what, Text(change.before), Text(change.after, "bold"))
        screen.print()
        screen.print(table)
    written = [f"{kind} ({number:,})" for kind, number in foreseen.letters.items()]
    screen.print(Text(f"\nLetters to holders: {', '.join(written) or 'none'}\n"))
