"""`optex link`: the address with the key that opens Prefect's pages in a browser, for whoever may read the key."""

from pathlib import Path

import click

from flows.cli.options import FOLDER


@click.command("link")
@FOLDER
def link_command(folder: Path) -> None:
    """The link that opens the pages of `optex serve` in a browser. It is a key: pass it on to nobody."""
    from flows.serve.credential import credential_at
    from flows.serve.entrance import link
    from flows.serve.lock import ServeLock
    from infra.folder.whereabouts import typed
    from infra.settings import KEPT
    from infra.workspace import name_of
    from optex.errors import OptexError

    name_of(folder)
    note = ServeLock.of(folder / KEPT)
    if note is None:
        raise OptexError(f"nobody serves {folder}, or you may not see it: optex serve {typed(folder)}")
    if not (credential := credential_at(note.credential)):
        raise OptexError(f"{note.credential} cannot be read: it is for whoever started optex serve")
    click.echo(link(note.ui, credential))
