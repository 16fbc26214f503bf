"""Which of the folders that `optex serve` was given it serves: one bad folder keeps none of the others from it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.cli.plan import state_of
from flows.cli.record import ensure_loaded, load_new_rows
from infra.folder.whereabouts import typed
from infra.workspace import SameOffer, Workspace, told_apart
from optex.errors import OptexError
from optex.formatting import local_end


def served_from(folders: Sequence[Path], expired: bool = False) -> dict[Path, Workspace]:
    """The offers that can be served, by folder; why another cannot is said. OptexError where none can.

    One that expired before it was ever opened is served only where `expired` says so: mostly a year is mistyped.

    OptexError also where two folders hold one offer: nobody could say which of them a run is about.
    """
    named, wrong = told_apart(folders)
    if twice := [why for why in wrong.values() if isinstance(why, SameOffer)]:
        raise twice[0]
    served: dict[Path, Workspace] = {}
    for folder in named.values():
        try:
            if not expired:
                _refuse_expired(folder)
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


def _refuse_expired(folder: Path) -> None:
    state, _ = state_of(folder)
    terms = state.terms
    if state.opened_at is None and not state.over and terms.expires <= datetime.now(UTC):
        raise OptexError(
            f"the offer expired {local_end(terms.expires, terms.zone)} and was never opened here: correct a mistyped "
            f"date, rehearse it by `optex simulate`, or open it late by `optex serve {typed(folder)} --expired`"
        )
