"""The commands by which facts arrive, made of one table: what `script.toml` calls `condition-assert` is said here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from flows.cli_types import FOLDER, JSON, Day, Moment

MOMENT, DAY = Moment(), Day()
_AT = click.option("--at", type=MOMENT, help="When it was announced or received, on the offer's clock; default now.")
_BY = click.option("--by", default="", metavar="NAME", help="Who decided.")


def _option(name: str, type_: Any, text: str, *, required: bool = True) -> Callable[..., Any]:
    return click.option(f"--{name}", type=type_, required=required, help=text)


_REASON = _option("reason", str, "The reason, in words.")
_NUMBER = _option("number", click.IntRange(1, 5), "Which condition, in the order of §7.")
_EVIDENCE = _option("evidence", str, "What shows it.", required=False)
_CHANGES = click.Choice(["consideration", "decrease", "increase", "other"])
_CAPACITY = click.Choice(["employee", "director", "consultant"])

# verb → what it does, and its options
FACTS: dict[str, tuple[str, list[Callable[..., Any]]]] = {
    "extend": (
        "Extend the offer. Refused after 8 a.m. of the business day after the last expiration (EXT-1).",
        [
            _option("to", MOMENT, "The new expiration."),
            _option("announced-at", MOMENT, "When it is announced; default: --at.", required=False),
            _option("reason", str, "The reason, in words.", required=False),
        ],
    ),
    "amend": (
        "Amend the offer. A material change must leave ten business days after its notice (AMD-1).",
        [
            _option("change", _CHANGES, "What changes."),
            _option("percent", str, "By how many percent of the option shares sought.", required=False),
            _option("extend-to", MOMENT, "Extend the offer with it, to this instant.", required=False),
            _REASON,
        ],
    ),
    "terminate": ("Terminate the offer: every tender is returned and every holder told (CND-2).", [_REASON]),
    "condition-assert": ("Assert a condition of §7: nothing is accepted while it stands.", [_NUMBER, _EVIDENCE]),
    "condition-waive": ("Waive an asserted condition, before the expiration.", [_NUMBER, _EVIDENCE]),
    "condition-end": ("Record that an asserted condition has ended.", [_NUMBER, _EVIDENCE]),
    "election-waive": (
        "Waive the defects of a form, up to acceptance (TND-7).",
        [
            _option("form", str, "The form."),
            _REASON,
            click.option("--all-holders", is_flag=True, help="Waive the same defects for all holders."),
        ],
    ),
    "service-set": (
        "Record a spell of service; one that began on the same day in the same capacity is replaced.",
        [
            _option("holder", str, "The holder."),
            _option("capacity", _CAPACITY, "In which capacity; director: not an employee."),
            _option("from", DAY, "The first day in service."),
            _option("to", DAY, "The last day in service; left out: still serving.", required=False),
        ],
    ),
    "price-set": (
        "Record the closing price of a day.",
        [_option("on", DAY, "The day."), _option("close", str, "Dollars and exact cents, such as 0.95.")],
    ),
    "split": (
        "Record a stock split between cancellation and grant (3-for-2: --new 3 --old 2).",
        [
            _option("on", DAY, "The day from which it counts."),
            _option("new", click.IntRange(1), "So many new shares"),
            _option("old", click.IntRange(1), "for so many old ones."),
        ],
    ),
    "defer": (
        "Hold back an additional grant until the new options are granted (LCK-1).",
        [
            _option("holder", str, "The holder."),
            _option("shares", click.IntRange(1), "How many shares."),
            _option("type", click.Choice(["ISO", "NSO"]), "Which kind of option."),
        ],
    ),
    "committee-grant-date": (
        "Record the grant date that the Committee chose; never an earlier one (GRT-2).",
        [_option("on", DAY, "The grant date.")],
    ),
    "agreement-signed": (
        "Record that a new option agreement was signed (GRT-5).",
        [_option("grant", str, "The new option."), _option("on", DAY, "The day of the signature.")],
    ),
    "hold": ("Hold the grant back: legal prohibition, merger (CIC-1).", [_REASON]),
    "release": ("Release a held grant.", [_REASON]),
    "approve": (
        "Approve what a held step is about to do (require_approval); --by is required.",
        [
            _option("step", click.Choice(["cancel", "regrant"]), "The step that waits."),
            _option("digest", str, "The digest you saw: nothing else that waits by now is approved.", required=False),
        ],
    ),
}

_GROUPS = {
    "condition": "The conditions of §7: assert, waive, end.",
    "election": "Election Forms and Notices: record one, import many, waive defects.",
    "service": "The record of service: import, set.",
    "price": "Closing prices: import, set.",
    "committee": "What the Committee decides.",
    "agreement": "New option agreements.",
}


def _command(verb: str, does: str, options: list[Callable[..., Any]]) -> click.Command:
    @FOLDER
    @_AT
    @_BY
    @JSON
    def record(folder: Path, at: str | None, by: str, as_json: bool, **given: Any) -> None:
        from flows.recording import record_fact

        record_fact(folder, verb, given, by, at, as_json)

    for option in reversed(options):
        record = option(record)
    name = verb.partition("-")[2] if verb.partition("-")[0] in _GROUPS else verb
    return click.command(name=name, help=does)(record)


def register(cli: click.Group) -> None:
    """Add the commands to the group of all commands."""
    groups = {name: click.Group(name, help=text) for name, text in _GROUPS.items()}
    for group in groups.values():
        cli.add_command(group)
    for verb, (does, options) in FACTS.items():
        groups.get(verb.partition("-")[0], cli).add_command(_command(verb, does, options))
    groups["election"].add_command(_import_command("forms", "elections.csv", "import_forms"))
    groups["service"].add_command(_import_command("spells of service", "service.csv", "import_service"))
    groups["price"].add_command(_import_command("closing prices", "prices.csv", "import_prices"))
    groups["election"].add_command(record_election)


def _import_command(what: str, file_name: str, function: str) -> click.Command:
    @FOLDER
    @click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--file", "named", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The CSV file.")
    @_BY
    @JSON
    def read(folder: Path, file: Path | None, named: Path | None, by: str, as_json: bool) -> None:
        from flows import recording

        getattr(recording, function)(folder, named or file, by, as_json)

    return click.command(name="import", help=f"Record the {what} of a CSV file; default: the folder's {file_name}.")(
        read
    )


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
@JSON
def record_election(
    folder: Path,
    received_at: str | None,
    signed_on: Any,
    options: tuple[str, ...],
    by: str,
    as_json: bool,
    **given: str,
) -> None:
    """Key in one form that came by fax or by hand."""
    from datetime import UTC, datetime

    from flows.recording import record_form

    row = {
        **given,
        "received_at": received_at or datetime.now(UTC).isoformat(timespec="seconds"),
        "signed_on": signed_on.isoformat() if signed_on else "",
    }
    record_form(folder, row, options, by, as_json)
