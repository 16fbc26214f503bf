"""`optex letters`: letters to be printed, for holders whom no mail reaches."""

import json
import sys
from pathlib import Path

import click

from flows.cli.console import echo
from flows.cli.options import FOLDER, JSON
from optex.formatting import count


@click.command()
@FOLDER
@click.option("--unsent", is_flag=True, help="Only what no mail brings: no e-mail address, refused, or come back.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the letters go.")
@JSON
def letters(folder: Path, unsent: bool, out: Path, as_json: bool) -> None:
    """Write letters for printing, one HTML file a holder: as they are mailed, in order, each on a page of its own.

    `optex notice delivered` records that one was delivered; then it is not unsent any more. Changes nothing.
    """
    from flows.cli.status import instant_of, reading
    from infra.mail.printing import print_letters
    from infra.workspace import workspace_in

    with reading(folder) as db:
        printed = print_letters(db, out, instant_of(folder, db), workspace_in(folder).templates, unsent=unsent)
    failed = [problem for each in printed for problem in each.failed]
    written = [each for each in printed if each.notices]
    if as_json:
        files = [
            {"file": str(each.file), "holder_id": each.holder_id, "name": each.name, "notices": list(each.notices)}
            for each in written
        ]
        click.echo(json.dumps({"files": files, "failed": failed}, indent=2, ensure_ascii=False))
    elif written:
        many = count(sum(len(each.notices) for each in written), "letter")
        click.echo(f"{many} to {count(len(written), 'holder')} in {out}, ready to be printed")
    elif not failed:
        click.echo("No letter to be printed.")
    for problem in failed:
        echo(f"Not printed: {problem}", err=True)
    if failed:
        sys.exit(1)
