"""`optex serve` and `optex schedule`: Prefect's server, worker and deployments on this machine, and the plan in it."""

import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from flows.serve.credential import NAME, credential_at
from flows.serve.entrance import link
from flows.serve.environment import environment_of, server_environment, worker_environment
from flows.serve.lock import ServeLock, serve_lock
from flows.serve.modes import shut_out_others
from flows.serve.processes import ManagedProcess, end_orphans, require_free_port, stop_on_signals
from flows.serve.upkeep import Upkeep
from infra.prefect_env import POOL, pass_proxies_by
from infra.settings import KEPT, PROCESS, load_settings
from infra.workspace import Workspace
from optex.errors import OptexError

# After a while without a worker every alarm rings at once; on one machine they get on faster a few at a time.
AT_ONCE = 4


def serve(folders: Sequence[Path], port: int, *, expired: bool = False) -> None:
    """Run the offers of these folders until stopped: server with UI, deployments, worker, schedule.

    Everything is kept in the folders, so that a second start goes on where the first was.
    """
    if sys.platform == "win32":
        raise OptexError("serve needs Linux or macOS: on Windows use WSL or Docker")
    if (kind := load_settings().work_pool_type or PROCESS) != PROCESS:
        raise OptexError(
            f"OPTEX_WORK_POOL_TYPE is {kind}: serve runs all work in processes of this machine. Start Prefect's server "
            "and workers of that type yourself (infra/production/OPERATIONS.md), or take the setting out"
        )
    from flows.serve.offers import served_from

    served = served_from(folders, expired)
    folders, workspaces = list(served), list(served.values())
    pass_proxies_by(os.environ)
    mark = uuid.uuid4().hex
    credential = str((folders[0] / KEPT / NAME).resolve())
    note = ServeLock(api=f"http://127.0.0.1:{port}/api", mark=mark, credential=credential)
    with stop_on_signals() as stopped, serve_lock(note, [folder / KEPT for folder in folders]) as left_over:
        for gone in left_over:
            end_orphans(gone.mark)
        require_free_port(port)
        for told in shut_out_others(folders):
            click.echo(told, err=True)
        environment = environment_of(folders, note)
        os.environ.update(environment)
        logs = folders[0] / KEPT
        click.echo("Starting Prefect…")
        Upkeep(
            server=server_at(port, environment, logs),
            worker=worker_for(environment, logs),
            api=note.api,
            port=port,
            mark=mark,
            stopped=stopped,
            prepare=lambda: prepare(workspaces),
            announce=lambda: _announce(note, workspaces),
        ).last()


async def prepare(workspaces: Sequence[Workspace]) -> None:
    """Make the work pool, the deployments, the automations, the dashboards and the scheduled runs.

    What a worker left in the middle is run again: this is one machine, so no other worker can still be at it.
    """
    from prefect.client.orchestration import get_client

    from flows.deployments import deploy
    from tasks.dashboard import draw_dashboard
    from tasks.front_page import make_front_page
    from tasks.scheduled_runs import sync_runs
    from tasks.stuck_runs import restart_runs

    async with get_client() as client:
        await deploy(client, [workspace.offer for workspace in workspaces])
        await restart_runs(client, POOL)
        for workspace in workspaces:
            try:
                await sync_runs(client, workspace)
                await draw_dashboard(client, workspace)
            except (OptexError, SQLAlchemyError) as error:  # the watch tries it again, and says so
                click.echo(f"{workspace.offer} is not scheduled yet: {error}", err=True)
        await make_front_page(client, [workspace.offer for workspace in workspaces])


def server_at(port: int, environment: Mapping[str, str], logs: Path) -> ManagedProcess:
    """Prefect's server with its UI, on this machine only."""
    command = [sys.executable, "-P", "-m", "flows.serve.server", str(port)]
    told = server_environment(environment)
    return ManagedProcess(name="server", command=command, environment=told, log=logs / "server.log")


def worker_for(environment: Mapping[str, str], logs: Path) -> ManagedProcess:
    """The worker, which runs every step and act in a process of its own, a few at a time."""
    command = [*_PREFECT, "worker", "start", "--pool", POOL, "--type", PROCESS, "--name", "optex"]
    command += ["--limit", str(AT_ONCE)]
    told = worker_environment(environment)
    return ManagedProcess(name="worker", command=command, environment=told, log=logs / "worker.log")


_PREFECT = [sys.executable, "-m", "prefect"]


def _announce(note: ServeLock, workspaces: Sequence[Workspace]) -> None:
    from infra.folder.whereabouts import typed
    from optex.formatting import local_text
    from optex.steps import StepStatus

    if sys.stdout.isatty():
        click.echo(f"\nPrefect UI  {link(note.ui, credential_at(note.credential))}")
    else:  # what is printed here may be kept as a log, and the link is a key
        folder = workspaces[0].folder
        click.echo(f"\nPrefect UI  {note.ui}   (the link that opens it: optex link {typed(folder) if folder else ''})")
    for workspace in workspaces:
        with workspace.read() as db:
            state = db.state()
            waiting = [step for step in db.steps() if step.waiting]
        click.echo(f"\n{workspace.offer} — {state.terms.issuer}")
        now = datetime.now(UTC)
        for step in sorted(waiting, key=lambda step: step.due)[:3]:
            when = "next" if step.due > now else step.status if step.status is StepStatus.HELD else "due now"
            click.echo(f"  {when + ':':<9}{step.name:<20} {local_text(step.due, state.terms.zone)}")
        if not waiting:
            click.echo("  nothing is left to do")
        if workspace.smtp is None:
            click.echo(
                "\n  NO MAIL LEAVES THIS MACHINE: OPTEX_SMTP_HOST is not set, so holders are NOT told.\n"
                f"  Every message is kept as a file in {workspace.mail_dir}"
            )
    if not (workspaces[0].ops_mail or workspaces[0].ops_webhook):
        click.echo(
            "\n  NOBODY IS TOLD OF ALERTS: neither OPTEX_OPS_MAIL nor OPTEX_OPS_WEBHOOK is set.\n"
            "  A step that fails, is late or waits for somebody is seen by whoever looks, and by nobody else."
        )
    click.echo("\nCtrl-C stops everything; a second start goes on where this one was.")
