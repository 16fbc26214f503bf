"""Prefect is told of what the books say: `optex schedule`, and whatever else was done from the command line."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.serve.credential import credential_at
from flows.serve.lock import ServeLock
from infra.folder.whereabouts import typed
from infra.prefect_env import pass_proxies_by, set_prefect_defaults
from infra.settings import KEPT
from infra.workspace import Workspace, all_workspaces
from optex.errors import OptexError

if TYPE_CHECKING:
    from tasks.scheduled_runs import SyncResult


def schedule(folder: Path, workspace: Workspace, api: str, as_json: bool) -> None:
    """Make Prefect's scheduled runs agree with the plan of an offer, and say what changed."""
    os.environ.setdefault("OPTEX_OFFERS", json.dumps([str(folder.resolve())]))
    _talk_to(api, folder)
    from tasks.scheduled_runs import in_full

    try:
        projected = asyncio.run(_deployed_and_projected(workspace))
    except OptexError:
        raise
    except Exception as error:  # a server that is down fails in as many ways as its client has layers
        raise OptexError(f"Prefect at {api} could not be told: {error or type(error).__name__}") from error
    click.echo(json.dumps(asdict(projected)) if as_json else in_full(projected))


async def _deployed_and_projected(workspace: Workspace) -> "SyncResult":
    from prefect.client.orchestration import get_client

    from flows.deployments import deploy_missing
    from tasks.dashboard import draw_dashboard
    from tasks.scheduled_runs import sync_runs

    async with get_client() as client:
        await deploy_missing(client, [workspace.offer, *(each.offer for each in all_workspaces())])
        projected = await sync_runs(client, workspace)
        await draw_dashboard(client, workspace)
        return projected


def followed_up(workspace: Workspace, api: str) -> list[str]:
    """What follows a change from the command line, as after a run: the mail, the scheduled runs, the dashboard."""
    _talk_to(api, _folder_of(workspace))
    from flows.follow_up import follow_up

    return asyncio.run(follow_up(workspace))


def _talk_to(api: str, folder: Path | None) -> None:
    """Prefect, which reads the environment when it is imported, is to talk to this server."""
    os.environ["PREFECT_API_URL"] = api
    if folder is not None and (note := ServeLock.of(folder / KEPT)) and note.api == api:
        os.environ["PREFECT_API_AUTH_STRING"] = credential_at(note.credential)
    set_prefect_defaults()
    pass_proxies_by(os.environ)


def api_of(workspace: Workspace) -> str | None:
    """The Prefect server that must hear of a change; none for a play that `simulate` wrote, of which it has no run."""
    folder = _folder_of(workspace)
    return _known_api(folder) if folder else None


def _folder_of(workspace: Workspace) -> Path | None:
    """The folder of an offer that may be served; None for a play."""
    return workspace.mail_dir.parent.parent if workspace.mail_dir.parent.name == KEPT.name else None


def prefect_api(folder: Path) -> str:
    """The Prefect server to talk to; OptexError where none is known."""
    if api := _known_api(folder):
        return api
    raise OptexError(f"no Prefect server is known: run `optex serve {typed(folder)}`, or set PREFECT_API_URL")


def _known_api(folder: Path) -> str | None:
    """The Prefect server to talk to: the one that serves this folder now, else the one of the environment."""
    note = ServeLock.of(folder / KEPT)
    return note.api if note else os.environ.get("PREFECT_API_URL")
