"""`optex doctor`: everything that an offer needs of this machine, one line a check, and what to do."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from flows.cli.options import FOLDER, JSON
from infra.doctor.finding import Finding


@click.command()
@FOLDER
@click.option("--port", default=4200, show_default=True, help="Where `optex serve` would answer, on 127.0.0.1.")
@JSON
def doctor(folder: Path, port: int, as_json: bool) -> None:
    """Whether this machine can run the offer: one line a check, ok or what to do. Changes nothing, sends nothing.

    Exit 1 where something would stop the offer; what is merely advised is no reason.
    """
    from infra.doctor.finding import can_go_on

    found = []
    for each in _findings(folder, port):
        found.append(each)
        if not as_json:
            click.echo(str(each))
    if as_json:
        document = {"ok": can_go_on(found), "checks": [asdict(each) for each in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    if not can_go_on(found):
        sys.exit(1)


def _findings(folder: Path, port: int) -> Iterator[Finding]:
    """Every check in the order in which its answer helps with the next one; secrets are in none of them."""
    from infra.doctor import machine

    yield machine.check_python()
    yield machine.check_packages()
    from flows.serve.inspection import inspect_server
    from infra.doctor import places
    from infra.doctor.books import check_books
    from infra.doctor.clock import check_clock
    from infra.doctor.finding import ok, stop
    from infra.doctor.mail import check_alerts, check_mail
    from infra.workspace import UnknownWorkspace, workspace_in
    from optex.errors import OptexError

    try:
        yield places.check_files(folder)
    except OptexError as error:  # there is no such folder
        yield stop("files", str(error))
        return
    try:
        workspace = workspace_in(folder)
    except UnknownWorkspace:  # offer.toml is at fault, and that was said
        return
    except OptexError as error:
        yield stop("settings", "; ".join(str(error).splitlines()), "correct the environment or .env")
        return
    yield ok("settings", "the OPTEX_* settings can be read")
    yield places.check_templates(workspace.templates)
    yield places.check_writable(folder, workspace)
    yield places.check_space(folder, workspace)
    yield from places.check_modes(folder)
    books = check_books(workspace)
    yield from books.findings
    server = inspect_server(folder, port)
    yield from server.findings
    clocks = {"the database's clock": books.clock, "Prefect's clock": server.clock}
    yield check_clock({whose: ahead for whose, ahead in clocks.items() if ahead is not None}, books.record)
    yield check_mail(workspace)
    yield check_alerts(workspace)
