"""`optex simulate` and `optex demo`: a play with its story as it happens, and what it came to."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.console import console
from flows.cli.options import moment
from flows.prefect_books import keep_empty_books
from flows.rehearsal import Rehearsal, end_on_signal, must_be_no_offer, rehearsal_in
from flows.serve.processes import StopFlag, wait_until_healthy
from infra.folder.reader import Folder, read_folder
from infra.folder.whereabouts import typed
from infra.shipped import shipped
from optex.formatting import count, local_text


def run_simulation(path: Path, out: Path, until: str | None) -> None:
    folder = read_folder(path)
    stop = moment(until, folder.terms.zone, time(23, 59, 59)) if until else None
    screen = console()
    _play(folder, out, stop, screen)
    click.echo(f"\nLedgers in {out / 'ledgers'}, mails in {out / 'mail'}, report in {out / 'report.html'}")


def run_demo(out: Path) -> None:
    folder = read_folder(sample())
    screen = console()
    screen.print(f"[bold]{folder.terms.issuer}: the exchange offer of 2003, played from opening to regrant[/bold]\n")
    _play(folder, out, None, screen)
    _totals(folder, out, screen)
    command = _command()
    click.echo(
        f"\nLedgers  {out / 'ledgers'}\nMails    {out / 'mail'}\nReport   {out / 'report.html'}\n\n"
        f"Next:  {command} explain {typed(out)} H01         one holder's whole story, with rule and section\n"
        f"       {command} status {typed(out)}              where the offer stands\n"
        f"       {command} plan {typed(sample())} --extend-to 2003-04-14T17:00\n"
        f"       {command} init my-offer             a folder of your own"
    )


def sample() -> Path:
    """The sample offer that ships with the program."""
    here = shipped("examples") / "alpha-2003"
    return here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here


def _command() -> str:
    """The command as it was typed, so that what is said about it can be typed as well."""
    typed = sys.argv[0]
    return typed if Path(typed).name == "optex" and shutil.which("optex") != typed else "optex"


def _play(folder: Folder, out: Path, until: datetime | None, screen: Console) -> None:
    must_be_no_offer(out)
    rehearsal = rehearsal_in(out)
    end_on_signal(lambda: _leave(rehearsal))

    def story(status: Callable[[str], None]) -> Callable[[datetime, str, str], None]:
        def tell(at: datetime, name: str, message: str) -> None:
            if message != "Nothing new.":
                when = local_text(at, folder.terms.zone)
                screen.print(Text.assemble((when, "dim"), "  ", (f"{name:<18}", "bold"), f" {message}"))
            status(f"{local_text(at, folder.terms.zone)}")

        return tell

    with screen.status("Prefect is starting…") as status, rehearsal.server.running():
        # Where it is imported Prefect also goes by what .env, prefect.toml and pyproject.toml say there.
        with contextlib.chdir(rehearsal.home):
            from flows.simulate import simulate
        wait_until_healthy(rehearsal.api, rehearsal.server, StopFlag())
        keep_empty_books(rehearsal.home)
        status.update("Playing…")
        simulate(folder, out, until, story(status.update))
    _not_gone(out, screen)


def _not_gone(out: Path, screen: Console) -> None:
    """Which letters could not go, as a rehearsal is to show before holders wait for them."""
    from flows.cli.status import instant_of
    from infra.status.mail_status import not_gone, to_be_printed
    from infra.workspace import workspace_in

    with workspace_in(out).read() as db:
        found = to_be_printed(db, instant_of(out, db))
    if found:
        printed = f"{_command()} letters {typed(out)} --unsent --out DIR"
        screen.print(f"\n{not_gone(found)}\nTo print them: {printed}", markup=False, soft_wrap=True)


def _leave(rehearsal: Rehearsal) -> None:
    """Say that nothing is lost, and leave neither a server nor a hidden cursor behind."""
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), b"\r\x1b[2K\x1b[?25h")  # the console itself is in the hands of the main thread
    click.echo("Stopped. The same command goes on from here.", err=True)
    with Path(os.devnull).open("w") as nowhere:  # what the main thread says of a server that is gone is of no interest
        for said in (1, 2):
            os.dup2(nowhere.fileno(), said)
    rehearsal.server.kill()


def _totals(folder: Folder, out: Path, screen: Console) -> None:
    from infra.status.totals import letters, tendered, totals_of
    from infra.workspace import workspace_in

    with workspace_in(out).read() as db:
        totals, tenders, (_, sent) = totals_of(db), tendered(db), letters(db)
    table = Table(title="What it came to", title_justify="left", show_header=False, box=None, pad_edge=False)
    for line, total, unit in (
        ("tendered", tenders, "option"),
        ("accepted and cancelled", totals.cancelled, "option"),
        ("promised", totals.promised, "promise"),
        ("lapsed", totals.lapsed, "promise"),
        ("regranted", totals.regranted + totals.deferred_granted, "new option"),
    ):
        table.add_row(
            line, f"{total.shares:>12,} {'share' if total.shares == 1 else 'shares'}", count(total.number, unit)
        )
    table.add_row("mails sent", f"{sent:>12,}", "")
    screen.print()
    screen.print(table)
