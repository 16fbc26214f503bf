"""`optex filing`: the facts and plain drafts for Schedule TO, for the issuer's counsel."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from flows.cli.options import FOLDER, JSON
from optex.filings import Filing
from optex.formatting import count, day


@click.command()
@FOLDER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the pack goes.")
@JSON
def filing(folder: Path, out: Path, as_json: bool) -> None:
    """Write the facts and plain drafts for Schedule TO: the offer, each amendment, the results, every form of letter.

    Drafts, for counsel to review, complete and file; changes nothing.
    """
    from flows.cli.status import reading
    from infra.filing.pack import write_filing_pack
    from infra.workspace import workspace_in

    with reading(folder) as db:
        found, written = write_filing_pack(db, out, workspace_in(folder).templates)
    if as_json:
        documents = [{**as_document(each), "file": written.get(each.name)} for each in found.filings]
        click.echo(json.dumps({"offer": found.state.terms.offer, "filings": documents}, indent=2, ensure_ascii=False))
        return
    for each in found.filings:
        file = written.get(each.name)
        click.echo(
            f"{day(each.due)}  {each.form}  {each.what} ({each.asked_by}){'' if file else ', when they are known'}"
        )
    click.echo(f"Drafts for {count(len(written), 'filing')}, and the forms of letters, in {out / 'index.html'}")


def as_document(filing: Filing) -> dict[str, str]:
    """A filing as JSON has it."""
    return {
        "name": filing.name,
        "form": filing.form,
        "due": filing.due.isoformat(),
        "rule": filing.asked_by,
        "what": filing.what,
    }


def filings_table(filed: Sequence[Filing]) -> None:
    """What the issuer's counsel files, and when; the drafts are those of `optex filing`."""
    from rich.table import Table
    from rich.text import Text

    from flows.cli.console import console

    table = Table(title="Filings on Schedule TO (drafts: optex filing)", title_justify="left")
    for heading in ("due", "form", "what"):
        table.add_column(heading, no_wrap=heading != "what")
    for each in filed:
        table.add_row(f"{each.due:%a} {each.due}", each.form, Text.assemble(each.what, (f" ({each.asked_by})", "dim")))
    console().print(table)
