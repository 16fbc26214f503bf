"""The `optex` command. What needs no Prefect does not import it: `plan` and `check` answer at once."""

import json
import sys
from datetime import UTC, date, datetime
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import click

from flows.cli import actions, audit, backup, doctor, filing, forms, letters, link, mail, ocf_package, rules
from flows.cli.console import echo
from flows.cli.options import FOLDER, JSON, Day, Moment
from flows.cli.sections import Sections
from infra.private import private_from_now_on
from optex.errors import BadData, OptexError, Refused
from optex.formatting import count
from optex.visible import shortened


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="optex")
def cli() -> None:
    """Run a stock option exchange offer from opening to regrant.

    An offer is a folder: `optex init FOLDER` writes one to start from, `optex check FOLDER` finds what is wrong with
    it, `optex simulate FOLDER --out DIR` rehearses it, `optex serve FOLDER` runs it.

    \b
    Commands and options are completed in bash (zsh, fish likewise) after:
        eval "$(_OPTEX_COMPLETE=bash_source optex)"
    """
    from infra.unknown_settings import unknown_settings

    for told in unknown_settings():
        echo(f"warning: {told}", err=True)


def main() -> None:
    """Exit 0 done · 1 refused by a rule or bad data · 2 wrong usage · 130 interrupted."""
    private_from_now_on()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that has no such character shows another in its place
            stream.reconfigure(errors="replace")
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        echo(said.getvalue(), err=True, nl=False)  # it repeats words that were typed, or pasted
        sys.exit(error.exit_code)
    except BadData as error:
        for fault in error.faults:
            echo(str(fault), err=True)
        sys.exit(1)
    except Refused as error:
        echo(f"{error.ruling.rule} ({error.ruling.section}): {error.ruling.reason}", err=True)
        sys.exit(1)
    except OptexError as error:
        echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:  # a file that is none, or may not be written
        name = shortened(str(error.filename), 300) if error.filename else ""
        echo(f"{name}: {error.strerror}" if name else str(error), err=True)
        sys.exit(1)


@cli.command()
@FOLDER
@JSON
def check(folder: Path, as_json: bool) -> None:
    """Every fault and every warning of an offer's folder."""
    from flows.cli.plan import files_differ_note, offset_warnings, state_of
    from infra.folder.reader import read_folder
    from optex.mistyped_dates import mistyped_dates, not_opened
    from optex.warnings import warnings

    try:
        found = read_folder(folder)
    except BadData as error:
        if as_json:
            click.echo(json.dumps({"faults": [_fault(fault) for fault in error.faults], "warnings": []}, indent=2))
        else:
            echo("\n".join(str(fault) for fault in error.faults))
        sys.exit(1)
    state, differs = state_of(folder)
    terms = found.terms if differs else state.terms  # as extended, where the offer was taken in
    noted = warnings(terms, found.holders, found.grants, found.service_periods, found.forms, state.opened_at)
    noted += mistyped_dates(terms, found.grants, found.service_periods, found.forms, found.prices)
    noted += not_opened(terms, state.opened_at, datetime.now(UTC))
    noted += offset_warnings(folder)
    differ = files_differ_note(folder)
    if as_json:
        said = [{"rule": w.rule, "message": w.message, "file": w.file, "line": w.line} for w in noted]
        document = {"faults": [], "warnings": said} | ({"files_differ": differ} if differ else {})
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    if differ:
        echo(differ)
    for warning in noted:
        where = f"{warning.file}:{warning.line}: " if warning.line else ""
        echo(f"{where}warning: {warning.rule}: {warning.message}")
    echo(
        f"{folder}: no fault, {count(len(noted), 'warning')}: {count(len(found.holders), 'holder')}, "
        f"{count(len(found.grants), 'grant')}, {count(len(found.forms), 'form')}"
    )


def _fault(fault: Any) -> dict[str, Any]:
    said = {name: getattr(fault, name) for name in ("file", "line", "column", "problem", "expected")}
    return said | ({"cell": fault.cell} if fault.cell else {})


@cli.command()
@FOLDER
@click.option("--xlsx", is_flag=True, help="The rows as sheets of one offer.xlsx, and not as CSV files.")
def init(folder: Path, xlsx: bool) -> None:
    """Write a commented offer folder to start from."""
    from infra.folder.reader import init_folder
    from infra.folder.whereabouts import typed

    init_folder(folder, workbook=xlsx)
    rows = "offer.xlsx" if xlsx else "the CSV files"
    click.echo(f"{folder} is ready. Edit offer.toml and {rows}, then: optex check {typed(folder)}")


@cli.command("plan")
@FOLDER
@click.option("--extend-to", type=Moment(), help="Show the plan as an extension to this instant would make it.")
@click.option("--announced-at", type=Moment(), help="When that extension would be announced (EXT-1 is checked).")
@click.option("--cancel-on", type=Day(), help="The day of acceptance, where it is not the planned one.")
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan as a calendar file.")
@JSON
def plan_command(
    folder: Path,
    extend_to: str | None,
    announced_at: str | None,
    cancel_on: date | None,
    ics: Path | None,
    as_json: bool,
) -> None:
    """The dated milestones of an offer; with --extend-to before and after side by side. Changes nothing."""
    from flows.cli.plan import print_plan

    print_plan(folder, extend_to, announced_at, cancel_on, ics, as_json)


@cli.command("simulate")
@FOLDER
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where all of it is written."
)
@click.option("--until", type=Moment(), help="Stop at this instant.")
def simulate_command(folder: Path, out: Path, until: str | None) -> None:
    """Play the folder's whole offer on a virtual clock, with the real flows, a real database and real SMTP."""
    from flows.cli.simulate import run_simulation

    run_simulation(folder, out, until)


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/demo"),
    show_default=True,
    help="Where all of it is written.",
)
def demo(out: Path) -> None:
    """Play the sample: the Alpha Technologies offer of 2003, February 28 to October 3."""
    from flows.cli.simulate import run_demo

    run_demo(out)


@cli.command()
@FOLDER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where the ledgers go.")
@click.option("--xlsx", is_flag=True, help="As the sheets of one workbook, ledgers.xlsx, and not as CSV files.")
@click.option("--ocf", type=click.Path(path_type=Path, file_okay=False), help="Where an Open Cap Table package goes.")
def export(folder: Path, out: Path | None, xlsx: bool, ocf: Path | None) -> None:
    """Write the ledgers of an offer, as they are now, as CSV files or one workbook; or an Open Cap Table package."""
    from flows.cli.status import reading
    from infra.ledgers.export import export as write
    from infra.ledgers.workbook import LEDGER_WORKBOOK, export_workbook

    if out is None and ocf is None:
        raise click.UsageError("Say what to write: --out DIR for the ledgers, --ocf DIR for Open Cap Table.")
    with reading(folder) as db:
        if ocf is not None:
            ocf_package.export_package(db, folder, ocf)
        if out is not None:
            place = out / LEDGER_WORKBOOK if xlsx else out / "ledgers"
            written = export_workbook(db, place) if xlsx else write(db, place)
            rows = count(sum(written.values()), "row")
            click.echo(f"{count(len(written), 'ledger')} with {rows} in {place}")


@cli.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--port", default=4200, show_default=True, help="Where Prefect's UI and API answer, on 127.0.0.1.")
@click.option("--expired", is_flag=True, help="Open also an offer that expired before it was ever opened: all at once.")
def serve(folders: tuple[Path, ...], port: int, expired: bool) -> None:
    """Run the offers: Prefect server with UI, worker, deployments, schedule. Until stopped."""
    from flows.serve.serve import serve as run

    run(folders, port, expired=expired)


@cli.command()
@FOLDER
@JSON
def schedule(folder: Path, as_json: bool) -> None:
    """Make Prefect's scheduled runs agree with the plan; says what it added, moved, cancelled."""
    from flows.cli.record import schedule_folder as agree

    agree(folder, as_json)


@cli.command()
@FOLDER
@click.argument("holder")
@JSON
def explain(folder: Path, holder: str, as_json: bool) -> None:
    """Everything decided about one holder, in order, each with rule and section."""
    from flows.cli.explain import print_history

    print_history(folder, holder, as_json)


@cli.command("status")
@FOLDER
@JSON
def status_command(folder: Path, as_json: bool) -> None:
    """Where the offer stands; participation; what is due next; what is overdue."""
    from flows.cli.status import print_status

    print_status(folder, as_json)


@cli.command()
@FOLDER
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The HTML file to write.")
def report(folder: Path, out: Path) -> None:
    """Write one self-contained HTML report with plots."""
    from flows.cli.status import reading
    from infra.report.page import write_report

    with reading(folder) as db:
        write_report(db, out)
    click.echo(f"Report written to {out}")


actions.register(cli)
cli.add_command(audit.audit)
cli.add_command(doctor.doctor)
cli.add_command(backup.backup)
cli.add_command(backup.restore)
cli.add_command(filing.filing)
cli.add_command(forms.forms)
cli.add_command(letters.letters)
cli.add_command(link.link_command)
cli.add_command(mail.mail)
cli.add_command(ocf_package.import_ocf)
cli.add_command(rules.rules)
