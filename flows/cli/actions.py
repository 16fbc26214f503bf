"""The commands that record actions, made from their classes; `condition-assert` is said `condition assert`."""

import inspect
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from flows.cli.options import FOLDER, JSON, Day, Moment, TermsFile
from optex.action import Action, Option
from optex.actions import ACTIONS

MOMENT, DAY = Moment(), Day()
_AT = click.option("--at", type=MOMENT, help="When it was announced or received, on the offer's clock; default now.")
_BY = click.option("--by", default="", metavar="NAME", help="Who decided.")

_EVIDENCE = click.option(
    "--evidence", default="", metavar="TEXT|FILE", help="What shows it: words, or a file, which is kept with the offer."
)

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what it would do, before and after; record nothing.")
_YES = click.option("--yes", is_flag=True, help="Do not ask, as on a terminal is done: this cannot be undone.")

_GROUPS = {
    "condition": "The conditions of §7: assert, waive, end.",
    "election": "Election Forms and Notices: record one, import many, waive defects.",
    "service": "The record of service: import, set.",
    "price": "Closing prices: import, set.",
    "committee": "What the Committee decides.",
    "agreement": "New option agreements.",
    "notice": "What became of a letter: delivered on paper, or come back.",
    "correct": "Correct what is on record: what is left out stays, and the word none makes a column blank.",
}


def command_words(kind: type[Action]) -> str:
    """How an action is said on the command line: `condition assert` where its group is a command."""
    group, _, name = kind.verb.partition("-")
    return f"{group} {name}" if group in _GROUPS else kind.verb


def _command(kind: type[Action]) -> click.Command:
    @FOLDER
    @_AT
    @_BY
    @_EVIDENCE
    @JSON
    def record(
        folder: Path,
        at: str | None,
        by: str,
        evidence: str,
        as_json: bool,
        dry_run: bool = False,
        yes: bool = False,
        **given: Any,
    ) -> None:
        from flows.cli.record import record_action

        record_action(folder, kind.verb, given, by, evidence, at, as_json, dry_run=dry_run, ask=kind.final and not yes)

    if kind.final:
        record = _DRY_RUN(_YES(record))
    for option in reversed(kind.options()):
        record = _option(option)(record)
    return click.command(name=command_words(kind).split()[-1], help=inspect.getdoc(kind))(record)


def _option(option: Option) -> Any:
    name, help = f"--{option.key.replace('_', '-')}", option.help
    if option.type is bool:
        return click.option(name, is_flag=True, help=help)
    return click.option(name, type=_type(option), required=option.required, multiple=option.several, help=help)


def _type(option: Option) -> Any:
    if option.choices:
        return click.Choice(option.choices)
    if option.of_file:
        return TermsFile()
    if option.type is int and (option.least, option.most) != (None, None):
        return click.IntRange(option.least, option.most)
    types: dict[type, Any] = {datetime: MOMENT, date: DAY, int: int}
    return types.get(option.type, str)


def register(cli: click.Group) -> None:
    """Add the commands to the group of all commands."""
    groups = {name: click.Group(name, help=text) for name, text in _GROUPS.items()}
    for group in groups.values():
        cli.add_command(group)
    for verb, kind in ACTIONS.items():
        groups.get(verb.partition("-")[0], cli).add_command(_command(kind))
    groups["election"].add_command(_EVIDENCE(_import_command("forms", "elections.csv", "import_forms")))
    groups["service"].add_command(_import_command("spells of service", "service.csv", "import_service"))
    groups["price"].add_command(_import_command("closing prices", "prices.csv", "import_prices"))
    groups["election"].add_command(record_election)
    groups["correct"].add_command(correct_import)


def _import_command(what: str, file_name: str, function: str) -> click.Command:
    @FOLDER
    @click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option(
        "--file",
        "named",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="The file: CSV, or a workbook (.xlsx).",
    )
    @_BY
    @JSON
    def read(folder: Path, file: Path | None, named: Path | None, by: str, as_json: bool, **evidence: str) -> None:
        from flows.cli import record as recording

        getattr(recording, function)(folder, named or file, by, as_json, **evidence)

    return click.command(
        name="import", help=f"Record the {what} of a file, CSV or .xlsx; default: the folder's {file_name}."
    )(read)


@click.command(name="import")
@FOLDER
@click.option("--yes", is_flag=True, help="Take the differences over as corrections; without it they are only shown.")
@click.option("--all", "told_later", is_flag=True, help="Also where the record was told later than the file.")
@click.option("--reason", default="", help="Why, in words that a holder may read; default: taken over from the files.")
@_BY
@_EVIDENCE
@JSON
def correct_import(
    folder: Path, yes: bool, told_later: bool, reason: str, by: str, evidence: str, as_json: bool
) -> None:
    """Show in which rows the folder's files differ from the record; with --yes take them over, all or none."""
    from flows.cli.correct_import import show_differences, take_over_differences

    if yes:
        take_over_differences(folder, by, reason, evidence, told_later, as_json)
    else:
        show_differences(folder, as_json)


@click.command(name="record")
@FOLDER
@click.option("--form", "form_id", required=True, help="The number you give the form.")
@click.option("--holder", "holder_id", required=True, help="The holder.")
@click.option("--kind", type=click.Choice(["election", "withdrawal"]), default="election", show_default=True)
@click.option("--received-at", type=MOMENT, help="When it was received, on the offer's clock; default now.")
@click.option("--signed-on", type=DAY, help="The date beside the signature.")
@click.option("--signed-as", default="", help="The signature, exactly as written.")
@click.option("--channel", default="fax", show_default=True, help="How it was delivered.")
@click.option("--title", default="", help="A fiduciary's full title.")
@click.option("--authority", default="", help="A fiduciary's evidence of authority.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED]",
    help="One option on the form, with what the form states of it; say it again for each option.",
)
@_BY
@_EVIDENCE
@JSON
def record_election(
    folder: Path,
    received_at: str | None,
    signed_on: Any,
    options: tuple[str, ...],
    by: str,
    evidence: str,
    as_json: bool,
    **given: str,
) -> None:
    """Key in one form that came by fax or by hand. Keyed in after a deadline it is taken all the same, and marked."""
    from flows.cli.record import record_form

    row = {
        **given,
        "received_at": received_at or "",
        "signed_on": signed_on.isoformat() if signed_on else "",
    }
    record_form(folder, row, options, by, evidence, as_json)
