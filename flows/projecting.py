"""Prefect is told of what the books say: `optex schedule`, and whatever else was done from the command line."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.noting import Note
from infra.office import BOOKS, Office, offices
from infra.quiet import be_quiet, pass_proxies_by
from optex.errors import OptexError

if TYPE_CHECKING:
    from tasks.schedule import Projected


def schedule(folder: Path, office: Office, api: str, as_json: bool) -> None:
    """Make Prefect's scheduled runs agree with the plan of an offer, and say what changed."""
    os.environ.setdefault("OPTEX_OFFERS", str(folder.resolve()))
    try:
        projected = _project(office, api, deploy=True)
    except OptexError:
        raise
    except Exception as error:  # a server that is down fails in as many ways as its client has layers
        raise OptexError(f"Prefect at {api} could not be told: {error or type(error).__name__}") from error
    from tasks.schedule import in_full

    click.echo(json.dumps(asdict(projected)) if as_json else in_full(projected))


def tell_prefect(office: Office) -> None:
    """After a change from the command line: make the scheduled runs agree, where a Prefect server is known."""
    if office.mail_dir.parent.name != BOOKS.name:  # a play that `simulate` wrote: Prefect has no run of it
        return
    api = _known_api(office.mail_dir.parent.parent)
    if api is None:
        return
    try:
        said = str(_project(office, api))
    except Exception as error:  # what was recorded stands, whatever keeps Prefect from hearing of it
        click.echo(f"Recorded; Prefect could not be told ({error}): the watch will do it.", err=True)
    else:
        if said:
            click.echo(said, err=True)


def _project(office: Office, api: str, *, deploy: bool = False) -> "Projected":
    os.environ["PREFECT_API_URL"] = api
    be_quiet()
    pass_proxies_by(os.environ)
    from prefect.client.orchestration import get_client

    from flows.deploying import deploy_missing
    from tasks.dashboard import draw_dashboard
    from tasks.schedule import project

    async def agree() -> "Projected":
        async with get_client() as client:
            if deploy:
                await deploy_missing(client, [office.offer, *(each.offer for each in offices())])
            projected = await project(client, office)
            await draw_dashboard(client, office)
            return projected

    return asyncio.run(agree())


def known_api(folder: Path) -> str:
    """The Prefect server to talk to; OptexError where none is known."""
    if api := _known_api(folder):
        return api
    raise OptexError(f"no Prefect server is known: run `optex serve {folder}`, or set PREFECT_API_URL")


def _known_api(folder: Path) -> str | None:
    """The Prefect server to talk to: the one that serves this folder now, else the one of the environment."""
    note = Note.of(folder / BOOKS)
    return note.api if note else os.environ.get("PREFECT_API_URL")
