"""Which of the folders that `optex serve` was given it serves: one bad folder keeps none of the others from it."""

from collections.abc import Sequence
from pathlib import Path

import click

from flows.cli.record import ensure_loaded, load_new_rows
from infra.workspace import SameOffer, Workspace, told_apart
from optex.errors import OptexError


def served_from(folders: Sequence[Path]) -> dict[Path, Workspace]:
    """The offers that can be served, by folder; why another cannot is said. OptexError where none can.

    OptexError also where two folders hold one offer: nobody could say which of them a run is about.
    """
    named, wrong = told_apart(folders)
    if twice := [why for why in wrong.values() if isinstance(why, SameOffer)]:
        raise twice[0]
    served: dict[Path, Workspace] = {}
    for folder in named.values():
        try:
            workspace = ensure_loaded(folder)
            load_new_rows(folder, workspace)
        except OptexError as error:
            wrong[folder] = error
        else:
            served[folder] = workspace
    if not served:
        raise OptexError("\n".join(map(str, wrong.values())))
    for folder, why in wrong.items():
        click.echo(f"NOT SERVED: {folder}: {why}", err=True)
    return served
