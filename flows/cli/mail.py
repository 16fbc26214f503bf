"""`optex mail`: the letters as they will look, and a test message, before anything is sent."""

import json
import sys
from pathlib import Path

import click

from flows.cli.console import echo
from flows.cli.options import FOLDER, JSON
from optex.formatting import count
from optex.mail_address import AN_ADDRESS, takes_letters
from optex.notices import Kind


@click.group()
def mail() -> None:
    """Try the mail before it goes out: preview the letters, send a test message."""


@mail.command("preview")
@FOLDER
@click.option("--holder", default="", help="With the options of this holder, by id or (part of) the name.")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([kind.value for kind in Kind]),
    multiple=True,
    help="Only this kind; may be repeated.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the pages go.")
@JSON
def preview_command(folder: Path, holder: str, kinds: tuple[str, ...], out: Path, as_json: bool) -> None:
    """Write every letter as it will look, HTML and text, with an index.html: to nobody in particular, or to a holder.

    With --holder the name, the options and the form are the holder's own, from the record, or from the folder's files
    where nothing is on record yet. What a letter makes up besides is said. Sends nothing and changes nothing.
    """
    from flows.cli.plan import state_of
    from infra.known_offer import known_offer
    from infra.mail.preview import write_previews
    from infra.workspace import workspace_in
    from optex.previews import previews

    if holder:
        known = known_offer(folder, holder)
        state, [record] = known.state, known.records
        source = "the record" if known.recorded else "the folder's files"
        said = f"To {record.holder.name} ({record.holder.holder_id}), from {source}."
    else:
        state, record, said = state_of(folder)[0], None, "To nobody in particular."
    shown = [each for kind, each in previews(state, record).items() if not kinds or kind in kinds]
    written = write_previews(shown, state.terms, said, out, workspace_in(folder).templates)
    failed = [each for each in written if each.failed]
    if as_json:
        letters = [
            {
                "kind": each.kind,
                "subject": each.preview.notice.subject,
                "of": each.preview.of,
                "supposes": each.preview.supposes,
                "specimen": each.preview.specimen,
                "files": list(each.files),
            }
            for each in written
            if not each.failed
        ]
        document = {"index": str(out / "index.html"), "letters": letters, "failed": [each.failed for each in failed]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        echo(said)
        for each in written:
            if not each.failed:
                supposed = f"; supposes {each.preview.supposes}" if each.preview.supposes else ""
                mark = "specimen, " if each.preview.specimen else ""
                click.echo(f"{each.kind}: {mark}{each.preview.of}{supposed}")
        click.echo(f"{count(len(written) - len(failed), 'letter')} in {out / 'index.html'}; nothing was sent")
    for each in failed:
        echo(f"Not written: {each.failed}", err=True)
    if failed:
        sys.exit(1)


@mail.command("test")
@FOLDER
@click.option("--to", required=True, help="The e-mail address that the test message goes to.")
def test_command(folder: Path, to: str) -> None:
    """Send one test message by the server of the settings, and say what the server answered.

    Without OPTEX_SMTP_HOST it goes to the sink of this machine and is kept as a file. Nothing of it goes on record.
    """
    import asyncio

    from jinja2 import TemplateError

    from flows.cli.plan import state_of
    from infra.mail.trial import send_test
    from infra.workspace import machine_clock, workspace_in
    from optex.errors import OptexError

    if not takes_letters(to):
        raise click.BadParameter(f"{to!r} is not {AN_ADDRESS}", param_hint="--to")
    terms, workspace = state_of(folder)[0].terms, workspace_in(folder)
    try:
        sent = asyncio.run(send_test(workspace, terms, to.strip(), machine_clock()))
    except TemplateError as error:
        raise OptexError(f"the template mail-test.j2: {error}") from error
    if sent.server:
        echo(f"{sent.server} took the test message to {to}, from {sent.sender}. It answered: {sent.answer}")
    else:
        click.echo(f"OPTEX_SMTP_HOST is not set: nothing left this machine. The sink answered: {sent.answer}")
        click.echo(f"The test message to {to}, from {sent.sender}, is in {workspace.mail_dir}")
